"""Layers that put others together, change shapes, draw, or hold still."""

from functools import partial
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from avanp.errors import AvanpError
from avanp.grad.check import check_grad
from avanp.layers.base import Layer
from avanp.layers.batch_norm import BatchNorm
from avanp.layers.concat import Concat
from avanp.layers.crop import Crop
from avanp.layers.dense import Dense
from avanp.layers.dropout import Dropout
from avanp.layers.flatten import Flatten
from avanp.layers.frozen import Frozen
from avanp.layers.gaussian_sample import GaussianSample, reparameterise, reparameterise_backward
from avanp.layers.identity import Identity
from avanp.layers.reshape import Reshape
from avanp.layers.residual import Residual
from avanp.layers.residual_blocks import residual_conv, residual_dense
from avanp.layers.sequential import Sequential
from avanp.layers.tanh import Tanh
from avanp.layers.two_heads import TwoHeads

pytestmark = pytest.mark.filterwarnings("error")


def rng(seed=0):
    return np.random.default_rng(seed)


def dense(n_in, n_out, seed=0, dtype=np.float64):
    return Dense(n_in, n_out, rng=rng(seed), dtype=dtype)


def net(*sizes, seed=0, dtype=np.float64):
    layers = []
    for i, (n_in, n_out) in enumerate(pairwise(sizes)):
        layers += [Tanh(), dense(n_in, n_out, seed + i, dtype)]
    return Sequential(layers[1:])


class Moving(Layer):
    """Outputs 1 in training and 0 outside it; counts its training passes in its state."""

    def __init__(self):
        super().__init__()
        self.state = {"count": np.zeros(1)}

    def forward(self, x, *, train=False, rng=None):
        self.state["count"] += train
        return np.full_like(x, float(train)), None

    def backward(self, dy, cache, *, wrt="both"):
        return (None if wrt == "params" else np.zeros_like(dy)), {}


# Dropout


def test_outside_training_dropout_is_the_identity_and_draws_nothing():
    x = rng().standard_normal((4, 6))
    y, cache = Dropout(0.5).forward(x)
    assert_array_equal(y, x)
    assert_array_equal(Dropout(0.5).backward(x, cache)[0], x)


def test_in_training_an_element_is_dropped_or_divided_by_what_is_kept():
    x = np.full((4, 50), 3.0)
    y, cache = Dropout(0.25).forward(x, train=True, rng=rng())
    assert set(np.unique(y)) == {0.0, 4.0}
    dx, grads = Dropout(0.25).backward(np.ones_like(x), cache)
    assert_allclose(dx, y / 3.0)
    assert grads == {}


@pytest.mark.parametrize("p", [0.1, 0.5, 0.8])
def test_dropout_keeps_the_mean_and_has_the_variance_of_a_bernoulli(p):
    y, _ = Dropout(p).forward(np.ones(200_000), train=True, rng=rng(1))
    variance = p / (1 - p)
    # Five standard deviations of the mean of 200,000.
    assert abs(y.mean() - 1) < 5 * np.sqrt(variance / y.size)
    assert_allclose(y.var(), variance, rtol=0.02)
    assert_allclose((y == 0).mean(), p, atol=5 * np.sqrt(p * (1 - p) / y.size))


def test_one_seed_drops_the_same_elements_in_both_precisions():
    single, _ = Dropout(0.4).forward(np.ones((9, 9), np.float32), train=True, rng=rng(2))
    double, _ = Dropout(0.4).forward(np.ones((9, 9)), train=True, rng=rng(2))
    assert_array_equal(single == 0, double == 0)
    assert single.dtype == np.float32


def test_dropout_in_training_has_the_right_derivative():
    check_grad(Dropout(0.3), rng().standard_normal((4, 6)), train=True)


def test_dropout_of_nothing_changes_nothing():
    x = rng().standard_normal((4, 6))
    assert_array_equal(Dropout(0).forward(x, train=True, rng=rng())[0], x)


