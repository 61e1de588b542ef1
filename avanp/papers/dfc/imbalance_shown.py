"""The study of a rare class as a table for a terminal, a chart and a table of all counts."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean, stdev
from typing import Any

from avanp.experiments.paired import Paired, quickly
from avanp.papers.dfc.imbalance_verdict import (
    HARMS,
    HELPS,
    RANKS_WORSE,
    Judged,
    known,
    names,
    too_few,
)
from avanp.report.axis import Axis
from avanp.report.chart import Chart, Line, Panel
from avanp.report.chart_style import Style
from avanp.report.table import Cell, Column, Entry, Mark, Table, columns
from avanp.runs.folder import Rows

TITLES = {"f1": "F1", "auc": "AUC", "ap": "average precision", "macro_f1": "macro F1"}
STYLES = [
    Style(colour, width, dashes)
    for dashes in ((), (8, 4), (2, 3))
    for colour, width in (("one", 3.5), ("two", 3), ("three", 2.5), ("good", 2.5), ("bad", 2))
]
SIGNS = {HELPS: ("✓", "holds"), HARMS: ("✗", "fails"), RANKS_WORSE: ("✗", "fails")}


def verdicts(found: Sequence[Judged], minority: str, larger: bool) -> Table:
    """Return a row for each method: F1, differences to nothing with intervals, the verdict."""
    of = "the larger test" if larger else "the test part"
    heads = {"F1": 6, "ΔF1": 15, "ΔAUC": 15, "ΔAP": 15, "Δmacro F1": 15}
    sides = [Column(head, "right", width) for head, width in heads.items()]
    rows: list[list[Cell]] = []
    for one in found:
        sign, tone = SIGNS.get(one.verdict, ("·", "open"))
        differences = [interval(one.differences[name]) for name in TITLES]
        verdict = Mark(one.verdict, sign, tone)
        rows.append([one.method, f"{one.f1:.3f}", *differences, verdict])
    return Table(
        "verdicts",
        f"{minority!r}, on {of}: mean over all numbers of images added; differences to nothing, "
        "seed by seed, with intervals of 95 %, each for itself; verdicts are corrected (Holm) for "
        f"{3 * len(found)} comparisons" + too_few([one.differences["f1"] for one in found]),
        [Column("method", width=11), *sides, Column("verdict", width=16)],
        rows,
    )


def by_n(rows: Rows) -> str:
    """Return CSV: each score of each method and number of images, and its paired difference."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["method", "n", "score", "seeds", "mean", "difference", "low", "high"])
    for method, n, some in _cells(rows):
        for score in [key for key in rows[0] if key.endswith(("f1", "auc", "ap"))]:
            values = [row[score] for row in some]
            if any(value is None for value in values):
                continue
            found = _paired(rows, some, score)
            numbers = (fmean(values), found.difference, found.low, found.high)
            shown = ["" if number is None else f"{number:.5f}" for number in numbers]
            table.writerow([method, n, score, found.seeds, *shown])
    return text.getvalue()


def all_numbers(rows: Rows) -> Table:
    """Return the mean and SD over seeds of what is judged, a row for each method and number."""
    fields = names(rows)
    lines: list[list[Cell]] = []
    for method, n, some in _cells(rows):
        values = {name: [row[field] for row in some] for name, field in fields.items()}
        cells = [Entry(fmean(v), stdev(v) if len(v) > 1 else None) for v in values.values()]
        lines.append([f"{method}, {n}", *cells])
    heads = columns("method, images added", *(TITLES[name] for name in fields))
    return Table("by-n", "Mean ± SD over seeds", heads, lines, "numbers")


def chart(rows: Rows, minority: str) -> Chart:
    """Return a panel for each score: its difference to nothing against the images added."""
    panels = []
    for name, field in names(rows).items():
        lines: dict[str, tuple[list[float], list[float | None], list[float]]] = {}
        for method, n, some in _cells(rows):
            if n:
                x, y, band = lines.setdefault(method, ([0], [0.0], [0.0]))
                found = _paired(rows, some, field)
                x.append(n)
                y.append(found.difference)
                band.append((known(found.high) - known(found.low)) / 2 if found.sd else 0.0)
        drawn = [
            Line(method, x, y, STYLES[i % len(STYLES)], band)
            for i, (method, (x, y, band)) in enumerate(lines.items())
        ]
        words = f"{TITLES[name]} less that of nothing, by images added, of {', '.join(lines)}"
        panels.append(
            Panel(TITLES[name], drawn, words, Axis("images added"), Axis("difference to nothing"))
        )
    return Chart(
        "imbalance", f"What helps the class {minority!r}", panels, "Bands: intervals of 95 %."
    )


def _cells(rows: Rows) -> Iterator[tuple[str, int, Rows]]:
    """Yield each method, number of images and their rows, in order."""
    found: dict[tuple[str, int], list[Mapping[str, Any]]] = {}
    for row in sorted(rows, key=lambda row: row["n"]):
        found.setdefault((row["method"], row["n"]), []).append(row)
    for (method, n), some in found.items():
        yield method, n, some


def _paired(rows: Rows, some: Rows, field: str) -> Paired:
    plain = {row["seed"]: row[field] for row in rows if row["n"] == 0}
    return quickly([row[field] - plain[row["seed"]] for row in some if row["seed"] in plain], 0.0)


def interval(found: Paired) -> str:
    """Return a difference, and below it its interval, where there is one."""
    if found.difference is None or found.low is None or found.high is None:
        return "" if found.difference is None else f"{found.difference:+.3f}"
    return f"{found.difference:+.3f}\n({found.low:+.3f} {found.high:+.3f})"
