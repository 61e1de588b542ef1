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

from avanp.audit.paper_claims import Part
from avanp.audit.seen import Runs
from avanp.rng import stream

# Of every table drawn, by model: BM at each rate, NaN where it diverged; (TABLES, rates)
Drawn = dict[str, np.ndarray]

TABLES = 1000
# Those of avanp.papers.ava.table_numbers, for many tables at once.
STATISTICS: dict[str, Callable[..., Any]] = {
    "mean": np.nanmean,
    "maximum": np.nanmax,
    "minimum": np.nanmin,
    "sd": partial(np.nanstd, ddof=1),
}


def draw(runs: Runs, rules: str, rates: Sequence[float], tables: int = TABLES) -> Drawn:
    """Return tables drawn from the complete seeds of each model that has two or more."""
    rng, found = stream(0, "bootstrap"), {}
    for model in sorted(model for name, model in runs if name == rules):
        seeds = [of for _, of in sorted(runs[rules, model].items()) if all(r in of for r in rates)]
        if len(seeds) > 1:
            bm = np.array([[seed[rate] for rate in rates] for seed in seeds], float)
            chosen = rng.integers(0, len(bm), (tables, len(rates)))
            found[model] = bm[chosen, np.arange(len(rates))]
    return found


def share_true(parts: Sequence[Part], drawn: Drawn) -> float | None:
    """Return the share of the tables in which all parts are true; None without the models.

    A table in which a run diverged shows no claim about its model.
    """
    if not all(part.model in drawn and part.other in drawn for part in parts):
        return None
    true = [
        (_difference(part, drawn) > part.margin) & ~_gone(part, drawn).any(axis=1) for part in parts
    ]
    return float(np.all(true, axis=0).mean())


def spread(part: Part, drawn: Drawn) -> float | None:
    """Return the SD of a part's difference over the tables; None where it has none."""
    if part.model not in drawn or part.other not in drawn:
        return None
    difference = _difference(part, drawn)
    return float(np.nanstd(difference, ddof=1)) if np.isfinite(difference).sum() > 1 else None


def _gone(part: Part, drawn: Drawn) -> np.ndarray:
    """Return where either model diverged: left out for both of them."""
    return np.isnan(drawn[part.model]) | np.isnan(drawn[part.other])


def _difference(part: Part, drawn: Drawn) -> np.ndarray:
    gone, statistic = _gone(part, drawn), STATISTICS[part.statistic]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # tables without a number: NaN
        ours, theirs = (
            statistic(np.where(gone, np.nan, drawn[model]), axis=1)
            for model in (part.model, part.other)
        )
    return part.sign * (ours - theirs)
