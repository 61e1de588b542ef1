"""Ten steps of every system as they were before systems had names of their own for their nets.

``python tests/golden/systems.py`` writes systems.json anew; what it writes must not change.
"""

import json
from pathlib import Path

import numpy as np

from avanp.rng import stream
from avanp.systems import build

NAMES = ("VAE", "GAN", "VAEGAN", "AVA1", "AVA2", "AVA3", "AVA4", "AVA5", "classifier")
FILE = Path(__file__).with_suffix(".json")


def ten_steps(name, arch):
    """Return the terms of each step, and a number for every array after the last."""
    options = {"shape": (8, 8, 1), "arch": arch, "widths": (6, 5), "lr": 0.01}
    options |= {"classes": 3} if name == "classifier" else {"latent": 3}
    system = build(name, seed=3, dtype="float64", **options)
    rng, data, rows = stream(0, "noise"), np.random.default_rng(5), []
    for _ in range(10):
        x = data.random((4, 8, 8, 1))
        rows.append(system.step((x, np.arange(4) % 3) if name == "classifier" else x, rng))
    weights = {
        key: float(np.dot(array.ravel(), np.cos(np.arange(array.size))))
        for key, array in system.parameters().items()
    }
    return {"terms": rows, "weights": weights}


if __name__ == "__main__":
    every = {f"{name}-{arch}": ten_steps(name, arch) for name in NAMES for arch in ("mlp", "conv")}
    FILE.write_text(json.dumps(every, indent=0) + "\n")
