"""Every loss: its value worked by hand, its gradients, its reduction, its extremes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose, assert_array_equal
from scipy import integrate, special, stats

from avanp.errors import AvanpError
from avanp.grad.cases.draws import normal, positive, probability
from avanp.grad.check import check_grad
from avanp.layers.logistic import Logistic
from avanp.losses.bernoulli import bernoulli_logits
from avanp.losses.gan import log_d, log_one_minus_d, minus_log_d
from avanp.losses.kl import kl_logvar, kl_variance
from avanp.losses.squared_error import squared_error

pytestmark = pytest.mark.filterwarnings("error")

LOSSES = [
    (squared_error, (normal, normal)),
    (bernoulli_logits, (normal, probability)),
    (kl_variance, (normal, positive)),
    (kl_logvar, (normal, normal)),
    (log_d, (normal,)),
    (log_one_minus_d, (normal,)),
    (minus_log_d, (normal,)),
]
LN2, LN3, LN4 = np.log([2.0, 3.0, 4.0])


def draw(draws, shape, seed=0):
    rng = np.random.default_rng(seed)
    return [one(rng, shape) for one in draws]


def each_loss(test):
    return pytest.mark.parametrize(("loss", "draws"), LOSSES)(test)


@each_loss
@pytest.mark.parametrize("shape", [(5,), (4, 6), (3, 2, 5)])
def test_the_gradients_agree_with_differences(loss, draws, shape):
    check_grad(loss, *draw(draws, shape))


def test_squared_error_worked_by_hand():
    y = np.array([[1.0, 2.0], [3.0, 5.0]])
    target = np.array([[0.0, 2.0], [1.0, 1.0]])
    value, dy = squared_error(y, target)
    assert value == (0.5 * 1 + 0.5 * (4 + 16)) / 2
    assert_array_equal(dy, [[0.5, 0.0], [1.0, 2.0]])


def test_bernoulli_worked_by_hand():
    # p = 3/4 with t = 1 and with t = 0, p = 1/2 with t = 1/4
    value, dlogits = bernoulli_logits(np.array([[LN3, LN3, 0.0]]), np.array([[1.0, 0.0, 0.25]]))
    assert_allclose(value, np.log(4 / 3) + LN4 + LN2, rtol=1e-14)
    assert_allclose(dlogits, [[-1 / 4, 3 / 4, 1 / 4]], rtol=1e-14)


def test_bernoulli_is_the_negative_log_likelihood():
    logits, target = draw((normal, probability), (6, 9))
    p = special.expit(logits)
    expected = -(special.xlogy(target, p) + special.xlog1py(1 - target, -p)).sum() / 6
    assert_allclose(bernoulli_logits(logits, target)[0], expected, rtol=1e-13)


def test_kl_with_the_variance_worked_by_hand():
    value, dmu, dvar = kl_variance(np.array([[1.0, 0.0]]), np.array([[1.0, 2.0]]))
    assert_allclose(value, 0.5 * 1 + 0.5 * (2 - 1 - LN2), rtol=1e-14)
    assert_array_equal(dmu, [[1.0, 0.0]])
    assert_array_equal(dvar, [[0.0, 0.25]])


def test_kl_with_the_log_variance_worked_by_hand():
    value, dmu, dlogvar = kl_logvar(np.array([[1.0, 0.0]]), np.array([[0.0, LN2]]))
    assert_allclose(value, 0.5 * 1 + 0.5 * (2 - 1 - LN2), rtol=1e-14)
    assert_array_equal(dmu, [[1.0, 0.0]])
    assert_allclose(dlogvar, [[0.0, 0.5]], rtol=1e-14)


def test_kl_is_zero_with_no_gradient_at_the_prior():
    mu, ones, zeros = np.zeros((3, 4)), np.ones((3, 4)), np.zeros((3, 4))
    for loss, spread in ((kl_variance, ones), (kl_logvar, zeros)):
        value, dmu, dspread = loss(mu, spread)
        assert value == 0.0
        assert not dmu.any()
        assert not dspread.any()


@pytest.mark.parametrize(("mu", "var"), [(0.7, 0.4), (-1.5, 2.5), (0.0, 0.05)])
def test_kl_is_the_integral_that_defines_it(mu, var):
    q = stats.norm(mu, np.sqrt(var))

    def integrand(z):
        return q.pdf(z) * (q.logpdf(z) - stats.norm.logpdf(z))

    lowest, highest = mu - 12 * np.sqrt(var), mu + 12 * np.sqrt(var)
    integral = integrate.quad(integrand, lowest, highest, epsabs=1e-12, limit=200)[0]
    assert_allclose(kl_variance(np.array([mu]), np.array([var]))[0], integral, rtol=1e-9)
    assert_allclose(kl_logvar(np.array([mu]), np.log([var]))[0], integral, rtol=1e-9)


def test_the_adversarial_terms_worked_by_hand():
    # d = 3/4
    logits = np.array([[LN3]])
    for loss, value, dlogits in (
        (log_d, np.log(3 / 4), 1 / 4),
        (log_one_minus_d, np.log(1 / 4), -3 / 4),
        (minus_log_d, np.log(4 / 3), -1 / 4),
    ):
        got, gradient = loss(logits)
        assert_allclose(got, value, rtol=1e-14)
        assert_allclose(gradient, [[dlogits]], rtol=1e-14)


def test_at_the_games_optimum_the_discriminator_loses_log_4():
    undecided = np.zeros((8, 1))
    real, dreal = log_d(undecided)
    fake, dfake = log_one_minus_d(undecided)
    assert_allclose(-(real + fake), LN4, rtol=1e-15)
    assert_array_equal(dreal + dfake, np.zeros((8, 1)))


def test_the_papers_logistic_is_reached_through_its_logits():
    kappa, c = 0.5, 0.5
    v = np.array([[-2.0], [0.5], [3.0]])
    d, _ = Logistic(kappa, c).forward(v)
    logits = kappa * (v - c)
    value, du = log_d(logits)
    assert_allclose(value, np.log(d).mean(), rtol=1e-14)
    # a'(d) / d = κ (1 - d), and a'(d) / (1 - d) = κ d
    assert_allclose(3 * kappa * du, kappa * (1 - d), rtol=1e-14)
    value, du = log_one_minus_d(logits)
    assert_allclose(value, np.log(1 - d).mean(), rtol=1e-14)
    assert_allclose(3 * kappa * du, -kappa * d, rtol=1e-14)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_logits_of_size_1e4_give_exact_values_and_no_warning(dtype):
    low, high = np.array([[-1e4]], dtype), np.array([[1e4]], dtype)
    one, zero = np.ones((1, 1), dtype), np.zeros((1, 1), dtype)
    for (value, gradient), expected, slope in (
        (log_d(low), -1e4, 1),
        (log_d(high), 0, 0),
        (log_one_minus_d(low), 0, 0),
        (log_one_minus_d(high), -1e4, -1),
        (minus_log_d(low), 1e4, -1),
        (minus_log_d(high), 0, 0),
        (bernoulli_logits(low, one), 1e4, -1),
        (bernoulli_logits(low, zero), 0, 0),
        (bernoulli_logits(high, one), 0, 0),
        (bernoulli_logits(high, zero), 1e4, 1),
    ):
        assert value == expected
        assert gradient == slope


def test_infinite_logits_give_infinite_values_and_never_nan():
    logits = np.array([-np.inf, np.inf])
    assert log_d(logits)[0] == -np.inf
    assert log_one_minus_d(logits)[0] == -np.inf
    assert minus_log_d(logits)[0] == np.inf
    assert log_d(np.array([np.inf]))[0] == 0.0
    for loss, expected in ((log_d, [1, 0]), (log_one_minus_d, [0, -1]), (minus_log_d, [-1, 0])):
        assert_array_equal(loss(logits)[1], np.array(expected) / 2)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_extreme_gaussians_give_no_warning(dtype):
    zero = np.zeros((1, 1), dtype)
    assert kl_variance(zero + 1e4, zero + 1)[0] == 0.5e8
    assert kl_variance(zero, zero + 1e4)[0] == pytest.approx(0.5 * (9999 - 4 * np.log(10)))
    assert kl_logvar(zero, zero - 1e4)[0] == 0.5 * (1e4 - 1)
    assert kl_logvar(zero, zero + 1e4)[0] == np.inf
    value, _, dvar = kl_variance(zero, zero)
    assert value == np.inf
    assert dvar == -np.inf


@each_loss
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_value_is_a_float_and_the_gradients_keep_the_dtype(loss, draws, dtype):
    inputs = [x.astype(dtype) for x in draw(draws, (4, 6))]
    before = [x.copy() for x in inputs]
    value, *gradients = loss(*inputs)
    assert type(value) is float
    for gradient in gradients:
        assert gradient.dtype == dtype
        assert gradient.shape == (4, 6)
    for x, old in zip(inputs, before, strict=True):
        assert_array_equal(x, old)


@pytest.mark.parametrize("loss", [squared_error, bernoulli_logits])
def test_a_target_of_another_dtype_does_not_change_the_gradients(loss):
    y = np.array([[0.5, -0.5]], np.float32)
    for dtype in (np.uint8, np.int64, np.float64):
        assert loss(y, np.array([[1, 0]], dtype))[1].dtype == np.float32


@each_loss
def test_features_are_summed_and_the_batch_is_averaged(loss, draws):
    inputs = draw(draws, (4, 3, 2))
    value, *gradients = loss(*inputs)
    single = [loss(*(x[i : i + 1] for x in inputs)) for i in range(4)]
    assert_allclose(value, np.mean([one[0] for one in single]), rtol=1e-13)
    for k, gradient in enumerate(gradients, start=1):
        stacked = np.concatenate([one[k] for one in single])
        assert_allclose(gradient, stacked / 4, rtol=1e-13)
    features = [
        x.reshape(4, 3, 2)[:1, j : j + 1, k : k + 1]
        for j in range(3)
        for k in range(2)
        for x in inputs
    ]
    pairs = [features[i : i + len(inputs)] for i in range(0, len(features), len(inputs))]
    assert_allclose(single[0][0], sum(loss(*pair)[0] for pair in pairs), rtol=1e-12)


@each_loss
def test_the_batch_may_lie_between_colours_and_pixels(loss, draws):
    inputs = draw(draws, (3, 4, 5))  # (C, B, n)
    value, *gradients = loss(*inputs, batch_axis=-2)
    expected, *moved = loss(*(np.moveaxis(x, 1, 0) for x in inputs))
    assert_allclose(value, expected, rtol=1e-13)
    for gradient, other in zip(gradients, moved, strict=True):
        assert_array_equal(gradient, np.moveaxis(other, 0, 1))


@each_loss
def test_impossible_arrays_are_named_in_one_line(loss, draws):
    with pytest.raises(AvanpError, match=r"no batch axis 2 in an array of shape \(4, 6\)"):
        loss(*draw(draws, (4, 6)), batch_axis=2)
    with pytest.raises(AvanpError, match=r"no batch axis 0 in an array of shape \(\)"):
        loss(*(np.array(1.0) for _ in draws))
    with pytest.raises(AvanpError, match=r"the batch is empty: axis 0 of shape \(0, 6\)"):
        loss(*draw(draws, (0, 6)))


@pytest.mark.parametrize("loss", [squared_error, bernoulli_logits, kl_variance, kl_logvar])
def test_shapes_that_would_broadcast_are_refused(loss):
    with pytest.raises(AvanpError, match=r"one shape, not \(4, 1\) and \(4,\)"):
        loss(np.ones((4, 1)), np.ones(4))


def test_a_negative_variance_is_refused():
    with pytest.raises(AvanpError, match=r"must not be negative, and the smallest is -0\.5"):
        kl_variance(np.zeros((1, 2)), np.array([[1.0, -0.5]]))


def matrix(low, high):
    return arrays(np.float64, (3, 4), elements=st.floats(low, high))


@settings(deadline=None)
@given(matrix(-20, 20), matrix(-20, 20))
def test_kl_is_never_negative_and_its_two_forms_agree(mu, logvar):
    var = np.exp(logvar)
    value, dmu, dlogvar = kl_logvar(mu, logvar)
    assert value >= 0
    other, other_dmu, dvar = kl_variance(mu, var)
    assert other >= -1e-14
    assert_allclose(other, value, rtol=1e-12, atol=1e-13)
    assert_array_equal(other_dmu, dmu)
    assert_allclose(dvar * var, dlogvar, rtol=1e-10, atol=1e-13)


@settings(deadline=None)
@given(matrix(-1e3, 1e3))
def test_the_adversarial_terms_agree_with_one_another(logits):
    real, dreal = log_d(logits)
    fake, dfake = log_one_minus_d(logits)
    assert real <= 0
    assert fake <= 0
    # log d - log(1 - d) = u
    assert_allclose(real - fake, logits.sum() / 3, rtol=1e-12, atol=1e-9)
    assert_allclose(dreal - dfake, np.full((3, 4), 1 / 3), rtol=1e-14)
    assert minus_log_d(logits)[0] == -real
    # A discriminator's loss is the cross-entropy of "real" and of "generated".
    assert_allclose(bernoulli_logits(logits, np.ones((3, 4)))[0], -real, rtol=1e-12, atol=1e-12)
    assert_allclose(bernoulli_logits(logits, np.zeros((3, 4)))[0], -fake, rtol=1e-12, atol=1e-12)
