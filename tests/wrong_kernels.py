"""Right arguments of every kernel, to be made wrong."""

from collections.abc import Callable
from typing import Any

import numpy as np

Rng = np.random.Generator


def _n(*shapes: tuple[int, ...]) -> Callable[[Rng], list[np.ndarray]]:
    return lambda rng: [rng.random(shape) for shape in shapes]


def _with(arrays: Callable[[Rng], list[Any]], *options: Any) -> Callable[[Rng], list[Any]]:
    return lambda rng: [*arrays(rng), *options]


ONE, PADS = (1, 1), ((1, 1), (1, 1))
PAIR = _n((2, 3, 4), (2, 3, 4))
IMAGES = _n((2, 6, 5, 3))


def _pooled(size: int, stride: int) -> Callable[[Rng], list[Any]]:
    def arguments(rng: Rng) -> list[Any]:
        out = (2, (6 - size) // stride + 1, (5 - size) // stride + 1, 3)
        place = rng.integers(0, size * size, out, dtype=np.uint8)
        return [rng.random(out), place, (2, 6, 5, 3), size, stride]

    return arguments


KERNELS: dict[str, Callable[[Rng], list[Any]]] = {
    "add_outer": _with(_n((2, 5, 4), (2, 3, 5), (2, 3, 4)), 0.3),
    "balance_sums": _n((3, 6, 10), (3, 2, 10)),
    "logistic": _with(_n((2, 3, 4)), 0.5, 0.5),
    "dense_forward": _n((5, 4), (3, 4), (3,)),
    "product": _n((5, 4), (4, 3)),
    "conv_forward": _with(_n((2, 6, 5, 3), (3, 3, 3, 4), (4,)), ONE, PADS),
    "conv_backward_input": _with(_n((2, 6, 5, 4), (3, 3, 3, 4), (3,)), ONE, PADS, (6, 5)),
    "conv_backward_weights": _with(_n((2, 6, 5, 3), (2, 6, 5, 4)), (3, 3), ONE, PADS, True),
    "channel_sums": IMAGES,
    "moments": _n((6, 3)),
    "normalise": lambda rng: [rng.random((6, 3)), rng.random((3, 3)), 0.2, rng.random((6, 3))],
    "norm_sums": _with(_n((6, 3), (6, 3), (3, 3)), 0.2),
    "norm_input": lambda rng: [*_n((6, 3), (6, 3), (3, 3))(rng), 0.2, rng.random((3, 3))],
    "max_pool": lambda rng: [rng.random((2, 6, 5, 3)), *rng.choice([(2, 2), (3, 1), (3, 2)])],
    "max_pool_backward": lambda rng: _pooled(*rng.choice([(2, 2), (3, 1), (3, 2)]))(rng),
    "window_sums": _with(IMAGES, 3, 2, 0.5),
    "window_spread": _with(_n((2, 2, 2, 3)), (2, 6, 5, 3), 3, 2, 0.5),
    "global_max": _n((2, 6, 3)),
    "logistic_backward": _with(PAIR, 0.5),
    "tanh_backward": PAIR,
    "leaky_relu": _with(_n((2, 3, 4)), 0.2),
    "leaky_relu_backward": _with(PAIR, 0.2),
    "elu": _with(_n((2, 3, 4)), 1.0),
    "elu_backward": _with(PAIR, 1.0),
    "bernoulli_logits": _with(PAIR, 0.5),
    "adam_update": _with(_n((3, 4), (3, 4), (3, 4), (3, 4)), 0.01, 0.9, 0.99, 1e-8, 0.1, 0.1, 0.01),
}


def in_place(name: str) -> tuple[int, ...]:
    """Return which arguments a kernel writes."""
    return {"add_outer": (0,), "adam_update": (0, 2, 3)}.get(name, ())
