"""The compiled kernels beside their references, and how fast one is."""

import math
import time
from typing import Any

import numpy as np

from avanp.doctor.line import Line

TOLERANCE = 3e-5  # of the largest value: float32 sums in another order
COMPARED = "set AVANP_KERNELS=numpy for the references, and report it with these lines"


def twins() -> Line:
    """Compare the compiled kernels with the references, on this processor."""
    from avanp.kernels import backend

    if backend() == "numpy":
        return Line("kernels equal", "the references themselves run", True)
    worst = {name: _difference(name, args) for name, args in _arguments().items()}
    wrong = [name for name, difference in worst.items() if not difference <= TOLERANCE]
    text = f"{len(worst)} kernels as their references, to {max(worst.values()):.0e}"
    if wrong:
        text = f"other results than the references: {', '.join(wrong)}"
    return Line("kernels equal", text, not wrong, COMPARED)


def _arguments() -> dict[str, tuple[Any, ...]]:
    """Return arguments for some kernels, of shapes that take the ways of a large net."""
    rng = np.random.default_rng(0)

    def draw(*shape: int) -> np.ndarray:
        return rng.standard_normal(shape).astype(np.float32)

    x, w, dy = draw(4, 14, 13, 64), draw(3, 3, 64, 48), draw(4, 14, 13, 48)
    one, same = (1, 1), ((1, 1), (1, 1))
    rows = x.reshape(-1, 64)
    return {
        "dense_forward": (draw(64, 300), draw(400, 300), draw(400)),
        "conv_forward": (x, w, draw(48), one, same),
        "conv_backward_input": (dy, w, None, one, same, (14, 13)),
        "conv_backward_weights": (x, dy, (3, 3), one, same, True),
        "moments": (rows,),
        "normalise": (rows, np.stack([rows.mean(0), rows.std(0), rows.mean(0)])),
        "max_pool": (x, 2, 2),
        "window_sums": (x, 2, 2, 0.25),
        "logistic": (draw(500), 1.0, 0.0),
        "tanh_backward": (draw(500), draw(500)),
        "elu": (draw(500), 1.0),
    }


def _difference(name: str, args: tuple[Any, ...]) -> float:
    """Return how far the twin is from the reference, in parts of the largest value."""
    from importlib import import_module

    from avanp.kernels import KERNELS

    modules = (import_module(f"avanp.kernels.{module}") for module in KERNELS[name])
    ours, theirs = (getattr(module, name)(*args) for module in modules)
    ours, theirs = (r if isinstance(r, tuple) else (r,) for r in (ours, theirs))
    return max(
        float(np.abs(a.astype(np.float64) - b).max() / max(1.0, float(np.abs(b).max())))
        for a, b in zip(ours, theirs, strict=True)
    )


def speed() -> Line:
    """Say how fast a convolution is; nothing is good or bad about it."""
    from avanp.kernels import kernel

    args = _arguments()["conv_forward"]
    forward = kernel("conv_forward")
    forward(*args)
    seconds = min(_seconds(forward, args) for _ in range(5))
    work = 2 * math.prod(args[0].shape[:3]) * math.prod(args[1].shape)
    return Line("speed", f"convolution 3×3, 64 to 48 channels: {work / seconds / 1e9:.0f} GFLOP/s")


def _seconds(function: Any, args: tuple[Any, ...]) -> float:
    start = time.perf_counter()
    for _ in range(10):
        function(*args)
    return (time.perf_counter() - start) / 10
