"""Tables 1–3 of a sweep, and how near they come to the paper's, for a terminal."""

import textwrap
from collections.abc import Mapping
from typing import Any

from avanp.papers.ava.nearness import sentence, table3_sentence
from avanp.papers.ava.tables import tables_1_to_3
from avanp.report.table import Table
from avanp.report.terminal import COLUMNS, drawn
from avanp.report.text import count


def sweep_text(numbers: Mapping[str, Any]) -> str:
    """Return Tables 1-3 of every rule set, ours and the paper's side by side, and the verdicts.

    Parameters
    ----------
    numbers : dict
        What `avanp.papers.ava.table_numbers.table_numbers` returns.

    Returns
    -------
    str
        Plain text of at most 100 columns that ends with a newline; one verdict a rule set is last.
    """
    blocks: list[str] = []
    for rules in numbers["run"]["rules"]:
        part = numbers["rules"][rules]
        tables = tables_1_to_3(numbers, rules).values()
        blocks += [drawn(table, _title(table, part["verdict"], rules)) for table in tables]
        blocks += [table3_sentence(numbers, rules), _legend(part, numbers["paper"]["shown"])]
    verdicts = [sentence(numbers, rules) for rules in numbers["run"]["rules"]]
    blocks.append("\n".join(textwrap.fill(v, COLUMNS, subsequent_indent="  ") for v in verdicts))
    return "\n\n".join(filter(None, blocks)) + "\n"


def _title(table: Table, verdict: Mapping[str, Any], rules: str) -> str:
    ours = count(verdict["seeds_fewest"], verdict["seeds_most"], "seed")
    if verdict["seeds_most"] > 1:
        ours = f"mean of {ours}" + ("" if table.compared else " ± SD over seeds")
    return f"{table.title}; rules {rules}: {ours}"


def _legend(part: Mapping[str, Any], shown: bool) -> str:
    cells = [
        cell for t in ("table1", "table2") for line in part[t] for cell in line["cells"].values()
    ]
    notes = []
    if any(cell["mean"] is None and not cell["diverged"] + cell["failed"] for cell in cells):
        notes.append("·  not run yet.")
    for what in ("diverged", "failed"):
        if any(cell["mean"] is not None and cell[what] for cell in cells):
            notes.append(f"*  some seeds {what}; the mean is over the others.")
    if part["verdict"]["failed"]:
        notes.append("What failed has no number: --retry-failed runs it again.")
    if part["verdict"]["diverged"]:
        notes.append("Table 3 is over the rates that did not diverge.")
    if shown and any(column["mean"]["paper"] is None for column in part["table3"].values()):
        notes.append("The paper's Table 3 is over its 19 rates: shown beside the same only.")
    return textwrap.fill("  ".join(notes), COLUMNS)
