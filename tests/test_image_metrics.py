"""PSNR, SSIM and nearest images: by hand, and SSIM beside a slow loop over windows."""

import numpy as np
import pytest

from avanp.errors import AvanpError
from avanp.metrics.nearest import nearest_images
from avanp.metrics.psnr import psnr
from avanp.metrics.sharpness import sharpness
from avanp.metrics.ssim import ssim


@pytest.fixture
def images():
    return np.random.default_rng(0).random((5, 14, 13, 3))


def test_a_constant_shift_of_a_tenth_is_twenty_decibels():
    x = np.full((2, 4, 4, 1), 0.5)
    assert psnr(x + 0.1, x) == pytest.approx(20)


def test_the_psnr_of_several_images_is_the_mean_of_theirs():
    x = np.zeros((2, 4, 4, 1))
    y = x + np.array([0.1, 0.01])[:, None, None, None]
    assert psnr(y, x) == pytest.approx((20 + 40) / 2)


def test_the_psnr_of_some_pixels_is_that_of_these_alone():
    x = np.zeros((700, 2, 3, 2))
    y, where = x.copy(), np.zeros((700, 2, 3), bool)
    where[:, 0, 1] = where[5, 1] = True
    where[9] = False
    y[:, 0, 1] = 0.1
    y[:, 1, 0] += 0.5
    y[5, 1] = 0.01
    fifth = -10 * np.log10((0.01 + 3 * 1e-4) / 4)
    assert psnr(x, y, where) == pytest.approx((698 * 20 + fifth) / 699)


def test_the_psnr_of_a_copy_is_infinite(images):
    assert psnr(images, images) == np.inf


def test_bytes_are_divided_by_255():
    black, grey = np.zeros((1, 12, 12, 1), np.uint8), np.full((1, 12, 12, 1), 51, np.uint8)
    assert psnr(grey, black) == pytest.approx(-20 * np.log10(0.2))
    assert ssim(grey, black) == pytest.approx(1e-4 / (0.04 + 1e-4))


def test_the_ssim_of_a_copy_is_one(images):
    assert ssim(images, images) == pytest.approx(1, abs=1e-12)


def test_the_ssim_of_constant_images_is_its_luminance_term():
    x, y = np.full((1, 11, 11, 1), 0.5), np.full((1, 11, 11, 1), 0.25)
    assert ssim(x, y) == pytest.approx((2 * 0.125 + 1e-4) / (0.25 + 0.0625 + 1e-4))


def test_the_ssim_of_a_negative_is_negative():
    x = np.random.default_rng(0).random((1, 32, 32, 1))
    assert ssim(1 - x, x) < -0.9


def slow_ssim(x, y):
    """Window by window, with the window's own weighted moments about its own mean."""
    at = np.arange(-5, 6)
    w = np.exp(-(at[:, None] ** 2 + at**2) / (2 * 1.5**2))
    w /= w.sum()
    values = []
    for i in range(x.shape[0] - 10):
        for j in range(x.shape[1] - 10):
            a, b = x[i : i + 11, j : j + 11], y[i : i + 11, j : j + 11]
            ma, mb = (w * a).sum(), (w * b).sum()
            va, vb = (w * (a - ma) ** 2).sum(), (w * (b - mb) ** 2).sum()
            cov = (w * (a - ma) * (b - mb)).sum()
            luminance = (2 * ma * mb + 0.01**2) / (ma**2 + mb**2 + 0.01**2)
            values.append(luminance * (2 * cov + 0.03**2) / (va + vb + 0.03**2))
    return np.mean(values)


def test_ssim_is_the_loop_over_windows_and_the_mean_over_channels(images):
    rng = np.random.default_rng(1)
    noisy = np.clip(images + 0.2 * rng.standard_normal(images.shape), 0, 1)
    expected = np.mean(
        [slow_ssim(noisy[n, ..., c], images[n, ..., c]) for n in range(5) for c in range(3)]
    )
    assert ssim(noisy, images) == pytest.approx(expected, rel=1e-10)


def test_the_number_of_images_taken_together_changes_nothing(images, monkeypatch):
    other = images[::-1].copy()
    whole = psnr(other, images), ssim(other, images), *nearest_images(other, images)
    monkeypatch.setattr("avanp.metrics.arrays.BATCH", 2)
    monkeypatch.setattr("avanp.metrics.nearest.CHUNK", 2)
    parts = psnr(other, images), ssim(other, images), *nearest_images(other, images)
    for one, other in zip(whole, parts, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("metric", [psnr, ssim])
def test_both_fall_as_noise_grows(metric, images):
    noise = np.random.default_rng(2).standard_normal(images.shape)
    values = [metric(np.clip(images + s * noise, 0, 1), images) for s in (0.02, 0.1, 0.5)]
    assert values == sorted(values, reverse=True)


def test_images_that_do_not_fit_are_refused(images):
    for metric in (psnr, ssim):
        with pytest.raises(AvanpError, match="of one shape"):
            metric(images, images[:, :12])
        with pytest.raises(AvanpError, match=r"\[0, 1\]"):
            metric(2 * images - 1, images)
    with pytest.raises(AvanpError, match="11×11 pixels: images of 13×10"):
        ssim(images[:, :10], images[:, :10])
    with pytest.raises(AvanpError, match="of one size"):
        nearest_images(images[:, :10], images)


def test_the_nearest_of_a_copy_is_the_image_itself_at_zero(images):
    mse, index = nearest_images(images[[3, 0]], images)
    np.testing.assert_array_equal(mse, [0, 0])
    np.testing.assert_array_equal(index, [3, 0])


def test_the_nearest_worked_by_hand():
    images = np.array([0.0, 0.5, 1.0])[:, None, None, None] * np.ones((3, 2, 2, 1))
    mse, index = nearest_images(np.full((1, 2, 2, 1), 0.8), images)
    assert mse == pytest.approx([0.04])
    assert index.tolist() == [2]


def test_the_nearest_is_that_of_a_slow_loop(images):
    generated = np.random.default_rng(3).random((7, 14, 13, 3), dtype=np.float32)
    mse, index = nearest_images(generated, images)
    for n, one in enumerate(generated):
        errors = [((one - image) ** 2).mean() for image in images]
        assert index[n] == np.argmin(errors)
        assert mse[n] == pytest.approx(min(errors), rel=1e-6)


def test_the_sharpness_worked_by_hand():
    # Across: differences 0.5 and 0.5, squares 0.25; down: none.
    stripes = np.array([[0, 0.5], [0, 0.5]])[None, :, :, None]
    # Across and down: all 1.
    board = np.array([[0.0, 1], [1, 0]])[None, :, :, None]
    assert sharpness(stripes, board) == pytest.approx(0.25 / 2)


def test_blur_is_less_sharp_and_noise_more(images):
    blurred = (images[:, 1:] + images[:, :-1]) / 2
    assert sharpness(images, images) == 1
    assert sharpness(blurred, images) < 0.8
    grey = 0.5 + 0.1 * (images - 0.5)
    assert sharpness(images, grey) == pytest.approx(100)


def test_flat_images_have_no_sharpness_to_compare_with(images):
    with pytest.raises(AvanpError, match="flat"):
        sharpness(images, np.full((1, 4, 4, 1), 0.5))
    with pytest.raises(AvanpError, match="2×2"):
        sharpness(images[:, :1], images)
