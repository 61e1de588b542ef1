"""``tables.md``: Tables 1-3 as GitHub renders them, a pure function of `tables.build`'s result."""

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from avanp.report import paper
from avanp.report.terminal import TABLE3_LABELS
from avanp.report.text import rate, short, span
from avanp.report.verdict import sentence, table3_sentence, table3_title

TABLE3_NOTE = (
    "Table 3: every statistic is computed over the learning rates for each seed and then averaged "
    "over the seeds; what follows a ± is the standard deviation over seeds, the line SD that over "
    "the rates (both with n−1). Seeds with rates still to run are left out where any seed has run "
    "all of them, and so are rates that diverged; the line Rates says over how many rates the "
    "figures are."
)
COMPARED_NOTE = (
    "Differences are ours minus the paper's. Table 3 has the paper's value only where a model's "
    "figures are over exactly the paper's 19 rates."
)


def render(tables: Mapping[str, Any]) -> str:
    """Return the report as Markdown: verdicts, what was run, then three tables a rule set.

    Every rate has a line with our mean (± SD over seeds) and, in a table that has values of the
    paper, a line with the paper's value and one with the difference.
    """
    blocks = ["# Tables 1–3", *verdicts(tables), run_table(tables["run"])]
    for rules in tables["run"]["rules"]:
        blocks += rule_set(tables, rules)
    blocks.append(TABLE3_NOTE)
    if tables["paper"]["shown"]:
        blocks.append(COMPARED_NOTE)
        blocks.append(f"Paper: {tables['paper']['citation']}")
    return "\n\n".join(blocks) + "\n"


def verdicts(tables: Mapping[str, Any]) -> list[str]:
    """Return how near each rule set comes, as blocks; `tables` is what `tables.build` returns."""
    lines = []
    for rules in tables["run"]["rules"]:
        lines += [
            f"* {line}"
            for line in (sentence(tables, rules), table3_sentence(tables, rules))
            if line
        ]
    blocks = ["\n".join(lines)]
    if tables["paper"]["shown"]:
        blocks.append(
            "For scale: the author's own second run differs from the published one by RMS "
            f"{short(paper.SECOND_RUN_RMS)}."
        )
    return blocks


def run_table(run: Mapping[str, Any]) -> str:
    data = run["data"]
    origin = "the paper's own images" if data["is_paper_set"] else "not the paper's images"
    facts = {
        "data": f"{plain(data['name'])} ({origin}): {data['count']} images of "
        f"{data['width']}×{data['height']}, sha256 `{plain(data['sha256'])}`",
        "rule sets": ", ".join(run["rules"]),
        "models": ", ".join(run["models"]),
        "learning rates": ", ".join(rate(lr) for lr in run["lr"]),
        "seeds": ", ".join(map(str, run["seeds"])),
        "images drawn per test image": run["draws"],
        "experiment": _pairs(run["experiment"]),
        "versions": _pairs({"avanp": run["avanp"]} | dict(run["versions"])),
    }
    return pipe_table(["", "what was run"], [[name, str(fact)] for name, fact in facts.items()])


def _pairs(values: Mapping[str, Any]) -> str:
    return plain(", ".join(f"{name} {value}" for name, value in sorted(values.items())))


def rule_set(tables: Mapping[str, Any], rules: str) -> list[str]:
    """Return a heading and Tables 1-3 of a rule set, as blocks."""
    part = tables["rules"][rules]
    models = tables["run"]["models"]
    blocks = [f"## Rules `{rules}`"]
    for key, title in (("table1", "Table 1. BM, γ ≥ 0.1"), ("table2", "Table 2. BM, γ < 0.1")):
        compared = any(c["paper"] is not None for line in part[key] for c in line["cells"].values())
        grid = []
        for line in part[key]:
            cells = [line["cells"][m] for m in models]
            grid += _lines(rate(line["lr"]), [_mean(c) for c in cells], cells, compared)
        if grid:
            blocks += [f"### {title}", pipe_table([*_head("γ", compared), *models], grid)]
    grid = []
    columns = [part["table3"][m] for m in models]
    compared = any(column["mean"]["paper"] is not None for column in columns)
    for name, label in TABLE3_LABELS.items():
        entries = [column[name] for column in columns]
        ours = [_with_spread(entry["value"], entry["sd_over_seeds"]) for entry in entries]
        grid += _lines(label, ours, entries, compared)
    rates = [span(c["rates_fewest"], c["rates_most"]) for c in columns]
    grid.append([*_head("Rates", compared), *rates])
    title = f"### Table 3. {table3_title(tables, rules)}"
    return [*blocks, title, pipe_table([*_head("", compared), *models], grid)]


def _head(label: str, compared: bool) -> list[str]:
    """The label and, beside the paper's lines, an empty cell over the names of the lines."""
    return [label, ""] if compared else [label]


def _lines(
    label: str, ours: Sequence[str], cells: Sequence[Mapping[str, Any]], compared: bool
) -> list[list[str]]:
    if not compared:
        return [[label, *ours]]
    return [
        [label, "ours", *ours],
        ["", "paper", *(_number(cell["paper"]) for cell in cells)],
        ["", "difference", *(_number(cell["difference"], True) for cell in cells)],
    ]


def _mean(cell: Mapping[str, Any]) -> str:
    lost = {what: cell[what] for what in ("diverged", "failed") if cell[what]}
    if cell["mean"] is None:
        return next(iter(lost), "")
    text = _with_spread(cell["mean"], cell["sd"])
    return text + (f" ({', '.join(f'{n} {what}' for what, n in lost.items())})" if lost else "")


def _with_spread(value: float | None, spread: float | None) -> str:
    return _number(value) + ("" if spread is None else f" ± {short(spread)}")


def _number(value: float | None, sign: bool = False) -> str:
    return "–" if value is None else short(value, sign)


def plain(text: str) -> str:
    """Return text of unknown hands on one line of which nothing is markup."""
    line = " ".join(text.split())
    special = r"([\\`*\[\]|~]|(?<!\w)_|_(?!\w)|^[#+=-])"
    return re.sub(special, r"\\\1", escape(line, quote=False))


def pipe_table(head: Sequence[str], grid: Sequence[Sequence[str]]) -> str:
    """A table whose columns are padded, so that it can also be read as plain text."""
    widths = [max(len(row[i]) for row in [head, *grid]) for i in range(len(head))]
    rule = ["-" * max(3, width) for width in widths]
    lines = [head, rule, *grid]
    return "\n".join(
        "| "
        + " | ".join(f"{cell:<{max(3, w)}}" for cell, w in zip(line, widths, strict=True))
        + " |"
        for line in lines
    )
