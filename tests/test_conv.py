"""Convolutions: values by hand, by SciPy, by slow loops and by PyTorch; sizes and errors."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import correlate

from avanp.errors import AvanpError
from avanp.grad.cases import CASES, run
from avanp.layers.conv import Conv2d
from avanp.layers.conv_transpose import ConvTranspose2d
from avanp.layers.padding import resolve
from avanp.layers.replication_pad import ReplicationPad2d

ROWS = [row for row in CASES if row.startswith(("conv", "replication"))]


def conv_slowly(x, w, b, stride, pads):
    """One output at a time, straight from the definition."""
    (top, bottom), (left, right) = pads
    n, height, width, _ = x.shape
    kh, kw, _, n_out = w.shape
    places = [
        (height + top + bottom - kh) // stride[0] + 1,
        (width + left + right - kw) // stride[1] + 1,
    ]
    y = np.zeros((n, *places, n_out))
    for u, v in np.ndindex(*places):
        y[:, u, v] = b
        for i, j in np.ndindex(kh, kw):
            h, k = stride[0] * u + i - top, stride[1] * v + j - left
            if 0 <= h < height and 0 <= k < width:
                y[:, u, v] += x[:, h, k].astype(float) @ w[i, j].astype(float)
    return y


def transpose_slowly(x, w, b, stride, pads, size):
    """Every input spreads its kernel over the output."""
    y = np.zeros((len(x), *size, w.shape[3])) + b
    for u, v in np.ndindex(*x.shape[1:3]):
        for i, j in np.ndindex(*w.shape[:2]):
            h, k = stride[0] * u + i - pads[0][0], stride[1] * v + j - pads[1][0]
            if 0 <= h < size[0] and 0 <= k < size[1]:
                y[:, h, k] += x[:, u, v].astype(float) @ w[i, j].astype(float)
    return y


def close(a, b):
    """Within 1e-4 of the largest, as float32 and Winograd's transforms allow."""
    assert a.shape == b.shape
    assert np.abs(a - b).max(initial=0) <= 1e-4 * max(1, np.abs(b).max(initial=0))


def test_a_convolution_worked_by_hand():
    layer = Conv2d(1, 1, 2, padding="valid", init="zeros", dtype=np.float64)
    layer.params["W"][:, :, 0, 0] = [[1, 2], [3, 4]]
    layer.params["b"][:] = 10
    x = np.array([[1.0, 0, 2], [0, 1, 0], [3, 0, 1]])[None, ..., None]
    y, cache = layer.forward(x)
    np.testing.assert_array_equal(y[0, ..., 0], [[15, 17], [21, 15]])
    dx, grads = layer.backward(np.array([[1.0, 0], [0, 2]])[None, ..., None], cache)
    np.testing.assert_array_equal(dx[0, ..., 0], [[1, 2, 0], [3, 6, 4], [0, 6, 8]])
    np.testing.assert_array_equal(grads["W"][:, :, 0, 0], [[3, 0], [0, 3]])
    np.testing.assert_array_equal(grads["b"], [3])


def test_a_transposed_convolution_worked_by_hand():
    layer = ConvTranspose2d(1, 1, 3, stride=2, padding="valid", init="zeros", dtype=np.float64)
    layer.params["W"][:, :, 0, 0] = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
    layer.params["b"][:] = 100
    y, _ = layer.forward(np.array([1.0, 10])[None, None, :, None])
    np.testing.assert_array_equal(
        y[0, ..., 0] - 100, [[1, 2, 13, 20, 30], [4, 5, 46, 50, 60], [7, 8, 79, 80, 90]]
    )


def test_replication_padding_worked_by_hand():
    layer = ReplicationPad2d(((1, 0), (0, 2)))
    x = np.array([[1.0, 2], [3, 4]])[None, ..., None]
    y, cache = layer.forward(x)
    np.testing.assert_array_equal(y[0, ..., 0], [[1, 2, 2, 2], [1, 2, 2, 2], [3, 4, 4, 4]])
    dx, grads = layer.backward(np.arange(12.0).reshape(1, 3, 4, 1), cache)
    np.testing.assert_array_equal(dx[0, ..., 0], [[4, 24], [8, 30]])
    assert grads == {}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("n_in", "n_out"), [(1, 32), (3, 5), (32, 3), (64, 64), (33, 40)])
