"""What a file promises is held against the file before memory is taken; links lead nowhere."""

import io
import os
import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from avanp.data import rgb
from avanp.data.decode import image_size, read_image
from avanp.data.readers import labels
from avanp.data.readers.guard import Clamped
from avanp.data.readers.labels import read_label_table
from avanp.data.readers.npz import read_npz
from avanp.data.readers.webp import HEAD, webp_size
from avanp.data.resolve import resolve
from avanp.errors import LONGEST, AvanpError
from avanp.training import checkpoint
from avanp.training.log import read_metrics
from data_fixtures import png_header
from sweep_rows import read_config, read_rows

NOISE = np.random.default_rng(3).integers(0, 256, (23, 17, 4), dtype=np.uint8)


def put(path, content):
    path.write_bytes(content)
    return str(path)


@given(st.text(st.characters(exclude_categories=[])), st.integers(0, 3000))
def test_an_errors_message_is_one_printable_line_whatever_it_quotes(text, length):
    said = str(AvanpError(f"before {text}{'x' * length} after"))
    assert said.isprintable()
    assert len(said) <= LONGEST
    assert said.startswith("before ")
    assert said.endswith(" after")


@pytest.mark.parametrize(
    "content",
    [
        png_header(8000, 8000),
        b"P6 8000 8000 255\n" + bytes(99),
        b"BM" + struct.pack("<IHHIIiiHHIIiiII", 0, 0, 0, 54, 40, 8000, 8000, 1, 24, *(0,) * 6),
    ],
    ids=["png", "ppm", "bmp"],
)
def test_pixels_that_the_file_has_no_room_for_are_not_decoded(tmp_path, content, monkeypatch):
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", lambda self: pytest.fail("decoded"))
    with pytest.raises(
        AvanpError, match=r"truncated or damaged: its pixels take \d+ bytes or more"
    ):
        read_image(put(tmp_path / "a", content))


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "RGBA", "P"])
def test_a_blank_image_is_small_and_read_all_the_same(tmp_path, mode):
    path = tmp_path / "a.png"
    Image.new(mode, (3000, 2000)).save(path, compress_level=9)
    assert path.stat().st_size < 40_000
    assert read_image(str(path)).shape == (2000, 3000, 3)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_an_image_converted_in_bands_is_the_same(tmp_path, monkeypatch, mode):
    image = Image.fromarray(NOISE)
    image = Image.fromarray(NOISE[..., 0].astype(np.uint16) * 257) if mode == "I;16" else (
        image.convert("RGB" if mode == "P" else mode).convert(mode)
    )  # fmt: skip
    path = str(tmp_path / "a.png")
    image.save(path, **({"transparency": 3} if mode == "P" else {}))
    whole = read_image(path)
    monkeypatch.setattr(rgb, "BAND", 17 * 5)
    assert np.array_equal(read_image(path), whole)


def test_a_read_of_more_than_the_file_holds_reserves_no_more(tmp_path):
    with Clamped(put(tmp_path / "a", b"0123456789")) as file:
        file.read(3)
        assert file.read(1 << 60) == b"3456789"  # BufferedReader reserves what it is asked for
        assert file.read(5) == b""
        file.seek(-2, os.SEEK_END)
        assert file.read() == b"89"


@pytest.mark.parametrize("options", [{}, {"lossless": True}, {"exif": b"Exif\0\0"}])
def test_the_size_of_a_webp_is_told_from_its_first_bytes(tmp_path, options):
    path = tmp_path / "a.webp"
    Image.fromarray(NOISE[..., :3]).save(path, **options)
    assert webp_size(path.read_bytes()[:HEAD]) == (17, 23) == image_size(str(path))


def test_a_large_webp_is_refused_before_pillow_sees_it(tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "open", lambda *_, **__: pytest.fail("opened"))
    head = b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + b"\xfe\x3f\0" * 2
    with pytest.raises(AvanpError, match="is 16383x16383 pixels: at most 64 megapixels"):
        read_image(put(tmp_path / "a.webp", head))