# Shapes


def test_reshape_and_flatten_keep_the_order_of_the_elements():
    x = np.arange(24.0).reshape(2, 12)
    y, cache = Reshape((2, 3, 2)).forward(x)
    assert y.shape == (2, 2, 3, 2)
    assert y[1, 1, 0, 1] == 12 + 6 + 0 + 1
    flat, flat_cache = Flatten().forward(y)
    assert_array_equal(flat, x)
    dx, _ = Flatten().backward(x, flat_cache)
    assert_array_equal(dx, y)
    assert_array_equal(Reshape((2, 3, 2)).backward(y, cache)[0], x)


def test_an_empty_batch_is_flattened():
    assert Flatten().forward(np.zeros((0, 3, 2)))[0].shape == (0, 6)


def test_crop_keeps_the_upper_left_and_fills_the_rest_of_dx_with_zeros():
    x = np.arange(12.0).reshape(1, 3, 4, 1)
    y, cache = Crop(2, 3).forward(x)
    assert_array_equal(y[0, :, :, 0], [[0, 1, 2], [4, 5, 6]])
    dx, _ = Crop(2, 3).backward(y, cache)
    assert_array_equal(dx[0, :, :, 0], [[0, 1, 2, 0], [4, 5, 6, 0], [0, 0, 0, 0]])


# Concat


def test_concat_joins_what_its_branches_make_of_one_input():
    a, b = dense(3, 2, 0), dense(3, 4, 1)
    layer = Concat([a, Identity(), b])
    assert list(layer.params) == ["0.W", "0.b", "2.W", "2.b"]
    assert layer.params["2.W"] is b.params["W"]
    x = rng(3).standard_normal((5, 3))
    y, cache = layer.forward(x)
    assert_array_equal(y, np.concatenate([a.forward(x)[0], x, b.forward(x)[0]], axis=1))
    dy = rng(4).standard_normal((5, 9))
    dx, grads = layer.backward(dy, cache)
    by_hand = dy[:, :2] @ a.params["W"] + dy[:, 2:5] + dy[:, 5:] @ b.params["W"]
    assert_allclose(dx, by_hand, rtol=1e-13)
    assert_allclose(grads["2.W"].to_array(), dy[:, 5:].T @ x, rtol=1e-13)


def test_concat_joins_channels_of_images():
    x = rng().standard_normal((2, 3, 3, 4))
    y, _ = Concat([Identity(), Tanh()]).forward(x)
    assert y.shape == (2, 3, 3, 8)
    check_grad(Concat([Identity(), Tanh()]), x)


# Residual


def test_a_residual_of_a_body_of_zeros_is_the_identity():
    layer = Residual(Dense(3, 3, init="zeros", dtype=np.float64))
    x = rng().standard_normal((4, 3))
    y, cache = layer.forward(x)
    assert_array_equal(y, x)
    dx, grads = layer.backward(x, cache)
    assert_array_equal(dx, x)
    assert set(grads) == {"body.W", "body.b"}


def test_a_residual_adds_its_paths():
    body, shortcut = net(3, 4, 2), dense(3, 2, 7)
    layer = Residual(body, shortcut)
    x = rng().standard_normal((4, 3))
    y, _ = layer.forward(x)
    assert_allclose(y, body.forward(x)[0] + shortcut.forward(x)[0], rtol=1e-14)
    keys = "body.0.W body.0.b body.2.W body.2.b shortcut.W shortcut.b"
    assert list(layer.params) == keys.split()


def test_the_dense_block_worked_by_hand():
    layer = residual_dense(2, slope=0.1, rng=rng(), dtype=np.float64)
    layer.params["body.0.W"][...] = [[1, 0], [0, -1]]
    layer.params["body.0.b"][...] = [0, 1]
    layer.params["body.2.W"][...] = [[1, 1], [0, 2]]
    layer.params["body.2.b"][...] = [0.5, 0]
    # W1 x + b1 = (3, -4); leaky (3, -0.4); W2 of it + b2 = (3.1, -0.8)
    assert_allclose(layer.forward(np.array([[3.0, 5.0]]))[0], [[6.1, 4.2]])
    check_grad(layer, rng(1).standard_normal((4, 2)))


