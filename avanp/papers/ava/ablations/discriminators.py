"""Every discriminator removed: do the images change?"""

from typing import Any

import numpy as np

from avanp.papers.ava.ablations.table import size, table
from avanp.papers.ava.subject import RULES, Call, Key, Subject, floats_call
from avanp.papers.ava.trained import trained
from avanp.registry import load
from avanp.report.text import about_seeds, listed

ID = "discriminators"
WAYS = [("program", "removed"), *((rules, "never learn") for rules in RULES)]


def calls(subject: Subject) -> list[Call]:
    """Return the pairs of trainings, with the discriminators and without, model by model."""
    (seed,) = subject.seeds(1)
    return [
        floats_call(compare, (Key(rules, model, lr, seed), way))
        for model in _with_one(subject)
        for rules, way in WAYS
        for lr in subject.rates
    ]


def compare(images: np.ndarray, key: Key, way: str) -> tuple[bool, float]:
    """Return whether the images are the same bit for bit, and how much a value differs at most."""
    whole = trained(images, key).draw()
    without = trained(images, key, discriminators=way).draw()
    return bool(np.array_equal(whole, without)), float(np.abs(whole - without).max())


def tables(subject: Subject, results: list[Any]) -> list[dict[str, Any]]:
    """Return one line a model, one column a way of leaving the discriminators out."""
    n = len(subject.rates)
    rows, equal = [], {way: 0 for way in WAYS}
    left = iter(results)
    for model in _with_one(subject):
        line = [model]
        for way in WAYS:
            found = [next(left) for _ in range(n)]
            same = sum(one for one, _ in found)
            equal[way] += same
            largest = max(difference for _, difference in found)
            line.append(f"{same} of {n}" + ("" if same == n else f", up to {size(largest)}"))
        rows.append(line)
    cells = n * len(rows)
    columns = ["model", *(f"{rules}: d and D {way}" for rules, way in WAYS)]
    says = (
        f"With d and D removed, {equal[WAYS[0]]} of {cells} cells under program draw the same "
        "images bit for bit: what a discriminator says reaches no image there. (Their weights are "
        "NaN, so that whatever read them would be NaN; the second pass of x' through the encoder, "
        "which D asks for, is kept.) With d and D that never learn, the same images are drawn in "
        + listed([f"{equal[way]} of {cells} cells under {way[0]}" for way in WAYS[1:]])
        + ". A cell is a rate and a model; all values of its images are compared, which are from "
        "0 to 1."
    )
    seeds = about_seeds(subject.seeds(1))
    return [table(ID, "Every discriminator removed", says, columns, rows, seeds=seeds)]


def _with_one(subject: Subject) -> list[str]:
    variants = {model: load("model", model) for model in subject.models}
    return [model for model, variant in variants.items() if variant.d or variant.D]
