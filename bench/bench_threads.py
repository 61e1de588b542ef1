"""Whole training steps on one thread and on several, elapsed time.

    python bench/bench_threads.py [--threads 2] [--rounds 20]

A convolutional VAE (32×32×3, batch 64), BEGAN-CS (n = 32, 64×64×3, batch 16) and the first stage of
SSAVAE (28×28×1, batch 128). The weights after all steps are asserted equal bit for bit. Where
others use the machine, the minima say what the processors give, and "divided" what they could: the
part of a step's CPU time, on one thread, in which work is shared out.
"""

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse
import statistics
import time

import numpy as np

from avanp.doctor.machine import processor
from avanp.kernels.engine import threads as of_threads
from avanp.memory import keep_freed_memory
from avanp.rng import stream
from avanp.systems import build

# Name: the system, its options and the batch.
CASES = {
    "VAE, conv 32-64-128, 32×32×3, B = 64": ("VAE", {"shape": (32, 32, 3), "arch": "conv"}, 64),
    "BEGAN-CS, n = 32, 64×64×3, B = 16": ("BEGAN-CS", {"shape": (64, 64, 3), "width": 32}, 16),
    "VEC, 28×28×1, B = 128": ("VEC", {"shape": (28, 28, 1), "classes": 10}, 128),
}
DIVIDED = [0.0]  # seconds


def watch():
    """Let `split`, which shares work out, add the time of its calls to DIVIDED."""
    split = of_threads.split

    def run(*arguments, **options):
        start = time.process_time()
        split(*arguments, **options)
        DIVIDED[0] += time.process_time() - start

    of_threads.split = run  # before the kernels take it


def on(threads, run):
    """Return the seconds that `run` takes on so many threads."""
    os.environ["AVANP_THREADS"] = str(threads)
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def compare(name, options, batch, threads, rounds):
    """Return the times of a step on one thread and on several, in turn, and the part divided."""
    rng = np.random.default_rng(0)
    x = rng.random((batch, *options["shape"]), dtype=np.float32)
    x = (x, rng.integers(0, options["classes"], batch)) if "classes" in options else x
    systems = {count: build(name, seed=0, **options) for count in (1, threads)}
    noises = {count: stream(0, "noise") for count in systems}
    seconds = {count: [] for count in systems}
    for _ in range(rounds + 1):
        for count, system in systems.items():
            seconds[count].append(on(count, lambda s=system, c=count: s.step(x, noises[c])))
    one, several = (system.parameters() for system in systems.values())
    assert all(np.array_equal(one[key], several[key]) for key in one), "other bits"
    DIVIDED[0], start = 0.0, time.process_time()
    on(1, lambda: systems[1].step(x, noises[1]))
    divided = DIVIDED[0] / (time.process_time() - start)
    return *(taken[1:] for taken in seconds.values()), divided  # the first compiles


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=20)
    o = parser.parse_args()
    watch()
    keep_freed_memory()
    print(processor().text)
    print(f"| step | 1 thread, ms | {o.threads} threads | faster | divided |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for row, (name, options, batch) in CASES.items():
        *both, divided = compare(name, options, batch, o.threads, o.rounds)
        cells = [f"{1e3 * statistics.median(t):.1f} ({1e3 * min(t):.1f})" for t in both]
        median, least = (f(both[0]) / f(both[1]) for f in (statistics.median, min))
        cells += [f"{median:.2f} ({least:.2f})", f"{divided:.0%}"]
        print(f"| {row} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
