"""Tables 1-3 for a terminal of 100 columns: a pure function of `tables.build`'s result."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from avanp.report.text import count, rate, short, span
from avanp.report.verdict import sentence, table3_sentence, table3_title

COLUMNS = 100
LABEL = 9  # the widest label is a rate such as 1.234e-05
TABLE3_LABELS = {"mean": "Mean", "maximum": "Maximum", "minimum": "Minimum", "sd": "SD"}


def render(tables: Mapping[str, Any]) -> str:
    """Return Tables 1-3 of every rule set, ours and the paper's side by side, and the verdicts.

    Parameters
    ----------
    tables : dict
        What `avanp.report.tables.build` returns.

    Returns
    -------
    str
        Plain text of at most 100 columns that ends with a newline; one verdict a rule set is last.
    """
    blocks: list[str] = []
    for rules in tables["run"]["rules"]:
        blocks += [block for block in _rule_set(tables, rules) if block]
    verdicts = [sentence(tables, rules) for rules in tables["run"]["rules"]]
    blocks.append("\n".join(textwrap.fill(v, COLUMNS, subsequent_indent="  ") for v in verdicts))
    return "\n\n".join(blocks) + "\n"


def _rule_set(tables: Mapping[str, Any], rules: str) -> list[str]:
    part = tables["rules"][rules]
    models = tables["run"]["models"]
    blocks = []
    for key, title in (("table1", "Table 1. BM, γ ≥ 0.1"), ("table2", "Table 2. BM, γ < 0.1")):
        cells = [cell for line in part[key] for cell in line["cells"].values()]
        compared = any(cell["paper"] is not None for cell in cells)
        grid = [
            (rate(line["lr"]), [_cell(line["cells"][m], compared) for m in models])
            for line in part[key]
        ]
        if grid:
            blocks.append(_draw(title, tables, rules, grid, compared))
    columns = [part["table3"][m] for m in models]
    compared = any(column["mean"]["paper"] is not None for column in columns)
    grid = [
        (label, [_entry(column, name, compared) for column in columns])
        for name, label in TABLE3_LABELS.items()
    ]
    rates = len(part["table1"]) + len(part["table2"])
    if any(column["rates_fewest"] < rates for column in columns):
        grid.append(("Rates", [span(c["rates_fewest"], c["rates_most"]) for c in columns]))
    title = f"Table 3. {table3_title(tables, rules)}"
    blocks.append(_draw(title, tables, rules, grid, compared))
    blocks.append(table3_sentence(tables, rules))
    blocks.append(_legend(part, tables["paper"]["shown"]))
    return blocks


def _draw(
    title: str,
    tables: Mapping[str, Any],
    rules: str,
    grid: Sequence[tuple[str, Sequence[str]]],
    compared: bool,
) -> str:
    """Every cell is its body in `width` columns, then one for a mark."""
    verdict = tables["rules"][rules]["verdict"]
    several = verdict["seeds_most"] > 1
    width = 11 if compared or several else 8
    ours = count(verdict["seeds_fewest"], verdict["seeds_most"], "seed")
    ours = f"mean of {ours}" + ("" if compared else " ± SD over seeds") if several else ours
    heads = [[f"{m:^{width}}" for m in tables["run"]["models"]]]
    if compared:
        heads.append([f"{'ours':>5} {'paper':>5}"] * len(tables["run"]["models"]))
    lines = [
        f"{label:<{LABEL}}" + "".join(f" {cell:<{width + 1}}" for cell in cells)
        for label, cells in [*(("", head) for head in heads), *grid]
    ]
    lines = [line.rstrip() for line in lines]
    lines.insert(len(heads), "─" * max(map(len, lines)))
    return "\n".join([textwrap.fill(f"{title}; rules {rules}: {ours}", COLUMNS), *lines])


def _cell(cell: Mapping[str, Any], compared: bool) -> str:
    if cell["mean"] is None and cell["diverged"]:
        return "diverged"
    if cell["mean"] is None and cell["failed"]:
        return "failed"
    mark = "*" if cell["diverged"] or cell["failed"] else ""
    return _pair(cell["mean"], cell["paper"] if compared else cell["sd"], compared) + mark


def _entry(column: Mapping[str, Any], name: str, compared: bool) -> str:
    entry = column[name]
    if column["rates_most"] == 0 and column["diverged"]:
        return "diverged"
    return _pair(entry["value"], entry["paper" if compared else "sd_over_seeds"], compared)


def _pair(ours: float | None, beside: float | None, compared: bool) -> str:
    left = "·" if ours is None else short(ours)
    if beside is None:
        return f"{left:>5}"
    return f"{left:>5}{' ' if compared else '±'}{short(beside):>5}"


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
