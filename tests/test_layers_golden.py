"""Layers beside PyTorch's; `golden/make_layers.py` wrote the numbers."""

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from avanp.grad.contract import as_array
from avanp.layers.concat import Concat
from avanp.layers.crop import Crop
from avanp.layers.dense import Dense
from avanp.layers.elu import ELU
from avanp.layers.flatten import Flatten
from avanp.layers.frozen import Frozen
from avanp.layers.gaussian_sample import GaussianSample
from avanp.layers.identity import Identity
from avanp.layers.leaky_relu import LeakyReLU
from avanp.layers.logistic import Logistic
from avanp.layers.relu import ReLU
from avanp.layers.replication_pad import ReplicationPad2d
from avanp.layers.reshape import Reshape
from avanp.layers.residual_blocks import residual_conv, residual_dense
from avanp.layers.sequential import Sequential
from avanp.layers.sigmoid import Sigmoid
from avanp.layers.softmax import Softmax
from avanp.layers.softplus import Softplus
from avanp.layers.tanh import Tanh
from avanp.layers.two_heads import TwoHeads

with np.load(Path(__file__).parent / "golden" / "layers.npz", allow_pickle=False) as stored:
    GOLDEN = dict(stored)


def dense(dtype):
    return Dense(4, 4, init="zeros", dtype=dtype)


def two_layers(dtype):
    return Sequential([dense(dtype), Tanh(), dense(dtype)])


TWO_LAYERS = {"0.W": "w0", "0.b": "b0", "2.W": "w1", "2.b": "b1"}
IN_BODY = {f"body.{key}": name for key, name in TWO_LAYERS.items()}
NORMED = {"body.0.W": "k0", "body.1.gamma": "g0", "body.3.W": "k1", "body.4.gamma": "g1"}
ROWS, IMAGES = "rows", "images"

# The layer, its input, and where the weights of the golden file belong.
CASES = {
    "sigmoid": (lambda dtype: Sigmoid(), ROWS, {}),
    "logistic": (lambda dtype: Logistic(0.7, 0.3), ROWS, {}),
    "tanh": (lambda dtype: Tanh(), ROWS, {}),
    "relu": (lambda dtype: ReLU(), ROWS, {}),
    "leaky-relu": (lambda dtype: LeakyReLU(0.2), ROWS, {}),
    "elu": (lambda dtype: ELU(1.3), ROWS, {}),
    "softplus": (lambda dtype: Softplus(2.0), ROWS, {}),
    "softmax": (lambda dtype: Softmax(), ROWS, {}),
    "flatten": (lambda dtype: Flatten(), IMAGES, {}),
    "reshape": (lambda dtype: Reshape((10, 12)), IMAGES, {}),
    "crop": (lambda dtype: Crop(3, 4), IMAGES, {}),
    "replication-pad": (lambda dtype: ReplicationPad2d(((1, 0), (2, 1))), IMAGES, {}),
    "dense": (dense, ROWS, {"W": "w0", "b": "b0"}),
    "sequential": (two_layers, ROWS, TWO_LAYERS),
    "frozen": (lambda dtype: Frozen(two_layers(dtype)), ROWS, TWO_LAYERS),
    "concat": (
        lambda dtype: Concat([dense(dtype), Identity(), dense(dtype)]),
        ROWS,
        {"0.W": "w0", "0.b": "b0", "2.W": "w1", "2.b": "b1"},
    ),
    "two-heads": (
        lambda dtype: TwoHeads(dense(dtype), dense(dtype), clamp=1.5),
        ROWS,
        {"mu.W": "w0", "mu.b": "b0", "logvar.W": "w1", "logvar.b": "b1"},
    ),
    "gaussian-sample": (lambda dtype: GaussianSample(), ROWS, {}),
    "residual-dense": (lambda dtype: residual_dense(4, init="zeros", dtype=dtype), ROWS, IN_BODY),
    "residual-conv": (
        lambda dtype: residual_conv(4, init="zeros", dtype=dtype),
        IMAGES,
        {"body.0.W": "k0", "body.2.W": "k1"},
    ),
    "residual-conv-norm": (
        lambda dtype: residual_conv(4, batch_norm=True, init="zeros", dtype=dtype),
        IMAGES,
        NORMED,
    ),
}


class Drawn:
    """Stands for a generator, and draws the golden noise."""

    def standard_normal(self, shape):
        assert shape == GOLDEN["eps"].shape
        return GOLDEN["eps"]


@pytest.mark.parametrize(("dtype", "tol"), [(np.float64, 1e-12), (np.float32, 3e-5)])
@pytest.mark.parametrize("name", CASES)
def test_values_and_gradients_are_pytorchs(name, dtype, tol):
    build, of, places = CASES[name]
    layer = build(dtype)
    params = layer.layer.params if isinstance(layer, Frozen) else layer.params
    for key, weight in places.items():
        params[key][...] = GOLDEN[weight]
    y, cache = layer.forward(GOLDEN[of].astype(dtype), train=True, rng=Drawn())
    dx, grads = layer.backward(GOLDEN[f"{name}.dy"].astype(dtype), cache)
    found = {"y": y, "dx": dx}
    for key, weight in places.items():
        if f"{name}.d{weight}" in GOLDEN:
            found[f"d{weight}"] = as_array(grads[key])
    assert {f"{name}.{key}" for key in [*found, "dy"]} == {
        k for k in GOLDEN if k.startswith(f"{name}.")
    }
    for key, value in found.items():
        assert value.dtype == dtype, key
        expected = GOLDEN[f"{name}.{key}"]
        assert_allclose(value, expected, rtol=tol, atol=tol * np.abs(expected).max(), err_msg=key)
