"""CPU seconds of one cell of a sweep, for each model and rule set, and what a whole sweep costs.

    python bench/bench_cells.py --data DIR [--size WxH] [--limit N] [--seeds 10] [--rates 19]

A cell is trained and evaluated in this process, on one thread; the median over some of the paper's
rates is printed, and the core-hours of `seeds` x `rates` cells for each model and rule set.
"""

import argparse
import os
import statistics
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np

from avanp.data.resolve import resolve
from avanp.memory import keep_freed_memory
from avanp.papers.ava.cell import run
from avanp.registry import MODELS

RULES = ("program", "printed", "exact")
RATES = (1.0, 0.5, 0.1, 0.05, 0.01)


def seconds(cell, images, draws):
    """Return the CPU seconds of one cell."""
    start = time.process_time()
    run({**cell, "draws": draws}, {"images": images})
    return time.process_time() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data")
    parser.add_argument("--size")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--draws", type=int, default=10)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--rates", type=int, default=19)
    options = parser.parse_args()
    images = resolve(options.data, options.size).with_channels(3)
    x = images.images
    x = np.resize(x, (options.limit, *x.shape[1:])) if options.limit else x
    keep_freed_memory()
    print(f"{len(x)} images {images.width}x{images.height} of {images.name}: CPU ms a cell\n")
    print(f"| | {' | '.join(RULES)} |\n| --- |{' ---: |' * len(RULES)}")
    total = 0.0
    for model in MODELS:
        cells = []
        for rules in RULES:
            seconds({"rules": rules, "model": model, "lr": 0.5, "seed": 0}, x[:2], 1)  # compiles
            cost = statistics.median(
                seconds({"rules": rules, "model": model, "lr": lr, "seed": 0}, x, options.draws)
                for lr in RATES
            )
            total += cost
            cells.append(f"{1000 * cost:.0f}")
        print(f"| {model} | {' | '.join(cells)} |", flush=True)
    cells = options.seeds * options.rates * len(MODELS) * len(RULES)
    hours = total * options.seeds * options.rates / 3600
    print(f"\n{cells} trainings: {hours:.3g} core-hours")


if __name__ == "__main__":
    main()
