"""The losses beside PyTorch's; `golden/make_losses.py` wrote the numbers."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from avanp.layers.dense import Dense
from avanp.layers.sequential import Sequential
from avanp.layers.tanh import Tanh
from avanp.losses.autoencoder import autoencoder_loss
from avanp.losses.bernoulli import bernoulli_logits
from avanp.losses.class_probability import class_probability
from avanp.losses.cross_entropy import softmax_cross_entropy
from avanp.losses.feature import FeatureLoss
from avanp.losses.gan import log_d, log_one_minus_d, minus_log_d
from avanp.losses.kl import kl_logvar
from avanp.losses.least_squares import least_squares
from avanp.losses.penalty import l1_penalty, l2_penalty
from avanp.losses.reconstruction import frobenius, l1, mean_squared
from avanp.losses.squared_error import squared_error

with np.load(Path(__file__).parent / "golden" / "losses.npz", allow_pickle=False) as stored:
    GOLDEN = dict(stored)


def net(dtype):
    """Return the net of the golden values: dense, tanh, dense, without biases."""
    layers = [Dense(5, 6, init="zeros", dtype=dtype), Tanh(), Dense(6, 5, init="zeros")]
    layers[0].params["W"] = GOLDEN["w0"].astype(dtype)
    layers[2].params["W"] = GOLDEN["w1"].astype(dtype)
    layers[2].params["b"] = np.zeros(5, dtype)
    return Sequential(layers)


def two_paths(distance):
    def loss(image):
        value, dv, grads = autoencoder_loss(net(image.dtype), image, distance)
        return value, dv, grads["0.W"].to_array(), grads["2.W"].to_array()

    return loss


def features(reduction):
    # The first tap is the tanh's output, the second the net's.
    def loss(image, target):
        return FeatureLoss(net(image.dtype), (1, 2), (1.0, 2.0), reduction=reduction)(image, target)

    return loss


def of_two_weights(penalty):
    def loss(w0, w1):
        value, grads = penalty({"w0": w0, "w1": w1}, 0.3)
        return value, grads["w0"], grads["w1"]

    return loss


# The loss, its arguments, and the names of what it gives gradients of.
CASES = {
    "squared_error": (squared_error, ("y", "target"), ("y",)),
    "log_d": (log_d, ("logits",), ("logits",)),
    "log_one_minus_d": (log_one_minus_d, ("logits",), ("logits",)),
    "minus_log_d": (minus_log_d, ("logits",), ("logits",)),
    "least_squares": (partial(least_squares, target=1.0), ("y",), ("y",)),
    "least_squares_to_scores": (least_squares, ("y", "target"), ("y",)),
    "l1_penalty": (of_two_weights(l1_penalty), ("w0", "w1"), ("w0", "w1")),
    "l2_penalty": (of_two_weights(l2_penalty), ("w0", "w1"), ("w0", "w1")),
    "l1": (l1, ("y", "target"), ("y",)),
    "mean_squared": (mean_squared, ("y", "target"), ("y",)),
    "frobenius": (frobenius, ("y", "target"), ("y",)),
    "bernoulli": (bernoulli_logits, ("logits", "probability"), ("logits",)),
    "cross_entropy": (softmax_cross_entropy, ("logits", "labels"), ("logits",)),
    "cross_entropy_weighted": (
        partial(softmax_cross_entropy, class_weights=GOLDEN["class_weights"]),
        ("logits", "labels"),
        ("logits",),
    ),
    "class_probability": (class_probability, ("logits", "probability"), ("logits",)),
    "kl": (kl_logvar, ("mu", "logvar"), ("mu", "logvar")),
    "kl_free": (partial(kl_logvar, free_nats=0.6), ("mu", "logvar"), ("mu", "logvar")),
    "kl_clamped": (
        partial(kl_logvar, clamp=0.7, weight=0.3, reduction="mean"),
        ("mu", "logvar"),
        ("mu", "logvar"),
    ),
    "autoencoder_l1": (two_paths(l1), ("image",), ("image", "w0", "w1")),
    "autoencoder_mse": (two_paths(mean_squared), ("image",), ("image", "w0", "w1")),
    "feature_half_mean": (features("half_mean"), ("image", "target"), ("image",)),
    "feature_sum": (features("sum"), ("image", "target"), ("image",)),
}


@pytest.mark.parametrize(("dtype", "rtol"), [(np.float64, 1e-12), (np.float32, 2e-5)])
@pytest.mark.parametrize("name", CASES)
def test_value_and_gradients_are_pytorchs(name, dtype, rtol):
    loss, arguments, wrt = CASES[name]
    inputs = [GOLDEN[key] for key in arguments]
    inputs = [x.astype(dtype) if x.dtype.kind == "f" else x for x in inputs]
    value, *gradients = loss(*inputs)
    assert_allclose(value, GOLDEN[f"{name}.value"], rtol=rtol)
    for key, gradient in zip(wrt, gradients, strict=True):
        expected = GOLDEN[f"{name}.{key}"]
        assert_allclose(gradient, expected, rtol=rtol, atol=rtol * np.abs(expected).max())
        assert gradient.dtype == dtype


def test_the_free_case_holds_features_on_both_sides():
    paid = GOLDEN["kl_free.mu"].any(axis=0)
    assert 0 < paid.sum() < paid.size
