"""Rows of a sweep, put in order: one BM, a divergence, or a failure for each run."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from avanp.errors import AvanpError
from avanp.papers.ava.printed_numbers import same_rate

# {(rules, model, lr): {seed: BM, or None where the run diverged}}
Runs = dict[tuple[str, str, float], dict[int, float | None]]


def index_rows(rows: Iterable[Mapping[str, Any]], config: Mapping[str, Any]) -> Runs:
    """Return the rows by cell and seed; every cell of the grid is there, if only empty.

    A run that failed has no number: it is left out, as one that is still to do.

    Parameters
    ----------
    rows : iterable of mappings with ``rules``, ``model``, ``lr``, ``seed``, ``bm``, ``status``
    config : the content of ``run.json``; its grid says which cells there are

    Raises
    ------
    AvanpError
        For two rows of one run, and for a row that is not of this grid.
    """
    rates = {same_rate(lr) for lr in config["lr"]}
    cells: Runs = {
        (r, m, lr): {} for r in config["rules"] for m in config["models"] for lr in rates
    }
    seen = set()
    for row in rows:
        key = (row["rules"], row["model"], same_rate(row["lr"]))
        name = f"rules {key[0]}, model {key[1]}, learning rate {key[2]:g}, seed {row['seed']}"
        if key not in cells or row["seed"] not in config["seeds"]:
            raise AvanpError(f"a row is not of this run: {name}; run.json lists the right ones")
        if (*key, row["seed"]) in seen:
            raise AvanpError(f"two rows for one run: {name}; keep one of them")
        seen.add((*key, row["seed"]))
        if row["status"] != "failed":
            cells[key][row["seed"]] = finite(row)
    return cells


def count_failed(rows: Iterable[Mapping[str, Any]]) -> Counter[tuple[str, str, float]]:
    """Return how many runs of each cell failed: they gave nothing, and may be tried again."""
    failed = (row for row in rows if row["status"] == "failed")
    return Counter((row["rules"], row["model"], same_rate(row["lr"])) for row in failed)


def count_finished(rows: Iterable[Mapping[str, Any]]) -> int:
    """Return how many runs gave a number or diverged."""
    return sum(row["status"] != "failed" for row in rows)


def finite(row: Mapping[str, Any], value: str = "bm") -> float | None:
    """Return a number of a row; None where the run diverged or failed, or it is not there."""
    found = row.get(value) if row["status"] == "ok" else None
    return float(found) if isinstance(found, int | float) and math.isfinite(found) else None
