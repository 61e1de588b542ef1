"""The tables of verdicts on a paper's claims, and of what explains them."""

from collections.abc import Mapping, Sequence
from typing import Any

from avanp.experiments.compare import UNTOLD
from avanp.experiments.experiment import Experiment
from avanp.experiments.paired import fewest
from avanp.report import terminal
from avanp.report.findings import MARKS
from avanp.report.table import Column, Table, columns
from avanp.report.text import count, fine, p_value, percent

# Characters in a terminal, of the columns of a verdict.
WIDTHS = (40, 18, 8, 19, 8)


def verdicts(
    experiment: Experiment, judged: Sequence[Mapping[str, Any]], claims: int | None = None
) -> list[Table]:
    """Return a table of verdicts for each group that was judged apart.

    `claims` is how many were judged together, where those shown are but some of them.
    """
    groups, claims = experiment.groups, len(judged) if claims is None else claims
    least = fewest(claims)
    found = []
    for group in judged[0][groups] if judged else ():
        lines, few = [], False
        for claim in judged:
            one = claim[groups][group]
            few = few or one["seeds"] < least
            interval = "–" if one["low"] is None else f"{fine(one['low'])} to {fine(one['high'])}"
            said, difference = _verdict(one, least), fine(one["difference"])
            lines.append([claim["claim"], said, difference, interval, p_value(one["p_corrected"])])
        heads = columns("Claim", "verdict", "differs", "95 %", "p")
        of = "" if groups == "all" else f", {groups} {group}"
        wide = [Column(c.head, c.align, w) for c, w in zip(heads, WIDTHS, strict=True)]
        needed = (
            f". Corrected for {count(claims, claims, 'claim')}, a sign test tells "
            f"nothing of fewer than {least} seeds, whatever they show"
        )
        title = f"What holds of the claims{of}{needed if few else ''}"
        found.append(Table(f"verdicts-{group}", title, wide, lines, "words"))
    return found


def _verdict(one: Mapping[str, Any], least: int) -> str:
    """Return a verdict in words: how sure it is, or that its seeds are too few for any."""
    said = f"{MARKS[one['verdict']]} {one['verdict']}"
    if one["verdict"] != UNTOLD or one["seeds"] >= least:
        return f"{said}, {percent(one['again'])} again"
    if not one["seeds"]:
        return f"{said}: nothing to compare"
    return f"{said}: {count(one['seeds'], one['seeds'], 'seed')} of {least}"


def explanation(found: Mapping[str, Any]) -> Table:
    """Return the table of an ablation, of columns that fit a terminal."""
    first = max(len(str(row[0])) for row in found["rows"]) + 1
    width = max(8, (terminal.COLUMNS - first) // max(1, len(found["columns"]) - 1) - 1)
    heads = [Column(head, width=width if i else first) for i, head in enumerate(found["columns"])]
    rows = [[str(cell) for cell in row] for row in found["rows"]]
    return Table(found["id"], found["title"], heads, rows, "words")
