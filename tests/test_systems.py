"""Systems of nets: right gradients, one seed one result, and what a user may ask of them."""

import re
from functools import partial

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import small_systems
from avanp.errors import AvanpError
from avanp.grad import cases as gradcases
from avanp.layers.dropout import Dropout
from avanp.registry import SYSTEMS
from avanp.rng import stream
from avanp.systems import build
from avanp.systems import images as images_
from avanp.systems.base import System
from avanp.systems.find import find
from avanp.systems.finite import NotFinite
from avanp.systems.options import options_of
from small_systems import losses_of, same

SHAPE = (6, 5, 2)
# A BEGAN's discriminator reconstructs, and its generator decodes.
ENCODING = [n for n in SYSTEMS if {"encode", "generate"} <= find(n).can and "BEGAN" not in n]
GENERATING = [name for name in SYSTEMS if "generate" in find(name).can]


small = partial(small_systems.small, shape=SHAPE)


def images(n=7, seed=0):
    return np.random.default_rng(seed).random((n, *SHAPE), dtype=np.float32)


def batch_for(system, n=7, seed=0):
    x = images(n, seed)
    return (x, np.arange(n) % 3) if system.needs_labels else x


def steps(system, n=3):
    rng = stream(0, "noise")
    return [system.step(batch_for(system, seed=i), rng) for i in range(n)]


@pytest.mark.parametrize("name", SYSTEMS)
def test_every_net_of_every_system_has_a_row_of_checks(name):
    named = re.compile(rf"system-{name}(?:-conv)?\.(\w+)(?:-\d+)?")
    rows = [match for match in map(named.fullmatch, gradcases.SCALAR_CASES) if match]
    # With the options that it is checked with, it has all the nets it can have.
    whole = gradcases.systems.small(name, "conv")
    assert {row[1] for row in rows} == set(whole.nets) >= set(small(name).nets)
    several = len(options_of(find(name).config_class)["arch"].choices) > 1
    assert any("-conv." in row[0] for row in rows) == several


@pytest.mark.parametrize("arch", ["mlp", "conv"])
@pytest.mark.parametrize("name", SYSTEMS)
def test_one_seed_gives_one_result(name, arch):
    one, other, third = (small(name, arch=arch, seed=seed) for seed in (1, 1, 2))
    assert same(one, other)
    assert steps(one) == steps(other)
    assert same(one, other)
    steps(third)
    assert not same(one, third)


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_step_moves_every_net_and_says_how_large_its_gradient_was(name):
    system = small(name, **({"gating": False} if name == "VAEGAN" else {}))
    before = {key: p.copy() for key, p in system.parameters().items()}
    (terms,) = steps(system, 1)
    for net in system.nets:
        assert terms[f"grad_norm.{net}"] > 0
    for key, p in system.parameters().items():
        assert p.dtype == np.float32
        assert not np.array_equal(p, before[key]), key


@pytest.mark.parametrize("name", [n for n in SYSTEMS if find(n).gradients is not System.gradients])
def test_the_norm_is_that_of_all_elements_of_the_gradient(name):
    system = small(name)
    grads, _ = system.gradients(batch_for(system), stream(0, "noise"))
    terms = system.step(batch_for(system), stream(0, "noise"))
    for net, g in grads.items():
        arrays = [v.to_array() if hasattr(v, "to_array") else v for v in g.values()]
        norm = np.sqrt(sum(np.sum(np.square(a, dtype=np.float64)) for a in arrays))
        assert terms[f"grad_norm.{net}"] == pytest.approx(norm, rel=1e-5)


@pytest.mark.parametrize(("lean", "plain"), [("AVA2", "AVA1"), ("AVA4", "AVA3")])
@pytest.mark.parametrize("arch", ["mlp", "conv"])
def test_the_leaning_terms_change_nothing_that_is_learnt(lean, plain, arch):
    # Their gradient in the discriminators' weights is zero.
    one, other = small(lean, arch=arch), small(plain, arch=arch)
    lean_losses = losses_of(one, images(), stream(0, "noise"))
    plain_losses = losses_of(other, images(), stream(0, "noise"))
    assert lean_losses != plain_losses
    steps(one), steps(other)
    assert same(one, other)
    assert one.generate(4, stream(0, "sample")).tobytes() == (
        other.generate(4, stream(0, "sample")).tobytes()
    )