@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("train", [False, True])
def test_the_convolutional_block_has_the_right_derivatives(batch_norm, train):
    layer = residual_conv(3, batch_norm=batch_norm, rng=rng(), dtype=np.float64)
    # Short steps: no leaky ReLU has its kink among them.
    check_grad(layer, rng(1).standard_normal((2, 4, 5, 3)), train=train, step=1e-6)
    names = {key.rsplit(".", 1)[1] for key in layer.params}
    assert names == ({"W", "gamma", "beta"} if batch_norm else {"W", "b"})


def test_the_convolutional_block_is_x_and_two_convolutions():
    layer = residual_conv(3, slope=0.3, rng=rng(), dtype=np.float64)
    x = rng(1).standard_normal((2, 4, 5, 3))
    hidden = slow_conv(x, layer.params["body.0.W"])
    hidden = np.where(hidden > 0, hidden, 0.3 * hidden)
    expected = x + slow_conv(hidden, layer.params["body.2.W"])
    assert_allclose(layer.forward(x)[0], expected, rtol=1e-12)


def slow_conv(x, w):
    """The 3×3 convolution with zeros around, one pixel after another."""
    around = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    y = np.zeros_like(x)
    for i, j in np.ndindex(x.shape[1:3]):
        y[:, i, j] = np.einsum("bijc,ijco->bo", around[:, i : i + 3, j : j + 3], w)
    return y


@pytest.mark.parametrize(
    ("make", "shape"),
    [
        (residual_dense, (16, 64)),
        (residual_conv, (4, 6, 6, 64)),
        (partial(residual_conv, batch_norm=True), (4, 6, 6, 64)),
    ],
)
def test_a_block_begins_near_the_identity_but_not_at_it(make, shape):
    x = rng(1).standard_normal(shape).astype(np.float32)
    added = make(64, rng=rng()).forward(x, train=True)[0] - x
    assert 0.02 < added.std() / x.std() < 0.3
    assert added.dtype == np.float32


# Two heads and a sample


def test_two_heads_lie_side_by_side_and_split_again():
    mu, logvar = dense(4, 3, 0), dense(4, 3, 1)
    heads = TwoHeads(mu, logvar)
    assert list(heads.params) == ["mu.W", "mu.b", "logvar.W", "logvar.b"]
    x = rng().standard_normal((5, 4))
    y, _ = heads.forward(x)
    assert y.shape == (5, 6)
    first, second = heads.split(y)
    assert_array_equal(first, mu.forward(x)[0])
    assert_array_equal(second, logvar.forward(x)[0])


def test_a_clamped_log_variance_has_no_gradient_outside():
    heads = TwoHeads(Identity(), Identity(), clamp=2.0)
    x = np.array([[-3.0, -2.0, 0.5, 2.5]])
    y, cache = heads.forward(x)
    assert_array_equal(y, [[-3.0, -2.0, 0.5, 2.5, -2.0, -2.0, 0.5, 2.0]])
    dy = np.array([[1.0, 2.0, 3.0, 4.0, 10.0, 20.0, 30.0, 40.0]])
    dx, _ = heads.backward(dy, cache)
    assert_array_equal(dx, [[1.0, 22.0, 33.0, 4.0]])


def test_a_sample_has_the_mean_and_the_variance_it_is_told():
    mu, logvar = np.array([-1.0, 0.0, 2.0]), np.array([-2.0, 0.0, np.log(9)])
    x = np.tile(np.concatenate([mu, logvar]), (200_000, 1))
    z, _ = GaussianSample().forward(x, rng=rng(5))
    sd = np.exp(logvar / 2)
    assert (np.abs(z.mean(axis=0) - mu) < 5 * sd / np.sqrt(len(z))).all()
    assert_allclose(z.var(axis=0), np.exp(logvar), rtol=0.02)


