"""Tables 1-3 as values: a pure function of the rows of a sweep."""

from collections.abc import Callable, Iterable, Mapping
from statistics import fmean, stdev
from typing import Any

from avanp.papers.ava import printed_numbers
from avanp.papers.ava.nearness import compare
from avanp.papers.ava.row_index import Runs, count_failed, index_rows

STATISTICS: dict[str, Callable[[list[float]], float]] = {
    "mean": fmean,
    "maximum": max,
    "minimum": min,
    "sd": stdev,
}

NOTES = {
    "cells": "Tables 1 and 2: mean over seeds; sd (n-1) over seeds where there are two or more. "
    "Runs that diverged are left out of the mean and counted under 'diverged'. Runs that failed "
    "(an error, or too little memory) count as 'missing', and under 'failed'.",
    "table3": "Each statistic is computed over the learning rates for every seed, and then "
    "averaged over seeds; sd_over_seeds (n-1) is its spread. 'sd' is itself with n-1, over the "
    "rates. Seeds with rates still to run are left out where any seed has run all of them; rates "
    "that diverged are left out, and rates_fewest and rates_most say over how many rates a "
    "seed's figures are. 'paper' is there only where these are exactly the paper's 19 rates.",
    "difference": "Ours minus the paper's.",
}


def table_numbers(rows: Iterable[Mapping[str, Any]], config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content of ``tables.json``: Tables 1-3 and a verdict for each rule set.

    Parameters
    ----------
    rows : iterable of mappings, one a run, in any order; the sweep may be unfinished
    config : the content of ``run.json``

    Returns
    -------
    dict
        ``rules[name]`` holds ``table1`` (rates of 0.1 and above) and ``table2`` (below 0.1), lists
        of ``{"lr", "cells": {model: cell}}``; ``table3``, ``{model: {statistic: entry}}``; and
        ``verdict``. Nothing in it is NaN: what does not apply is None. The paper's numbers are
        there only where ``config["data"]["is_paper_set"]``.

    Raises
    ------
    AvanpError
        For two rows of one run, and for a row that is not of this run's grid.
    """
    rows = list(rows)
    runs, failed = index_rows(rows, config), count_failed(rows)
    rates = sorted({printed_numbers.same_rate(lr) for lr in config["lr"]}, reverse=True)
    return {
        "format": 1,
        "run": dict(config),
        "notes": NOTES,
        "paper": {
            "citation": printed_numbers.CITATION,
            "shown": bool(config["data"]["is_paper_set"]),
        },
        "rules": {name: _rule_set(runs, failed, name, rates, config) for name in config["rules"]},
    }


def _rule_set(
    runs: Runs,
    failed: Mapping[tuple[str, str, float], int],
    rules: str,
    rates: list[float],
    config: Mapping[str, Any],
) -> dict[str, Any]:
    shown = bool(config["data"]["is_paper_set"])
    lines: list[dict[str, Any]] = []
    for lr in rates:
        cells = {}
        for model in config["models"]:
            theirs = printed_numbers.published(model, lr) if shown else None
            key = rules, model, lr
            cells[model] = _cell(runs[key], theirs, len(config["seeds"]), failed.get(key, 0))
        lines.append({"lr": lr, "cells": cells})
    table3 = {}
    for model in config["models"]:
        table3[model] = _over_rates({lr: runs[rules, model, lr] for lr in rates}, model, shown)
    return {
        "table1": [line for line in lines if line["lr"] >= 0.1],
        "table2": [line for line in lines if line["lr"] < 0.1],
        "table3": table3,
        "verdict": compare(lines, table3),
    }


def _cell(
    bms: dict[int, float | None], theirs: float | None, asked: int, failed: int
) -> dict[str, Any]:
    """One cell of Table 1 or 2; `bms` is ``{seed: BM or None}``, `asked` the seeds asked for."""
    values = [bm for bm in bms.values() if bm is not None]
    mean = fmean(values) if values else None
    return {
        "mean": mean,
        "sd": stdev(values) if len(values) > 1 else None,
        "seeds": len(values),
        "diverged": len(bms) - len(values),
        "missing": asked - len(bms),
        "failed": failed,
        "paper": theirs,
        "difference": _difference(mean, theirs),
    }


def _over_rates(
    cells: dict[float, dict[int, float | None]], model: str, shown: bool
) -> dict[str, Any]:
    """One column of Table 3; `cells` is ``{lr: {seed: BM or None}}``."""
    started = sorted({seed for bms in cells.values() for seed in bms})
    finished = [seed for seed in started if all(seed in bms for bms in cells.values())]
    by_seed = []
    for seed in finished or started:
        run = (bms.get(seed) for bms in cells.values())
        by_seed.append([bm for bm in run if bm is not None])
    fewest = min(map(len, by_seed), default=0)
    # A mean over other rates than the paper's is another quantity: no value of its stands there.
    same_rates = fewest == len(cells) and set(cells) == set(printed_numbers.LEARNING_RATES)
    column: dict[str, Any] = {
        "seeds": sum(len(values) > 0 for values in by_seed),
        "rates_fewest": fewest,
        "rates_most": max(map(len, by_seed), default=0),
        "diverged": sum(bm is None for bms in cells.values() for bm in bms.values()),
    }
    for name, statistic in STATISTICS.items():
        least = 2 if name == "sd" else 1
        per_seed = [statistic(values) for values in by_seed if len(values) >= least]
        value = fmean(per_seed) if per_seed else None
        theirs = printed_numbers.published_table3(model, name) if shown and same_rates else None
        column[name] = {
            "value": value,
            "sd_over_seeds": stdev(per_seed) if len(per_seed) > 1 else None,
            "paper": theirs,
            "difference": _difference(value, theirs),
        }
    return column


def _difference(ours: float | None, theirs: float | None) -> float | None:
    return None if ours is None or theirs is None else ours - theirs