def test_a_convolution_is_scipys_correlation(n_in, n_out, dtype):
    rng = np.random.default_rng(0)
    layer = Conv2d(n_in, n_out, 3, padding="valid", rng=rng, dtype=dtype)
    x = rng.standard_normal((2, 9, 11, n_in)).astype(dtype)
    y, _ = layer.forward(x)
    assert y.dtype == dtype
    w = layer.params["W"].astype(float)
    for n in range(2):
        for o in range(0, n_out, 7):
            expected = correlate(x[n].astype(float), w[..., o], mode="valid")[..., 0]
            close(y[n, ..., o], expected)


sides = st.integers(1, 11)
padding = st.one_of(
    st.sampled_from(["same", "valid"]),
    st.integers(0, 4),
    st.tuples(*[st.tuples(st.integers(0, 3), st.integers(0, 3))] * 2),
)
channels = st.sampled_from([1, 2, 3, 7, 16, 17, 32, 33, 48, 64])


@given(
    size=st.tuples(sides, sides),
    kernel=st.tuples(st.integers(1, 5), st.integers(1, 5)),
    stride=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    padding=padding,
    n_in=channels,
    n_out=channels,
    batch=st.integers(1, 3),
    seed=st.integers(0, 10**6),
)
def test_any_convolution_agrees_with_a_slow_loop(
    size, kernel, stride, padding, n_in, n_out, batch, seed
):
    rng = np.random.default_rng(seed)
    layer = Conv2d(n_in, n_out, kernel, stride=stride, padding=padding, rng=rng)
    layer.params["b"][:] = rng.standard_normal(n_out)
    w, b = layer.params["W"], layer.params["b"]
    x = rng.standard_normal((batch, *size, n_in)).astype(np.float32)
    pads = resolve(padding, size, kernel, stride)
    if any(n + sum(p) < k for n, p, k in zip(size, pads, kernel, strict=True)):
        with pytest.raises(AvanpError, match="smaller than the kernel"):
            layer.forward(x)
        return
    y, cache = layer.forward(x)
    close(y, conv_slowly(x, w, b, stride, pads))
    dy = rng.standard_normal(y.shape).astype(np.float32)
    dx, grads = layer.backward(dy, cache)
    close(dx, transpose_slowly(dy, w.swapaxes(2, 3), 0, stride, pads, size))
    # dw is linear in dy: against the change of y along one random direction of w
    direction = rng.standard_normal(w.shape)
    moved = (conv_slowly(x, direction, 0, stride, pads) * dy).sum()
    scale = max(1, np.abs(grads["W"]).max()) * np.sqrt(w.size)
    assert abs((grads["W"] * direction).sum() - moved) < 1e-4 * scale
    close(grads["b"], dy.sum(axis=(0, 1, 2), dtype=float))


@given(
    size=st.tuples(st.integers(1, 6), st.integers(1, 6)),
    kernel=st.tuples(st.integers(1, 5), st.integers(1, 5)),
    stride=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    same=st.booleans(),
    n_in=channels,
    n_out=channels,
    seed=st.integers(0, 10**6),
)
def test_any_transposed_convolution_agrees_with_a_slow_loop(
    size, kernel, stride, same, n_in, n_out, seed
):
    rng = np.random.default_rng(seed)
    extra = (0, 0) if same else tuple(int(rng.integers(s)) for s in stride)
    layer = ConvTranspose2d(
        n_in, n_out, kernel,
        stride=stride, padding="same" if same else "valid", output_padding=extra, rng=rng,
    )  # fmt: skip
    layer.params["b"][:] = rng.standard_normal(n_out)
    x = rng.standard_normal((2, *size, n_in)).astype(np.float32)
    y, cache = layer.forward(x)
    if same:
        assert y.shape[1:3] == tuple(n * s for n, s in zip(size, stride, strict=True))
        pads = resolve("same", y.shape[1:3], kernel, stride)
    else:
        pads = ((0, 0), (0, 0))
    w = layer.params["W"]
    close(y, transpose_slowly(x, w, layer.params["b"], stride, pads, y.shape[1:3]))
    dy = rng.standard_normal(y.shape).astype(np.float32)
    dx, grads = layer.backward(dy, cache)
    # conv_slowly sees the places beyond the last window as zeros that nothing meets.
    back = conv_slowly(dy, w.swapaxes(2, 3), 0, stride, pads)
    close(dx, back[:, : size[0], : size[1]])
    assert grads["W"].shape == w.shape
    direction = rng.standard_normal(w.shape)
    moved = (transpose_slowly(x, direction, 0, stride, pads, y.shape[1:3]) * dy).sum()
    scale = max(1, np.abs(grads["W"]).max()) * np.sqrt(w.size)
    assert abs((grads["W"] * direction).sum() - moved) < 1e-4 * scale
    close(grads["b"], dy.sum(axis=(0, 1, 2), dtype=float))


