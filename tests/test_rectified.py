"""A rectifier done in the pass of the layer before it: the same as the two one after another."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from avanp.grad.check import check_grad
from avanp.kernels import (
    jit_activation,
    jit_adam,
    jit_bernoulli,
    jit_norm,
    reference_activation,
    reference_norm,
)
from avanp.layers.batch_norm import BatchNorm, batch_norm_mode
from avanp.layers.dense import Dense
from avanp.layers.dropout import Dropout
from avanp.layers.identity import Identity
from avanp.layers.leaky_relu import LeakyReLU
from avanp.layers.relu import ReLU
from avanp.layers.residual import Residual
from avanp.layers.sequential import Sequential

N = 5
ENDS = {"ReLU": ReLU, "leaky": lambda: LeakyReLU(0.3)}


def norm(dtype, seed):
    layer = BatchNorm(N, dtype=dtype)
    draw = np.random.default_rng(seed).uniform
    for array in (*layer.params.values(), *layer.state.values()):
        array[...] = draw(0.5, 1.5, N)
    return layer


def body(dtype, ending=True):
    """Return a dense layer and, with `ending`, a norm."""
    dense = Dense(N, N, factored=False, rng=np.random.default_rng(3), dtype=dtype)
    return Sequential([dense, *([norm(dtype, 1)] if ending else [])])


def as_array(grad):
    return grad.to_array() if hasattr(grad, "to_array") else grad


# By name: the layer that a rectifier follows.
BEFORE = {
    "norm": lambda dtype: norm(dtype, 0),
    "residual that ends in a norm": lambda dtype: Residual(body(dtype)),
    "residual of two norms": lambda dtype: Residual(body(dtype), norm(dtype, 2)),
    "residual that ends in none": lambda dtype: Residual(body(dtype, ending=False)),
    "residual of nothing": lambda dtype: Residual(Sequential([])),
}


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("end", ENDS)
@given(
    dtype=st.sampled_from([np.float32, np.float64]),
    mode=st.sampled_from(["train", "not", "frozen"]),
    wrt=st.sampled_from(["both", "input", "params"]),
    seed=st.integers(0, 10**6),
)
def test_one_pass_is_equal_to_two_bit_for_bit(before, end, dtype, mode, wrt, seed):
    rng = np.random.default_rng(seed)
    x, dy = rng.standard_normal((2, 8, N)).astype(dtype)
    results = []
    for together in (True, False):
        first, last = BEFORE[before](dtype), ENDS[end]()
        train = mode != "not"
        with batch_norm_mode(first, "frozen" if mode == "frozen" else "normal"):
            if together:
                net = Sequential([first, last])
                y, cache = net.forward(x, train=train)
                dx, grads = net.backward(dy, cache, wrt=wrt)
                grads = {key[2:]: value for key, value in grads.items()}
            else:
                between, cache = first.forward(x, train=train)
                y, mask = last.forward(between)
                dx, grads = first.backward(last.backward(dy, mask)[0], cache, wrt=wrt)
        results.append((y, dx, grads, first.state))
    (y, dx, grads, state), (y_two, dx_two, grads_two, state_two) = results
    assert_array_equal(y, y_two)
    assert (dx is None) == (dx_two is None)
    if dx is not None:
        assert_array_equal(dx, dx_two)
    assert grads.keys() == grads_two.keys()
    for key, value in grads.items():
        assert_array_equal(*(as_array(grad) for grad in (value, grads_two[key])))
    for key, value in state.items():
        assert_array_equal(value, state_two[key])


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("train", [True, False])
def test_one_pass_has_the_right_derivative(before, end, train):
    x = np.random.default_rng(8).standard_normal((6, N))
    check_grad(Sequential([BEFORE[before](np.float64), ENDS[end]()]), x, train=train)


def test_what_is_tapped_between_is_the_norms_own_output():
    layer, x = norm(np.float64, 0), np.random.default_rng(0).standard_normal((6, N))
    net = Sequential([layer, ReLU(), Identity()])
    y, taps, cache = net.forward_taps(x, (0, 1, 2))
    assert_array_equal(taps[0], layer.forward(x)[0])
    assert (taps[0] < 0).any()
    assert_array_equal(taps[1], np.maximum(taps[0], 0))
    assert_array_equal(taps[2], y)
    dy = np.ones_like(y)
    dx = net.backward_taps(dy, {0: dy}, cache)[0]
    scale = layer.params["gamma"] / np.sqrt(layer.state["var"] + layer.eps)
    assert_allclose(dx, ((taps[0] > 0) + 1.0) * scale, rtol=1e-14)


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("end", ENDS)
def test_what_is_tapped_on_one_way_alone_is_the_same(before, end):
    net = Sequential([BEFORE[before](np.float64), ENDS[end]()])
    rng = np.random.default_rng(0)
    x, dy, dtap = rng.standard_normal((3, 6, N))
    _, cache = net.forward(x, train=True)
    _, _, tapped = net.forward_taps(x, {0}, train=True)
    right, right_grads = net.backward(dy, cache)
    dx, grads = net.backward(dy, tapped)
    assert_array_equal(dx, right)
    assert all(
        map(np.array_equal, map(as_array, grads.values()), map(as_array, right_grads.values()))
    )
    assert_allclose(
        net.backward_taps(dy, {0: dtap}, cache)[0],
        net.backward_taps(dy, {0: dtap}, tapped)[0],
        rtol=1e-12,
    )


def test_a_subclass_computes_what_it_says():
    class ReLU6(ReLU):
        def forward(self, x, *, train=False, rng=None):
            y = np.clip(x, 0, 0.5)
            return y, y

    class Plain(BatchNorm):
        def forward(self, x, *, train=False, rng=None):
            return super().forward(x, train=train)

    x = np.random.default_rng(0).standard_normal((6, N))
    assert Sequential([BatchNorm(N, dtype=x.dtype), ReLU6()]).forward(x, train=True)[0].max() == 0.5
    y, _ = Sequential([Plain(N, dtype=x.dtype), ReLU()]).forward(x, train=True)
    assert_array_equal(
        y, Sequential([BatchNorm(N, dtype=x.dtype), ReLU()]).forward(x, train=True)[0]
    )


def test_a_residual_draws_its_bodys_noise_first():
    def net():
        return Residual(Sequential([Dropout(0.5), norm(np.float64, 0)]), Dropout(0.5))

    x = np.random.default_rng(0).standard_normal((6, N))
    y = net().forward(x, train=True, rng=np.random.default_rng(7))[0]
    one, rng = net(), np.random.default_rng(7)
    through = one.body.forward(x, train=True, rng=rng)[0]
    assert_array_equal(y, one.shortcut.forward(x, train=True, rng=rng)[0] + through)


def test_a_nan_is_passed_on_a_zero_has_no_sign_and_minus_infinity_is_rectified():
    x = np.array([[np.nan], [-1.0], [2.0], [-np.inf]], np.float32)
    affine = np.array([[0.0], [1.0], [0.0]], np.float32)
    for kernels in (jit_norm, reference_norm):
        y = kernels.normalise(x, affine, 0.0)
        assert_array_equal(y, [[np.nan], [0.0], [2.0], [0.0]])
        assert not np.signbit(y[1, 0])
    for kernels in (jit_activation, reference_activation):
        assert_array_equal(kernels.leaky_relu(x, 0.0), y)
        assert_array_equal(kernels.leaky_relu(x, 0.5), [[np.nan], [-0.5], [2.0], [-np.inf]])
    assert not np.signbit(ReLU().forward(x)[0][1, 0])


def adam(p, g):
    """Return what a step makes of p and its moments."""
    p, m, v = p.copy(), 0.1 * g, g * g
    jit_adam.adam_update(p, g, m, v, 0.01, 0.9, 0.99, 1e-8, 0.1, 0.1, 0.01)
    return p, m, v


@pytest.mark.parametrize("shape", [(9000, 33), (70000, 16), (300000, 1)])
def test_large_arrays_are_the_same_on_any_number_of_threads(shape, monkeypatch):
    rng = np.random.default_rng(0)
    x, dy = rng.standard_normal((2, *shape), dtype=np.float32) + np.float32(3)
    affine, back = rng.standard_normal((2, 3, shape[1]), dtype=np.float32)
    found = []
    for threads in ("1", "2", "3"):
        monkeypatch.setenv("AVANP_THREADS", threads)
        found.append([
            *jit_norm.moments(x), *jit_norm.norm_sums(dy, x, affine, 0.2),
            jit_norm.normalise(x, affine, 0.2, dy), jit_norm.norm_input(dy, x, affine, 0.2, back),
            jit_activation.elu(x, 1.0), jit_activation.elu_backward(dy, x, 1.0),
            *jit_bernoulli.bernoulli_logits(x, dy, 0.5), *adam(x, dy),
        ])  # fmt: skip
    for other in found[1:]:
        for one, another in zip(found[0], other, strict=True):
            assert_array_equal(one, another)
    for one, exact in zip(found[0][:2], reference_norm.moments(x.astype(np.float64)), strict=True):
        assert_allclose(one, exact, rtol=1e-6)
    exact = reference_norm.norm_sums(*(a.astype(np.float64) for a in (dy, x, affine)), 0.2)
    for one, sums in zip(found[0][2:4], exact, strict=True):
        assert_allclose(one, sums, atol=1e-5 * len(x))
