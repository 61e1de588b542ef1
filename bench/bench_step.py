"""CPU time of a training step, in milliseconds: python bench/bench_step.py

Batches of 128 images of 28×28; dense nets of 400 hidden units, convolutional ones of 32 and 64
channels. It runs with any version of avanp that has these systems: let two of them take turns.
"""

import json
import os
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np

from avanp.registry import load

ROUNDS, STEPS = 6, {"mlp": 30, "conv": 8}


def least_time(name: str, arch: str) -> float:
    """Return the least mean of a round's steps, in milliseconds of CPU time."""
    kind, rng = load("system", name), np.random.default_rng(0)
    x = rng.random((128, 28, 28, 1), dtype=np.float32)
    widths = (400,) if arch == "mlp" else (32, 64)
    options = {"shape": (28, 28, 1), "arch": arch, "widths": widths, "latent": 20}
    system = kind(kind.config_class.from_options(**options, batch_norm=arch == "conv"), 0)
    times = []
    for _ in range(ROUNDS + 1):  # the first compiles
        start = time.process_time()
        for _ in range(STEPS[arch]):
            system.step(x, rng)
        times.append((time.process_time() - start) / STEPS[arch] * 1e3)
    return min(times[1:])


if __name__ == "__main__":
    cases = (("VAE", "mlp"), ("GAN", "mlp"), ("AVA5", "mlp"), ("VAE", "conv"))
    print(json.dumps({f"{name} {arch}": round(least_time(name, arch), 2) for name, arch in cases}))
