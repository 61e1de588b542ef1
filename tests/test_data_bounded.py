"""Files on which a decoder would spend minutes: read by another way, or refused at once."""

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PpmImagePlugin

from avanp.data import opened_image, rgb
from avanp.data.decode import read_image
from avanp.errors import AvanpError


def chunk(name, body=b""):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(*inside):
    pixels = chunk(b"IDAT", zlib.compress(b"\0\1\2\0\3\4"))
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 2, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(inside) + pixels + chunk(b"IEND")


def tiff(tag, kind, count, order="<"):
    """A TIFF of 2x2 grey pixels with one more tag, whose values are zeros."""
    tags = {256: (3, 1, 2), 257: (3, 1, 2), 258: (3, 1, 8), 259: (3, 1, 1), 262: (3, 1, 1),
            273: (4, 1, 200), 279: (4, 1, 4), tag: (kind, count, 300)}  # fmt: skip
    rows = [struct.pack(f"{order}HHII", n, *row) for n, row in sorted(tags.items())]
    if order == ">":  # a short stands at the beginning of its four bytes
        rows = [r[:8] + r[10:] + b"\0\0" if r[2:4] == b"\0\3" else r for r in rows]
    head = {"<": b"II*\0", ">": b"MM\0*"}[order] + struct.pack(f"{order}I", 8)
    return head + struct.pack(f"{order}H", len(rows)) + b"".join(rows) + bytes(300 + 8 * count)


BMP = struct.pack("<IHHI", 0, 0, 0, 1078) + struct.pack(
    "<IiiHHIIiiII", 40, 7000, 7000, 1, 8, 1, 0, 1, 1, 256, 0
)
GIF = b"GIF89a\2\0\2\0\x80\0\0" + bytes(6)
MANY = 400_000
PIECES = {
    "PNG, unknown chunks": (png(*[chunk(b"teSt")] * MANY), "too many pieces"),
    "PNG, empty data": (png(*[chunk(b"IDAT")] * MANY), "too many pieces"),
    "JPEG, comments": (b"\xff\xd8" + b"\xff\xfe\0\2" * MANY, "too many pieces"),
    "JPEG, a long marker": (b"\xff\xd8" + b"\xff" * 4 * MANY, "too many pieces"),
    "JPEG, notes of a camera": (
        b"\xff\xd8" + (b"\xff\xe1\xff\xffExif\0\0" + bytes(65527)) * 300,
        "too many pieces",
    ),
    "GIF, extensions": (GIF + b"\x21\xfe\1x\0" * MANY, "too many pieces"),
    "GIF, blanks": (GIF + bytes(3 * MANY), "too many pieces"),
    "BMP, packed, ends of rows": (b"BM" + BMP + bytes(1024 + 4 * MANY), "too many pieces"),
    "TIFF, fractions": (tiff(282, 5, MANY), "too many values"),
    "TIFF, the other order": (tiff(282, 5, MANY, ">"), "too many values"),
    "TIFF, strips": (tiff(273, 4, MANY), "too many values"),
    "PPM, a comment without an end": (b"P6 #" + b"x" * MANY, "its header has no end"),
    "PPM, blanks without an end": (b"P6 " + b" " * MANY, "its header has no end"),
}


@pytest.mark.parametrize("name", PIECES)
def test_what_has_too_many_pieces_is_refused(tmp_path, monkeypatch, name):
    monkeypatch.setattr(
        opened_image, "MOST_READS", 300_000
    )  # a third of what is read, to save time
    content, said = PIECES[name]
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(AvanpError, match=said):
        read_image(str(tmp_path / "a"))


@pytest.mark.parametrize(
    "content",
    [png(*[chunk(b"teSt")] * 999), tiff(282, 5, 999), tiff(282, 5, 999, ">"), tiff(700, 7, 10**6)],
    ids=["PNG", "TIFF", "TIFF, the other order", "TIFF, a long note"],
)
def test_many_pieces_are_read(tmp_path, content):
    (tmp_path / "a").write_bytes(content)
    assert read_image(str(tmp_path / "a")).shape == (2, 2, 3)


SLOW = (PpmImagePlugin.PpmPlainDecoder, PpmImagePlugin.PpmDecoder)


def as_pillow(content):
    with Image.open(io.BytesIO(content)) as image:
        return rgb.rgb_of(image, rgb.scale_of(image))


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([1, 2, 3, 4, 5, 6]),
    st.sampled_from([1, 2, 7, 100, 254, 255, 256, 1000, 4095, 65534, 65535]),
    st.sampled_from([b" ", b"\n", b" # text\n", b"\r\n\t", b"\n#\r#\n"]),
    st.integers(1, 6),
    st.randoms(use_true_random=False),
)
def test_greys_up_to_any_value_and_text_are_read_as_pillow_reads_them(
    tmp_path_factory, kind, top, blank, width, rng
):
    top = 1 if kind in (1, 4) else top
    n = 3 * width * (3 if kind in (3, 6) else 1)
    values = [rng.randint(0, top) for _ in range(n)]
    head = b"P%d%b%d%b3" % (kind, blank, width, blank)
    if kind not in (1, 4):
        head += b"%b%d" % (blank, top)
    if kind == 4:
        content = head + b"\n" + bytes(rng.randint(0, 255) for _ in range(3))
    elif kind < 4:
        content = head + blank + blank.join(b"%d" % v for v in values)
    else:
        content = head + b"\n" + np.array(values, ">u2" if top > 255 else "u1").tobytes()
    path = tmp_path_factory.mktemp("a") / "a.ppm"
    path.write_bytes(content)
    expected = as_pillow(content)
    with pytest.MonkeyPatch.context() as patch:
        for decoder in SLOW:
            patch.setattr(decoder, "decode", None)
        assert np.array_equal(read_image(str(path)), expected)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"P2 2 1 9 1 10", "a value is larger than 9"),
        (b"P2 2 1 9 1", "1 values are missing"),
        (b"P2 2 1 9 1 -2", "not a text of numbers"),
        (b"P2 2 1 9 1 0000000002", "not a text of numbers"),
        (b"P1 2 1 1 2", "a value is larger than 1"),
        (b"P3 1 1 0 1 2 3", "its largest value is 0"),
        (b"P5 1 1 65536 aa", "its largest value is 65536"),
        (b"P6 1 2 9 abcde", "1 values are missing"),
        (b"P3 99999 99999 9 1 2 3", "megapixels"),
    ],
)
def test_a_damaged_one_is_one_line(tmp_path, content, said):
    (tmp_path / "a.ppm").write_bytes(content)
    with pytest.raises(AvanpError, match=said):
        read_image(str(tmp_path / "a.ppm"))


def test_a_comment_and_a_number_may_go_on_in_the_next_block(tmp_path, monkeypatch):
    content = b"P2 30 2 999\n" + b"".join(b"%d#a comment\n" % i for i in range(100, 160))
    (tmp_path / "a.ppm").write_bytes(content)
    whole = read_image(str(tmp_path / "a.ppm"))
    for size in (3, 5, 8, 17):
        monkeypatch.setattr("avanp.data.readers.netpbm.CHUNK", size)
        assert np.array_equal(read_image(str(tmp_path / "a.ppm")), whole)
