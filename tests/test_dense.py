"""Dense layers and their composition: values worked by hand, shapes, initial weights."""

import numpy as np
import pytest

from avanp.errors import AvanpError
from avanp.layers.dense import Dense
from avanp.layers.relu import ReLU
from avanp.layers.sequential import Sequential


def dense_by_hand():
    layer = Dense(2, 3, init="zeros", dtype=np.float64)
    layer.params["W"][...] = [[1, 2], [3, 4], [5, 6]]
    layer.params["b"][...] = [10, 20, 30]
    return layer


def test_the_forward_pass_worked_by_hand():
    y, _ = dense_by_hand().forward(np.array([[1.0, -1.0]]))
    np.testing.assert_array_equal(y, [[9, 19, 29]])


def test_the_backward_pass_worked_by_hand():
    layer = dense_by_hand()
    _, cache = layer.forward(np.array([[1.0, -1.0]]))
    dx, grads = layer.backward(np.array([[1.0, 0.0, 2.0]]), cache)
    np.testing.assert_array_equal(dx, [[11, 14]])
    np.testing.assert_array_equal(grads["W"].to_array(), [[1, -1], [0, 0], [2, -2]])
    np.testing.assert_array_equal(grads["b"], [1, 0, 2])


def test_groups_are_independent_layers():
    rng = np.random.default_rng(0)
    layer = Dense(4, 2, groups=3, rng=rng, dtype=np.float64)
    x = rng.standard_normal((3, 5, 4))
    y, _ = layer.forward(x)
    for g in range(3):
        expected = x[g] @ layer.params["W"][g].T + layer.params["b"][g]
        np.testing.assert_allclose(y[g], expected)


def test_glorot_weights_fill_their_interval_and_biases_are_zero():
    layer = Dense(300, 200, rng=np.random.default_rng(0))
    w, limit = layer.params["W"], np.sqrt(6 / 500)
    assert w.dtype == np.float32
    assert abs(w).max() <= limit
    assert abs(w).max() > 0.99 * limit
    assert w.var() == pytest.approx(limit**2 / 3, rel=0.02)
    assert not layer.params["b"].any()


def test_glorot_weights_need_a_generator():
    with pytest.raises(AvanpError, match="rng"):
        Dense(2, 2)


@pytest.mark.parametrize("wrt", ["input", "params"])
def test_only_what_is_asked_for_comes_back(wrt):
    rng = np.random.default_rng(0)
    net = Sequential([Dense(3, 4, rng=rng), ReLU(), Dense(4, 2, rng=rng)])
    x = rng.standard_normal((5, 3)).astype(np.float32)
    y, cache = net.forward(x)
    dy = rng.standard_normal(y.shape).astype(np.float32)
    dx, grads = net.backward(dy, cache)
    some_dx, some_grads = net.backward(dy, cache, wrt=wrt)
    if wrt == "input":
        np.testing.assert_array_equal(some_dx, dx)
        assert some_grads == {}
    else:
        assert some_dx is None
        assert some_grads.keys() == grads.keys() == net.params.keys()
        np.testing.assert_array_equal(some_grads["0.W"].to_array(), grads["0.W"].to_array())


def test_one_net_has_two_live_passes():
    rng = np.random.default_rng(0)
    net = Sequential([Dense(3, 4, rng=rng, dtype=np.float64), ReLU()])
    x = rng.standard_normal((2, 1, 3))
    first = net.forward(x[0])
    alone = net.backward(np.ones((1, 4)), first[1])[0]
    net.forward(x[1])
    np.testing.assert_array_equal(net.backward(np.ones((1, 4)), first[1])[0], alone)


@pytest.mark.parametrize("groups", [None, 2])
@pytest.mark.parametrize("factored", [False, True])
def test_x_or_a_cotangent_of_another_shape_or_dtype_is_refused(groups, factored):
    layer = Dense(4, 3, groups=groups, init="zeros", factored=factored)
    lead = () if groups is None else (groups,)
    x, dy = np.ones((*lead, 5, 4), np.float32), np.ones((*lead, 5, 3), np.float32)
    y, cache = layer.forward(x)
    assert y.shape == dy.shape
    wrong = [x[..., :3], x[None], x[0], x.astype(np.float64), x.astype(int), x.astype(">f4")]
    for other in wrong:
        with pytest.raises(AvanpError, match=r"Dense: x (has shape|of)"):
            layer.forward(other)
    for other in (dy[..., :1, :], dy[..., :2], dy[None], dy.astype(np.float64), dy.sum(axis=-1)):
        for wrt in ("both", "input", "params"):
            with pytest.raises(AvanpError, match="Dense: the cotangent is"):
                layer.backward(other, cache, wrt=wrt)


@pytest.mark.parametrize("rows", [3, 40])
@pytest.mark.parametrize("groups", [None, 2])
def test_without_a_bias_it_is_the_product_alone(groups, rows):
    layer = Dense(300, 260, groups=groups, bias=False, rng=np.random.default_rng(0))
    assert set(layer.params) == {"W"}
    shape = (rows, 300) if groups is None else (groups, rows, 300)
    x = np.random.default_rng(1).standard_normal(shape).astype(np.float32)
    y, cache = layer.forward(x)
    np.testing.assert_allclose(y, x @ layer.params["W"].swapaxes(-1, -2), rtol=1e-4, atol=1e-4)
    assert set(layer.backward(y, cache)[1]) == {"W"}
