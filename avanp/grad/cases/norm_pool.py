"""Rows of batch norm, pooling and upsampling; every layer is checked in and out of training."""

from collections.abc import Callable
from typing import Any

import numpy as np

from avanp.grad.cases.draws import Case, Rng
from avanp.registry import load


def _batch_norm(shape: tuple[int, ...], mode: str) -> Callable[[Rng], Case]:
    def case(rng: Rng) -> Case:
        layer = load("layer", "batch-norm")(shape[-1], eps=0.1, mode=mode, dtype=np.float64)
        arrays = {**layer.params, **layer.state}
        for key, low in (("gamma", 0.5), ("beta", -1.0), ("mean", -1.0), ("var", 0.5)):
            arrays[key][...] = rng.uniform(low, 2.0, shape[-1])
        return layer, (1.0 + 2.0 * rng.standard_normal(shape),)

    return case


def _images(name: str, *arguments: Any) -> Callable[[Rng], Case]:
    """Return a case on images of an odd height, whose numbers are no closer than 0.05."""

    def case(rng: Rng) -> Case:
        shape = (2, 5, 6, 3)
        x = 0.05 * (rng.permutation(np.prod(shape)) - 90.0)
        return load("layer", name)(*arguments), (x.reshape(shape),)

    return case


CASES: dict[str, Callable[[Rng], Case]] = {
    "batch-norm": _batch_norm((3, 4, 5, 2), "normal"),
    "batch-norm-1d": _batch_norm((6, 5), "normal"),
    "batch-norm-frozen": _batch_norm((6, 5), "frozen"),
    "batch-norm-no-update": _batch_norm((6, 5), "no-update"),
    "max-pool": _images("max-pool"),
    "max-pool-overlapping": _images("max-pool", 3, 2),
    "avg-pool": _images("avg-pool"),
    "avg-pool-overlapping": _images("avg-pool", 3, 2),
    "global-avg-pool": _images("global-avg-pool"),
    "global-max-pool": _images("global-max-pool"),
    "upsample": _images("upsample"),
}
