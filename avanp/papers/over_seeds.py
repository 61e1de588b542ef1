"""What the tables and charts of a paper take from rows: those of a cell, and their mean."""

from typing import Any

import numpy as np

from avanp.report.table import Entry
from avanp.runs.folder import Rows


def finished(rows: Rows, **values: Any) -> Rows:
    """Return the finished rows that have these values."""
    done = (row for row in rows if row["status"] == "ok")
    return [row for row in done if all(row[k] == v for k, v in values.items())]


def mean(rows: Rows, name: str, paper: float | None = None) -> Entry:
    """Return the mean ± SD of a number, of the rows that have it, beside the paper's."""
    values = [row[name] for row in rows if row[name] is not None]
    if not values:
        return Entry(None, paper=paper)
    spread = float(np.std(values, ddof=1)) if len(values) > 1 else None
    return Entry(float(np.mean(values)), spread, paper)
