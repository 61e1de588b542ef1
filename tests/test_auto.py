"""Defaults that follow the images: what is chosen, what is left alone, and that it trains."""

import numpy as np
import pytest

import avanp
from avanp.data.pixels import Pixels
from avanp.errors import AvanpError
from avanp.layers.upsample import Upsample2
from avanp.registry import SYSTEMS
from avanp.rng import stream
from avanp.systems import auto, build, texture
from avanp.systems.find import find
from avanp.systems.finite import NotFinite


def chosen(model, shape, n=1000, **given):
    return auto.options(find(model), given, shape, n, 500)


@pytest.mark.parametrize("model", auto.RECONSTRUCT)
def test_photographs_get_maps_for_codes_and_all_models_one_likelihood(model):
    options = chosen(model, (64, 64, 3))
    assert options["arch"] == "spatial"
    assert options["widths"] == (32, 64, 128)
    assert options["latent"] % 64 == 0
    assert options["likelihood"] == "optimal-gaussian"


@pytest.mark.parametrize("model", auto.MODELS)
@pytest.mark.parametrize("shape", [(9, 9, 1), (28, 28, 1), (30, 47, 3), (64, 64, 3), (96, 128, 3)])
def test_what_is_chosen_can_be_built_for_images_of_any_size(model, shape):
    system = build(model, shape=shape, **chosen(model, shape))
    assert system.generate(2, stream(0, "sample")).shape == (2, *shape)
    smallest = [size >> len(system.config.widths) for size in shape[:2]]
    assert 3 <= min(smallest) <= 12


@pytest.mark.parametrize(
    ("shape", "latent", "most"),
    [((64, 64, 3), 512, 32), ((512, 512, 3), 2048, 2), ((1024, 1024, 3), 8192, 0),
     ((16, 1024, 3), 32768, 0), ((9, 2000, 1), None, 0)],
)  # fmt: skip
def test_a_mixture_of_large_codes_has_fewer_gaussians_or_none(shape, latent, most):
    options = chosen("VAE", shape, 100_000)
    assert latent in (None, options["latent"])
    assert options["mixture"] == most
    assert options["mixture"] * options["latent"] ** 2 <= auto.MOST_NUMBERS
    assert chosen("VAE", shape, 100_000, latent=8)["mixture"] == 100
    if latent == 32768:
        system = build("VAE", shape=shape, **options)
        assert system.state.keys() == {"kl_weight", *texture.NAMES}
        assert system.generate(1, stream(0, "sample")).shape == (1, *shape)


@pytest.mark.parametrize("model", SYSTEMS)
def test_small_images_tables_and_other_models_keep_their_own(model):
    for shape in ((8, 8, 1), (1, 30, 1)):
        assert chosen(model, shape, latent=5) == {"latent": 5}
        assert auto.plan(model, shape, 1000) == auto.Plan(128, 10, None)
    if model not in auto.MODELS:
        assert chosen(model, (64, 64, 3)) == {}


def test_what_is_given_stays_and_the_rest_fits_it():
    options = chosen("VAE", (64, 64, 3), arch="upsample", likelihood="bernoulli", warmup=0)
    assert (options["arch"], options["likelihood"], options["warmup"]) == (
        "upsample", "bernoulli", 0,
    )  # fmt: skip
    assert "mixture" not in options
    assert chosen("VAE", (64, 64, 3), arch="conv", latent=6)["mixture"] == 20
    assert chosen("VAE", (64, 64, 3), widths=(8, 16))["latent"] % (16 * 16) == 0
    assert "widths" not in chosen("VAE", (64, 64, 3), arch="mlp")
    real = {"pixel_range": "real", "likelihood": "gaussian"}
    assert chosen("VAE", (64, 64, 3), pixel_range="real") == real
    assert chosen("VAE", (64, 64, 3), arch="auto", widths=None) == chosen("VAE", (64, 64, 3))