def test_systems_of_one_seed_begin_with_the_same_encoder_and_decoder():
    vae, ava = small("VAE", seed=3).parameters(), small("AVA5", seed=3).parameters()
    assert all(np.array_equal(ava[key], p) for key, p in vae.items())


@pytest.mark.parametrize("likelihood", ["bernoulli", "gaussian"])
@pytest.mark.parametrize("arch", ["mlp", "conv"])
def test_images_and_codes_have_their_shapes_and_range(arch, likelihood):
    for name in GENERATING:
        own = {"likelihood": likelihood} if name in ENCODING else {}
        system = small(name, arch=arch, **own)
        made = system.generate(5, stream(0, "sample"))
        assert made.shape == (5, *SHAPE)
        assert made.dtype == np.float32
        assert 0 <= made.min() <= made.max() <= 1
        if name in ENCODING:
            mu, logvar = system.encode(images(4))
            assert mu.shape == logvar.shape == (4, 3)
            assert_array_equal(system.reconstruct(images(4)), system.decode(mu))


def test_numbers_of_any_range_are_made_by_a_linear_decoder():
    table = np.random.default_rng(0).normal(-2, 1, (40, 1, 6, 1)).astype(np.float32)
    system = build("VAE", shape=(1, 6, 1), pixel_range="real", likelihood="gaussian", lr=0.003)
    before = system.evaluate(table, stream(0, "eval"))["loss"]
    rng = stream(0, "noise")
    for _ in range(300):
        system.step(table, rng)
    assert system.evaluate(table, stream(0, "eval"))["loss"] < 0.5 * before
    assert system.reconstruct(table).mean() < -0.5


def test_bytes_are_taken_as_fractions_of_255():
    system = small("VAE")
    bytes_ = np.random.default_rng(0).integers(0, 256, (4, *SHAPE), dtype=np.uint8)
    assert_array_equal(system.check_images(bytes_), bytes_ / np.float32(255))
    assert_array_equal(system.encode(bytes_)[0], system.encode(bytes_ / np.float32(255))[0])


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.zeros((2, 5, 6, 2), np.float32), r"images must be \(n, 6, 5, 2\)"),
        (np.zeros(SHAPE, np.float32), r"images must be \(n, 6, 5, 2\)"),
        (np.zeros((0, *SHAPE), np.float32), "images must be"),
        (np.full((2, *SHAPE), 1.5, np.float32), r"images must be in \[0, 1\], not in \[1.5, 1.5\]"),
        (np.full((2, *SHAPE), np.nan, np.float32), "not finite"),
        (np.full((2, *SHAPE), 1e39), "not finite in float32"),
        (np.zeros((2, *SHAPE), np.int64), "must be uint8 or floating point, not int64"),
    ],
)
def test_images_that_do_not_fit_are_named(x, message):
    with pytest.raises(AvanpError, match=message):
        small("VAE").check_images(x)


@pytest.mark.parametrize("look", ["encode", "reconstruct", "evaluate"])
def test_no_images_are_refused(look):
    system, none = small("VAE"), images(1)[:0]
    rng = [stream(0, "eval")] if look == "evaluate" else []
    with pytest.raises(AvanpError, match=r"images must be .*, not \(0, 6, 5, 2\)"):
        getattr(system, look)(none, *rng)


def test_many_images_are_looked_at_in_parts_with_one_result(monkeypatch):
    system = small("VAE")
    mu, _ = system.encode(images(20))
    monkeypatch.setattr(images_, "CHUNK", 6)
    assert_allclose(system.encode(images(20))[0], mu, rtol=1e-6, atol=1e-6)


def test_an_evaluation_is_the_mean_over_all_images(monkeypatch):
    system = small("classifier")
    x, y = batch_for(system, 20)
    whole = system.evaluate((x, y), stream(0, "eval"))
    monkeypatch.setattr(images_, "CHUNK", 6)
    parts = system.evaluate((x, y), stream(0, "eval"))
    assert parts == pytest.approx(whole, rel=1e-6)
    right = [system.predict(x[i : i + 1])[0] == y[i] for i in range(20)]
    assert whole["accuracy"] == pytest.approx(np.mean(right))