def test_the_sample_worked_by_hand():
    mu, logvar, eps = np.array([1.0]), np.log([4.0]), np.array([-0.5])
    assert_allclose(reparameterise(mu, logvar, eps), [1 + 2 * -0.5])
    dmu, dlogvar = reparameterise_backward(np.array([3.0]), logvar, eps)
    assert_array_equal(dmu, [3.0])
    assert_allclose(dlogvar, [3.0 * 0.5 * -0.5 * 2])


def test_the_layer_draws_what_the_functions_make_of_the_same_noise():
    x = rng().standard_normal((4, 6))
    z, cache = GaussianSample().forward(x, train=True, rng=rng(8))
    eps = rng(8).standard_normal((4, 3))
    assert_array_equal(z, reparameterise(x[:, :3], x[:, 3:], eps))
    dz = rng(9).standard_normal((4, 3))
    dx, _ = GaussianSample().backward(dz, cache)
    both = reparameterise_backward(dz, x[:, 3:], eps)
    assert_array_equal(dx, np.concatenate(both, axis=1))


# Frozen


def test_a_frozen_net_gives_its_inputs_gradient_and_nothing_else():
    inner = net(3, 4, 2)
    frozen = Frozen(inner)
    x, dy = rng().standard_normal((5, 3)), rng(1).standard_normal((5, 2))
    y, cache = frozen.forward(x, train=True)
    plain, plain_cache = inner.forward(x)
    assert_array_equal(y, plain)
    dx, grads = frozen.backward(dy, cache)
    assert_array_equal(dx, inner.backward(dy, plain_cache)[0])
    assert grads == {}
    assert frozen.layer is inner


def test_a_frozen_layer_never_trains():
    layer = Moving()
    y, _ = Sequential([Frozen(layer)]).forward(np.ones((2, 2)), train=True)
    assert not y.any()
    assert layer.state["count"] == 0
    layer.forward(np.ones((2, 2)), train=True)
    assert layer.state["count"] == 1


def test_a_frozen_net_is_saved_under_the_keys_of_the_net_itself():
    norm = BatchNorm(4, dtype=np.float64)
    inner = Sequential([dense(3, 4), norm])
    frozen = Frozen(inner)
    assert frozen.params == {}
    arrays = {**inner.params, **inner.state}
    assert frozen.state.keys() == arrays.keys()
    assert all(frozen.state[key] is array for key, array in arrays.items())
    assert list(Sequential([frozen]).state) == [f"0.{key}" for key in arrays]


@pytest.mark.parametrize(
    "wrap",
    [
        lambda noisy: Sequential([Identity(), noisy]),
        lambda noisy: Concat([Identity(), noisy]),
        lambda noisy: Residual(noisy),
        lambda noisy: Residual(Identity(), noisy),
        lambda noisy: TwoHeads(noisy, Identity()),
        lambda noisy: TwoHeads(Identity(), noisy),
    ],
)
def test_noise_inside_a_net_is_drawn_from_what_its_forward_is_given(wrap):
    whole, x = wrap(Dropout(0.5)), np.ones((4, 6))
    one, two, other = (whole.forward(x, train=True, rng=rng(seed))[0] for seed in (1, 1, 2))
    assert_array_equal(one, two)
    assert not np.array_equal(one, other)
    with pytest.raises(AvanpError, match="dropout needs rng"):
        whole.forward(x, train=True)


def test_containers_pass_training_and_state_on():
    parts = [Moving() for _ in range(6)]
    whole = Sequential(
        [Concat(parts[:2]), Residual(parts[2], parts[3]), TwoHeads(parts[4], parts[5])]
    )
    y, _ = whole.forward(np.ones((2, 2)), train=True)
    assert_array_equal(y, np.ones((2, 8)))
    assert sorted(whole.state) == [
        "0.0.count",
        "0.1.count",
        "1.body.count",
        "1.shortcut.count",
        "2.logvar.count",
        "2.mu.count",
    ]
    assert all(whole.state[key] == 1 for key in whole.state)
    assert whole.state["1.body.count"] is parts[2].state["count"]