GOLDEN = {
    "3x3": (Conv2d, {"padding": 1}),
    "3x3-wide": (Conv2d, {"padding": 1}),
    "4x4-stride-2": (Conv2d, {"stride": 2, "padding": 1}),
    "5x2-stride-3-2": (Conv2d, {"stride": (3, 2), "padding": "valid"}),
    "1x1": (Conv2d, {}),
    "transposed-4x4-stride-2": (ConvTranspose2d, {"stride": 2}),
    "transposed-3x3-extra": (ConvTranspose2d, {"stride": 2, "padding": 1, "output_padding": 1}),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("case", GOLDEN)
def test_values_and_gradients_are_pytorchs(case, dtype):
    with np.load(Path(__file__).parent / "golden" / "conv.npz", allow_pickle=False) as stored:
        names = ("x", "W", "b", "y", "dy", "dx", "dW", "db")
        golden = {name: stored[f"{case}.{name}"].astype(dtype) for name in names}
    kind, options = GOLDEN[case]
    kh, kw, n_in, n_out = golden["W"].shape
    layer = kind(n_in, n_out, (kh, kw), init="zeros", dtype=dtype, **options)
    layer.params["W"][...], layer.params["b"][...] = golden["W"], golden["b"]
    y, cache = layer.forward(golden["x"])
    dx, grads = layer.backward(golden["dy"], cache)
    results = {"y": y, "dx": dx, "dW": grads["W"], "db": grads["b"]}
    exact = dtype == np.float64 and "wide" not in case
    for name, result in results.items():
        scale = np.abs(golden[name]).max()
        assert result.dtype == dtype
        assert np.abs(result - golden[name]).max() < (1e-13 if exact else 2e-5) * scale, name


@pytest.mark.parametrize("row", ROWS)
def test_the_derivatives_are_right(row):
    (report,) = run([row])[:1]
    assert report.ok, report


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "expected"),
    [
        (5, 3, 1, (1, 1)),
        (5, 2, 1, (0, 1)),  # TensorFlow's: the larger half after
        (8, 4, 2, (1, 1)),
        (7, 4, 2, (1, 2)),
        (7, 3, 2, (1, 1)),
        (8, 3, 2, (0, 1)),
        (4, 1, 3, (0, 0)),
    ],
)
def test_same_padding_is_tensorflows(size, kernel, stride, expected):
    pads = resolve("same", (size, size), (kernel, kernel), (stride, stride))
    assert pads == (expected, expected)


@pytest.mark.parametrize("wrt", ["input", "params"])
def test_only_what_is_asked_for_comes_back(wrt):
    rng = np.random.default_rng(0)
    for layer in (Conv2d(3, 4, 3, rng=rng), ConvTranspose2d(3, 4, 4, stride=2, rng=rng)):
        y, cache = layer.forward(rng.standard_normal((2, 5, 6, 3)).astype(np.float32))
        dy = rng.standard_normal(y.shape).astype(np.float32)
        dx, grads = layer.backward(dy, cache)
        some_dx, some_grads = layer.backward(dy, cache, wrt=wrt)
        if wrt == "input":
            np.testing.assert_array_equal(some_dx, dx)
            assert some_grads == {}
        else:
            assert some_dx is None
            assert some_grads.keys() == layer.params.keys()
            np.testing.assert_array_equal(some_grads["W"], grads["W"])


