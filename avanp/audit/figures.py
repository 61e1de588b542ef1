"""Charts of an audit as PNG; they need matplotlib."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from avanp.pictures.plotting import plain
from avanp.report.figures import FAMILIES
from avanp.report.findings import HOLDS, NOT, UNTOLD
from avanp.report.text import signed

# Okabe and Ito's colours, which the colour-blind can tell apart; the marks differ as well.
VERDICTS = {HOLDS: ("#009E73", "o"), NOT: ("#D55E00", "s"), UNTOLD: ("#56606B", "D")}
COLOURS = ("#0072B2", "#E69F00")
NEAR_ZERO = 1e-3  # linear on the axis from minus to plus this


@plain()
def forest(claims: Sequence[Mapping[str, Any]], rules: Sequence[str], about: str) -> bytes:
    """Draw every claim's deciding difference with its interval, a panel for each rule set."""
    from matplotlib.figure import Figure

    figure = Figure(
        figsize=(4.6 + 3.1 * len(rules), 1.6 + 0.46 * len(claims)), layout="constrained"
    )
    figure.suptitle(f"The paper's claims: {about}", fontsize=13)
    panels = figure.subplots(1, len(rules), sharey=True, squeeze=False)[0]
    for axes, name in zip(panels, rules, strict=True):
        axes.set_xscale("symlog", linthresh=NEAR_ZERO)
        axes.axvline(0, color="#333333", linewidth=1)
        for row, claim in enumerate(claims):
            _line(axes, row, claim["rules"][name])
        axes.set_title(f"rules “{name}”", loc="left", fontsize=12)
        axes.set_xlim(-0.3, 0.3)
        ticks = [-0.1, -0.01, -0.001, 0, 0.001, 0.01, 0.1]
        axes.set_xticks(ticks, ["−.1", "−.01", "−.001", "0", ".001", ".01", ".1"], fontsize=9)
        axes.grid(axis="x", color="#dddddd", linewidth=0.8)
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
    panels[0].set_yticks(range(len(claims)), [claim["claim"] for claim in claims], fontsize=10.5)
    panels[0].set_ylim(len(claims) - 0.5, -0.5)
    panels[len(rules) // 2].set_xlabel(
        "difference, above .00005: for the claim (linear within ±.001, else logarithmic)",
        fontsize=11,
    )
    for verdict, (colour, mark) in VERDICTS.items():
        panels[0].plot([], [], mark, color=colour, label=verdict)
    panels[0].plot([], [], color="black", linewidth=2.5, label="95 % interval")
    panels[0].plot([], [], "|", color="black", markersize=13, label="the paper's table")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=5, frameon=False, fontsize=11)
    return _png(figure)


def _line(axes: Any, row: int, one: Mapping[str, Any]) -> None:
    if one["difference"] is None:
        return
    colour, mark = VERDICTS[one["verdict"]]
    decided = next(part for part in one["parts"] if part["part"] == one["decided_by"])
    axes.plot(decided["paper_difference"], row, "|", color="black", markersize=13)
    if one["low"] is not None:
        axes.plot([one["low"], one["high"]], [row, row], color=colour, linewidth=2.5)
    axes.plot(one["difference"], row, mark, color=colour, markersize=6)


@plain()
def grid_of_changes(
    rows: Sequence[str],
    columns: Sequence[str],
    changes: Sequence[Sequence[float | None]],
    title: str,
) -> bytes:
    """Draw changes as numbers on a ground whose colour says how large they are."""
    import numpy as np
    from matplotlib.colors import SymLogNorm
    from matplotlib.figure import Figure

    values = np.array([[np.nan if v is None else v for v in line] for line in changes], float)
    figure = Figure(
        figsize=(6.6 + 0.75 * len(columns), 1.2 + 0.4 * len(rows)), layout="constrained"
    )
    axes = figure.subplots()
    norm = SymLogNorm(linthresh=0.001, vmin=-0.1, vmax=0.1)
    axes.imshow(values, cmap="RdBu_r", norm=norm, aspect="auto")
    for (i, j), value in np.ndenumerate(values):
        text = "–" if np.isnan(value) else signed(value)
        dark = abs(value) > 0.02
        axes.text(j, i, text, ha="center", va="center", color="white" if dark else "black")
    axes.set_yticks(range(len(rows)), rows)
    axes.set_xticks(range(len(columns)), columns)
    axes.xaxis.tick_top()
    axes.tick_params(length=0, labelsize=11)
    axes.spines[:].set_visible(False)
    figure.suptitle(title, fontsize=12)
    return _png(figure)


@plain()
def scatter(cells: Sequence[Mapping[str, Any]], measures: Mapping[str, str]) -> bytes:
    """Draw measures against BM, a panel each and a point a cell, coloured by family."""
    from matplotlib.figure import Figure

    there = {key: name for key, name in measures.items() if any(key in one for one in cells)}
    figure = Figure(figsize=(3.9 * 3, 3.5 * -(-len(there) // 3)), layout="constrained")
    panels = figure.subplots(-(-len(there) // 3), 3, squeeze=False).flat
    for axes, (key, name) in zip(panels, there.items(), strict=False):
        for (family, models), colour, mark in zip(FAMILIES.items(), COLOURS, "os", strict=True):
            points = [
                (one["bm"], one[key]) for one in cells if one["model"] in models and key in one
            ]
            if points:
                axes.plot(*zip(*points, strict=True), mark, color=colour, alpha=0.6, label=family)
        axes.set_title(name, loc="left", fontsize=11)
        axes.set_xlabel("BM", fontsize=11)
        axes.spines[["top", "right"]].set_visible(False)
    for axes in list(figure.axes)[len(there) :]:
        axes.set_axis_off()
    handles, labels = figure.axes[0].get_legend_handles_labels()
    labels = [label[0].lower() + label[1:] for label in labels]
    figure.legend(
        handles, labels, title="models", loc="outside lower center", ncols=2, frameon=False
    )
    return _png(figure)


def _png(figure: Any) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    content = BytesIO()
    FigureCanvasAgg(figure).print_png(content, metadata={"Software": None})
    return content.getvalue()
