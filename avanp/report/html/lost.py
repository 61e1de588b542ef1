"""Runs that have no number, and why."""

from collections.abc import Iterable, Mapping
from typing import Any

from avanp.report.html.element import Markup, el, join
from avanp.report.html.table import Row, table
from avanp.report.text import rate

MOST = 200  # lines
LONG = 300  # letters of a reason


def lost(rows: Iterable[Mapping[str, Any]]) -> Markup | None:
    """Return a line for each cell whose runs diverged or failed alike, or None without such."""
    groups: dict[tuple[str, str, float, str, str], list[int]] = {}
    for row in rows:
        if row["status"] != "ok":
            reason = str(row.get("reason") or "no reason kept")
            key = (row["rules"], row["model"], row["lr"], row["status"], reason)
            groups.setdefault(key, []).append(row["seed"])
    if not groups:
        return None
    shown: list[Row] = [
        (f"{rules}, {model}, γ {rate(lr)}", [_seeds(seeds), status, _short(reason)])
        for (rules, model, lr, status, reason), seeds in list(groups.items())[:MOST]
    ]
    blocks = [
        table("without", "Runs without a number", ["Cell", "Seeds", "Status", "Reason"], shown)
    ]
    if len(groups) > MOST:
        blocks.append(el("p", f"and {len(groups) - MOST} more cells, in rows.jsonl."))
    return join(blocks)


def _seeds(seeds: list[int]) -> str:
    """``0–19`` where they are in one piece, or ``0, 2, 5``."""
    seeds = sorted(seeds)
    if len(seeds) > 2 and seeds == list(range(seeds[0], seeds[-1] + 1)):
        return f"{seeds[0]}–{seeds[-1]}"
    return ", ".join(map(str, seeds))


def _short(reason: str) -> str:
    return reason if len(reason) <= LONG else reason[:LONG] + " …"