# Taps of a sequence


def test_taps_are_the_layers_own_outputs():
    layers = net(3, 4, 5, 2)
    x = rng().standard_normal((6, 3))
    y, tapped, caches = layers.forward_taps(x, (0, 3))
    plain, plain_caches = layers.forward(x)
    assert_array_equal(y, plain)
    assert len(caches) == len(plain_caches)
    assert_array_equal(tapped[0], Sequential(layers.layers[:1]).forward(x)[0])
    assert_array_equal(tapped[3], Sequential(layers.layers[:4]).forward(x)[0])


@pytest.mark.parametrize("forgotten", [None, 0, 1, 3])
def test_cotangents_of_taps_are_added_on_the_way_down(forgotten):
    class Tapped(Layer):
        """Joins the outputs of a net's layers, so that each is an output."""

        def __init__(self):
            self.net = net(3, 4, 5)
            self.params = self.net.params

        def forward(self, x, *, train=False, rng=None):
            y, tapped, caches = self.net.forward_taps(x, (0, 1))
            return np.concatenate([tapped[0], tapped[1], y], axis=1), caches

        def backward(self, dy, cache, *, wrt="both"):
            parts = {0: dy[:, :4], 1: dy[:, 4:8], 3: dy[:, 8:]}
            if forgotten is not None:
                parts[forgotten] = np.zeros_like(parts[forgotten])
            return self.net.backward_taps(parts.pop(3), parts, cache, wrt=wrt)

    report = check_grad(Tapped(), rng().standard_normal((6, 3)), raise_on_fail=False)
    assert report.ok == (forgotten is None), str(report)


def test_for_parameters_alone_nothing_below_the_first_of_them_is_asked():
    class Watched(Identity):
        def backward(self, dy, cache, *, wrt="both"):
            asked.append(wrt)
            return super().backward(dy, cache, wrt=wrt)

    class WatchedDense(Dense):
        def backward(self, dy, cache, *, wrt="both"):
            asked.append(wrt)
            return super().backward(dy, cache, wrt=wrt)

    asked = []
    first = WatchedDense(3, 3, rng=rng(), dtype=np.float64)
    layers = Sequential([Watched(), first, Watched(), dense(3, 2)])
    _, cache = layers.forward(np.ones((4, 3)))
    dx, grads = layers.backward(np.ones((4, 2)), cache, wrt="params")
    assert asked == ["both", "params"]
    assert dx is None
    assert set(grads) == set(layers.params)
    nothing_trains = Sequential([Watched()])
    _, cache = nothing_trains.forward(np.ones((4, 3)))
    assert nothing_trains.backward(np.ones((4, 3)), cache, wrt="params") == (None, {})
    assert asked == ["both", "params"]


def tapped_back(dtaps):
    one = net(3, 4)
    y, cache = one.forward(np.ones((2, 3)))
    return one.backward_taps(np.ones_like(y), dtaps, cache)


def factored():
    return Dense(3, 3, init="zeros", factored=True)


# All of them