@pytest.mark.parametrize("head", [b"", b"RIFF\0\0\0\0WEBPVP9 ", b"\x89PNG\r\n\x1a\n" + bytes(30)])
def test_what_is_no_webp_has_no_such_size(head):
    assert webp_size(head) is None


def lying_npz(size: int) -> bytes:
    """Return an .npz whose header and directory promise `size` bytes of which three are there."""
    head = f"{{'descr': '|u1', 'fortran_order': False, 'shape': ({size},), }}\n".encode()
    out = io.BytesIO()
    import zipfile

    with zipfile.ZipFile(out, "w") as archive:
        member = b"\x93NUMPY\x01\0" + struct.pack("<H", len(head)) + head
        archive.writestr("x.npy", member + b"abc")
    data, total = bytearray(out.getvalue()), struct.pack("<I", len(member) + size)
    at = data.index(b"PK\x01\x02")
    data[22:26] = data[at + 24 : at + 28] = total
    return bytes(data)


def test_an_archive_and_a_header_that_promise_the_same_are_held_against_the_file(tmp_path):
    path = put(tmp_path / "a.npz", lying_npz(1 << 30))
    tracemalloc.start()
    with pytest.raises(AvanpError, match="promised, and the file is too small to hold them"):
        read_npz(path, ["x"])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 20


def test_a_member_packed_by_a_method_without_a_bound_is_refused(tmp_path):
    import zipfile

    path = tmp_path / "a.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as archive, archive.open("x.npy", "w") as to:
        np.save(to, np.zeros(5, np.uint8))
    with pytest.raises(AvanpError, match="another method than deflate: save it anew"):
        read_npz(path, ["x"])


def test_one_long_label_does_not_give_every_row_its_room(tmp_path):
    rows = [f"a{i}.png,{'x' * 100_000 if i == 5 else i % 3}" for i in range(1000)]
    path = put(tmp_path / "t.csv", "\n".join(["file,label", *rows]).encode())
    tracemalloc.start()
    table = read_label_table(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 << 20  # an array of words would take 400 MB
    assert [table.classes[i] for i in table.labels[3:6]] == ["0", "1", "x" * 100_000]


def test_a_table_of_too_many_rows_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(labels, "MAX_ROWS", 2)
    path = put(tmp_path / "t.csv", b"file,label\na,1\nb,1\nc,1\n")
    with pytest.raises(AvanpError, match="more than 2 rows"):
        read_label_table(path)


def test_a_link_that_leads_out_is_refused_where_a_table_names_it(tmp_path: Path):
    outside, inside = tmp_path / "outside", tmp_path / "images"
    for folder in (outside, inside):
        folder.mkdir()
        Image.fromarray(NOISE[..., :3]).save(folder / "a.png")
    (inside / "near.png").symlink_to("a.png")
    (inside / "far.png").symlink_to(outside / "a.png")
    (inside / "way").symlink_to(outside)
    for name, well in (("near.png", True), ("far.png", False), ("way/a.png", False)):
        put(inside / "labels.csv", f"file,label\n{name},1\n".encode())
        if well:
            assert len(resolve(inside)) == 1
            continue
        with pytest.raises(AvanpError, match="is a link that leads out of"):
            resolve(inside)
    (inside / "labels.csv").unlink()
    with pytest.warns(UserWarning, match=r"images in .*way' are not read"):
        assert len(resolve(inside)) == 3  # links of one's own, which nobody else names


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("run.json", lambda p: read_config(p.parent)),
        ("rows.jsonl", lambda p: read_rows(p.parent)),
        ("metrics.jsonl", lambda p: read_metrics(p.parent)),
        ("a.npz", checkpoint.load),
        ("a.safetensors", checkpoint.load),
        ("a.png", lambda p: read_image(str(p))),
        ("t.csv", read_label_table),
    ],
)
def test_a_pipe_is_not_waited_for(tmp_path, name, read):
    os.mkfifo(tmp_path / name)
    with pytest.raises(AvanpError, match="it is not a regular file"):
        read(tmp_path / name)
