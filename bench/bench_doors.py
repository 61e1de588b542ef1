"""What a kernel's door takes of a call: checks of shapes and dtypes beside the kernel itself.

    python bench/bench_doors.py [--rounds 40]

At the shapes of a training step, and of one image in the paper's sweep, where arrays are smallest.
"""

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse
import statistics
import time
import timeit
from collections.abc import Callable
from typing import Any

import numpy as np

from avanp.kernels import kernel
from avanp.kernels.doors import DOORS

ONE, PADS = (1, 1), ((1, 1), (1, 1))


def rows() -> dict[str, tuple[str, tuple[Any, ...]]]:
    """Return kernel and arguments by a row's name."""
    rng = np.random.default_rng(0)

    def a(*shape: int) -> np.ndarray:
        return rng.random(shape, dtype=np.float32)

    image, pooled, n = a(32, 28, 28, 32), (32, 14, 14, 32), a(32)
    w = a(3, 3, 32, 32)
    adam = (1e-3, 0.9, 0.999, 1e-8, 0.0, 0.1, 0.001)
    tall, threes = a(32 * 28 * 28, 32), a(3, 32)
    place = np.zeros(pooled, np.uint8)
    return {
        "convolution 3×3 32→32 28², N=32": ("conv_forward", (image, w, n, ONE, PADS)),
        "its dx": ("conv_backward_input", (image, w, None, ONE, PADS, (28, 28))),
        "its dW": ("conv_backward_weights", (image, image, (3, 3), ONE, PADS, True)),
        "batch norm of it, y": ("normalise", (tall, threes)),
        "batch norm of it, dx": ("norm_input", (tall, tall, threes, 1.0, threes)),
        "max pool of it": ("max_pool", (image, 2, 2)),
        "max pool of it, dx": ("max_pool_backward", (a(*pooled), place, image.shape, 2, 2)),
        "leaky ReLU of it": ("leaky_relu", (image, 0.2)),
        "dense 784→400, N=128": ("dense_forward", (a(128, 784), a(400, 784), a(400))),
        "cross-entropy, 128×784": ("bernoulli_logits", (a(128, 784), a(128, 784), 1.0)),
        "Adam, 400×784": ("adam_update", (*(a(400, 784) for _ in range(4)), *adam)),
        "logistic of one image, 3×6400": ("logistic", (a(3, 1, 6400), 0.5, 0.5)),
        "logistic of its hidden units, 3×100": ("logistic", (a(3, 1, 100), 0.5, 0.5)),
        "their derivative": ("logistic_backward", (a(3, 1, 100), a(3, 1, 100), 0.5)),
    }


def seconds(call: Callable[[], Any], rounds: int) -> float:
    """Return the median CPU time of a call, of `rounds` runs of some milliseconds."""
    number = max(1, int(2e-3 / max(timeit.timeit(call, number=1), 1e-7)))
    runs = timeit.repeat(call, number=number, repeat=rounds, timer=time.process_time)
    return statistics.median(runs) / number


def main() -> None:
    """Print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=40)
    rounds = parser.parse_args().rounds
    print("| call | whole, µs | door, µs | its part |\n| --- | ---: | ---: | ---: |")
    for row, (name, arguments) in rows().items():
        run, fits = kernel(name), DOORS[name][0]
        run(*arguments)  # compiles
        assert fits(*arguments)
        whole = seconds(lambda run=run, a=arguments: run(*a), rounds)
        door = seconds(lambda fits=fits, a=arguments: fits(*a), rounds)
        print(f"| {row} | {1e6 * whole:.1f} | {1e6 * door:.2f} | {door / whole:.2%} |")


if __name__ == "__main__":
    main()
