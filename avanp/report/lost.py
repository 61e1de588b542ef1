"""Runs that have no number, and why: alike ones together."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

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
        Lost(rules, model, lr, listed(sorted(seeds)), status, reason)
        for (rules, model, lr, status, reason), seeds in groups.items()
    ]


def listed(seeds: Sequence[int]) -> str:
    """Return ``0 to 19`` where seeds are in one piece, or all of them."""
    if len(seeds) > 2 and list(seeds) == list(range(seeds[0], seeds[0] + len(seeds))):
        return f"{seeds[0]} to {seeds[-1]}"
    return ", ".join(map(str, seeds))