@pytest.mark.parametrize("name", SYSTEMS)
def test_evaluating_trains_nothing(name):
    system = small(name, batch_norm=True)
    steps(system, 1)
    before = {key: p.copy() for key, p in system.parameters().items()}
    terms = system.evaluate(batch_for(system), stream(0, "eval"))
    assert all(np.isfinite(v) for v in terms.values())
    assert system.monitor is None or system.monitor in terms
    for key, p in system.parameters().items():
        assert_array_equal(p, before[key])


def test_a_gradient_above_the_limit_is_scaled_down_to_it():
    free, held = small("VAE", optimiser="sgd"), small("VAE", optimiser="sgd", clip=0.5)
    start = {key: p.copy() for key, p in free.parameters().items()}
    (terms,) = steps(free, 1)
    assert steps(held, 1) == [terms]
    for net in ("encoder", "decoder"):
        norm = terms[f"grad_norm.{net}"]
        assert norm > 0.5
        for key, p in held.parameters().items():
            if key.startswith(net):
                whole = free.parameters()[key] - start[key]
                assert_allclose(p - start[key], whole * 0.5 / norm, atol=1e-7)


def test_a_loss_that_is_not_finite_is_named_and_nothing_is_trained():
    system = small("VAE")
    before = {key: p.copy() for key, p in system.parameters().items()}
    system.nets["encoder"].params[encoder_bias(system)][...] = 100
    before[f"encoder.{encoder_bias(system)}"][...] = 100
    with (
        np.errstate(all="ignore"),
        pytest.raises(NotFinite, match=r"'kl' of VAE\.encoder is inf") as e,
    ):
        steps(system, 1)
    assert (e.value.net, e.value.term) == ("encoder", "kl")
    for key, p in system.parameters().items():
        assert_array_equal(p, before[key])


def encoder_bias(system):
    return next(key for key in system.nets["encoder"].params if key.endswith("logvar.b"))


def test_a_gradient_that_is_not_finite_is_named_with_its_net():
    class Spoilt(type(small("GAN"))):
        def gradients(self, batch, rng):
            grads, terms = super().gradients(batch, rng)
            key = next(iter(grads["discriminator"]))
            grads["discriminator"][key] = np.full_like(
                self.nets["discriminator"].params[key], np.nan
            )
            return grads, terms

    system = Spoilt(small("GAN").config)
    with pytest.raises(
        NotFinite, match=r"gradient of discriminator_loss in GAN\.discriminator is nan"
    ) as e:
        steps(system, 1)
    assert (e.value.net, e.value.term) == ("discriminator", "discriminator_loss")


@pytest.mark.parametrize("name", ["VAE", "AVA5", "VAEGAN"])
def test_a_step_that_diverges_leaves_running_moments_as_they_were(name):
    system = small(name, batch_norm=True)
    steps(system, 1)
    system.nets["encoder"].params[encoder_bias(system)][...] = np.inf
    before = {key: array.copy() for key, array in system.parameters().items()}
    with pytest.raises(NotFinite), np.errstate(all="ignore"):
        steps(system, 1)
    for key, array in system.parameters().items():
        assert_array_equal(array, before[key], err_msg=key)


def test_a_classifier_learns_its_labels_and_gives_features():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 90)
    x = (0.3 * rng.random((90, *SHAPE)) + 0.25 * y[:, None, None, None]).astype(np.float32)
    system = small("classifier", lr=0.01)
    for _ in range(60):
        system.step((x, y), rng)
    assert system.evaluate((x, y), rng)["accuracy"] == 1.0
    assert_array_equal(system.predict(x), y)
    assert_allclose(system.probabilities(x).sum(axis=1), 1, rtol=1e-5)
    assert system.features(x).shape == (90, 64)


def test_the_encoders_running_moments_are_those_of_images_alone():
    ava, vae = (small(name, batch_norm=True, likelihood="gaussian") for name in ("AVA3", "VAE"))
    for system in (ava, vae):
        system.gradients(images(), stream(0, "noise"))
    for key, moments in vae.nets["encoder"].state.items():
        assert_array_equal(ava.nets["encoder"].state[key], moments)
        assert moments.any()