def test_backward_leaves_its_arguments_as_they_are():
    rng = np.random.default_rng(0)
    layer = Conv2d(32, 32, 3, rng=rng)
    x = rng.standard_normal((2, 6, 7, 32)).astype(np.float32)
    before = x.copy()
    y, cache = layer.forward(x)
    dy = y.copy()
    layer.backward(dy, cache)
    np.testing.assert_array_equal(x, before)
    np.testing.assert_array_equal(dy, y)


def test_images_and_gradients_may_have_any_layout():
    rng = np.random.default_rng(0)
    layer = Conv2d(4, 32, 3, rng=rng)
    wide = rng.standard_normal((2, 4, 12, 9)).astype(np.float32)
    x = wide.transpose(0, 2, 3, 1)[:, ::2]
    y, cache = layer.forward(x)
    np.testing.assert_array_equal(y, layer.forward(x.copy())[0])
    dy = np.broadcast_to(np.float32(0.5), y.shape)
    expected = layer.backward(dy.copy(), cache)
    dx, grads = layer.backward(dy, cache)
    np.testing.assert_array_equal(dx, expected[0])
    np.testing.assert_array_equal(grads["W"], expected[1]["W"])


def test_without_a_bias_there_is_none():
    layer = Conv2d(2, 3, 1, bias=False, rng=np.random.default_rng(0))
    assert layer.params.keys() == {"W"}
    y, cache = layer.forward(np.ones((1, 2, 2, 2), np.float32))
    assert layer.backward(y, cache)[1].keys() == {"W"}


def test_an_empty_batch_passes():
    layer = Conv2d(64, 64, 3, rng=np.random.default_rng(0))
    y, cache = layer.forward(np.zeros((0, 5, 5, 64), np.float32))
    dx, grads = layer.backward(y, cache)
    assert y.shape == dx.shape == (0, 5, 5, 64)
    assert not grads["W"].any()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda rng: Conv2d(3, 4, 0, rng=rng), "kernel=0: give a whole number from 1"),
        (lambda rng: Conv2d(3, 4, 3, stride=(1, 2, 3), rng=rng), "stride=\\(1, 2, 3\\)"),
        (lambda rng: Conv2d(3, 4, 3, padding="full", rng=rng), "padding='full': choose 'same'"),
        (lambda rng: Conv2d(3, 4, 3, padding=-1, rng=rng), "padding=-1"),
        (lambda rng: Conv2d(3, 4, 3), "rng"),
        (
            lambda rng: ConvTranspose2d(3, 4, 3, stride=2, padding=1, output_padding=2, rng=rng),
            "less than the stride",
        ),
        (lambda rng: ConvTranspose2d(3, 4, 3, stride=2, output_padding=1, rng=rng), "not with"),
        (lambda rng: ReplicationPad2d(-1), "padding=-1"),
    ],
)
def test_a_wrong_option_is_one_line(make, message):
    with pytest.raises(AvanpError, match=message) as error:
        make(np.random.default_rng(0))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("shape", "dtype", "message"),
    [
        ((2, 8, 8, 4), np.float32, r"shape \(2, 8, 8, 4\), not \(B, H, W, 3\)"),
        ((8, 8, 3), np.float32, "batch first"),
        ((2, 8, 8, 3), np.float64, "float64 for weights of float32"),
        ((2, 2, 8, 3), np.float32, "2x8 .* smaller than the kernel of 3x3"),
    ],
)
def test_images_that_do_not_fit_are_one_line(shape, dtype, message):
    layer = Conv2d(3, 4, 3, padding="valid", rng=np.random.default_rng(0))
    with pytest.raises(AvanpError, match=message):
        layer.forward(np.zeros(shape, dtype))


def test_cutting_off_everything_is_one_line():
    layer = ConvTranspose2d(3, 4, 2, padding=2, rng=np.random.default_rng(0))
    with pytest.raises(AvanpError, match="leaves nothing"):
        layer.forward(np.zeros((1, 2, 2, 3), np.float32))