def test_batches_and_epochs_go_by_the_number_of_images():
    few, some, many = (auto.plan("VAE", (64, 64, 3), n) for n in (60, 2700, 54000))
    assert few.batch == some.batch < many.batch
    assert few.epochs > some.epochs > many.epochs
    for n, plan in ((2700, some), (54000, many)):
        assert 3000 <= plan.epochs * -(-n // plan.batch) < 4000
    assert auto.plan("VAE", (64, 64, 3), 2700, batch=10).batch == 10
    assert auto.plan("GAN", (64, 64, 3), 2700).epochs > some.epochs


def test_photographs_without_colour_are_grey():
    x = np.random.default_rng(0).integers(0, 256, (100, 4, 5, 1), np.uint8)
    assert Pixels(np.repeat(x, 3, axis=3)).grey
    assert not Pixels(x).grey
    coloured = np.repeat(x, 3, axis=3)
    coloured[99, 0, 0, 0] ^= 1
    assert not Pixels(coloured).grey


def test_an_upsampled_image_has_no_checkerboard():
    """A constant map becomes a constant image, but for its border: no pixel is written more."""
    for arch, even in (("upsample", True), ("conv", False)):
        system = build("VAE", shape=(64, 64, 1), arch=arch, widths=(4, 4), latent=2)
        layers = system.decoder.layers
        first = 2 if arch == "upsample" else 1
        x = np.ones((1, 16, 16, 4), np.float32)
        for layer in layers[first:]:
            x = layer.forward(x)[0]
        assert (np.ptp(x[0, 20:44, 20:44]) < 1e-5) == even
        assert any(isinstance(layer, Upsample2) for layer in layers) == even


def test_a_code_that_is_no_map_is_refused_with_what_would_be_one():
    with pytest.raises(AvanpError, match="a multiple of 16, or arch 'upsample'"):
        build("VAE", shape=(16, 16, 1), arch="spatial", widths=(4, 4), latent=10)


def test_an_estimator_follows_the_images_and_says_so():
    x = np.random.default_rng(0).random((40, 12, 10, 1)).astype(np.float32)
    m = avanp.VAE(epochs=1).fit(x)
    assert m.get_params()["arch"] == "auto"
    assert (m.system_.config.arch, m.system_.config.likelihood) == ("spatial", "optimal-gaussian")
    assert m.system_.config.warmup == 0  # of so many epochs a fit in parts is the same
    assert len(m.history_) == 1
    with pytest.raises(AvanpError, match="latent"):
        avanp.VAE(latent="many", epochs=1).fit(x)
    assert avanp.VAE(arch="mlp", latent=3, epochs=1).fit(x).system_.config.latent == 3
    assert '"auto": by the images' in avanp.VAE.__doc__
    digits = np.random.default_rng(0).random((20, 8, 8, 1)).astype(np.float32)
    own = avanp.VAE(epochs=1).fit(digits).system_.config
    assert own == find("VAE").config_class(shape=(8, 8, 1))


def test_the_weight_of_kl_grows_to_beta_in_training_and_is_beta_in_validation():
    x = np.random.default_rng(0).random((4, 6, 5, 1)).astype(np.float32)
    system = build("VAE", shape=(6, 5, 1), widths=(8,), latent=2, beta=0.5, warmup=4)
    for weight in (0, 0.125, 0.25, 0.375, 0.5, 0.5):
        terms = system.step(x, np.random.default_rng(1))
        assert terms["loss"] == pytest.approx(terms["reconstruction"] + weight * terms["kl"])
        measured = system.evaluate(x, np.random.default_rng(1))
        assert measured["loss"] == pytest.approx(measured["reconstruction"] + 0.5 * measured["kl"])
    assert float(system.state["kl_weight"]) == 0.5


def test_a_step_that_is_not_finite_is_none_of_the_warm_up():
    system = build("VAE", shape=(6, 5, 1), widths=(8,), latent=2, warmup=4)
    x = np.full((4, 6, 5, 1), np.nan, np.float32)
    with pytest.raises(NotFinite):
        system.step(x, np.random.default_rng(1))
    assert float(system.state["kl_weight"]) == 0
    system.step(np.zeros_like(x), np.random.default_rng(1))
    assert float(system.state["kl_weight"]) == 0.25
