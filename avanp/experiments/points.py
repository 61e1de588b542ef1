"""A number of the rows by who is compared, by seed, and by where a cell stands."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Point = Any  # where a cell stands on the axes that a statistic goes over: a rate, or several values
# {who is compared: {seed: {point: number}}}; None where the run diverged
Runs = dict[str, dict[int, dict[Point, float | None]]]


def runs_of(rows: Iterable[Mapping[str, Any]], value: str, of: str, over: Sequence[str]) -> Runs:
    """Return a number of the finished rows by who is compared, seed and point.

    Parameters
    ----------
    rows : iterable of mappings
        Of one group.
    value : str
        The column of the number.
    of : str
        The axis of those that are compared.
    over : sequence of str
        The axes that a statistic goes over.
    """
    runs: Runs = {}
    for row in rows:
        if row["status"] in ("ok", "diverged"):
            seed = runs.setdefault(row[of], {}).setdefault(row["seed"], {})
            found = row.get(value) if row["status"] == "ok" else None
            there = isinstance(found, int | float) and math.isfinite(found)
            seed[point(row, over)] = float(found) if there else None  # type: ignore[arg-type]
    return runs


def point(row: Mapping[str, Any], over: Sequence[str]) -> Point:
    """Return where a row stands on some axes: a value, or a tuple; rates to ten digits."""
    values = [float(f"{v:.10g}") if isinstance(v := row[axis], float) else v for axis in over]
    return values[0] if len(values) == 1 else tuple(values)
