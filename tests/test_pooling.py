"""Pooling: values by hand, by slow loops and of PyTorch; ties, edges, derivatives."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from avanp.errors import AvanpError
from avanp.grad.cases.norm_pool import CASES
from avanp.grad.check import check_grad
from avanp.kernels import jit_pool, reference_pool
from avanp.layers.avg_pool import AvgPool2d
from avanp.layers.global_pool import GlobalAvgPool, GlobalMaxPool
from avanp.layers.max_pool import MaxPool2d
from avanp.layers.upsample import Upsample2

GOLDEN = np.load(Path(__file__).parent / "golden" / "norm_pool.npz", allow_pickle=False)

LIKE_PYTORCH = {
    "max-pool": MaxPool2d(),
    "max-pool-3-2": MaxPool2d(3, 2),
    "avg-pool": AvgPool2d(),
    "avg-pool-3-1": AvgPool2d(3, stride=1),
    "global-avg-pool": GlobalAvgPool(),
    "global-max-pool": GlobalMaxPool(),
    "upsample": Upsample2(),
}
LAYERS = list(LIKE_PYTORCH.values())


def image(rows):
    """Return one image of one channel."""
    return np.array(rows, np.float64)[None, :, :, None]


def name(value):
    return type(value).__name__ if hasattr(value, "forward") else None


@pytest.mark.parametrize("layer", LIKE_PYTORCH)
@pytest.mark.parametrize(("dtype", "tol"), [(np.float64, 1e-13), (np.float32, 2e-6)])
def test_they_agree_with_pytorch(layer, dtype, tol):
    y, cache = LIKE_PYTORCH[layer].forward(GOLDEN["images"].astype(dtype))
    dx, grads = LIKE_PYTORCH[layer].backward(GOLDEN[f"{layer}.dy"].astype(dtype), cache)
    assert y.dtype == dx.dtype == dtype
    assert grads == {}
    assert_allclose(y, GOLDEN[f"{layer}.y"], rtol=tol, atol=tol)
    assert_allclose(dx, GOLDEN[f"{layer}.dx"], rtol=tol, atol=tol)


def test_the_maximum_worked_by_hand():
    x = image([[1, 2, 0, 0], [4, 3, 0, 9], [5, 5, -2, -1], [5, 5, -3, -4]])
    y, cache = MaxPool2d().forward(x)
    assert_array_equal(y, image([[4, 9], [5, -1]]))
    dx, _ = MaxPool2d().backward(image([[10, 20], [30, 40]]), cache)
    # Of the four fives the first has it.
    expected = image([[0, 0, 0, 0], [10, 0, 0, 20], [30, 0, 0, 40], [0, 0, 0, 0]])
    assert_array_equal(dx, expected)


def test_the_mean_worked_by_hand():
    x = image([[1, 2, 0, 0], [4, 3, 0, 9]])
    y, cache = AvgPool2d().forward(x)
    assert_array_equal(y, image([[2.5, 2.25]]))
    dx, _ = AvgPool2d().backward(image([[4, 8]]), cache)
    assert_array_equal(dx, image([[1, 1, 2, 2], [1, 1, 2, 2]]))


def test_where_windows_overlap_the_cotangents_are_added():
    x = image([[0, 0, 0], [0, 7, 0], [0, 0, 0]])
    y, cache = MaxPool2d(2, stride=1).forward(x)
    assert_array_equal(y, image([[7, 7], [7, 7]]))
    dx, _ = MaxPool2d(2, stride=1).backward(image([[1, 2], [3, 4]]), cache)
    assert_array_equal(dx, image([[0, 0, 0], [0, 10, 0], [0, 0, 0]]))
    dx, _ = AvgPool2d(2, stride=1).backward(image([[4, 8], [12, 16]]), x.shape)
    assert_array_equal(dx, image([[1, 3, 2], [4, 10, 6], [3, 7, 4]]))


def test_what_no_window_sees_gets_no_gradient():
    x = image([[1, 2, 9], [3, 4, 9], [9, 9, 9]])
    for layer in (MaxPool2d(), AvgPool2d()):
        y, cache = layer.forward(x)
        assert y.shape == (1, 1, 1, 1)
        dx, _ = layer.backward(np.ones_like(y), cache)
        assert not dx[0, 2].any()
        assert not dx[0, :, 2].any()
        assert dx.sum() == 1


def test_a_stride_beyond_the_window_leaves_gaps():
    x = image([[1, 8, 8, 4, 8], [8] * 5, [8] * 5, [2, 8, 8, 3, 8]])
    y, cache = MaxPool2d(1, stride=3).forward(x)
    assert_array_equal(y, image([[1, 4], [2, 3]]))
    dx, _ = MaxPool2d(1, stride=3).backward(np.ones_like(y), cache)
    assert_array_equal(dx[0, ::3, ::3, 0], np.ones((2, 2)))
    assert dx.sum() == 4


def test_global_pools_worked_by_hand():
    x = np.zeros((1, 2, 2, 2))
    x[0, ..., 0], x[0, ..., 1] = [[1, 2], [3, 6]], [[5, 5], [-1, 5]]
    mean, shape = GlobalAvgPool().forward(x)
    assert_array_equal(mean, [[3.0, 3.5]])
    dx, _ = GlobalAvgPool().backward(np.array([[4.0, 8.0]]), shape)
    assert_array_equal(dx, np.broadcast_to([1.0, 2.0], (1, 2, 2, 2)))
    highest, cache = GlobalMaxPool().forward(x)
    assert_array_equal(highest, [[6.0, 5.0]])
    dx, _ = GlobalMaxPool().backward(np.array([[4.0, 8.0]]), cache)
    assert_array_equal(dx[0, ..., 0], [[0, 0], [0, 4]])
    assert_array_equal(dx[0, ..., 1], [[8, 0], [0, 0]])


@pytest.mark.parametrize("row", CASES)
def test_the_derivative_agrees_with_differences(row):
    target, inputs = CASES[row](np.random.default_rng(1))
    check_grad(target, *inputs)


@pytest.mark.parametrize("layer", [MaxPool2d(), MaxPool2d(3, 1), GlobalMaxPool()], ids=name)
def test_a_nan_is_the_maximum(layer):
    x = np.zeros((1, 4, 4, 2), np.float32)
    x[0, 1, 1, 0] = np.nan
    y, _ = layer.forward(x)
    assert np.isnan(y[..., 0]).any()
    assert not np.isnan(y[..., 1]).any()


@pytest.mark.parametrize("layer", LAYERS, ids=name)
def test_arrays_of_any_layout_are_taken_and_none_is_written(layer):
    rng = np.random.default_rng(2)
    x = rng.standard_normal((3, 12, 5, 6)).transpose(0, 3, 1, 2)[:, :, ::2]
    before = x.copy()
    y, cache = layer.forward(x)
    assert_array_equal(y, layer.forward(x.copy())[0])
    dy = np.asfortranarray(rng.standard_normal(y.shape))
    dy_before = dy.copy()
    dx, grads = layer.backward(dy, cache)
    assert_array_equal(dx, layer.backward(dy, cache, wrt="input")[0])
    assert layer.backward(dy, cache, wrt="params") == (None, {})
    assert dx.shape == x.shape
    assert grads == layer.params == {}
    assert_array_equal(x, before)
    assert_array_equal(dy, dy_before)


@given(
    size=st.integers(1, 4),
    stride=st.integers(1, 4),
    margin=st.tuples(st.integers(0, 5), st.integers(0, 5)),
    channels=st.sampled_from([1, 3, 16, 20]),
    dtype=st.sampled_from([np.float32, np.float64]),
    seed=st.integers(0, 10**6),
)
def test_the_kernels_agree_with_their_reference(size, stride, margin, channels, dtype, seed):
    rng = np.random.default_rng(seed)
    shape = (2, size + margin[0], size + margin[1], channels)
    # Integers: ties are frequent, and sums exact in any order.
    x = rng.integers(-3, 4, shape).astype(dtype)
    y, place = jit_pool.max_pool(x, size, stride)
    expected, expected_place = reference_pool.max_pool(x, size, stride)
    assert y.dtype == dtype
    assert place.dtype == np.uint8
    assert_array_equal(y, expected)
    assert_array_equal(place, expected_place)
    dy = rng.integers(-3, 4, y.shape).astype(dtype)
    options = (shape, size, stride)
    assert_array_equal(
        jit_pool.max_pool_backward(dy, place, *options),
        reference_pool.max_pool_backward(dy, place, *options),
    )
    assert_array_equal(
        jit_pool.window_sums(x, size, stride, 0.25),
        reference_pool.window_sums(x, size, stride, 0.25),
    )
    assert_array_equal(
        jit_pool.window_spread(dy, *options, 0.25), reference_pool.window_spread(dy, *options, 0.25)
    )
    rows = x.reshape(2, -1, channels)
    for found, by_reference in zip(
        jit_pool.global_max(rows), reference_pool.global_max(rows), strict=True
    ):
        assert_array_equal(found, by_reference)


@pytest.mark.parametrize("kernels", [jit_pool, reference_pool])
@pytest.mark.parametrize(("size", "stride"), [(2, 2), (3, 2), (2, 3)])
def test_the_kernels_agree_with_slow_loops(kernels, size, stride):
    rng = np.random.default_rng(3)
    x = rng.integers(-2, 3, (2, 7, 8, 3)).astype(np.float32)
    y, place = kernels.max_pool(x, size, stride)
    sums = kernels.window_sums(x, size, stride, 1.0)
    for b, i, j, c in np.ndindex(y.shape):
        window = x[b, i * stride : i * stride + size, j * stride : j * stride + size, c]
        assert y[b, i, j, c] == window.max()
        assert place[b, i, j, c] == window.argmax()
        assert sums[b, i, j, c] == window.sum()


@pytest.mark.parametrize("kernels", [jit_pool, reference_pool])
@pytest.mark.parametrize(("size", "stride"), [(2, 2), (3, 3), (3, 2), (1, 2)])
def test_spreading_is_the_adjoint_of_summing(kernels, size, stride):
    rng = np.random.default_rng(4)
    x = rng.standard_normal((2, 7, 8, 3))
    sums = kernels.window_sums(x, size, stride, 0.3)
    dy = rng.standard_normal(sums.shape)
    dx = kernels.window_spread(dy, x.shape, size, stride, 0.3)
    assert_allclose(np.vdot(dy, sums), np.vdot(dx, x), rtol=1e-12)


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (lambda: MaxPool2d(0), "at least 1, not 0 and 0"),
        (lambda: AvgPool2d(2, stride=0), "at least 1, not 2 and 0"),
        (lambda: MaxPool2d(17), "at most 16, not 17"),
        (lambda: MaxPool2d(3).forward(np.ones((1, 2, 5, 1))), r"3x3 .* not x of \(1, 2, 5, 1\)"),
        (lambda: AvgPool2d().forward(np.ones((4, 4))), r"images \(B, H, W, C\), not x of \(4, 4\)"),
        (lambda: GlobalAvgPool().forward(np.ones((4, 4))), "needs images"),
        (lambda: GlobalMaxPool().forward(np.ones((1, 0, 4, 2))), "needs images"),
    ],
)
def test_what_cannot_be_is_named_in_one_line(make, what):
    with pytest.raises(AvanpError, match=what):
        make()
