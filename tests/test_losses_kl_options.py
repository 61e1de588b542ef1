"""The KL divergence with a weight, a mean over the latents, a clamp, and free bits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from avanp.errors import AvanpError
from avanp.grad.check import check_grad
from avanp.losses.kl import kl_logvar

pytestmark = pytest.mark.filterwarnings("error")

OPTIONS = [
    {"weight": 0.3},
    {"weight": -2.0},
    {"reduction": "mean"},
    {"clamp": 0.8},
    {"free_nats": 0.5},
    {"weight": 0.3, "reduction": "mean", "clamp": 0.8, "free_nats": 0.5},
]


def gaussians(*shape):
    rng = np.random.default_rng(0)
    return rng.standard_normal(shape), rng.standard_normal(shape)


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("batch_axis", [0, -2])
def test_the_gradients_agree_with_differences(options, batch_axis):
    def loss(mu, logvar):
        return kl_logvar(mu, logvar, batch_axis=batch_axis, **options)

    check_grad(loss, *gaussians(3, 4, 5))


def test_neutral_options_change_no_bit():
    mu, logvar = gaussians(4, 6)
    plain = kl_logvar(mu, logvar)
    options = {"weight": 1, "reduction": "sum", "clamp": 50.0, "free_nats": 0.0}
    for got, expected in zip(kl_logvar(mu, logvar, **options), plain, strict=True):
        assert_array_equal(got, expected)


def test_the_weight_multiplies_everything():
    mu, logvar = gaussians(4, 6)
    for got, plain in zip(kl_logvar(mu, logvar, weight=-0.25), kl_logvar(mu, logvar), strict=True):
        assert_allclose(got, -0.25 * np.asarray(plain), rtol=1e-14)


def test_the_mean_is_over_all_latents():
    mu, logvar = gaussians(4, 3, 2)
    for got, plain in zip(
        kl_logvar(mu, logvar, reduction="mean"), kl_logvar(mu, logvar), strict=True
    ):
        assert_allclose(got, np.asarray(plain) / 6, rtol=1e-14)
    # With the batch inside, 3 × 2 of (3, 4, 2) are latents as well.
    moved = [np.moveaxis(x, 0, 1) for x in (mu, logvar)]
    value, *_ = kl_logvar(*moved, reduction="mean", batch_axis=-2)
    assert_allclose(value, kl_logvar(mu, logvar)[0] / 6, rtol=1e-14)


def test_the_clamp_worked_by_hand():
    mu = np.array([[0.0, 0.0, 1.0]])
    logvar = np.array([[-9.0, 0.5, 7.0]])
    value, dmu, dlogvar = kl_logvar(mu, logvar, clamp=2.0)
    parts = [np.exp(-2) - 1 + 2, np.exp(0.5) - 1 - 0.5, 1 + np.exp(2) - 1 - 2]
    assert_allclose(value, 0.5 * sum(parts), rtol=1e-14)
    assert_array_equal(dmu, mu)
    assert_allclose(dlogvar, [[0.0, 0.5 * (np.exp(0.5) - 1), 0.0]])
    # On the border the gradient is still there.
    assert kl_logvar(mu, np.full((1, 3), 2.0), clamp=2.0)[2].all()


def test_a_clamp_spares_overflow():
    value, _, dlogvar = kl_logvar(np.zeros((1, 1)), np.full((1, 1), 1e4), clamp=8.0)
    assert_allclose(value, 0.5 * (np.exp(8) - 9))
    assert dlogvar == 0


def test_free_bits_worked_by_hand():
    # Of unit variance, KL_k is the mean of mu² / 2: 1/2 (1 + 9) / 2 = 2.5, and 0.25 / 2 = 0.125.
    mu = np.array([[1.0, 0.5], [-3.0, -0.5]])
    value, dmu, dlogvar = kl_logvar(mu, np.zeros((2, 2)), free_nats=0.2)
    assert_allclose(value, 2.5 + 0.2)
    assert_array_equal(dmu, [[0.5, 0.0], [-1.5, 0.0]])
    assert not dlogvar.any()
    value, dmu, _ = kl_logvar(mu, np.zeros((2, 2)), free_nats=0.1)
    assert_allclose(value, 2.5 + 0.125)
    assert_array_equal(dmu, mu / 2)


def test_it_is_the_mean_over_the_batch_that_is_free():
    # One sample is above and one below; their mean decides for both.
    mu = np.array([[2.0], [0.0]])
    assert kl_logvar(mu, np.zeros((2, 1)), free_nats=0.9)[0] == 1.0
    assert kl_logvar(mu, np.zeros((2, 1)), free_nats=1.1)[0] == 1.1


@pytest.mark.parametrize("reduction", ["sum", "mean"])
def test_at_the_prior_the_free_bits_are_paid_and_nothing_is_learnt(reduction):
    zeros = np.zeros((3, 4))
    value, dmu, dlogvar = kl_logvar(zeros, zeros, free_nats=0.5, weight=2.0, reduction=reduction)
    assert value == (4.0 if reduction == "sum" else 1.0)
    assert not dmu.any()
    assert not dlogvar.any()


@given(st.floats(0, 3), st.integers(0, 10**6))
def test_free_bits_never_lower_the_divergence(free_nats, seed):
    rng = np.random.default_rng(seed)
    mu, logvar = rng.standard_normal((2, 4, 3))
    free = kl_logvar(mu, logvar, free_nats=free_nats)[0]
    assert free >= kl_logvar(mu, logvar)[0] - 1e-12
    assert free >= 3 * free_nats - 1e-12


@pytest.mark.parametrize("options", OPTIONS)
def test_float32_stays_and_nothing_is_written_into(options):
    mu, logvar = (x.astype(np.float32) for x in gaussians(4, 6))
    before = mu.copy(), logvar.copy()
    value, *gradients = kl_logvar(mu, logvar, **options)
    assert type(value) is float
    assert {gradient.dtype for gradient in gradients} == {np.dtype(np.float32)}
    assert_array_equal(mu, before[0])
    assert_array_equal(logvar, before[1])


def test_an_unknown_reduction_is_named():
    with pytest.raises(AvanpError, match="unknown reduction 'batch': choose from sum, mean"):
        kl_logvar(np.zeros((2, 2)), np.zeros((2, 2)), reduction="batch")