# Of a BEGAN's nets the last layer but one is no place for a dropout.
@pytest.mark.parametrize("name", [name for name in SYSTEMS if "BEGAN" not in name])
def test_a_dropout_in_a_net_draws_from_the_generator_of_the_step(name):
    def dropped():
        system = small(name)
        for net in system.nets.values():
            net.layers.insert(-1, Dropout(0.5))
        return system

    def losses(noise):
        # The noise of codes is the same: a dropout's alone differs.
        system = dropped()
        system.noise = lambda n, rng: np.zeros((n, 3), np.float32)
        return losses_of(system, batch_for(system), stream(noise, "noise"))

    assert losses(0) == losses(0)
    assert all(value != losses(0)[net] for net, value in losses(1).items())
    one, other = dropped(), dropped()
    assert steps(one) == steps(other)
    assert same(one, other)


def test_a_gan_has_no_encoder_to_ask():
    gan = small("GAN")
    assert "encode" not in gan.can
    assert not hasattr(gan, "encode")


@pytest.mark.parametrize("z", [np.zeros(3), np.zeros((2, 4)), np.zeros((0, 3))])
def test_codes_that_do_not_fit_are_named(z):
    with pytest.raises(AvanpError, match=r"codes must be \(n, 3\)"):
        small("GAN").decode(z)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"shape": (6, 5)}, r"shape must be \(H, W, C\)"),
        ({"shape": (6, 0, 1)}, "shape must be"),
        ({"arch": "rnn"}, "unknown arch 'rnn': choose from mlp, conv"),
        ({"latent": 0}, "latent must be a whole number of at least 1"),
        ({"latent": True}, "latent must be"),
        ({"widths": ()}, "widths must be"),
        ({"widths": (3.5,)}, "widths must be"),
        ({"lr": 0}, "lr must be a number above 0, not 0"),
        ({"lr": float("nan")}, "lr must be a number"),
        ({"optimiser": "lbfgs"}, "unknown optimiser"),
        ({"betas": (0.9, 1.0)}, "betas must be a number at least 0 and below 1"),
        ({"betas": 0.9}, "betas must be two numbers"),
        ({"likelihood": "poisson"}, "unknown likelihood"),
        ({"pixel_range": "real"}, "needs likelihood='gaussian'"),
        ({"batch_norm": 1}, "batch_norm must be True or False"),
        ({"clip": -1}, "clip must be a number above 0"),
        ({"beta": -1}, "beta must be a number at least 0"),
        ({"free_nats": "x"}, "free_nats must be"),
        ({"kl_reduction": "max"}, "unknown kl_reduction"),
        ({"depth": 3}, "VAE has no option 'depth': choose from shape, arch,"),
    ],
)
def test_options_that_cannot_be_are_named(options, message):
    with pytest.raises(AvanpError, match=message):
        build("VAE", **({"shape": SHAPE} | options))


def test_only_convolutional_games_have_batch_norm_by_default():
    normed = {
        (n, a)
        for n in ("VAE", "GAN", "VAEGAN", "AVA5", "DFC-VAE", "classifier")
        for a in ("mlp", "conv")
        if small(n, arch=a).config.batch_norm
    }
    assert normed == {("GAN", "conv"), ("VAEGAN", "conv"), ("DFC-VAE", "conv")}
    assert not small("GAN", arch="conv", batch_norm=False).config.batch_norm


def test_what_is_missing_and_what_is_unknown_is_named():
    with pytest.raises(AvanpError, match="VAE needs 'shape'"):
        build("VAE")
    with pytest.raises(
        AvanpError, match=r"unknown model 'VQVAE' .did you mean VAE.*: choose from VAE, GAN"
    ):
        build("VQVAE", shape=SHAPE)
    with pytest.raises(AvanpError, match="GAN is made from a GANConfig, not from a VAEConfig"):
        type(small("GAN"))(small("VAE").config)
    for tap in (2, -3):
        with pytest.raises(AvanpError, match="tap must be a hidden layer of d, from -2 to 1"):
            small("VAEGAN", tap=tap)


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_configuration_survives_json(name):
    import json

    config = small(name, lr=0.5).config
    text = json.dumps(config.to_json())
    assert find(name).config_class.from_options(**json.loads(text)) == config
