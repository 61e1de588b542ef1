"""How near each rule set comes to the paper's tables: a table for the eye, a line for a reader."""

from collections.abc import Mapping
from typing import Any

from avanp.report import paper
from avanp.report.html.element import Markup, el, join
from avanp.report.html.table import Row, table
from avanp.report.text import rate, short, span


def nearness(tables: Mapping[str, Any]) -> Markup:
    """Return a row for each rule set; `tables` is what `avanp.report.tables.build` returns."""
    verdicts = {rules: part["verdict"] for rules, part in tables["rules"].items()}
    compared = any(v["compared"] for v in verdicts.values())
    head = ["Rules", "Cells", "Seeds", "Diverged", "Failed", "To do"]
    if compared:
        head[1:1] = ["RMS", "Correlation", "Largest difference", "Table 3’s means, at most"]
    rows: list[Row] = [
        (el("a", rules, href=f"#{rules}"), _cells(v, compared)) for rules, v in verdicts.items()
    ]
    caption = (
        "How near each rule set comes to the paper’s cells" if compared else "How much was run"
    )
    blocks = [table("nearness", caption, head, rows, class_="facts")]
    if compared:
        text = (
            "RMS and correlation are over the cells of Tables 1 and 2 that both have; differences "
            "are ours minus the paper’s. For scale: the author’s own second run differs from the "
            f"published one by RMS {short(paper.SECOND_RUN_RMS)}."
        )
    elif tables["paper"]["shown"]:
        text = "None of these cells is in the paper."
    else:
        text = "The paper’s numbers are for its own images, so none of them stands in the tables."
    return join([*blocks, el("p", text, class_="muted")])


def _cells(v: Mapping[str, Any], compared: bool) -> list[Markup | str]:
    done = v["compared"] if compared else v["cells"]
    cells: list[Markup | str] = [
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
