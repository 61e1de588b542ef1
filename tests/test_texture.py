"""Grain drawn into samples: what is fitted, by loops; what is drawn; what a system keeps of it."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from avanp import VAE
from avanp.data.images import ImageSet, numbered
from avanp.errors import AvanpError
from avanp.evaluation.scores import evaluate
from avanp.metrics.features import Pixels
from avanp.report.scores import about_line
from avanp.rng import stream
from avanp.systems import build, texture
from avanp.training import checkpoint
from avanp.training.trainer import Trainer
from cli_process import avanp

SHAPE = (12, 10, 3)


def grain(n, rng):
    """Return noise that goes along rows, the same in all colours, of a strength of 0.05."""
    white = rng.normal(size=(n, 12, 10, 1))
    along = (white + np.roll(white, 1, axis=2)) / np.sqrt(2)
    return 0.05 * np.repeat(along, 3, axis=3)


@pytest.fixture
def grey():
    """Return images of one grey each with grain, and without."""
    again = np.broadcast_to(np.linspace(0.3, 0.7, 300)[:, None, None, None], (300, *SHAPE))
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


def test_most_of_what_images_differ_by_is_no_grain(grey):
    x, again = grey
    one_for_all = np.full_like(x, x.mean())
    collapsed = texture.fit(x, one_for_all)
    assert np.mean(((x - one_for_all) / x.std()) ** 4) < texture.MOST_KURTOSIS
    assert_array_equal(texture.draw(collapsed, one_for_all, np.random.default_rng(9)), one_for_all)
    for share, there in ((0.45, True), (0.55, False)):
        noise = (
            np.sqrt(share / (1 - share))
            * again.std()
            * np.random.default_rng(10).normal(size=again.shape)
        )
        assert texture.fit(again + noise, again).levels.any() == there


def test_exact_reconstructions_and_images_of_other_places_have_a_texture():
    again = np.full((4, *SHAPE), 0.2)
    nothing = texture.draw(texture.fit(again, again), again + 0.5, np.random.default_rng(5))
    assert_allclose(nothing, again + 0.5, atol=1e-3)


def test_a_trained_system_draws_it_into_samples_alone_and_keeps_it(grey, tmp_path):
    x = grey[0].astype(np.float32)
    more = {"likelihood": "optimal-gaussian", "lr": 5e-3}
    sampler = {"mixture": 1, "settle": 1, "texture": 0.7}
    system = build("VAE", shape=SHAPE, widths=(8,), latent=3, **sampler, **more)
    z = system.noise(3, stream(0, "sample"))
    assert_array_equal(system.textured(system.decode(z), stream(1, "sample")), system.decode(z))
    Trainer(system, batch_size=16, out=tmp_path).fit(x, 10)
    kept, _ = checkpoint.load_best(tmp_path / "checkpoint.npz")
    made = kept.generate(3, stream(1, "sample"))
    assert_array_equal(made, system.generate(3, stream(1, "sample")))
    rng = stream(1, "sample")
    plain = kept.decode(kept.codes(3, rng))
    assert_array_equal(made, kept.textured(plain, rng))
    assert np.std(made - plain) == pytest.approx(0.7 * 0.05, rel=0.3)
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


def collapsed(x):
    """Return a VAE whose decoder gives one image for all codes, with the grain of other ones."""
    system = build("VAE", shape=SHAPE, widths=(8,), latent=3, texture=1.0)
    for weights in system.nets["decoder"].params.values():
        weights[...] = 0
    again = np.full_like(x, 0.5)
    texture.keep(system.state, texture.fit(x, again)._replace(levels=np.full((8, 8), 0.3)))
    return system


def test_no_grain_hides_from_evaluate_that_images_are_all_alike(grey):
    x = grey[0][np.random.default_rng(11).permutation(300)]
    images = ImageSet("grey", np.round(x * 255).astype(np.uint8), numbered(300), "")
    system = collapsed(x)
    given = images.select(np.arange(200)), images.select(np.arange(200, 300)), Pixels()
    result = evaluate(system, *given, n=60)
    scores = {score.key: score.value for score in result["scores"]}
    assert result["grain"]
    assert scores["diversity"] < 0.1
    assert "all alike" in {one["sees"] for one in result["looks"] if one["of"] == "samples"}
    assert "of those without" in about_line(result)
    system.config = replace(system.config, texture=0.0)
    system.state = {}
    bare = evaluate(system, *given, n=60)
    without = {score.key: score.value for score in bare["scores"]}
    assert not bare["grain"]
    assert "grain" not in about_line(bare)
    for key in ("diversity", "nearest_mse"):
        assert scores[key] == without[key]
    assert scores["frechet_distance"] != without["frechet_distance"]


def test_a_training_that_gives_one_image_for_all_codes_says_so_and_draws_no_grain(tmp_path):
    words = ("--data", "digits", "--limit", "200", "--epochs", "30", "--beta", "1000")
    done = avanp(tmp_path, "train", "VAE", *words, "--texture", "1", "--out", "run")
    assert done.code == 0, done.err
    assert "samples look all alike" in done.out
    system, _ = checkpoint.load_best(tmp_path / "run" / "checkpoint.npz")
    assert texture.kept(system.state) is None


@pytest.mark.parametrize("mixture", [0, 3])
def test_grain_is_of_the_present_weights_also_where_further_images_are_few(grey, mixture):
    x = grey[0][np.random.default_rng(12).permutation(300)].astype(np.float32)
    more = {
        "likelihood": "optimal-gaussian",
        "texture": 1.0,
        "mixture": mixture,
        "lr": 5e-3,
        "arch": "mlp",
    }
    m = VAE(widths=(8,), latent=3, batch_size=16, random_state=0, settle=0, **more)
    m.partial_fit(x[:200])
    before = m.system_.state["texture_factors"].copy()
    for _ in range(40):
        m.partial_fit(x[200:])
    state = m.system_.state
    found = texture.fit(x[200:], m.system_.reconstruct(x[200:]))
    for name, array in zip(texture.NAMES, found, strict=True):
        assert_allclose(state[name], array, rtol=1e-5, atol=1e-6)
    assert state["texture_levels"].any()
    assert np.abs(state["texture_factors"] - before).max() > 0.01
