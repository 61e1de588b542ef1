import io
import tempfile
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pytest
from data_small import well_or_in_one_line
from hypothesis import given, settings
from hypothesis import strategies as st

from avanp.data.readers.npz import read_npz
from avanp.data.resolve import resolve
from avanp.errors import AvanpError, Note

IMAGES = np.arange(3 * 4 * 5, dtype=np.uint8).reshape(3, 4, 5)


def npy(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def packed(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return path


def refused(path: Path, *names: str) -> str:
    with pytest.raises(AvanpError) as error:
        read_npz(path, names or ["images"])
    assert len(str(error.value).splitlines()) == 1
    return str(error.value)


def test_the_arrays_asked_for_are_read_and_no_others(tmp_path: Path) -> None:
    labels = np.array([1, 0, 1])
    np.savez_compressed(tmp_path / "a.npz", images=IMAGES, labels=labels, more=IMAGES)
    read = read_npz(tmp_path / "a.npz", ["images", "labels", "absent"])
    assert set(read) == {"images", "labels"}
    assert np.array_equal(read["images"], IMAGES)
    assert np.array_equal(read["labels"], labels)


def test_a_pickle_is_refused_and_not_run(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", images=np.array([{"a": 1}], dtype=object))
    assert "Python objects" in refused(tmp_path / "a.npz")


def test_an_array_longer_or_shorter_than_its_header_is_refused(tmp_path: Path) -> None:
    whole = npy(IMAGES)
    for content in (whole[:-1], whole + b"x"):
        assert "truncated or damaged" in refused(packed(tmp_path / "a.npz", images=content))


def test_a_header_that_promises_too_much_is_refused(tmp_path: Path) -> None:
    huge = npy(IMAGES).replace(b"(3, 4, 5), }", b"(9**9,), }  ")
    assert "truncated or damaged" in refused(packed(tmp_path / "a.npz", images=huge))
    huge = npy(IMAGES).replace(b"(3, 4, 5), }   ", b"(99999999999,)}")
    assert "more than 2 GiB" in refused(packed(tmp_path / "a.npz", images=huge))
    # 2^64 + 1 elements: a product that wraps to 1 in 64 bits.
    huge = npy(IMAGES).replace(b"(3, 4, 5), }" + b" " * 20, b"(274177, 67280421310721)}".ljust(32))
    assert "more than 2 GiB" in refused(packed(tmp_path / "a.npz", images=huge))


@pytest.mark.parametrize("content", [b"", b"hello", npy(IMAGES)])
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.npz").write_bytes(content)
    assert "is not an .npz file" in refused(tmp_path / "a.npz")


@settings(max_examples=100)
@given(st.data())
def test_any_damage_gives_an_array_or_one_line(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = packed(Path(folder, "a.npz"), images=npy(IMAGES), labels=npy(np.arange(3)))
        content = bytearray(path.read_bytes())
        for _ in range(data.draw(st.integers(1, 4))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
        path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
        with well_or_in_one_line():
            read_npz(path, ["images", "labels"])


@settings(max_examples=100)
@given(st.binary(max_size=80))
def test_any_header_gives_an_array_or_one_line(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = packed(Path(folder, "a.npz"), images=npy(IMAGES)[:10] + content)
        with well_or_in_one_line():
            read_npz(path, ["images"])


def test_an_npz_file_is_a_set(tmp_path: Path) -> None:
    np.savez(tmp_path / "mine.npz", images=IMAGES, labels=np.array([7, 3, 7]))
    images = resolve(str(tmp_path / "mine.npz"))
    assert (images.name, images.shape, images.channels) == ("mine", (4, 5, 1), 1)
    assert images.classes == ("3", "7")
    assert images.labels.tolist() == [1, 0, 1]


@pytest.mark.parametrize("column", [False, True])  # as in Keras' mnist, and its cifar10
def test_the_arrays_of_keras_are_a_set_with_its_parts(tmp_path: Path, column: bool) -> None:
    labels = np.array([4, 2, 4])[:, None] if column else np.array([4, 2, 4])
    arrays = {"x_train": IMAGES, "y_train": labels, "x_test": IMAGES[:2], "y_test": labels[:2]}
    np.savez(tmp_path / "mnist.npz", **arrays)
    images = resolve(str(tmp_path / "mnist.npz"))
    assert (len(images), len(images.part("train")), len(images.part("test"))) == (5, 3, 2)
    assert np.array_equal(images.part("test").images[..., 0], IMAGES[:2])
    assert (images.classes, images.labels.tolist()) == (("2", "4"), [1, 0, 1, 1, 0])


@pytest.mark.parametrize(("top", "factor"), [(1, 255), (16, 15)])
def test_images_that_are_nearly_black_are_noted(tmp_path: Path, top: int, factor: int) -> None:
    np.savez(tmp_path / "mine.npz", images=np.where(IMAGES > 5, top, 0).astype(np.uint8))
    with pytest.warns(Note, match=f"above {top} of 255.* save them multiplied by {factor}$"):
        resolve(str(tmp_path / "mine.npz"))
    np.savez(tmp_path / "mine.npz", images=np.full((2, 3, 4), 17, np.uint8))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        resolve(str(tmp_path / "mine.npz"))


def test_boolean_pixels_become_0_and_255(tmp_path: Path) -> None:
    np.savez(tmp_path / "mine.npz", images=IMAGES > 5)
    assert np.array_equal(resolve(str(tmp_path / "mine.npz")).images[..., 0], (IMAGES > 5) * 255)


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"labels": np.arange(3)}, "has no array 'images', and no 'x_train'"),
        ({"x_train": IMAGES, "x_test": IMAGES[:, 1:]}, "arrays are of two kinds"),
        ({"x_train": IMAGES, "x_test": IMAGES[:0]}, "the test array is empty"),
        ({"images": IMAGES / 255}, "uint8"),
        ({"images": IMAGES[0]}, "the shape"),
        ({"images": IMAGES, "labels": np.arange(4)}, "one whole number an image"),
        ({"images": IMAGES, "labels": np.zeros(3)}, "one whole number an image"),
    ],
)
def test_an_npz_file_that_is_no_set_is_one_line(tmp_path: Path, arrays, said: str) -> None:
    np.savez(tmp_path / "mine.npz", **arrays)
    with pytest.raises(AvanpError) as error:
        resolve(str(tmp_path / "mine.npz"))
    assert said in str(error.value)
    assert len(str(error.value).splitlines()) == 1
