"""BM, Eq. 17: by hand, on constant images, and what it may not depend on."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from avanp import AvanpError, balance_metric


def test_bm_worked_by_hand():
    # Two pixels: d = 0.5 and d = sqrt(0.36 + 0.64 + 0.44) = 1.2.
    image = np.zeros((1, 1, 2, 3))
    generated = np.array([[[[0.5, 0, 0], [0.6, 0.8, np.sqrt(0.44)]]]])
    assert balance_metric(generated, image) == pytest.approx((0.25 + 0.24) / 2)
    assert balance_metric(generated, image, absolute=False) == pytest.approx((0.25 - 0.24) / 2)


def test_every_image_is_compared_with_its_own_draws_alone():
    images = np.stack([np.full((2, 3, 1), 0.0), np.full((2, 3, 1), 1.0)])
    draws = np.stack([images, images + np.array([0.5, -0.5])[:, None, None, None]], axis=1)
    # Per image: d = 0 and d = 1/2.
    assert balance_metric(draws, images) == pytest.approx((0 + 0.25) / 2)


def test_one_image_is_compared_with_all():
    images = np.stack([np.full((2, 2, 1), v) for v in (0.0, 0.4)])
    grey = np.full((2, 2, 1), 0.5)
    assert balance_metric(grey, images) == pytest.approx((0.25 + 0.09) / 2)


@pytest.mark.data
@pytest.mark.parametrize(("absolute", "expected"), [(True, 0.2377), (False, 0.0117)])
def test_an_all_white_image_on_the_papers_images(orbit_set, absolute, expected):
    x = orbit_set.as_float()
    assert balance_metric(np.ones_like(x), x, absolute=absolute) == pytest.approx(
        expected, abs=5e-5
    )


@given(seed=st.integers(0, 10**6), channels=st.sampled_from([1, 3, 4]))
def test_bm_does_not_depend_on_the_order_of_images_or_pixels(seed, channels):
    rng = np.random.default_rng(seed)
    x, y = rng.random((2, 4, 3, 5, channels))
    order, columns = rng.permutation(4), rng.permutation(5)
    bm = balance_metric(y, x)
    assert balance_metric(y[order][:, :, columns], x[order][:, :, columns]) == pytest.approx(bm)


@given(seed=st.integers(0, 10**6))
def test_bm_lies_between_zero_and_what_the_largest_distance_gives(seed):
    x, y = np.random.default_rng(seed).random((2, 3, 4, 4, 3))
    largest = np.sqrt(3) * (np.sqrt(3) - 1)
    assert 0 <= balance_metric(y, x) <= largest
    assert balance_metric(y, x, absolute=False) <= 0.25


def test_bytes_are_taken_as_fractions_of_255():
    x = np.random.default_rng(0).integers(0, 256, (2, 4, 4, 3), np.uint8)
    y = 255 - x
    assert balance_metric(y, x) == pytest.approx(balance_metric(y / 255, x / 255), rel=1e-6)


@pytest.mark.parametrize(
    ("y", "x"),
    [
        (np.zeros((2, 4, 4, 3)), np.zeros((3, 4, 4, 3))),
        (np.zeros((2, 4, 4, 1)), np.zeros((2, 4, 4, 3))),
        (np.zeros((4, 4)), np.zeros((2, 4, 4, 3))),
        (np.zeros((2, 4, 4, 3)), np.zeros((4, 4, 3))),
        (np.full((2, 4, 4, 3), np.nan), np.zeros((2, 4, 4, 3))),
        (np.full((2, 4, 4, 3), 2.0), np.zeros((2, 4, 4, 3))),
        (np.zeros((2, 4, 4, 3), int), np.zeros((2, 4, 4, 3))),
        (np.zeros((0, 4, 4, 3)), np.zeros((0, 4, 4, 3))),
    ],
)
def test_arrays_that_do_not_fit_are_refused_in_one_line(y, x):
    with pytest.raises(AvanpError) as error:
        balance_metric(y, x)
    assert "\n" not in str(error.value)


def test_large_images_do_not_drift():
    grey = np.full((1, 2000, 2000, 1), 0.3, np.float32)
    # One float32 sum over all pixels is off by 1.7e-4 compiled and by 3e-2 with compilation off;
    # in parts, with compilation off, by 5e-5.
    assert balance_metric(grey, 0 * grey) == pytest.approx(0.21, rel=1e-4)
