"""Rows of the convolutions: strides, both kinds of padding, odd and uneven sizes."""

from collections.abc import Callable
from typing import Any

import numpy as np

from avanp.grad.cases.draws import Case, Rng
from avanp.registry import load


def _conv(
    name: str, size: tuple[int, int], *arguments: Any, **options: Any
) -> Callable[[Rng], Case]:
    def case(rng: Rng) -> Case:
        layer = load("layer", name)(3, 4, *arguments, **options, rng=rng, dtype=np.float64)
        if "b" in layer.params:
            layer.params["b"][...] = rng.standard_normal(4)
        return layer, (rng.standard_normal((2, *size, 3)),)

    return case


def _replication_pad(rng: Rng) -> Case:
    layer = load("layer", "replication-pad")(((1, 2), (0, 3)))
    return layer, (rng.standard_normal((2, 3, 4, 2)),)


CASES: dict[str, Callable[[Rng], Case]] = {
    "conv2d": _conv("conv2d", (5, 4), 3),
    "conv2d-1x1": _conv("conv2d", (3, 4), 1, bias=False),
    "conv2d-stride": _conv("conv2d", (7, 6), (3, 2), stride=(2, 3), padding=1),
    "conv2d-same-stride-even": _conv("conv2d", (7, 8), 4, stride=2),
    "conv2d-uneven": _conv("conv2d", (4, 5), (2, 3), padding=((0, 2), (3, 1))),
    "conv-transpose": _conv("conv-transpose", (3, 4), 4, stride=2),
    "conv-transpose-output-padding": _conv(
        "conv-transpose", (3, 2), 3, stride=2, padding=1, output_padding=1
    ),
    "conv-transpose-gaps": _conv("conv-transpose", (2, 3), (1, 2), stride=3, padding="valid"),
    "replication-pad": _replication_pad,
}
