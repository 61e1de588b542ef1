"""Rows of the dense layer and of what layers are put together with."""

from collections.abc import Callable

import numpy as np

from avanp.gradcases.draws import Case, Rng
from avanp.registry import load


def _dense(rng: Rng) -> Case:
    layer = load("layer", "dense")(7, 5, rng=rng, dtype=np.float64)
    layer.params["b"][...] = rng.standard_normal(5)
    return layer, (rng.standard_normal((4, 7)),)


def _dense_groups(rng: Rng) -> Case:
    layer = load("layer", "dense")(7, 5, groups=3, rng=rng, dtype=np.float64)
    layer.params["b"][...] = rng.standard_normal((3, 5))
    return layer, (rng.standard_normal((3, 4, 7)),)


def _sequential(rng: Rng) -> Case:
    dense, tanh = load("layer", "dense"), load("layer", "tanh")
    first = dense(7, 6, rng=rng, dtype=np.float64)
    second = dense(6, 3, rng=rng, dtype=np.float64)
    return load("layer", "sequential")([first, tanh(), second]), (rng.standard_normal((4, 7)),)


CASES: dict[str, Callable[[Rng], Case]] = {
    "dense": _dense,
    "dense-groups": _dense_groups,
    "sequential": _sequential,
}
