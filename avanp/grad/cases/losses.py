"""Rows of the losses; their options away from the values that would hide a missing factor."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from avanp.grad.cases.draws import Case, Draw, Rng, normal, positive, probability
from avanp.registry import load


def _loss(name: str, *draws: Draw, **options: Any) -> Callable[[Rng], Case]:
    def case(rng: Rng) -> Case:
        loss = load("loss", name)
        target = (lambda *inputs: loss(*inputs, **options)) if options else loss
        return target, tuple(draw(rng, (4, 6)) for draw in draws)

    return case


def _penalty(name: str) -> Callable[[Rng], Case]:
    def case(rng: Rng) -> Case:
        def penalty(w: np.ndarray, v: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
            value, grads = load("loss", name)({"w": w, "v": v}, 0.3)
            return value, grads["w"], grads["v"]

        return penalty, (rng.standard_normal((4, 6)), rng.standard_normal(5))

    return case


def _net(rng: Rng, *sizes: int) -> Any:
    """Return dense layers with tanh after each."""
    layers = []
    for n_in, n_out in pairwise(sizes):
        layers.append(load("layer", "dense")(n_in, n_out, rng=rng, dtype=np.float64))
        layers.append(load("layer", "tanh")())
    return load("layer", "sequential")(layers)


def _feature(reduction: str) -> Callable[[Rng], Case]:
    def case(rng: Rng) -> Case:
        # The output of a dense layer, and two inside; the net goes on above the deepest.
        net, taps, weights = _net(rng, 6, 5, 4, 3), (1, 2, 3), (1.0, 0.3, 0.7)
        loss = load("loss", "feature")(net, taps, weights, reduction=reduction)
        return loss, (normal(rng, (4, 6)), normal(rng, (4, 6)))

    return case


def _autoencoder(distance: str) -> Callable[[Rng], Case]:
    def case(rng: Rng) -> Case:
        net = _net(rng, 6, 3, 6)

        def loss(v: np.ndarray, w: np.ndarray) -> tuple[float, Any, np.ndarray]:
            net.layers[0].params["W"] = w
            value, dv, grads = load("loss", "autoencoder")(net, v, load("loss", distance))
            return value, dv, grads["0.W"].to_array()

        return loss, (normal(rng, (4, 6)), net.layers[0].params["W"])

    return case


CASES: dict[str, Callable[[Rng], Case]] = {
    "squared-error": _loss("squared-error", normal, normal),
    "optimal-gaussian": _loss("optimal-gaussian", normal, normal),
    "l1": _loss("l1", normal, normal),
    "mean-squared": _loss("mean-squared", normal, normal),
    "frobenius": _loss("frobenius", normal, normal),
    "bernoulli-logits": _loss("bernoulli-logits", normal, probability),
    "cross-entropy": _loss("cross-entropy", normal, probability),
    "cross-entropy-weighted": _loss(
        "cross-entropy",
        normal,
        probability,
        class_weights=np.array([0.3, 1.0, 2.0, 0.7, 0.0, 1.5]),
    ),
    "class-probability": _loss("class-probability", normal, probability),
    "class-probability-mean": _loss("class-probability", normal, probability, reduction="mean"),
    "kl-variance": _loss("kl-variance", normal, positive),
    "kl-logvar": _loss("kl-logvar", normal, normal),
    "kl-logvar-options": _loss(
        "kl-logvar", normal, normal, weight=-0.7, reduction="mean", clamp=0.9, free_nats=0.5
    ),
    "log-d": _loss("log-d", normal),
    "log-one-minus-d": _loss("log-one-minus-d", normal),
    "minus-log-d": _loss("minus-log-d", normal),
    "least-squares": _loss("least-squares", normal, normal),
    "autoencoder": _autoencoder("l1"),
    "autoencoder-frobenius": _autoencoder("frobenius"),
    "feature": _feature("half_mean"),
    "feature-mean": _feature("mean"),
    "feature-sum": _feature("sum"),
    "l1-penalty": _penalty("l1-penalty"),
    "l2-penalty": _penalty("l2-penalty"),
}
