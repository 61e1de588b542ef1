"""The leaning terms: which weights and which images do they change?"""

from typing import Any

import numpy as np

from avanp.papers.ava.ablations.table import size, table
from avanp.papers.ava.subject import RULES, Call, Key, Subject, floats_call
from avanp.papers.ava.trained import trained
from avanp.report.text import about_seeds, listed

ID = "leaning"
PAIRS = (("AVA1", "AVA2"), ("AVA3", "AVA4"))
NETS = ("encoder", "decoder", "d", "D")


def calls(subject: Subject) -> list[Call]:
    """Return the pairs of trainings, without the leaning term and with it."""
    (seed,) = subject.seeds(1)
    return [
        floats_call(compare, tuple(Key(rules, model, lr, seed) for model in pair))
        for pair in PAIRS
        for rules in RULES
        for lr in subject.rates
    ]


def compare(images: np.ndarray, without: Key, with_it: Key) -> dict[str, float]:
    """Return by how much the images and each net's weights differ at most."""
    a, b = (trained(images, key) for key in (without, with_it))
    ours, theirs = a.weights(), b.weights()
    found = {"images": _apart([a.draw()], [b.draw()])}
    return found | {net: _apart(ours[net], theirs[net]) for net in ours}


def _apart(ours: list[np.ndarray], theirs: list[np.ndarray]) -> float:
    return max(float(np.abs(a - b).max()) for a, b in zip(ours, theirs, strict=True))


def tables(subject: Subject, results: list[Any]) -> list[dict[str, Any]]:
    """Return a line for each pair and rule set."""
    n = len(subject.rates)
    rows, same = [], []
    left = iter(results)
    for pair in PAIRS:
        for rules in RULES:
            found = [next(left) for _ in range(n)]
            line = [f"{pair[1]} beside {pair[0]}", rules]
            for name in ("images", *NETS):
                if name not in found[0]:
                    line.append("no such net")
                    continue
                equal = sum(one[name] == 0 for one in found)
                largest = max(one[name] for one in found)
                text = "" if equal == n else f", up to {size(largest)}"
                line.append(f"equal at {equal} of {n}{text}")
            if all(one["images"] == 0 for one in found):
                same.append(f"{pair[1]} and {pair[0]} under {rules}")
            rows.append(line)
    says = (
        "The leaning term of Eq. 9 is added in AVA2, that of Eq. 15 in AVA4. "
        + (f"The images are the same bit for bit for {listed(same)}. " if same else "")
        + "Under exact the terms have gradient zero in d and D, of which they are no functions. "
        "Where weights or values of an image differ, the largest difference is given."
    )
    columns = ["models", "rules", "images", *NETS]
    seeds = about_seeds(subject.seeds(1))
    return [table(ID, "The leaning terms", says, columns, rows, seeds=seeds)]
