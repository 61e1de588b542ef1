"""Rows of the dense layer and of what layers are put together with."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from avanp.grad.cases.draws import Case, Rng
from avanp.registry import load


def _dense(rng: Rng) -> Case:
    return _random_dense(rng, 7, 5), (rng.standard_normal((4, 7)),)


def _dense_groups(rng: Rng) -> Case:
    return _random_dense(rng, 7, 5, groups=3), (rng.standard_normal((3, 4, 7)),)


def _random_dense(rng: Rng, n_in: int, n_out: int, **options: Any) -> Any:
    """Return a dense layer in float64 whose biases are not zero."""
    layer = load("layer", "dense")(n_in, n_out, rng=rng, dtype=np.float64, **options)
    layer.params["b"][...] = rng.standard_normal(layer.params["b"].shape)
    return layer


def _net(rng: Rng, *sizes: int) -> Any:
    """Return dense layers with tanh between them."""
    layers = []
    for n_in, n_out in pairwise(sizes):
        layers += [load("layer", "tanh")(), _random_dense(rng, n_in, n_out)]
    return load("layer", "sequential")(layers[1:])


def _sequential(rng: Rng) -> Case:
    return _net(rng, 7, 6, 3), (rng.standard_normal((4, 7)),)


def _concat(rng: Rng) -> Case:
    branches = [_net(rng, 7, 6, 3), load("layer", "identity")(), _random_dense(rng, 7, 2)]
    return load("layer", "concat")(branches), (rng.standard_normal((4, 7)),)


def _residual(rng: Rng) -> Case:
    return load("layer", "residual")(_net(rng, 7, 5, 7)), (rng.standard_normal((4, 7)),)


def _residual_shortcut(rng: Rng) -> Case:
    layer = load("layer", "residual")(_net(rng, 7, 5, 3), _random_dense(rng, 7, 3))
    return layer, (rng.standard_normal((4, 7)),)


def _vanishing(carry: float) -> Callable[[Rng], Case]:
    def case(rng: Rng) -> Case:
        layer = load("layer", "vanishing-residual")(_net(rng, 7, 5, 7), dtype=np.float64)
        layer.carry[...] = carry
        return layer, (rng.standard_normal((4, 7)),)

    return case


def _two_heads(clamp: float | None) -> Callable[[Rng], Case]:
    def case(rng: Rng) -> Case:
        heads = _random_dense(rng, 7, 3), _random_dense(rng, 7, 3)
        return load("layer", "two-heads")(*heads, clamp=clamp), (rng.standard_normal((4, 7)),)

    return case


def _gaussian_sample(rng: Rng) -> Case:
    return load("layer", "gaussian-sample")(), (rng.standard_normal((4, 6)),)


def _frozen(rng: Rng) -> Case:
    return load("layer", "frozen")(_net(rng, 7, 6, 3)), (rng.standard_normal((4, 7)),)


def _dropout(rng: Rng) -> Case:
    return load("layer", "dropout")(0.3), (rng.standard_normal((4, 6)),)


def _reshape(rng: Rng) -> Case:
    return load("layer", "reshape")((3, 2, 2)), (rng.standard_normal((4, 12)),)


def _flatten(rng: Rng) -> Case:
    return load("layer", "flatten")(), (rng.standard_normal((4, 3, 2, 2)),)


def _crop(rng: Rng) -> Case:
    return load("layer", "crop")(3, 2), (rng.standard_normal((2, 4, 5, 2)),)


CASES: dict[str, Callable[[Rng], Case]] = {
    "dense": _dense,
    "dense-groups": _dense_groups,
    "sequential": _sequential,
    "concat": _concat,
    "residual": _residual,
    "residual-shortcut": _residual_shortcut,
    "vanishing-residual": _vanishing(0.3),
    "vanishing-residual-gone": _vanishing(0.0),
    "two-heads": _two_heads(None),
    "two-heads-clamped": _two_heads(0.8),
    "gaussian-sample": _gaussian_sample,
    "frozen": _frozen,
    "dropout": _dropout,
    "reshape": _reshape,
    "flatten": _flatten,
    "crop": _crop,
}
