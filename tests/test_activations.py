"""Every activation: its values, its derivative, its dtype, its extremes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose, assert_array_equal
from scipy import special

from avanp.errors import AvanpError
from avanp.grad.cases.draws import off_zero
from avanp.grad.check import check_grad
from avanp.layers.elu import ELU
from avanp.layers.identity import Identity
from avanp.layers.leaky_relu import LeakyReLU
from avanp.layers.logistic import Logistic
from avanp.layers.relu import ReLU
from avanp.layers.sigmoid import Sigmoid
from avanp.layers.softmax import Softmax
from avanp.layers.softplus import Softplus
from avanp.layers.tanh import Tanh

pytestmark = pytest.mark.filterwarnings("error")

# Each with its values by another road.
REFERENCE = [
    (Identity(), lambda x: x),
    (Logistic(), lambda x: special.expit(0.5 * (x - 0.5))),
    (Logistic(2.0, -1.0), lambda x: special.expit(2.0 * (x + 1.0))),
    (Sigmoid(), special.expit),
    (Tanh(), lambda x: 2 * special.expit(2 * x) - 1),
    (ReLU(), lambda x: (x + abs(x)) / 2),
    (LeakyReLU(), lambda x: 0.505 * x + 0.495 * abs(x)),
    (LeakyReLU(0.3), lambda x: 0.65 * x + 0.35 * abs(x)),
    (ELU(), lambda x: (x + abs(x)) / 2 + special.expm1((x - abs(x)) / 2)),
    (ELU(2.5), lambda x: (x + abs(x)) / 2 + 2.5 * special.expm1((x - abs(x)) / 2)),
    (Softplus(), lambda x: np.logaddexp(0, x)),
    (Softplus(3.0), lambda x: np.logaddexp(0, 3 * x) / 3),
    (Softmax(), lambda x: special.softmax(x, axis=-1)),
]
LAYERS = [layer for layer, _ in REFERENCE]

LN2, LN3 = np.log(2.0), np.log(3.0)

# Worked by hand: layer, x, y, dx for dy = 1.
WORKED = [
    (Identity(), -1.5, -1.5, 1.0),
    (Logistic(), 0.5, 1 / 2, 1 / 8),
    (Logistic(), 0.5 + 2 * LN3, 3 / 4, 3 / 32),
    (Sigmoid(), -LN3, 1 / 4, 3 / 16),
    (Tanh(), LN2, 3 / 5, 16 / 25),
    (ReLU(), 2.0, 2.0, 1.0),
    (ReLU(), -2.0, 0.0, 0.0),
    (LeakyReLU(), 2.0, 2.0, 1.0),
    (LeakyReLU(), -2.0, -0.02, 0.01),
    (ELU(2.0), 3.0, 3.0, 1.0),
    (ELU(2.0), -LN2, -1.0, 1.0),
    (Softplus(), LN3, np.log(4.0), 3 / 4),
    (Softplus(2.0), 0.0, LN2 / 2, 1 / 2),
]


def name(value):
    return type(value).__name__ if hasattr(value, "forward") else None


def each_layer(test):
    return pytest.mark.parametrize("layer", LAYERS, ids=name)(test)


@each_layer
@pytest.mark.parametrize("shape", [(7,), (4, 6), (3, 2, 5)])
def test_the_derivative_agrees_with_differences(layer, shape):
    check_grad(layer, off_zero(np.random.default_rng(1), shape))


@pytest.mark.parametrize(("layer", "reference"), REFERENCE, ids=name)
def test_the_values_agree_with_another_formula(layer, reference):
    x = 3 * np.random.default_rng(2).standard_normal((5, 40))
    assert_allclose(layer.forward(x)[0], reference(x), rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize(("layer", "x", "y", "dx"), WORKED, ids=name)
def test_values_and_derivatives_worked_by_hand(layer, x, y, dx):
    out, cache = layer.forward(np.array([x]))
    assert_allclose(out, [y], rtol=1e-14)
    assert_allclose(layer.backward(np.ones(1), cache)[0], [dx], rtol=1e-14)


def test_softmax_worked_by_hand():
    y, cache = Softmax().forward(np.array([[0.0, LN2, LN3]]))
    assert_allclose(y, [[1 / 6, 2 / 6, 3 / 6]], rtol=1e-14)
    # The first row of the Jacobian, y_1 (delta_1j - y_j).
    dx, _ = Softmax().backward(np.array([[1.0, 0.0, 0.0]]), cache)
    assert_allclose(dx, [[5 / 36, -2 / 36, -3 / 36]], rtol=1e-14)


def test_the_logistic_gives_the_papers_derivative_from_its_output():
    y = np.array([0.0, 0.25, 0.5, 1.0])
    assert_array_equal(Logistic().derivative(y), [0.0, 0.5 * 0.25 * 0.75, 0.125, 0.0])
    assert_array_equal(y, [0.0, 0.25, 0.5, 1.0])


@pytest.mark.parametrize(
    ("layer", "derivative"), [(ReLU(), 0.0), (LeakyReLU(0.2), 0.2), (ELU(1.5), 1.5)], ids=name
)
def test_at_its_kink_the_derivative_is_the_one_documented(layer, derivative):
    _, cache = layer.forward(np.zeros(1))
    assert_array_equal(layer.backward(np.ones(1), cache)[0], [derivative])


@each_layer
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_is_kept_both_ways(layer, dtype):
    x = np.random.default_rng(3).standard_normal((3, 1, 8)).astype(dtype)
    y, cache = layer.forward(x)
    dx, _ = layer.backward(x, cache)
    assert y.dtype == dtype
    assert dx.dtype == dtype
    assert y.shape == dx.shape == x.shape


@pytest.mark.parametrize(("layer", "reference"), REFERENCE, ids=name)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_values_of_size_1e4_are_right_and_silent(layer, reference, dtype):
    x = np.array([[-1e4, -1e3, -100, -90, -1, 0, 1, 90, 100, 1e3, 1e4]], dtype)
    y, cache = layer.forward(x)
    dx, _ = layer.backward(np.ones_like(x), cache)
    tiny = np.finfo(dtype).tiny
    assert_allclose(y, reference(x.astype(np.float64)), rtol=30 * np.finfo(dtype).eps, atol=tiny)
    assert np.isfinite(dx).all()


@pytest.mark.parametrize("layer", [Logistic(), Sigmoid(), Softplus(2.0)], ids=name)
def test_small_outputs_keep_their_relative_accuracy(layer):
    x = np.array([-30.0, -20.0], np.float32)
    exact = layer.forward(x.astype(np.float64))[0]
    assert_allclose(layer.forward(x)[0], exact, rtol=1e-6)


@each_layer
def test_arrays_of_any_layout_are_taken_and_none_is_written(layer):
    x = np.random.default_rng(4).standard_normal((6, 5, 4))[::2].transpose(0, 2, 1)
    dy = np.random.default_rng(5).standard_normal((3, 4, 5))
    x_before, dy_before = x.copy(), dy.copy()
    y, cache = layer.forward(x)
    y_before = y.copy()
    dx, _ = layer.backward(dy, cache)
    again, _ = layer.backward(dy, cache)
    assert_array_equal(y, layer.forward(x.copy())[0])
    assert_array_equal(dx, again)
    assert_array_equal(x, x_before)
    assert_array_equal(y, y_before)
    assert_array_equal(dy, dy_before)


@pytest.mark.parametrize("layer", [n for n in LAYERS if not isinstance(n, Softmax)], ids=name)
def test_a_single_number_is_an_array_too(layer):
    y, cache = layer.forward(np.array(0.7))
    dx, _ = layer.backward(np.array(2.0), cache)
    in_a_row, cache = layer.forward(np.array([0.7]))
    assert y == in_a_row[0]
    assert dx == layer.backward(np.array([2.0]), cache)[0][0]


@each_layer
def test_two_passes_can_be_live_at_once(layer):
    first, second, dy = np.random.default_rng(6).standard_normal((3, 4, 5))
    _, cache = layer.forward(first)
    expected, _ = layer.backward(dy, cache)
    _, first_cache = layer.forward(first)
    layer.forward(second)
    assert_array_equal(layer.backward(dy, first_cache)[0], expected)


@each_layer
def test_only_what_is_asked_for_is_returned(layer):
    _, cache = layer.forward(np.array([1.0, 2.0]))
    dy = np.array([0.3, -0.4])
    dx, grads = layer.backward(dy, cache)
    assert layer.params == grads == {}
    assert layer.backward(dy, cache, wrt="params") == (None, {})
    only, nothing = layer.backward(dy, cache, wrt="input")
    assert_array_equal(only, dx)
    assert nothing == {}


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (lambda: Logistic(slope=0.0), "slope of a logistic must be positive, not 0.0"),
        (lambda: Logistic(slope=float("nan")), "slope of a logistic must be positive, not nan"),
        (lambda: LeakyReLU(1.0), r"slope of a leaky ReLU must be in \[0, 1\), not 1.0"),
        (lambda: LeakyReLU(-0.1), r"slope of a leaky ReLU must be in \[0, 1\), not -0.1"),
        (lambda: ELU(0.0), "alpha of an ELU must be positive, not 0.0"),
        (lambda: Softplus(-1.0), "beta of a softplus must be positive, not -1.0"),
        (lambda: Softmax().forward(np.array(1.0)), r"at least one element, not \(\)"),
        (lambda: Softmax().forward(np.ones((2, 0))), r"at least one element, not \(2, 0\)"),
    ],
)
def test_impossible_options_are_named_in_one_line(make, what):
    with pytest.raises(AvanpError, match=what):
        make()


VECTORS = arrays(
    np.float64, st.tuples(st.integers(1, 4), st.integers(1, 6)), elements=st.floats(-50, 50)
)


@settings(deadline=None)
@given(VECTORS)
def test_softmax_sums_to_one(x):
    y, _ = Softmax().forward(x)
    assert (y >= 0).all()
    assert_allclose(y.sum(axis=-1), 1.0, rtol=1e-14)


@settings(deadline=None)
@given(VECTORS, st.floats(-1e3, 1e3))
def test_softmax_does_not_see_a_shift(x, shift):
    assert_allclose(Softmax().forward(x + shift)[0], Softmax().forward(x)[0], rtol=1e-11)


@settings(deadline=None)
@given(VECTORS, st.floats(0.1, 4), st.floats(-3, 3))
def test_a_logistic_is_a_sigmoid_of_the_scaled_and_shifted_input(v, slope, midpoint):
    logistic, _ = Logistic(slope, midpoint).forward(v)
    sigmoid, _ = Sigmoid().forward(slope * (v - midpoint))
    assert_allclose(logistic, sigmoid, rtol=1e-12)
    mirrored, _ = Logistic(slope, midpoint).forward(2 * midpoint - v)
    assert_allclose(logistic + mirrored, 1.0, rtol=1e-12)


@settings(deadline=None)
@given(VECTORS, st.floats(0.1, 10))
def test_softplus_less_its_mirror_image_is_the_identity(x, beta):
    layer = Softplus(beta)
    assert_allclose(layer.forward(x)[0] - layer.forward(-x)[0], x, rtol=1e-12, atol=1e-13)
