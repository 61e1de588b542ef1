"""Batch norm: values by hand and of PyTorch, its three modes, its derivative in all of them."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from avanp.errors import AvanpError
from avanp.grad.check import check_grad
from avanp.kernels import jit_norm, reference_norm
from avanp.layers.batch_norm import BatchNorm, batch_norm_mode
from avanp.layers.dense import Dense
from avanp.layers.residual import Residual
from avanp.layers.sequential import Sequential

GOLDEN = np.load(Path(__file__).parent / "golden" / "norm_pool.npz", allow_pickle=False)
KEYS = ("gamma", "beta", "mean", "var")


def randomised(n, seed=0, **options):
    """Return a batch norm in float64 with no number that would hide a factor."""
    rng = np.random.default_rng(seed)
    layer = BatchNorm(n, dtype=np.float64, **options)
    arrays = {**layer.params, **layer.state}
    for key in KEYS:
        arrays[key][...] = rng.uniform(0.5, 2.0, n)
    return layer


def test_a_batch_of_two_worked_by_hand():
    # Mean 3, variance 4: x is -1 and 1 once normalised.
    layer = BatchNorm(1, eps=1e-12, dtype=np.float64)
    layer.params["gamma"][:], layer.params["beta"][:] = 5.0, 7.0
    y, cache = layer.forward(np.array([[1.0], [5.0]]), train=True)
    assert_allclose(y, [[2.0], [12.0]], rtol=1e-12)
    dx, grads = layer.backward(np.array([[1.0], [4.0]]), cache)
    assert_allclose(grads["gamma"], [4.0 - 1.0], rtol=1e-12)
    assert_allclose(grads["beta"], [5.0], rtol=1e-12)
    # Two numbers normalise to -1 and 1 whatever they are.
    assert_allclose(dx, 0.0, atol=1e-11)


def test_the_running_moments_worked_by_hand():
    # Mean 3; the unbiased variance is (4 + 4) / 1 = 8.
    layer = BatchNorm(1, momentum=0.25, dtype=np.float64)
    layer.forward(np.array([[1.0], [5.0]]), train=True)
    assert_allclose(layer.state["mean"], [0.75], rtol=1e-15)
    assert_allclose(layer.state["var"], [0.75 * 1 + 0.25 * 8], rtol=1e-15)


def test_outside_training_the_running_moments_are_used_and_left_alone():
    layer = randomised(3)
    x = np.random.default_rng(1).standard_normal((4, 3))
    before = {k: v.copy() for k, v in layer.state.items()}
    y, cache = layer.forward(x)
    scale = layer.params["gamma"] / np.sqrt(before["var"] + 1e-5)
    assert_allclose(y, (x - before["mean"]) * scale + layer.params["beta"], rtol=1e-13)
    for key, old in before.items():
        assert_array_equal(layer.state[key], old)
    dy = np.random.default_rng(2).standard_normal((4, 3))
    assert_allclose(layer.backward(dy, cache)[0], dy * scale, rtol=1e-13)


@pytest.mark.parametrize("shape", [(50, 3), (4, 5, 6, 3), (2, 3, 4, 5, 3)])
def test_in_training_each_channel_comes_out_standardised(shape):
    x = 100.0 + 3.0 * np.random.default_rng(3).standard_normal(shape)
    y, _ = BatchNorm(3, eps=1e-10, dtype=np.float64).forward(x, train=True)
    axes = tuple(range(len(shape) - 1))
    assert_allclose(y.mean(axis=axes), 0.0, atol=1e-12)
    assert_allclose(y.var(axis=axes), 1.0, rtol=1e-9)


@pytest.mark.parametrize("of", ["images", "rows"])
@pytest.mark.parametrize("train", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize(("dtype", "tol"), [(np.float64, 1e-12), (np.float32, 3e-5)])
def test_it_agrees_with_pytorch(of, train, dtype, tol):
    name = f"batch-norm.{of}.{'train' if train else 'eval'}"
    expected = {k.removeprefix(f"{name}."): v for k, v in GOLDEN.items() if k.startswith(name)}
    layer = BatchNorm(4, eps=1e-3, momentum=0.3, dtype=dtype)
    arrays = {**layer.params, **layer.state}
    for key in KEYS:
        arrays[key][...] = GOLDEN[f"start.{key}"]
    y, cache = layer.forward(GOLDEN[of].astype(dtype), train=train)
    dx, grads = layer.backward(expected["dy"].astype(dtype), cache)
    found = {"y": y, "dx": dx, "dgamma": grads["gamma"], "dbeta": grads["beta"], **layer.state}
    for key, value in found.items():
        assert value.dtype == dtype, key
        assert_allclose(value, expected[key], rtol=tol, atol=tol, err_msg=key)


@pytest.mark.parametrize("train", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize("mode", ["normal", "frozen", "no-update"])
@pytest.mark.parametrize("shape", [(7, 5), (3, 4, 2, 5), (64, 2)])
def test_the_derivative_agrees_with_differences(shape, mode, train):
    layer = randomised(shape[-1], eps=0.1, mode=mode)
    x = 2.0 + np.random.default_rng(4).standard_normal(shape)
    check_grad(layer, x, train=train)


class WithoutVariance(BatchNorm):
    """The mistake that a cotangent of ones does not see."""

    def backward(self, dy, cache, *, wrt="both"):
        dx, grads = super().backward(dy, cache, wrt=wrt)
        if dx is not None:
            x_hat = (cache.x - cache.affine[0]) * cache.inverse
            dots = (dy.reshape(cache.x.shape) * x_hat).sum(axis=0)
            scale = self.params["gamma"] * cache.inverse
            dx = dx + (scale * x_hat * dots / len(x_hat)).reshape(dx.shape)
        return dx, grads


def test_a_backward_pass_without_the_variance_term_is_caught():
    x = np.random.default_rng(5).standard_normal((6, 3))
    layer = WithoutVariance(3, dtype=np.float64)
    report = check_grad(layer, x, train=True, raise_on_fail=False)
    assert not report.ok
    assert report.error > 0.01


def test_a_second_pass_may_leave_the_running_moments_alone():
    net = Sequential([BatchNorm(3), Residual(Sequential([BatchNorm(3)]))])
    x = np.random.default_rng(6).standard_normal((8, 3)).astype(np.float32)
    before = {k: v.copy() for k, v in net.state.items()}
    with batch_norm_mode(net, "no-update"):
        y, _ = net.forward(x, train=True)
        for key, old in before.items():
            assert_array_equal(net.state[key], old)
    again, _ = net.forward(x, train=True)
    assert_array_equal(y, again)
    for key, old in before.items():
        assert not np.array_equal(net.state[key], old), key


def test_a_frozen_one_trains_nothing_and_saves_everything():
    layer = BatchNorm(3, mode="frozen")
    assert layer.params == {}
    assert set(layer.state) == set(KEYS)
    x = np.random.default_rng(7).standard_normal((8, 3)).astype(np.float32)
    before = {k: v.copy() for k, v in layer.state.items()}
    y, cache = layer.forward(x, train=True)
    assert_array_equal(y, layer.forward(x)[0])
    dx, grads = layer.backward(np.ones_like(x), cache)
    assert grads == {}
    assert dx.shape == x.shape
    for key, old in before.items():
        assert_array_equal(layer.state[key], old)


def test_a_second_pass_does_not_thaw_a_frozen_one():
    net = Sequential([BatchNorm(3, mode="frozen"), BatchNorm(3)])
    with batch_norm_mode(net, "no-update"):
        assert [norm.mode for norm in net] == ["frozen", "no-update"]
    assert [norm.mode for norm in net] == ["frozen", "normal"]


@pytest.mark.parametrize(("forward", "backward"), [("frozen", "normal"), ("normal", "frozen")])
def test_a_mode_that_changes_between_the_passes_is_refused(forward, backward):
    layer = BatchNorm(3, mode=forward)
    x = np.random.default_rng(7).standard_normal((8, 3)).astype(np.float32)
    y, cache = layer.forward(x, train=True)
    layer.mode = backward
    with pytest.raises(AvanpError, match=r"in the forward pass and is .* in the backward pass"):
        layer.backward(y, cache)


def test_freezing_and_thawing_moves_no_number():
    layer = randomised(3)
    arrays = {**layer.params, **layer.state}
    layer.mode = "frozen"
    assert all(layer.state[key] is array for key, array in arrays.items())
    layer.mode = "normal"
    assert all(layer.params[key] is arrays[key] for key in ("gamma", "beta"))
    assert set(layer.state) == {"mean", "var"}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("train", [True, False], ids=["train", "eval"])
def test_the_dtype_is_kept_and_nothing_of_the_callers_is_written(dtype, train):
    rng = np.random.default_rng(8)
    layer = BatchNorm(6, dtype=dtype)
    x, dy = (rng.standard_normal((4, 6, 6, 6)).astype(dtype)[:, ::2].swapaxes(1, 2) for _ in "xy")
    x_before, dy_before = x.copy(), dy.copy()
    y, cache = layer.forward(x, train=train)
    dx, grads = layer.backward(dy, cache)
    assert y.dtype == dx.dtype == grads["gamma"].dtype == grads["beta"].dtype == dtype
    assert y.shape == dx.shape == x.shape
    assert_array_equal(x, x_before)
    assert_array_equal(dy, dy_before)
    again, _ = layer.backward(dy, cache)
    assert_array_equal(dx, again)
    assert layer.backward(dy, cache, wrt="params")[0] is None
    assert layer.backward(dy, cache, wrt="input")[1] == {}


def test_a_large_mean_costs_no_accuracy():
    # E[x^2] - E[x]^2 in float32 would leave nothing of a variance of 1 at a mean of 10^4.
    x = (1e4 + np.random.default_rng(9).standard_normal((5000, 3))).astype(np.float32)
    for moments in (jit_norm.moments, reference_norm.moments):
        mean, var = moments(x)
        assert_allclose(mean, x.mean(axis=0, dtype=np.float64), rtol=1e-7)
        assert_allclose(var, x.astype(np.float64).var(axis=0), rtol=1e-4)


@given(
    rows=st.integers(1, 70),
    columns=st.sampled_from([1, 2, 3, 5, 16, 33, 64, 200]),
    dtype=st.sampled_from([np.float32, np.float64]),
    drift=st.floats(-1e3, 1e3),
    slope=st.sampled_from([0.0, 0.2, 1.0]),
    seed=st.integers(0, 10**6),
)
def test_the_kernels_agree_with_their_reference(rows, columns, dtype, drift, slope, seed):
    rng = np.random.default_rng(seed)
    x = (rng.standard_normal((rows, columns)) + drift).astype(dtype)
    dy, add = rng.standard_normal((2, *x.shape)).astype(dtype)
    affine, back = rng.standard_normal((2, 3, columns)).astype(dtype)
    tol = 1e-5 if dtype == np.float32 else 1e-12
    for found, expected in zip(jit_norm.moments(x), reference_norm.moments(x), strict=True):
        assert found.dtype == np.float64
        assert_allclose(found, expected, rtol=tol, atol=tol * (1 + abs(drift)))
    sums = [k.norm_sums(dy, x, affine, slope) for k in (jit_norm, reference_norm)]
    for found, expected in zip(*sums, strict=True):
        assert_allclose(found, expected, rtol=tol, atol=tol * rows * (1 + abs(drift)))
    for other in (None, add):
        found, expected = (k.normalise(x, affine, slope, other) for k in (jit_norm, reference_norm))
        assert found.dtype == dtype
        assert_array_equal(found, expected)
    assert_array_equal(
        *(k.norm_input(dy, x, affine, slope, back) for k in (jit_norm, reference_norm))
    )


def test_many_blocks_are_merged_as_one():
    # More rows than a block, sorted, so that the first says nothing about the last.
    x = np.sort(np.random.default_rng(10).standard_normal((9001, 5)).astype(np.float32), axis=0)
    mean, var = jit_norm.moments(x)
    assert_allclose(mean, x.mean(axis=0, dtype=np.float64), atol=1e-6)
    assert_allclose(var, x.astype(np.float64).var(axis=0), rtol=1e-6)


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (lambda: BatchNorm(0), "at least one channel, not 0"),
        (lambda: BatchNorm(3, eps=0.0), "eps of a batch norm must be positive, not 0.0"),
        (lambda: BatchNorm(3, momentum=1.5), r"must be in \[0, 1\], not 1.5"),
        (lambda: BatchNorm(3, mode="eval"), "'eval': choose from normal, frozen, no-update"),
        (lambda: BatchNorm(3).forward(np.ones((2, 4))), r"3 channels does not fit x of \(2, 4\)"),
        (lambda: BatchNorm(3).forward(np.ones(3)), r"3 channels does not fit x of \(3,\)"),
        (
            lambda: BatchNorm(3).forward(np.ones((1, 1, 1, 3)), train=True),
            r"one value a channel, x of \(1, 1, 1, 3\): it needs a batch of two samples or more",
        ),
    ],
)
def test_what_cannot_be_is_named_in_one_line(make, what):
    with pytest.raises(AvanpError, match=what):
        make()


def test_one_value_a_channel_passes_outside_training():
    y, _ = BatchNorm(3).forward(np.ones((1, 3), np.float32))
    assert_allclose(y, 1.0, rtol=1e-5)


def test_it_trains_in_a_net():
    rng = np.random.default_rng(11)
    net = Sequential([Dense(3, 4, rng=rng), BatchNorm(4)])
    y, cache = net.forward(rng.standard_normal((5, 3)).astype(np.float32), train=True)
    _, grads = net.backward(np.ones_like(y), cache)
    assert set(grads) == set(net.params)
    assert {"1.mean", "1.var"} <= set(net.state)
