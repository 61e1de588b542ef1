"""Grain drawn into samples: what is fitted, by loops; what is drawn; what a system keeps of it."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from avanp.errors import AvanpError
from avanp.rng import stream
from avanp.systems import build, texture
from avanp.training import checkpoint
from avanp.training.trainer import Trainer

SHAPE = (12, 10, 3)


def grain(n, rng):
    """Return noise that goes along rows, the same in all colours, of a strength of 0.05."""
    white = rng.normal(size=(n, 12, 10, 1))
    along = (white + np.roll(white, 1, axis=2)) / np.sqrt(2)
    return 0.05 * np.repeat(along, 3, axis=3)


@pytest.fixture
def grey():
    """Return images of one grey with grain, and without."""
    again = np.full((300, *SHAPE), 0.5)
    return again + grain(300, np.random.default_rng(0)), again


def test_levels_are_what_images_lack_by_brightness_and_contrast_pixel_by_pixel():
    rng = np.random.default_rng(1)
    again = rng.random((3, *SHAPE)) * np.linspace(0, 1, 10)[:, None]
    x = again + rng.normal(size=again.shape) * 0.1
    levels = texture.fit(x, again).levels
    sums, counts = np.zeros((8, 8)), np.zeros((8, 8))
    overall = np.mean((x - again) ** 2)
    for i in range(3):
        grey = again[i].mean(axis=2)
        padded = np.pad(grey, 2, mode="symmetric")
        for row in range(12):
            for column in range(10):
                near = padded[row : row + 5, column : column + 5]
                bright = min(int(grey[row, column] * 8), 7)
                uneven = int((near.std() >= texture.UNEVEN).sum())
                sums[bright, uneven] += np.mean((x - again)[i, row, column] ** 2)
                counts[bright, uneven] += 1
    assert_allclose(levels, np.sqrt((sums + overall) / (counts + 1)) + texture.LEAST, rtol=1e-6)


def test_what_is_drawn_has_the_strength_and_the_correlations_of_what_was_lacking(grey):
    x, again = grey
    drawn = texture.draw(texture.fit(x, again), again, np.random.default_rng(2)) - again
    for shift in (0, 1, 2):
        wanted, got = (np.mean(d * np.roll(d, shift, axis=2)) for d in (x - again, drawn))
        assert got == pytest.approx(wanted, abs=2e-4)
    assert abs(np.mean(drawn * np.roll(drawn, 1, axis=1))) < 2e-4
    assert_allclose(drawn[..., 0], drawn[..., 1], atol=2e-3)


def test_strength_weighs_it_and_values_stay_in_their_range(grey):
    x, again = grey
    found = texture.fit(x, again)
    one, half = (texture.draw(found, again, np.random.default_rng(3), s) for s in (1.0, 0.5))
    assert_allclose(half - again, (one - again) / 2, atol=1e-12)
    assert_array_equal(texture.draw(found, again, np.random.default_rng(3), 0.0), again)
    bright = texture.draw(found, np.ones((4, *SHAPE), np.float32), np.random.default_rng(4))
    assert bright.dtype == np.float32
    assert bright.max() <= 1


def test_edges_and_prints_are_no_grain(grey):
    x, again = grey
    x = again.copy()
    x[:, 3, 3] += 0.4
    x[::2, 7, 5] -= 0.4
    drawn = texture.fit(x, again)
    assert_array_equal(texture.draw(drawn, again, np.random.default_rng(8)), again)


def test_exact_reconstructions_and_images_of_other_places_have_a_texture():
    again = np.full((4, *SHAPE), 0.2)
    nothing = texture.draw(texture.fit(again, again), again + 0.5, np.random.default_rng(5))
    assert_allclose(nothing, again + 0.5, atol=1e-3)


def test_a_trained_system_draws_it_into_samples_alone_and_keeps_it(tmp_path):
    x = np.random.default_rng(6).random((40, *SHAPE)).astype(np.float32)
    system = build("VAE", shape=SHAPE, widths=(8,), latent=3, mixture=1, settle=1, texture=0.7)
    z = system.noise(3, stream(0, "sample"))
    assert_array_equal(system.textured(system.decode(z), stream(1, "sample")), system.decode(z))
    Trainer(system, batch_size=16, out=tmp_path).fit(x, 2)
    kept, _ = checkpoint.load_best(tmp_path / "checkpoint.npz")
    made = kept.generate(3, stream(1, "sample"))
    assert_array_equal(made, system.generate(3, stream(1, "sample")))
    rng = stream(1, "sample")
    plain = kept.decode(kept.codes(3, rng))
    assert_array_equal(made, kept.textured(plain, rng))
    assert np.std(made - plain) > 0.05
    assert_array_equal(kept.reconstruct(x), kept.decode(kept.encode(x)[0]))


def test_it_is_for_images_between_0_and_1():
    with pytest.raises(AvanpError, match="leave it out"):
        build("VAE", shape=SHAPE, pixel_range="real", likelihood="gaussian", texture=1.0)


def test_passes_are_not_without_end():
    with pytest.raises(AvanpError, match="at most 100"):
        build("VAE", shape=SHAPE, settle=10**9)


def test_codes_of_the_mixture_settle_where_decoder_and_encoder_lead_them():
    x = np.random.default_rng(7).random((40, *SHAPE)).astype(np.float32)
    system = build("VAE", shape=SHAPE, widths=(8,), latent=3, mixture=1, settle=2)
    straight = build("VAE", shape=SHAPE, widths=(8,), latent=3, mixture=1)
    for one in (system, straight):
        Trainer(one, batch_size=16).fit(x, 2)
    z = straight.codes(5, stream(0, "sample"))
    for _ in range(2):
        z = straight.encode(straight.decode(z))[0]
    assert_array_equal(system.codes(5, stream(0, "sample")), z)
