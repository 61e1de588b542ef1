import struct
import tempfile
import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import pytest
from data_small import well_or_in_one_line
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import io

from avanp.data.readers import guard
from avanp.data.readers.matlab import read_matlab
from avanp.errors import AvanpError

KINDS = ("u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8", "?")
MATRICES = {
    "bits": np.array([[True, False, True]]),
    "bytes": np.arange(6, dtype=np.uint8).reshape(2, 3),
    "doubles": np.array([[0.5, -1.0], [2.0, 3.0]]),
}


def saved(path: Path, compress: bool = True, **more: object) -> Path:
    io.savemat(path, MATRICES | more, do_compression=compress)
    return path


def refused(path: Path, *names: str) -> str:
    with pytest.raises(AvanpError) as error:
        read_matlab(path, names or list(MATRICES))
    assert len(str(error.value).splitlines()) == 1
    assert str(path) in str(error.value)
    return str(error.value)


@pytest.mark.parametrize("compress", [False, True])
def test_logical_uint8_and_double_matrices_are_read(tmp_path: Path, compress: bool) -> None:
    read = read_matlab(saved(tmp_path / "a.mat", compress), list(MATRICES))
    assert set(read) == set(MATRICES)
    for name, matrix in MATRICES.items():
        assert np.array_equal(read[name], matrix)


def test_only_what_is_asked_for_is_read(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.mat", cells=np.array([["a", 1]], dtype=object))
    assert set(read_matlab(path, ["bytes"])) == {"bytes"}


@pytest.mark.parametrize("kind", ["cell", "struct", "char"])
def test_what_is_no_matrix_of_numbers_is_refused(tmp_path: Path, kind: str) -> None:
    value = {"cell": np.array([["a", 1]], dtype=object), "struct": {"a": 1}, "char": "text"}[kind]
    path = saved(tmp_path / "a.mat", odd=value)
    assert f"'odd' is a {kind}, not a matrix of numbers" in refused(path, "odd")


def test_a_missing_name_lists_what_is_there(tmp_path: Path) -> None:
    said = refused(saved(tmp_path / "a.mat"), "nothing")
    assert said.endswith("has no 'nothing', only 'bits', 'bytes', 'doubles'")


@pytest.mark.parametrize("content", [b"", b"MATLAB 5.0", b"MATLAB 7.3 MAT-file".ljust(200)])
def test_another_format_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.mat").write_bytes(content)
    assert "is not a MATLAB version 5 file" in refused(tmp_path / "a.mat")


@pytest.mark.parametrize("compress", [False, True])
def test_every_truncation_is_refused(tmp_path: Path, compress: bool) -> None:
    whole = saved(tmp_path / "a.mat", compress).read_bytes()
    for length in range(128, len(whole) - 1, 7):
        (tmp_path / "a.mat").write_bytes(whole[:length])
        refused(tmp_path / "a.mat")


def test_a_matrix_larger_than_the_limit_is_refused_before_it_is_inflated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(tmp_path / "a.mat", large=np.zeros((1000, 1000), np.uint8))
    assert read_matlab(path, ["large"])["large"].shape == (1000, 1000)
    monkeypatch.setattr(guard, "MAX_BYTES", 10**6)
    assert "use a smaller set" in refused(path, "large")


def test_a_bomb_is_inflated_no_further_than_its_dimensions(tmp_path: Path) -> None:
    whole = saved(tmp_path / "a.mat", compress=False).read_bytes()
    end = 136 + int.from_bytes(whole[132:136], "little")
    matrix = whole[128:end]  # "bits", 1x3, and then 100 MB of nothing
    bomb = zlib.compress(matrix + bytes(10**8))
    (tmp_path / "a.mat").write_bytes(whole[:128] + struct.pack("<II", 15, len(bomb)) + bomb)
    tracemalloc.start()
    assert read_matlab(tmp_path / "a.mat", ["bits"])["bits"].tolist() == [[True, False, True]]
    assert tracemalloc.get_traced_memory()[1] < 2 * 10**6
    tracemalloc.stop()


def test_the_other_order_of_bytes_is_read(tmp_path: Path) -> None:
    def element(kind: int, content: bytes) -> bytes:
        return struct.pack(">II", kind, len(content)) + content + bytes(-len(content) % 8)

    matrix = (
        element(6, struct.pack(">II", 6, 0))
        + element(5, struct.pack(">ii", 2, 3))
        + struct.pack(">HH4s", 1, 1, b"m")  # a name of one byte, in its tag
        + element(9, struct.pack(">6d", 1, 2, 3, 4, 5, 6.5))
    )
    header = b"MATLAB 5.0 MAT-file".ljust(124) + struct.pack(">H2s", 0x100, b"MI")
    (tmp_path / "a.mat").write_bytes(header + element(14, matrix))
    read = read_matlab(tmp_path / "a.mat", ["m"])["m"]
    assert read.tolist() == [[1, 3, 5], [2, 4, 6.5]]
    assert read.dtype == np.float64


@given(arrays(st.sampled_from(KINDS), st.tuples(*[st.integers(1, 5)] * 2)), st.booleans())
def test_every_kind_of_number_is_read_as_scipy_reads_it(matrix: np.ndarray, pack: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = saved(Path(folder, "a.mat"), pack, m=matrix)
        read, expected = read_matlab(path, ["m"])["m"], io.loadmat(path)["m"]
        assert np.array_equal(read, expected, equal_nan=matrix.dtype.kind == "f")
        assert read.dtype.itemsize == expected.dtype.itemsize


def test_complex_numbers_are_refused(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.mat", z=np.array([[1j]]))
    assert "'z' is a complex, not a matrix of numbers" in refused(path, "z")


@settings(max_examples=60)
@given(st.data(), st.booleans())
def test_any_damage_gives_matrices_or_one_line(data: st.DataObject, compress: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = saved(Path(folder, "a.mat"), compress)
        content = bytearray(path.read_bytes())
        for _ in range(data.draw(st.integers(1, 3))):
            content[data.draw(st.integers(124, len(content) - 1))] = data.draw(st.integers(0, 255))
        path.write_bytes(content)
        with well_or_in_one_line():
            read_matlab(path, list(MATRICES))
