"""What is to be known of a study of a rare class before its verdicts are believed, a line each."""

from statistics import fmean

import numpy as np

from avanp.papers.dfc.imbalance_verdict import FEWEST
from avanp.runs.folder import Rows
from avanp.runs.schema import whole

ENOUGH = 10  # images of the minority that are tested on, and seeds
# Rows of earlier studies do not have them.
SIZES = {f"{name}?": whole(0) for name in ("classes", "train", "train_rare", "test", "test_rare")}


def sizes(labels: np.ndarray, train: np.ndarray, test: np.ndarray, rare: int) -> dict[str, int]:
    """Return how many classes and images a row has, of the class `rare` too.

    Parameters
    ----------
    labels : array (N,) of int
        Of all images.
    train, test : array of int
        Indices of real images that are trained on and tested on: what verdicts are about.
    rare : int
    """
    found = {"classes": len(np.unique(labels))}
    for name, rows in (("train", train), ("test", test)):
        found |= {name: len(rows), f"{name}_rare": int((labels[rows] == rare).sum())}
    return found


def notes(rows: Rows, minority: str) -> list[str]:
    """Return lines on the parts, on what is few, not rare or unfinished, of all rows."""
    return [*_of_parts(rows, minority), *_of_seeds(rows)]


def _of_parts(rows: Rows, minority: str) -> list[str]:
    plain = [row for row in rows if row["n"] == 0]
    if not plain or any("classes" not in row for row in plain):
        return []
    names = ("classes", "train", "train_rare", "test", "test_rare")
    classes, train, of_train, test, of_test = (fmean(row[name] for row in plain) for name in names)
    lines = [
        f"parts, mean of a seed: {train:.0f} images to train on, {of_train:.0f} of {minority!r}; "
        f"{test:.0f} to test on, {of_test:.0f} of {minority!r}"
    ]
    if of_test < ENOUGH:
        lines.append(
            f"note: {of_test:.1f} images of {minority!r} are tested on, fewer than {ENOUGH}: one "
            "alone moves F1 far"
        )
    if of_train / train > 1 / classes:
        lines.append(
            f"note: {minority!r} is {of_train / train:.0%} of what is trained on, more than one in "
            f"{classes:.0f} classes: it is not rare"
        )
    return lines


def _of_seeds(rows: Rows) -> list[str]:
    cells = {(row["method"], row["n"]) for row in rows}
    there: dict[int, int] = {}
    for row in rows:
        there[row["seed"]] = there.get(row["seed"], 0) + 1
    lines = []
    if FEWEST <= len(there) < ENOUGH:
        lines.append(
            f"note: {len(there)} seeds are a first look: only what is large and even over seeds is "
            f"told; take {ENOUGH} or more"
        )
    left = [seed for seed, n in there.items() if n < len(cells)]
    if left:
        lines.append(
            f"note: unfinished: {len(left)} of {len(there)} seeds lack rows and are left out "
            "there; the same command goes on"
        )
    return lines
