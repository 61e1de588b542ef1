"""Tables 1-3 of a rule set: ours, the paper's beside it, and the difference in colour."""

from collections.abc import Mapping
from typing import Any

from avanp.report.html.differences import beside, key, level
from avanp.report.html.element import Markup, el, join
from avanp.report.html.table import Row, table
from avanp.report.terminal import TABLE3_LABELS
from avanp.report.text import rate, short, span
from avanp.report.verdict import table3_title

TITLES = {"table1": "Table 1. BM, γ ≥ 0.1", "table2": "Table 2. BM, γ < 0.1"}


def tables123(tables: Mapping[str, Any], rules: str) -> Markup:
    """Return Table 3, which sums up, and then Tables 1 and 2.

    Parameters
    ----------
    tables : dict
        What `avanp.report.tables.build` returns.
    """
    part, models = tables["rules"][rules], tables["run"]["models"]
    columns = [part["table3"][model] for model in models]
    rows: list[Row] = [
        (label, [_entry(column, name) for column in columns])
        for name, label in TABLE3_LABELS.items()
    ]
    asked = len(part["table1"]) + len(part["table2"])
    if any(column["rates_fewest"] < asked for column in columns):
        rows.append(("Rates", [span(c["rates_fewest"], c["rates_most"]) for c in columns]))
    cells = [c for k in TITLES for line in part[k] for c in line["cells"].values()]
    several = part["verdict"]["seeds_most"] > 1
    compared = any(cell["paper"] is not None for cell in cells)
    blocks = [
        el("h3", "Tables"),
        el("p", _how(compared, several)),
        key() if compared else None,
        table(
            f"{rules}-table3",
            [f"Table 3. {table3_title(tables, rules)}", _unseen(rules)],
            ["", *models],
            rows,
            class_="numbers",
        ),
    ]
    for name, title in TITLES.items():
        rows = [
            (rate(line["lr"]), [_cell(line["cells"][m]) for m in models]) for line in part[name]
        ]
        if rows:
            caption = [title, _unseen(rules)]
            blocks.append(table(f"{rules}-{name}", caption, ["γ", *models], rows, class_="numbers"))
    return join(blocks)


def _unseen(rules: str) -> Markup:
    """Tell a table from those of other rule sets, whose headings stand above them."""
    return el("span", f", rules {rules}", class_="unseen")


def _how(compared: bool, several: bool) -> str:
    ours = "the mean of BM over seeds ± SD" if several else "the BM of one seed"
    if not compared:
        return f"A cell holds {ours}."
    return (
        f"A cell holds {ours}; below it the paper’s value, and ours minus the paper’s. "
        "The cell has a colour where these differ by more than the paper’s program run twice does."
    )


def _entry(column: Mapping[str, Any], name: str) -> Markup:
    entry = column[name]
    if entry["value"] is None:
        return el("td", "diverged" if column["diverged"] and not column["rates_most"] else "–")
    return _filled(entry["value"], entry["sd_over_seeds"], entry)


def _cell(cell: Mapping[str, Any]) -> Markup:
    gone = {what: cell[what] for what in ("diverged", "failed") if cell[what]}
    if cell["mean"] is None:
        return el("td", next(iter(gone), "not run yet"), beside(cell))
    told = ", ".join(f"{number} {what}" for what, number in gone.items())
    return _filled(cell["mean"], cell["sd"], cell, f"of the seeds {told}" if told else None)


def _filled(
    value: float, spread: float | None, entry: Mapping[str, Any], lost: str | None = None
) -> Markup:
    return el(
        "td",
        short(value),
        None if spread is None else f" ± {short(spread)}",
        beside(entry),
        None if lost is None else el("span", lost, class_="beside"),
        class_=level(entry["difference"]),
    )
