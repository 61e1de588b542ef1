import gzip
import struct
import tempfile
from pathlib import Path

import numpy as np
import pytest
from data_small import well_or_in_one_line
from hypothesis import given, settings
from hypothesis import strategies as st

from avanp.data.readers import guard
from avanp.data.readers.idx import read_idx
from avanp.errors import AvanpError


def idx(array: np.ndarray, kind: int = 8) -> bytes:
    return (
        struct.pack(f">BBBB{array.ndim}I", 0, 0, kind, array.ndim, *array.shape) + array.tobytes()
    )


def refused(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    with pytest.raises(AvanpError) as error:
        read_idx(path)
    said = str(error.value)
    assert len(said.splitlines()) == 1
    assert repr(str(path)) in said
    return said


PIXELS = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)


@pytest.mark.parametrize("shape", [(24,), (4, 6), (2, 3, 4), (1, 2, 3, 4)])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_the_array_that_was_written_is_read(tmp_path: Path, shape, pack) -> None:
    array = PIXELS.reshape(shape)
    (tmp_path / "a").write_bytes(pack(idx(array)))
    read = read_idx(tmp_path / "a")
    assert read.dtype == np.uint8
    assert np.array_equal(read, array)


def test_the_sizes_are_big_endian_as_in_mnists_first_bytes(tmp_path: Path) -> None:
    # The first bytes of t10k-labels-idx1-ubyte, cut to three labels.
    (tmp_path / "a").write_bytes(bytes.fromhex("0000080100000003 070201"))
    assert read_idx(tmp_path / "a").tolist() == [7, 2, 1]


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("cut", [1, 12, 24])
def test_a_file_with_fewer_bytes_than_promised_is_refused(tmp_path: Path, pack, cut) -> None:
    assert "truncated or damaged" in refused(tmp_path / "a", pack(idx(PIXELS)[:-cut]))


def test_a_gzip_that_breaks_off_is_refused(tmp_path: Path) -> None:
    assert "truncated or damaged" in refused(tmp_path / "a", gzip.compress(idx(PIXELS))[:-9])


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_file_with_more_bytes_than_promised_is_refused(tmp_path: Path, pack) -> None:
    assert "more in it than the 24 bytes" in refused(tmp_path / "a", pack(idx(PIXELS) + b"x"))


@pytest.mark.parametrize("content", [b"", b"\0\0\x08", b"PNG!", b"\0\0\x08\x00", b"\0\0\x08\x05"])
def test_another_magic_number_is_refused(tmp_path: Path, content: bytes) -> None:
    assert "is not an IDX file" in refused(tmp_path / "a", content)


@pytest.mark.parametrize(("kind", "name"), [(9, "signed bytes"), (12, "int32"), (14, "float64")])
def test_values_that_are_no_bytes_are_refused(tmp_path: Path, kind: int, name: str) -> None:
    assert f"holds {name}" in refused(tmp_path / "a", idx(PIXELS, kind))


def test_a_header_that_promises_too_much_is_refused_before_memory_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard.np, "empty", None)
    huge = struct.pack(">BBBB3I", 0, 0, 8, 3, 2**32 - 1, 2**32 - 1, 2**32 - 1)
    assert "more than 2 GiB" in refused(tmp_path / "a", huge)
    large = struct.pack(">BBBBI", 0, 0, 8, 1, 2**30)
    assert "too small to hold them" in refused(tmp_path / "a", large)
    assert "too small to hold them" in refused(tmp_path / "a", gzip.compress(large))


def test_a_missing_file_and_a_folder_are_one_line(tmp_path: Path) -> None:
    with pytest.raises(AvanpError, match="cannot be read: No such file"):
        read_idx(tmp_path / "none")
    with pytest.raises(AvanpError, match="not a regular file"):
        read_idx(tmp_path)


@settings(max_examples=150)
@given(st.binary(max_size=40), st.booleans(), st.booleans())
def test_any_bytes_are_an_array_or_one_line(content: bytes, magic: bool, zipped: bool) -> None:
    content = b"\0\0\x08" + content if magic else content
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a")
        path.write_bytes(gzip.compress(content) if zipped else content)
        with well_or_in_one_line():
            assert read_idx(path).dtype == np.uint8
