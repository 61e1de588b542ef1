"""``tables.md``: Tables 1-3 as GitHub renders them, a pure function of `tables.build`'s result."""

from collections.abc import Mapping, Sequence
from typing import Any

from avanp.report import paper
from avanp.report.terminal import TABLE3_LABELS
from avanp.report.text import short, span
from avanp.report.verdict import sentence, table3_sentence


def render(tables: Mapping[str, Any]) -> str:
    """Return the report as Markdown: verdicts, what was run, then three tables a rule set.

    Every rate has a line with our mean (± SD over seeds) and, where the data are the paper's, a
    line with the paper's value and one with the difference.
    """
    blocks = ["# Tables 1–3", *_verdicts(tables), _run(tables["run"])]
    for rules in tables["run"]["rules"]:
        blocks += _rule_set(tables, rules)
    if tables["paper"]["shown"]:
        blocks.append(f"Paper: {tables['paper']['citation']}")
    return "\n\n".join(blocks) + "\n"


def _verdicts(tables: Mapping[str, Any]) -> list[str]:
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


def _run(run: Mapping[str, Any]) -> str:
    data = run["data"]
    origin = "the paper's own images" if data["is_paper_set"] else "not the paper's images"
    facts = {
        "data": f"{data['name']} ({origin}): {data['count']} images of "
        f"{data['width']}×{data['height']}, sha256 `{data['sha256']}`",
        "rule sets": ", ".join(run["rules"]),
        "models": ", ".join(run["models"]),
        "learning rates": ", ".join(f"{lr:.4g}" for lr in run["lr"]),
        "seeds": ", ".join(map(str, run["seeds"])),
        "images drawn per test image": run["draws"],
        "experiment": _pairs(run["experiment"]),
        "versions": _pairs({"avanp": run["avanp"]} | dict(run["versions"])),
    }
    return _table(["", "what was run"], [[name, str(fact)] for name, fact in facts.items()])


def _pairs(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in sorted(values.items()))


def _rule_set(tables: Mapping[str, Any], rules: str) -> list[str]:
    part = tables["rules"][rules]
    models, compared = tables["run"]["models"], tables["paper"]["shown"]
    blocks = [f"## Rules `{rules}`"]
    for key, title in (("table1", "Table 1. BM, γ ≥ 0.1"), ("table2", "Table 2. BM, γ < 0.1")):
        grid = []
        for line in part[key]:
            cells = [line["cells"][m] for m in models]
            grid += _lines(f"{line['lr']:.4g}", [_mean(c) for c in cells], cells, compared)
        if grid:
            blocks += [f"### {title}", _table(["γ", "", *models], grid)]
    grid = []
    columns = [part["table3"][m] for m in models]
    for name, label in TABLE3_LABELS.items():
        entries = [column[name] for column in columns]
        ours = [_with_spread(entry["value"], entry["sd_over_seeds"]) for entry in entries]
        grid += _lines(label, ours, entries, compared)
    grid.append(["Rates", "", *(span(c["rates_fewest"], c["rates_most"]) for c in columns)])
    blocks += ["### Table 3. BM over the learning rates", _table(["", "", *models], grid)]
    return [*blocks, tables["notes"]["table3"]]


def _lines(
    label: str, ours: Sequence[str], cells: Sequence[Mapping[str, Any]], compared: bool
) -> list[list[str]]:
    grid = [[label, "ours", *ours]]
    if compared:
        grid.append(["", "paper", *(_number(cell["paper"]) for cell in cells)])
        grid.append(["", "difference", *(_number(cell["difference"], True) for cell in cells)])
    return grid


def _mean(cell: Mapping[str, Any]) -> str:
    diverged = cell["diverged"]
    if cell["mean"] is None:
        return "diverged" if diverged else ""
    text = _with_spread(cell["mean"], cell["sd"])
    return text + (f" ({diverged} diverged)" if diverged else "")


def _with_spread(value: float | None, spread: float | None) -> str:
    return _number(value) + ("" if spread is None else f" ± {short(spread)}")


def _number(value: float | None, sign: bool = False) -> str:
    return "–" if value is None else short(value, sign)


def _table(head: Sequence[str], grid: Sequence[Sequence[str]]) -> str:
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
