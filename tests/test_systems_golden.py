"""Ten steps of every system are those of the version that wrote checkpoints of format 1.

golden/systems.json has what it gave, under present names; it is not to be written anew.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from avanp.rng import stream
from avanp.systems import build

BEFORE = json.loads((Path(__file__).parent / "golden" / "systems.json").read_text())


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


@pytest.mark.parametrize("case", BEFORE)
def test_ten_steps_measure_and_learn_what_they_did(case):
    now, before = ten_steps(*case.split("-")), BEFORE[case]
    for measured, row in zip(now["terms"], before["terms"], strict=True):
        assert {k: measured.get(k) for k in row} == pytest.approx(row, rel=1e-9)
        # What was not measured then: the sum that is descended, and the norm at an open gate.
        assert measured.keys() - row.keys() <= {"loss", "grad_norm.decoder"}
    assert now["weights"] == pytest.approx(before["weights"], rel=1e-9)
