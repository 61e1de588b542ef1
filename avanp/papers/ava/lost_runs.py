"""Runs that have no number, and why: alike ones together."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from avanp.report.text import listed_seeds

LONG = 300  # letters of a reason


class Lost(NamedTuple):
    """The runs of one cell that ended alike."""

    rules: str
    model: str
    lr: float
    seeds: str
    status: str
    reason: str


def without_number(rows: Iterable[Mapping[str, Any]]) -> list[Lost]:
    """Return those rows of a sweep that have no BM, by cell, status and reason."""
    groups: dict[tuple[str, str, float, str, str], list[int]] = {}
    for row in rows:
        if row["status"] != "ok":
            reason = str(row.get("reason") or "no reason kept")
            reason = reason if len(reason) <= LONG else reason[:LONG] + " …"
            key = (row["rules"], row["model"], row["lr"], str(row["status"]), reason)
            groups.setdefault(key, []).append(row["seed"])
    return [
        Lost(rules, model, lr, listed_seeds(sorted(seeds)), status, reason)
        for (rules, model, lr, status, reason), seeds in groups.items()
    ]
