"""Tables in which every cell has noise of its own, as the paper's has.

One seed gives all models and rates the same noise, which compares models well. The paper's run did
not: AVA1 and AVA2, which the same noise makes equal, differ in its tables. What one such table can
show is seen by drawing many, each cell from a seed of its own.
"""

import warnings
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from avanp.experiments.compare import Compare
from avanp.experiments.points import Point, Runs
from avanp.rng import stream

# Of every table drawn, by who is compared: numbers at each point, NaN where it diverged;
# (TABLES, points)
Drawn = dict[str, np.ndarray]

TABLES = 1000
# Those of `avanp.experiments.evidence`, for many tables at once.
STATISTICS: dict[str, Callable[..., Any]] = {
    "mean": np.nanmean,
    "maximum": np.nanmax,
    "minimum": np.nanmin,
    "sd": partial(np.nanstd, ddof=1),
}


def draw(runs: Runs, points: Sequence[Point], tables: int = TABLES) -> Drawn:
    """Return tables drawn from the complete seeds of each that has two or more."""
    rng, found = stream(0, "bootstrap"), {}
    for who in sorted(runs):
        seeds = [of for _, of in sorted(runs[who].items()) if all(p in of for p in points)]
        if len(seeds) > 1:
            values = np.array([[seed[p] for p in points] for seed in seeds], float)
            chosen = rng.integers(0, len(values), (tables, len(points)))
            found[who] = values[chosen, np.arange(len(points))]
    return found


def share_true(parts: Sequence[Compare], tables: Sequence[Drawn]) -> float | None:
    """Return the share of tables in which all parts are true; None without those compared.

    A table in which a run diverged shows no claim about it. `tables` are those of each part.
    """
    both = list(zip(parts, tables, strict=True))
    if not all(part.one in drawn and part.other in drawn for part, drawn in both):
        return None
    true = [
        (_difference(part, drawn) > part.margin) & ~_gone(part, drawn).any(axis=1)
        for part, drawn in both
    ]
    return float(np.all(true, axis=0).mean())


def spread(part: Compare, drawn: Drawn) -> float | None:
    """Return the SD of a part's difference over the tables; None where it has none."""
    if part.one not in drawn or part.other not in drawn:
        return None
    difference = _difference(part, drawn)
    return float(np.nanstd(difference, ddof=1)) if np.isfinite(difference).sum() > 1 else None


def _gone(part: Compare, drawn: Drawn) -> np.ndarray:
    """Return where either model diverged: left out for both of them."""
    return np.isnan(drawn[part.one]) | np.isnan(drawn[part.other])


def _difference(part: Compare, drawn: Drawn) -> np.ndarray:
    gone, statistic = _gone(part, drawn), STATISTICS[part.statistic]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # tables without a number: NaN
        ours, theirs = (
            statistic(np.where(gone, np.nan, drawn[model]), axis=1)
            for model in (part.one, part.other)
        )
    return part.sign * (ours - theirs)
