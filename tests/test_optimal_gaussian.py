"""The Gaussian of the best variance: its value, its gradient, and that no variance is better."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import stats

import avanp
from avanp.errors import AvanpError
from avanp.evaluation.search import Search
from avanp.grad.check import check_grad
from avanp.losses.optimal_gaussian import LEAST_VARIANCE, optimal_gaussian, pooled
from avanp.systems import build

RNG = np.random.default_rng(0)
Y, TARGET = RNG.normal(size=(2, 4, 3, 2, 1))


def test_its_value_is_the_likelihood_summed_number_by_number():
    squares = [(t - y) ** 2 for t, y in zip(TARGET.ravel(), Y.ravel(), strict=True)]
    variance = sum(squares) / len(squares)
    value = 0.0
    for square in squares:
        value += 0.5 * math.log(2 * math.pi * variance) + square / (2 * variance)
    assert optimal_gaussian(Y, TARGET)[0] == pytest.approx(value / 4, rel=1e-13)
    by_scipy = stats.norm.logpdf(TARGET, Y, math.sqrt(variance)).sum() / 4
    assert optimal_gaussian(Y, TARGET)[0] == pytest.approx(-by_scipy, rel=1e-13)


@pytest.mark.parametrize("shape", [(1, 5), (4, 6), (3, 2, 5)])
def test_its_gradient_agrees_with_differences(shape):
    rng = np.random.default_rng(1)
    check_grad(optimal_gaussian, rng.normal(size=shape), rng.normal(size=shape))


@settings(deadline=None)
@given(st.floats(1e-3, 1e3))
def test_no_other_variance_is_more_likely(times):
    variance = times * np.mean((TARGET - Y) ** 2)
    other = -stats.norm.logpdf(TARGET, Y, math.sqrt(variance)).sum() / 4
    assert optimal_gaussian(Y, TARGET)[0] <= other + 1e-9


def test_an_exact_reconstruction_has_a_finite_value_and_no_gradient():
    value, dy = optimal_gaussian(TARGET.copy(), TARGET)
    assert value == pytest.approx(3 * math.log(2 * math.pi * LEAST_VARIANCE))
    assert not dy.any()


def test_it_keeps_the_dtype_and_refuses_other_shapes():
    assert optimal_gaussian(Y.astype(np.float32), TARGET)[1].dtype == np.float32
    with pytest.raises(AvanpError, match="arrays of one shape"):
        optimal_gaussian(Y, TARGET[:, :1])


@pytest.mark.parametrize("likelihood", ["gaussian", "bernoulli", "optimal-gaussian"])
def test_the_search_for_a_code_goes_down_what_it_says(likelihood):
    system = build(
        "VAE", shape=(6, 5, 1), widths=(8,), latent=3, likelihood=likelihood, dtype=np.float64
    )
    rng = np.random.default_rng(2)
    x, known = rng.random((2, 6, 5, 1)), rng.random((2, 6, 5)) < 0.7
    search = Search(system, x, known)
    z = rng.normal(size=(2, 3))

    def energy(z):
        values, dz = search.energy(z)
        return float(values.sum()), dz

    check_grad(energy, z)


def test_the_search_weighs_known_pixels_by_the_variance_that_suits_them_best():
    system = build(
        "VAE", shape=(6, 5, 1), widths=(8,), latent=3, likelihood="optimal-gaussian",
        dtype=np.float64,
    )  # fmt: skip
    rng = np.random.default_rng(2)
    x, known = rng.random((1, 6, 5, 1)), rng.random((1, 6, 5)) < 0.7
    z = rng.normal(size=(1, 3))
    made = system.decode(z)[known]
    expected, _ = optimal_gaussian(made[None], x[known][None])
    # Its constant 1/2 a pixel is told too.
    assert_allclose(Search(system, x, known).energy(z)[0], expected + 0.5 * (z**2).sum())


@pytest.mark.parametrize("scale", [1.0, 1e-5, 1e-6, 0.0])  # of the least variance, and below
def test_the_values_of_parts_tell_that_of_the_whole(scale):
    rng = np.random.default_rng(4)
    errors = rng.normal(size=(9, 7)) * scale * np.arange(9)[:, None]
    whole, _ = optimal_gaussian(errors, np.zeros_like(errors))
    cuts = [errors[:2], errors[2:3], errors[3:]]
    values = [optimal_gaussian(part, np.zeros_like(part))[0] for part in cuts]
    assert pooled(values, [2, 1, 6], 7) == pytest.approx(whole, rel=1e-12)


def noiseless(monkeypatch, system):
    """Let codes be mu, so that an image's error does not depend on its place."""
    none = np.zeros(system.config.latent, system.dtype)
    monkeypatch.setattr(system, "noise", lambda n, rng: np.tile(none, (n, 1)))


def sorted_images():
    """Return more images than one chunk, from the flat to the busy."""
    grain = np.random.default_rng(5).random((1100, 9, 9, 3)) - 0.5
    return 0.5 + grain * np.linspace(0, 1, 1100)[:, None, None, None]


@pytest.mark.parametrize("name", ["VAE", "AVA5", "VAEGAN", "DFC-VAE"])
def test_the_bound_depends_on_no_chunk_and_no_order(name, monkeypatch):
    given = {"beta": 0.5} if name == "VAE" else {"w_rec": 0.7} if name == "DFC-VAE" else {}
    system = build(name, shape=(9, 9, 3), latent=2, widths=(4,), dtype="float64",
                   likelihood="optimal-gaussian", **given)  # fmt: skip
    noiseless(monkeypatch, system)
    x = sorted_images()
    order = np.random.default_rng(6).permutation(len(x))
    terms = [system.evaluate(rows, np.random.default_rng(0)) for rows in (x, x[order])]
    whole = system.measure(x, np.random.default_rng(0))
    for measured in terms:
        assert measured.keys() == whole.keys()
        for term in ("loss", "reconstruction", "elbo", "kl"):
            assert measured[term] == pytest.approx(whole[term], rel=1e-9), term


def test_a_score_has_one_variance_and_the_bound_of_an_image_its_own(monkeypatch):
    x = sorted_images().astype(np.float32)
    m = avanp.VAE(epochs=1, likelihood="optimal-gaussian", arch="mlp", widths=(8,)).fit(x[::20])
    noiseless(monkeypatch, m.system_)
    order = np.random.default_rng(6).permutation(len(x))
    assert m.score(x) == pytest.approx(m.score(x[order]), rel=1e-5)
    few = x[::50]
    assert m.score(few) < m.score_samples(few, draws=1).mean()
    assert m.score(few[:1]) == pytest.approx(m.score_samples(few[:1], draws=1)[0], rel=1e-6)
