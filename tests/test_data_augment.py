"""Augmentation: what each change does to pixels, and how often."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from avanp.data.augment import augmented, transformed

RNG = np.random.default_rng(0)
IMAGES = RNG.random((60, 7, 7, 2), dtype=np.float32)
ALL = {"flips": "both", "rotation": 0.3, "zoom": 0.4, "contrast": 0.3}


def rng(seed=1):
    return np.random.default_rng(seed)


def test_nothing_asked_for_changes_nothing():
    assert augmented(IMAGES, rng()) is IMAGES


def test_half_of_the_images_are_flipped_the_way_that_is_asked_for():
    once = augmented(IMAGES, rng(), flips="horizontal")
    flipped = [np.array_equal(a, b[:, ::-1]) for a, b in zip(once, IMAGES, strict=True)]
    kept = [np.array_equal(a, b) for a, b in zip(once, IMAGES, strict=True)]
    assert np.logical_xor(flipped, kept).all()
    assert 15 < sum(flipped) < 45
    both = augmented(IMAGES, rng(), flips="both")
    ways = [
        [np.array_equal(a, b[::v, ::h]) for v in (1, -1) for h in (1, -1)]
        for a, b in zip(both, IMAGES, strict=True)
    ]
    assert (np.sum(ways, axis=1) == 1).all()
    assert (np.sum(ways, axis=0) > 5).all()


def test_a_quarter_of_a_turn_is_numpys():
    turned = transformed(IMAGES[0], np.pi / 2, (1, 1))
    assert_allclose(turned, np.rot90(IMAGES[0]), atol=1e-6)


def loop(image, angle, scale):
    """The same by a loop over pixels, for places inside the image."""
    height, width, channels = image.shape
    new = np.full(image.shape, np.nan)
    cy, cx = (height - 1) / 2, (width - 1) / 2
    for i in range(height):
        for j in range(width):
            dy, dx = i - cy, j - cx
            y = cy + (np.cos(angle) * dy) / scale[0] + (np.sin(angle) * dx) / scale[1]
            x = cx + (-np.sin(angle) * dy) / scale[0] + (np.cos(angle) * dx) / scale[1]
            if not (0 <= y <= height - 1 and 0 <= x <= width - 1):
                continue
            top, left = min(int(y), height - 2), min(int(x), width - 2)
            b, a = y - top, x - left
            for c in range(channels):
                new[i, j, c] = (
                    (1 - b) * (1 - a) * image[top, left, c]
                    + (1 - b) * a * image[top, left + 1, c]
                    + b * (1 - a) * image[top + 1, left, c]
                    + b * a * image[top + 1, left + 1, c]
                )
    return new


@pytest.mark.parametrize(("angle", "scale"), [(0.4, (1, 1)), (0.0, (1.4, 0.7)), (-1.1, (1.2, 1.3))])
def test_pixels_come_from_where_the_turn_and_the_scale_say(angle, scale):
    expected = loop(IMAGES[0], angle, scale)
    inside = ~np.isnan(expected)
    assert inside.mean() > 0.3
    found = transformed(IMAGES[0], angle, scale)
    assert_allclose(found[inside], expected[inside], atol=1e-5)
    assert IMAGES[0].min() <= found.min() <= found.max() <= IMAGES[0].max() + 1e-6


def test_contrast_moves_pixels_from_their_mean_and_stays_in_range():
    made = augmented(IMAGES, rng(), contrast=0.3)
    factors = 1 + 0.3 * rng().uniform(-1, 1, (60, 1, 1, 1))
    for image, old, factor in zip(made, IMAGES, factors[:, 0, 0, 0], strict=True):
        mean = old.mean(axis=(0, 1))
        assert_allclose(image, np.clip(mean + factor * (old - mean), 0, 1), atol=1e-5)


def test_a_seed_gives_one_result_of_the_same_dtype_and_leaves_the_images():
    before = IMAGES.copy()
    one, other, third = (augmented(IMAGES, rng(seed), **ALL) for seed in (3, 3, 4))
    assert_array_equal(one, other)
    assert not np.array_equal(one, third)
    assert_array_equal(IMAGES, before)
    assert one.dtype == np.float32
    assert one.shape == IMAGES.shape
    assert 0 <= one.min() <= one.max() <= 1