LAYERS = {
    "dropout": (lambda dtype: Dropout(0.3), (4, 6)),
    "reshape": (lambda dtype: Reshape((3, 2)), (4, 6)),
    "flatten": (lambda dtype: Flatten(), (4, 3, 2)),
    "crop": (lambda dtype: Crop(2, 1), (4, 3, 2, 2)),
    "concat": (lambda dtype: Concat([dense(6, 2, dtype=dtype), Identity()]), (4, 6)),
    "residual": (lambda dtype: residual_dense(6, rng=rng(), dtype=dtype), (4, 6)),
    "two heads": (
        lambda dtype: TwoHeads(dense(6, 2, dtype=dtype), dense(6, 2, 1, dtype), clamp=1.0),
        (4, 6),
    ),
    "sample": (lambda dtype: GaussianSample(), (4, 6)),
    "frozen": (lambda dtype: Frozen(dense(6, 2, dtype=dtype)), (4, 6)),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_keeps_the_dtype_and_its_inputs(name, dtype):
    make, shape = LAYERS[name]
    layer = make(dtype)
    x = rng(1).standard_normal(shape).astype(dtype)
    before = x.copy()
    y, cache = layer.forward(x, train=True, rng=rng(2))
    dy = rng(3).standard_normal(y.shape).astype(dtype)
    dy_before = dy.copy()
    dx, _ = layer.backward(dy, cache)
    assert y.dtype == dx.dtype == dtype
    assert dx.shape == shape
    assert_array_equal(x, before)
    assert_array_equal(dy, dy_before)


@given(st.integers(0, 2**32 - 1), st.integers(1, 5), st.integers(1, 4))
def test_any_nest_of_containers_has_the_right_derivatives(seed, batch, width):
    layer = Sequential(
        [
            Concat([Identity(), net(width, 3, width, seed=seed)]),
            Residual(net(2 * width, 3, 2 * width, seed=seed), dense(2 * width, 2 * width, seed)),
            TwoHeads(dense(2 * width, width, seed), dense(2 * width, width, seed + 1)),
            GaussianSample(),
            Frozen(net(width, 2, seed=seed)),
        ]
    )
    check_grad(layer, rng(seed).standard_normal((batch, width)), train=True)


@pytest.mark.parametrize(
    ("call", "what"),
    [
        (lambda: Dropout(1.0), r"p of a dropout must be in \[0, 1\), not 1\.0"),
        (lambda: Dropout(0.5).forward(np.ones((2, 2)), train=True), "dropout needs rng"),
        (
            lambda: Reshape((2, 3)).forward(np.ones((4, 7))),
            r"samples of shape \(7,\) cannot be reshaped to \(2, 3\)",
        ),
        (
            lambda: Crop(4, 4).forward(np.ones((2, 4, 3, 1))),
            r"of shape \(2, 4, 3, 1\) cannot be cropped to 4x4",
        ),
        (lambda: Concat([]), "at least one branch"),
        (
            lambda: Concat([Identity(), Flatten()]).forward(np.ones((2, 3, 3))),
            r"differ in their last axis only: \(2, 3, 3\), \(2, 9\)",
        ),
        (
            lambda: Residual(dense(3, 2)).forward(np.ones((4, 3))),
            r"body of a residual gives \(4, 2\) and its shortcut \(4, 3\)",
        ),
        (lambda: TwoHeads(Identity(), Identity(), clamp=0), "clamp of a log-variance"),
        (
            lambda: TwoHeads(dense(3, 2), dense(3, 4)).forward(np.ones((4, 3))),
            r"two heads of one shape are needed, not \(4, 2\), \(4, 4\)",
        ),
        (lambda: GaussianSample().forward(np.ones((2, 4))), "sample needs rng"),
        (lambda: GaussianSample().forward(np.ones((2, 3)), rng=rng()), "even last axis, not"),
        (lambda: net(3, 4).forward_taps(np.ones((2, 3)), (1,)), "no layer 1 to tap in a net of 1"),
        (lambda: tapped_back({1: np.ones((2, 4))}), "no layer 1 to tap in a net of 1"),
        (lambda: tapped_back({-1: np.ones((2, 4))}), "no layer -1 to tap in a net of 1"),
        (lambda: tapped_back({0: np.ones((1, 4))}), r"cotangent is float64\[1, 4\]"),
        (lambda: Frozen(factored()), "W is a factored weight"),
    ],
)
def test_what_cannot_be_is_named_in_one_line(call, what):
    with pytest.raises(AvanpError, match=what):
        call()
