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

# Of every table drawn, by statistic and model; (TABLES,)
Entries = dict[tuple[str, str], np.ndarray]

TABLES = 1000
# Those of avanp.report.tables, for many tables at once: cells that diverged are left out.
STATISTICS: dict[str, Callable[..., Any]] = {
    "mean": np.nanmean,
    "maximum": np.nanmax,
    "minimum": np.nanmin,
    "sd": partial(np.nanstd, ddof=1),
}


def entries(runs: Runs, rules: str, rates: Sequence[float], tables: int = TABLES) -> Entries:
    """Return the entries of Table 3 in tables drawn from the complete seeds of each model."""
    rng, found = stream(0, "bootstrap"), {}
    for model in sorted(model for name, model in runs if name == rules):
        seeds = [of for _, of in sorted(runs[rules, model].items()) if all(r in of for r in rates)]
        if not seeds:
            continue
        bm = np.array([[seed[rate] for rate in rates] for seed in seeds], float)  # None is NaN
        drawn = bm[rng.integers(0, len(bm), (tables, len(rates))), np.arange(len(rates))]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # tables without a number: NaN
            for name, statistic in STATISTICS.items():
                found[name, model] = statistic(drawn, axis=1)
    return found


def share_true(parts: Sequence[Part], drawn: Entries) -> float | None:
    """Return the share of the tables in which all parts are true; None without the models."""
    differences = [(part, _difference(part, drawn)) for part in parts]
    true = [d > part.margin for part, d in differences if d is not None]
    return float(np.all(true, axis=0).mean()) if len(true) == len(parts) else None


def spread(part: Part, drawn: Entries) -> float | None:
    """Return the SD of a part's difference over the tables; None where it has none."""
    difference = _difference(part, drawn)
    if difference is None or np.isfinite(difference).sum() < 2:
        return None
    return float(np.nanstd(difference, ddof=1))


def _difference(part: Part, drawn: Entries) -> np.ndarray | None:
    ours, theirs = ((part.statistic, model) for model in (part.model, part.other))
    there = ours in drawn and theirs in drawn
    return part.sign * (drawn[ours] - drawn[theirs]) if there else None
