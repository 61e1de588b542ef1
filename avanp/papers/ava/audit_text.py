"""An audit for a terminal of 100 columns."""

import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from avanp.papers.ava.audit_words import at_the_edge, interval, left_out, most_lost
from avanp.report.findings import HOLDS, NOT, UNTOLD
from avanp.report.table import Column, Table
from avanp.report.terminal import COLUMNS, drawn
from avanp.report.text import about_seeds, fine

CLAIM, CELL = 30, 22
AT_ONCE = 3  # rule sets in one table


def render(document: Mapping[str, Any]) -> str:
    """Return the verdicts, how many of each, and what was looked at to explain them."""
    run = document["run"]
    rules = list(run["rules"])
    title = (
        f"The paper's claims: {run['data']['name']}, {about_seeds(run['seeds'])}; the difference "
        "of the comparison that decides (above .00005: for the claim), in how many seeds the claim "
        "is true, and the difference's 95 % interval"
    )
    blocks = [textwrap.fill(title, COLUMNS)]
    for i in range(0, len(rules), AT_ONCE):
        blocks.append(drawn(_table(document["claims"], rules[i : i + AT_ONCE])))
    if any(
        most_lost(one["parts"]) for claim in document["claims"] for one in claim["rules"].values()
    ):
        blocks.append("diverged: pairs of runs left out, in the comparison that lost most of them")
    blocks.append("\n".join(counted(document["claims"], name) for name in rules))
    edges = [edge for name in rules if (edge := at_the_edge(document["claims"], name))]
    if edges:
        blocks.append("\n".join(textwrap.fill(edge, COLUMNS) for edge in edges))
    blocks += [textwrap.fill(note, COLUMNS) for note in document["notes"]]
    titles = [f"  {one['title']} ({one['seeds']})" for one in document["ablations"]]
    if titles:
        blocks.append(
            "\n".join(["What explains them, in audit.md with tables and pictures:", *titles])
        )
    return "\n\n".join(blocks) + "\n"


def counted(claims: Sequence[Mapping[str, Any]], rules: str) -> str:
    """Return how many claims have each verdict under a rule set."""
    n = Counter(claim["rules"][rules]["verdict"] for claim in claims)
    return (
        f"{rules}: of {len(claims)} claims {n[HOLDS]} hold, {n[NOT]} do not hold, "
        f"{n[UNTOLD]} cannot be told"
    )


def _table(claims: Sequence[Mapping[str, Any]], rules: Sequence[str]) -> Table:
    heads = [Column("", width=CLAIM), *(Column(name, width=CELL) for name in rules)]
    rows = [[one["claim"], *(_cell(one["rules"][name]) for name in rules)] for one in claims]
    return Table("claims", "", heads, rows)


def _cell(one: Mapping[str, Any]) -> str:
    seeds = f", {one['seeds_true']}/{one['seeds_true_of']} seeds"
    lines = [one["verdict"], fine(one["difference"]) + seeds, interval(one["low"], one["high"])]
    lost = most_lost(one["parts"])
    if lost is not None:
        lines.append(f"{left_out(lost)} diverged")
    return "\n".join(filter(None, lines))
