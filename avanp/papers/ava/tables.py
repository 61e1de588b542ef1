"""The tables of a sweep as values: Tables 1–3, how near they come, and what has no number."""

from collections.abc import Mapping, Sequence
from typing import Any

from avanp.papers.ava import printed_numbers
from avanp.papers.ava.lost_runs import Lost
from avanp.papers.ava.nearness import table3_title
from avanp.report.table import Cell, Column, Entry, Link, Table, columns
from avanp.report.text import rate, short, span

TITLES = {"table1": "Table 1. BM, γ ≥ 0.1", "table2": "Table 2. BM, γ < 0.1"}
STATISTICS = {"mean": "Mean", "maximum": "Maximum", "minimum": "Minimum", "sd": "SD"}
# Characters in a terminal: the widest rate is 1.234e-05, a pair .2298±.0012, and a star.
RATE, PAIR, ALONE = 9, 12, 9
# Differences that have a colour begin where the author's own second run of his program ends.
KEY = "the paper’s own repeatability"
STEPS = (printed_numbers.SECOND_RUN_RMS, 0.02, 0.05)


def tables_1_to_3(
    numbers: Mapping[str, Any], rules: str, *, always_rates: bool = False
) -> dict[str, Table]:
    """Return Tables 1 to 3 of a rule set by ``table1`` … ``table3``; one without rows is not there.

    Parameters
    ----------
    numbers : dict
        What `avanp.papers.ava.table_numbers.table_numbers` returns.
    rules : str
        The rule set.
    always_rates : bool
        Whether Table 3 says over how many rates it is also where these are all.
    """
    part, models = numbers["rules"][rules], numbers["run"]["models"]

    def table(name: str, title: str, head: str, rows: Sequence[Sequence[Cell]]) -> Table:
        compared = any(c.paper is not None for row in rows for c in row if isinstance(c, Entry))
        width = PAIR if compared or part["verdict"]["seeds_most"] > 1 else ALONE
        return Table(
            f"{rules}-{name}",
            title,
            [Column(head, "left", RATE), *(Column(model, "center", width) for model in models)],
            rows,
            "numbers",
            f"rules {rules}",
            steps=STEPS,
            key=KEY if name == "table3" else "",
        )

    found = {}
    for name, title in TITLES.items():
        rows: list[Sequence[Cell]] = [
            [rate(line["lr"]), *(_cell(line["cells"][model]) for model in models)]
            for line in part[name]
        ]
        if rows:
            found[name] = table(name, title, "γ", rows)
    found["table3"] = table(
        "table3",
        f"Table 3. {table3_title(numbers, rules)}",
        "",
        _table3(part, models, always_rates),
    )
    return found


def _table3(
    part: Mapping[str, Any], models: Sequence[str], always_rates: bool
) -> list[Sequence[Cell]]:
    over = [part["table3"][model] for model in models]
    rows: list[Sequence[Cell]] = [
        [label, *(_statistic(column, name) for column in over)]
        for name, label in STATISTICS.items()
    ]
    asked = len(part["table1"]) + len(part["table2"])
    if always_rates or any(column["rates_fewest"] < asked for column in over):
        rows.append(["Rates", *(span(c["rates_fewest"], c["rates_most"]) for c in over)])
    return rows


def _cell(cell: Mapping[str, Any]) -> Entry:
    lost = {what: cell[what] for what in ("diverged", "failed") if cell[what]}
    return Entry(cell["mean"], cell["sd"], cell["paper"], lost, absent="not run yet")


def _statistic(column: Mapping[str, Any], name: str) -> Entry:
    entry = column[name]
    none = column["diverged"] and not column["rates_most"]
    lost = {"diverged": column["diverged"]} if none else {}
    return Entry(entry["value"], entry["sd_over_seeds"], entry["paper"], lost)


def nearness_table(numbers: Mapping[str, Any]) -> Table:
    """Return how near each rule set comes to the paper's cells, or how much of it was run."""
    verdicts = {rules: part["verdict"] for rules, part in numbers["rules"].items()}
    compared = any(v["compared"] for v in verdicts.values())
    heads = ["Rules", "Cells", "Seeds", "Diverged", "Failed", "To do"]
    if compared:
        heads[1:1] = ["RMS", "Correlation", "Largest difference", "Table 3’s means, at most"]
    near = "How near each rule set comes to the paper’s cells"
    return Table(
        "nearness",
        near if compared else "How much was run",
        columns(*heads),
        [[Link(rules, rules), *_near(v, compared)] for rules, v in verdicts.items()],
        "facts",
    )


def _near(v: Mapping[str, Any], compared: bool) -> list[str]:
    done = v["compared"] if compared else v["cells"]
    cells = [
        str(done),
        span(v["seeds_fewest"], v["seeds_most"]),
        str(v["diverged"]),
        str(v["failed"]),
        str(v["missing"] - v["failed"]),
    ]
    if not compared:
        return cells
    top, mean = v["largest"], v["table3_largest"]
    return [
        "–" if v["rms"] is None else short(v["rms"]),
        "–" if v["correlation"] is None else short(v["correlation"]),
        _named(top, None if top is None else f"{top['model']}, γ {rate(top['lr'])}"),
        _named(mean, None if mean is None else mean["model"]),
        *cells,
    ]


def _named(entry: Mapping[str, Any] | None, name: str | None) -> str:
    return "–" if entry is None else f"{short(entry['difference'], True)} ({name})"


def lost_table(lost: Sequence[Lost]) -> Table:
    """Return a line for each cell whose runs diverged or failed alike."""
    rows = [
        [f"{one.rules}, {one.model}, γ {rate(one.lr)}", one.seeds, one.status, one.reason]
        for one in lost
    ]
    heads = columns("Cell", "Seeds", "Status", "Reason")
    return Table("without", "Runs without a number", heads, rows)
