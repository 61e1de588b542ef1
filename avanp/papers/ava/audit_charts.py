"""Charts of an audit as PNG; they need matplotlib."""

from collections.abc import Mapping, Sequence
from typing import Any

from avanp.papers.ava.charts import FAMILIES
from avanp.report.chart import Axis, Chart, Interval, Numbers, Panel, Points
from avanp.report.chart_style import Style
from avanp.report.findings import HOLDS, NOT, UNTOLD
from avanp.report.plot import png
from avanp.report.text import signed

# The marks tell verdicts apart where colours do not.
STYLES = {HOLDS: Style("good", marker="o"), NOT: Style("bad", marker="s"),
          UNTOLD: Style("unsure", marker="D")}  # fmt: skip
FAMILY_STYLES = (Style("one", marker="o"), Style("two", marker="s"))
NEAR_ZERO = 1e-3  # even on the axis from minus to plus this
TICKS = {-0.1: "−.1", -0.01: "−.01", -0.001: "−.001", 0.0: "0",
         0.001: ".001", 0.01: ".01", 0.1: ".1"}  # fmt: skip
NOTE = (
    "Right of zero, from .00005 on: for the claim (even within ±.001, else logarithmic). A line: "
    "95 % interval; a ring: the paper’s table;\na green dot: holds; a red square: does not hold; a "
    "grey diamond: cannot be told."
)


def forest(claims: Sequence[Mapping[str, Any]], rules: Sequence[str], about: str) -> bytes:
    """Draw every claim's deciding difference with its interval, a panel for each rule set.

    Parameters
    ----------
    claims : sequence of mappings
        As ``audit.json`` has them.
    rules : sequence of str
        The rule sets.
    about : str
        What the title says of data and seeds.
    """
    x = Axis("difference", "symlog", -0.3, 0.3, TICKS, NEAR_ZERO)
    panels = []
    for i, name in enumerate(rules):
        parts = [_interval("" if i else one["claim"], one["rules"][name]) for one in claims]
        panels.append(Panel(f"rules “{name}”", parts, "", x))
    size = (390 + 330 // len(rules), 40 + 32 * len(claims))
    return png(Chart("claims", f"The paper's claims: {about}", panels, NOTE, len(rules), size))


def _interval(name: str, one: Mapping[str, Any]) -> Interval:
    decided = next((p for p in one["parts"] if p["part"] == one["decided_by"]), None)
    paper = None if decided is None else decided["paper_difference"]
    known = one["difference"] is not None
    return Interval(
        name, one["difference"], one["low"], one["high"], paper if known else None,
        STYLES[one["verdict"]],
    )  # fmt: skip


def grid_of_changes(
    rows: Sequence[str],
    columns: Sequence[str],
    changes: Sequence[Sequence[float | None]],
    title: str,
) -> bytes:
    """Draw changes as numbers on a ground whose colour says how large they are.

    Parameters
    ----------
    rows, columns : sequence of str
        Their names.
    changes : sequence of sequences of float or None
        A row of numbers for each of `rows`.
    title : str
    """
    written = [[signed(value) for value in line] for line in changes]
    grid = Numbers(rows, columns, changes, written, 0.001, 0.1)
    size = (480 + 54 * len(columns), 30 + 29 * len(rows))
    return png(Chart("changes", title, [Panel("", [grid], "")], "", 1, size))


def scatter(cells: Sequence[Mapping[str, Any]], measures: Mapping[str, str]) -> bytes:
    """Draw measures against BM, a panel each and a point a cell, coloured by family."""
    panels = []
    for key, name in measures.items():
        parts = []
        for (family, models), style in zip(FAMILIES.items(), FAMILY_STYLES, strict=True):
            there = [one for one in cells if one["model"] in models and key in one]
            if there:
                x, y = [one["bm"] for one in there], [one[key] for one in there]
                parts.append(Points(f"{family[0].lower()}{family[1:]}", x, y, style))
        if parts:
            panels.append(Panel(name, parts, "", Axis("BM")))
    return png(Chart("measures", "", panels, "", 3, (290, 240)))
