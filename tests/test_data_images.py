import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from avanp.data.images import ImageSet
from avanp.errors import AvanpError

PIXELS = st.tuples(*[st.integers(1, 5)] * 3).flatmap(lambda s: arrays(np.uint8, (*s, 3)))


def a_set(images: np.ndarray) -> ImageSet:
    return ImageSet("test", images, tuple(str(i) for i in range(len(images))), "memory")


def test_the_hash_is_over_the_shape_and_the_pixels() -> None:
    images = np.arange(2 * 1 * 2 * 3, dtype=np.uint8).reshape(2, 1, 2, 3)
    assert a_set(images).sha256 == hashlib.sha256(b"2,1,2,3;" + bytes(range(12))).hexdigest()


@settings(deadline=None)
@given(PIXELS)
def test_the_hash_does_not_depend_on_the_layout_in_memory(images: np.ndarray) -> None:
    assert a_set(np.asfortranarray(images)).sha256 == a_set(images).sha256


@settings(deadline=None)
@given(PIXELS, st.data())
def test_one_changed_byte_changes_the_hash(images: np.ndarray, data: st.DataObject) -> None:
    changed = images.copy()
    changed.flat[data.draw(st.integers(0, images.size - 1))] ^= 1
    assert a_set(changed).sha256 != a_set(images).sha256


def test_the_same_bytes_in_another_shape_have_another_hash() -> None:
    images = np.zeros((2, 3, 4, 3), np.uint8)
    assert a_set(images).sha256 != a_set(images.reshape(2, 4, 3, 3)).sha256


@settings(deadline=None)
@given(PIXELS)
def test_distinct_counts_images_that_differ_somewhere(images: np.ndarray) -> None:
    expected = len(np.unique(images.reshape(len(images), -1), axis=0))
    assert a_set(images).distinct == expected
    assert a_set(np.concatenate([images, images])).distinct == expected


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_byte_becomes_the_nearest_float_to_its_255th(dtype: type[np.floating]) -> None:
    values = a_set(np.arange(256 * 3, dtype=np.uint16).astype(np.uint8).reshape(1, 256, 1, 3))
    floats = values.as_float(dtype)
    assert floats.dtype == dtype
    assert np.array_equal(floats.ravel(), np.array([b / 255 for b in range(256)] * 3, dtype))


def test_as_float_is_float32_unless_asked_otherwise() -> None:
    assert a_set(np.full((1, 2, 2, 3), 255, np.uint8)).as_float().dtype == np.float32


def test_width_and_height_are_not_exchanged() -> None:
    images = a_set(np.zeros((4, 64, 100, 3), np.uint8))
    assert (len(images), images.width, images.height) == (4, 100, 64)


def test_the_pixels_cannot_be_written() -> None:
    images = a_set(np.zeros((1, 2, 2, 3), np.uint8)).images
    with pytest.raises(ValueError, match="read-only"):
        images[0] = 1


@pytest.mark.parametrize(
    ("images", "said"),
    [
        (np.zeros((1, 2, 2, 3)), "uint8"),
        (np.zeros((2, 2, 3), np.uint8), "(N, H, W, 3)"),
        (np.zeros((1, 2, 2, 4), np.uint8), "(N, H, W, 3)"),
        (np.zeros((0, 2, 2, 3), np.uint8), "(N, H, W, 3)"),
    ],
)
def test_what_is_not_a_stack_of_rgb_bytes_is_refused(images: np.ndarray, said: str) -> None:
    with pytest.raises(AvanpError) as error:
        a_set(images)
    assert said in str(error.value)


def test_names_must_be_as_many_as_images() -> None:
    with pytest.raises(AvanpError, match="2 images need as many names, not 1"):
        ImageSet("test", np.zeros((2, 1, 1, 3), np.uint8), ("a",), "memory")


def test_a_set_prints_in_one_line_without_its_pixels() -> None:
    shown = repr(a_set(np.zeros((200, 2, 5, 3), np.uint8)))
    assert shown == "ImageSet('test', 200x2x5x3)"
    of_classes = ImageSet(
        "two", np.zeros((2, 1, 1, 1), np.uint8), "ab", "memory", labels=[0, 1], classes=("x", "y")
    )
    assert repr(of_classes) == "ImageSet('two', 2x1x1x1, 2 classes)"
