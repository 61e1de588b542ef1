"""(c) BM of 360 generated images beside NumPy broadcasting.

python bench/bench_balance.py [--rounds 20]
"""

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse

import balance_numpy
import numpy as np
from timing import interleaved, markdown_table

from avanp.metrics.balance import balance_metric, balance_sums


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    rng = np.random.default_rng(0)
    images = rng.random((36, 64, 100, 3), dtype=np.float32)
    generated = rng.random((360, 64, 100, 3), dtype=np.float32)
    # As the sweep holds them: (colours, images, pixels)
    y, x = (
        np.ascontiguousarray(np.moveaxis(a.reshape(len(a), -1, 3), -1, 0))
        for a in (generated, images)
    )
    draws = generated.reshape(36, 10, 64, 100, 3)

    expected = balance_numpy.balance(generated, images)
    assert abs(balance_metric(draws, images) - expected) < 1e-6
    assert abs(balance_sums(y, x)[0] / y[0].size - expected) < 1e-6
    print("equal: BM to 1e-6\n")
    timings = interleaved(
        {
            "avanp, inside the sweep": lambda: balance_sums(y, x),
            "avanp.balance_metric": lambda: balance_metric(draws, images),
            "NumPy broadcasting": lambda: balance_numpy.balance(generated, images),
        },
        options.rounds,
    )
    print(markdown_table(timings, "NumPy broadcasting"))
    ratio = timings["avanp, inside the sweep"].median / timings["NumPy broadcasting"].median
    print(f"avanp / NumPy broadcasting: {ratio:.3f} (asked: at most 0.05)")


if __name__ == "__main__":
    main()
