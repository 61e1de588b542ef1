"""Numba twins of activations, of the Bernoulli loss and of Adam, against their references."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import special

from avanp.kernels import (
    jit_activation,
    jit_adam,
    jit_bernoulli,
    reference_activation,
    reference_adam,
    reference_bernoulli,
)

EPS = np.finfo(np.float32).eps
SHAPES = st.sampled_from([(1,), (7,), (3, 1, 100), (2, 3, 33), (0,), (3, 0), ()])
DTYPES = st.sampled_from([np.float32, np.float64])
# Name, and the option of the layer that it serves.
BACKWARD = [
    ("logistic_backward", 0.7),
    ("tanh_backward", None),
    ("leaky_relu_backward", 0.0),
    ("leaky_relu_backward", 0.2),
    ("elu_backward", 1.5),
]
EXTREMES = [0.0, -0.0, np.inf, -np.inf, np.nan, 1e4, -1e4, 88.0, -87.0, -88.0, 1e-30, -1e-30]


def options(option):
    return () if option is None else (option,)


@given(row=st.sampled_from(BACKWARD), shape=SHAPES, dtype=DTYPES, seed=st.integers(0, 10**6))
def test_backward_passes_are_equal_bit_for_bit(row, shape, dtype, seed):
    name, option = row
    rng = np.random.default_rng(seed)
    dy, y = (np.asarray(rng.standard_normal(shape), dtype) for _ in range(2))
    found = getattr(jit_activation, name)(dy, y, *options(option))
    expected = getattr(reference_activation, name)(dy, y, *options(option))
    assert found.dtype == dtype
    assert found.shape == shape
    assert_array_equal(found, expected)


@given(shape=SHAPES, slope=st.floats(0, 0.99), dtype=DTYPES, seed=st.integers(0, 10**6))
def test_leaky_relus_are_equal_bit_for_bit(shape, slope, dtype, seed):
    x = np.asarray(np.random.default_rng(seed).standard_normal(shape), dtype)
    found = jit_activation.leaky_relu(x, slope)
    assert found.dtype == dtype
    assert_array_equal(found, reference_activation.leaky_relu(x, slope))


@given(scale=st.sampled_from([1e-6, 1e-2, 1.0, 30.0, 1e4]), seed=st.integers(0, 10**6))
def test_the_elu_is_accurate_to_a_few_units_at_any_size(scale, seed):
    x = (scale * np.random.default_rng(seed).standard_normal((3, 40))).astype(np.float32)
    exact = np.where(x > 0, x, 1.5 * np.expm1(np.minimum(x, 0).astype(np.float64)))
    assert_allclose(jit_activation.elu(x, 1.5), exact, rtol=3 * EPS)


@pytest.mark.parametrize("name", ["elu", "leaky_relu"])
@pytest.mark.filterwarnings("ignore:invalid value")
def test_extremes_and_nan_are_as_in_the_reference(name):
    x = np.array(EXTREMES, np.float32)
    found = getattr(jit_activation, name)(x, 0.5)
    assert_allclose(found, getattr(reference_activation, name)(x, 0.5), rtol=3 * EPS)


def test_arrays_of_any_layout_are_taken_and_none_is_written():
    rng = np.random.default_rng(0)
    x, dy = rng.standard_normal((2, 4, 6, 5)).astype(np.float32)[:, ::2, :, 1:].swapaxes(1, 3)
    before = x.copy(), dy.copy()
    assert_array_equal(jit_activation.leaky_relu(x, 0.2), jit_activation.leaky_relu(x.copy(), 0.2))
    found = jit_activation.tanh_backward(dy, x)
    assert_array_equal(found, reference_activation.tanh_backward(dy, x))
    total, dlogits = jit_bernoulli.bernoulli_logits(x, np.abs(dy), 1.0)
    again, expected = jit_bernoulli.bernoulli_logits(x.copy(), np.abs(dy).copy(), 1.0)
    assert total == again
    assert_array_equal(dlogits, expected)
    assert_array_equal(x, before[0])
    assert_array_equal(dy, before[1])


@given(
    shape=SHAPES,
    scale=st.sampled_from([1e-3, 1.0, 10.0, 200.0]),
    binary=st.booleans(),
    seed=st.integers(0, 10**6),
)
def test_the_bernoulli_loss_agrees_with_float64(shape, scale, binary, seed):
    rng = np.random.default_rng(seed)
    logits = np.asarray(scale * rng.standard_normal(shape), np.float32)
    target = np.asarray(rng.random(shape), np.float32)
    target = np.round(target) if binary else target
    total, dlogits = jit_bernoulli.bernoulli_logits(logits, target, 0.25)
    wide = logits.astype(np.float64), target.astype(np.float64)
    exact = special.xlogy(wide[1], special.expit(wide[0]))
    exact = -(exact + special.xlogy(1 - wide[1], special.expit(-wide[0])))
    if scale < 100:  # where log of expit is finite
        assert_allclose(total, exact.sum(), rtol=2e-6, atol=1e-30)
    expected, gradient = reference_bernoulli.bernoulli_logits(*wide, 0.25)
    assert_allclose(total, expected, rtol=2e-6, atol=1e-30)
    assert dlogits.dtype == np.float32
    assert dlogits.shape == shape
    assert_allclose(dlogits, gradient, atol=0.25 * 2 * EPS)


def test_a_nearly_certain_and_right_prediction_costs_its_small_probability():
    # log(1 + e^-20) and e^-20 / (1 + e^-20), which 1 + e^-20 in float32 would lose.
    logits, target = np.array([-20.0], np.float32), np.zeros(1, np.float32)
    for kernels in (jit_bernoulli, reference_bernoulli):
        total, dlogits = kernels.bernoulli_logits(logits, target, 1.0)
        assert_allclose(total, np.exp(-20.0), rtol=1e-6)
        assert_allclose(dlogits, [np.exp(-20.0)], rtol=1e-6)


@pytest.mark.parametrize("kernels", [jit_bernoulli, reference_bernoulli])
@pytest.mark.parametrize("target", [0.0, 0.3, 1.0])
def test_a_nan_among_the_logits_is_seen_in_value_and_gradient(kernels, target):
    logits = np.zeros(100, np.float32)
    logits[37] = np.nan
    total, dlogits = kernels.bernoulli_logits(logits, np.full(100, target, np.float32), 1.0)
    assert np.isnan(total)
    assert np.isnan(dlogits[37])
    assert np.isfinite(np.delete(dlogits, 37)).all()


def test_the_value_is_summed_in_parts_without_drift():
    logits = np.full(3_000_001, 0.1, np.float32)
    total, _ = jit_bernoulli.bernoulli_logits(logits, np.zeros_like(logits), 1.0)
    # One float32 sum of them all is off by some 1e-2; the parts round by 3e-6 with compilation off.
    assert_allclose(total, logits.size * np.log1p(np.exp(np.float64(logits[0]))), rtol=1e-5)


@given(
    shape=st.sampled_from([(1,), (33,), (4, 50), (3, 5, 7)]),
    dtype=DTYPES,
    steps=st.integers(1, 5),
    weight_decay=st.sampled_from([0.0, 0.1]),
    seed=st.integers(0, 10**6),
)
def test_adam_updates_are_equal_bit_for_bit(shape, dtype, steps, weight_decay, seed):
    rng = np.random.default_rng(seed)
    p, m, v = (rng.random(shape).astype(dtype) for _ in range(3))
    by_reference = [a.copy() for a in (p, m, v)]
    for t in range(1, steps + 1):
        g = rng.standard_normal(shape).astype(dtype)
        before = g.copy()
        rest = (1e-3, 0.9, 0.999, 1e-8, weight_decay, 1 - 0.9**t, 1 - 0.999**t)
        jit_adam.adam_update(p, g, m, v, *rest)
        reference_adam.adam_update(by_reference[0], g, *by_reference[1:], *rest)
        assert_array_equal(g, before)
    for found, expected in zip((p, m, v), by_reference, strict=True):
        assert found.dtype == dtype
        assert_array_equal(found, expected)


@pytest.mark.parametrize("kernels", [jit_adam, reference_adam])
def test_the_first_step_of_adam_worked_by_hand(kernels):
    # m / correction1 = g and v / correction2 = g^2: a step of lr against the gradient's sign.
    p, m, v = np.array([1.0, 1.0]), np.zeros(2), np.zeros(2)
    kernels.adam_update(p, np.array([3.0, -0.5]), m, v, 0.1, 0.9, 0.99, 0.0, 0.0, 0.1, 0.01)
    assert_allclose(p, [0.9, 1.1], rtol=1e-12)
    assert_allclose(m, [0.3, -0.05], rtol=1e-12)
    assert_allclose(v, [0.09, 0.0025], rtol=1e-12)


def test_adam_updates_a_view_in_place():
    whole = np.ones((4, 6), np.float32)
    p = whole[:, ::2]
    m, v, g = np.zeros((3, 4, 3), np.float32)
    jit_adam.adam_update(p, g + 1, m, v, 0.1, 0.9, 0.99, 1e-8, 0.0, 0.1, 0.01)
    assert_allclose(whole[:, ::2], 0.9, rtol=1e-5)
    assert (whole[:, 1::2] == 1).all()
