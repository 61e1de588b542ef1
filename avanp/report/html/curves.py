"""BM against the learning rate as SVG: a line a model, a band over seeds, the paper's as rings."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from avanp.report.figures import FAMILIES
from avanp.report.html.element import Markup, el
from avanp.report.html.guides import guides
from avanp.report.html.legend import entry
from avanp.report.html.scale import Axis, even_ticks, rate_ticks
from avanp.report.text import rate, short

WIDTH, HEIGHT = 560, 340
LEFT, RIGHT, TOP, BOTTOM = 44, 12, 10, 44
# The lines of a family nearly coincide: broad ones first and thin, broken ones upon them keep
# every line visible, and tell them apart without their colours.
STYLES: dict[str, tuple[str, float, str | None]] = {
    "AVA1": ("one", 8, None),
    "AVA2": ("two", 4.5, None),
    "AVA5": ("three", 2.5, "9 5"),
    "GAN": ("four", 1.6, "2 3"),
    "AVA3": ("one", 8, None),
    "AVA4": ("two", 4.5, None),
    "VAE": ("four", 1.8, "7 4"),
}
Lines = Sequence[Mapping[str, Any]]


def curves(part: Mapping[str, Any], models: Sequence[str], highest: float) -> Markup:
    """Return one panel a family of models, each with its legend.

    Parameters
    ----------
    part : dict
        A rule set's part of what `avanp.report.tables.build` returns.
    highest : float
        What the axis of BM must hold; the same for all rule sets, so that they compare.
    """
    lines = sorted([*part["table1"], *part["table2"]], key=lambda line: line["lr"])
    families = {t: [m for m in family if m in models] for t, family in FAMILIES.items()}
    return el(
        "div",
        [_panel(title, names, lines, highest) for title, names in families.items() if names],
        class_="panels",
    )


def highest_bm(parts: Sequence[Mapping[str, Any]]) -> float:
    """Return the largest BM, with its band, of all rule sets."""
    cells = [
        cell
        for part in parts
        for key in ("table1", "table2")
        for line in part[key]
        for cell in line["cells"].values()
    ]
    ours = [c["mean"] + (c["sd"] or 0) for c in cells if c["mean"] is not None]
    return max([*ours, *(c["paper"] for c in cells if c["paper"] is not None)], default=0.25)


def _panel(title: str, models: Sequence[str], lines: Lines, highest: float) -> Markup:
    ys = even_ticks(0, highest)
    x, y = _axes([line["lr"] for line in lines], ys)
    drawn = [_frame(x, y, [line["lr"] for line in lines], ys)]
    drawn += [_band(model, lines, x, y) for model in models]
    drawn += [_line(model, lines, x, y) for model in models]
    drawn += [_rings(model, lines, x, y) for model in models]
    svg = el(
        "svg",
        drawn,
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        aria_label=f"BM against the learning rate. {_described(models, lines)}",
    )
    caption = f"{title}: {', '.join(models)}"
    return el("figure", el("figcaption", caption), svg, _legend(models, lines))


def _axes(rates: Sequence[float], ys: Sequence[float]) -> tuple[Axis, Axis]:
    logs = [math.log(lr) for lr in rates]
    low, high = min(logs), max(logs)
    if low == high:  # a lone rate stands in the middle
        low, high = low - 1, high + 1
    x = Axis(low, high, LEFT + 8, WIDTH - RIGHT - 8)
    return x, Axis(ys[0], ys[-1], HEIGHT - BOTTOM, TOP)


def _frame(x: Axis, y: Axis, rates: Sequence[float], ys: Sequence[float]) -> list[Markup]:
    bottom = HEIGHT - BOTTOM
    parts = guides(y, ys, LEFT, WIDTH - RIGHT)
    for lr in rate_ticks(rates):
        at = x.at(math.log(lr))
        parts.append(el("line", x1=at, x2=at, y1=bottom, y2=bottom + 5, class_="axis"))
        parts.append(el("text", rate(lr), x=at, y=bottom + 19, text_anchor="middle"))
    parts.append(el("line", x1=LEFT, x2=WIDTH - RIGHT, y1=bottom, y2=bottom, class_="axis"))
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(el("text", "learning rate γ", x=middle, y=HEIGHT - 6, text_anchor="middle"))
    parts.append(el("text", "BM", x=LEFT + 4, y=TOP + 14))
    return parts


def _band(model: str, lines: Lines, x: Axis, y: Axis) -> list[Markup]:
    parts = []
    for run in _unbroken(model, lines):
        spread = [(x.at(math.log(lr)), cell["mean"], cell["sd"] or 0.0) for lr, cell in run]
        if not any(sd for _, _, sd in spread):
            continue
        above = [f"{at},{y.at(mean + sd)}" for at, mean, sd in spread]
        below = [f"{at},{y.at(max(0.0, mean - sd))}" for at, mean, sd in reversed(spread)]
        outline = f"M{'L'.join([*above, *below])}Z"
        parts.append(el("path", d=outline, class_=f"band {STYLES[model][0]}"))
    return parts


def _line(model: str, lines: Lines, x: Axis, y: Axis) -> list[Markup]:
    colour, width, dashes = STYLES[model]
    parts = []
    for run in _unbroken(model, lines):
        points = [(x.at(math.log(lr)), y.at(cell["mean"])) for lr, cell in run]
        if len(points) == 1:  # no line: a dot
            parts.append(el("circle", cx=points[0][0], cy=points[0][1], r=width, class_=colour))
            continue
        way = "L".join(f"{a},{b}" for a, b in points)
        parts.append(
            el(
                "path",
                d=f"M{way}",
                class_=f"line {colour}",
                stroke_width=width,
                stroke_dasharray=dashes,
            )
        )
    for at in (x.at(math.log(line["lr"])) for line in lines if _gone(line["cells"][model])):
        cross = f"M{at - 4},{y.start - 4}l8,8m0,-8l-8,8"
        parts.append(el("path", d=cross, class_=f"line {colour}", stroke_width=2))
    return parts


def _rings(model: str, lines: Lines, x: Axis, y: Axis) -> list[Markup]:
    published = [(line["lr"], line["cells"][model]["paper"]) for line in lines]
    return [
        el("circle", cx=x.at(math.log(lr)), cy=y.at(bm), r=3.2, class_=f"ring {STYLES[model][0]}")
        for lr, bm in published
        if bm is not None
    ]


def _unbroken(model: str, lines: Lines) -> list[list[tuple[float, Mapping[str, Any]]]]:
    """The rates with a number, in runs without a gap."""
    runs: list[list[tuple[float, Mapping[str, Any]]]] = [[]]
    for line in lines:
        cell = line["cells"][model]
        if cell["mean"] is not None:
            runs[-1].append((line["lr"], cell))
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _gone(cell: Mapping[str, Any]) -> bool:
    return cell["mean"] is None and bool(cell["diverged"] or cell["failed"])


def _legend(models: Sequence[str], lines: Lines) -> Markup:
    entries = []
    for model in models:
        colour, width, dashes = STYLES[model]
        line = el(
            "line", x1=0, x2=44, y1=6, y2=6, stroke_width=width, stroke_dasharray=dashes,
            class_=colour,
        )  # fmt: skip
        entries.append(entry([line], model))
    cells = [line["cells"][model] for line in lines for model in models]
    if any(cell["sd"] for cell in cells):
        band = el("rect", x=6, y=0, width=32, height=12, class_="band four")
        entries.append(entry([band], "± SD over seeds"))
    if any(cell["paper"] is not None for cell in cells):
        ring = el("circle", cx=22, cy=6, r=3.2, class_="ring four")
        entries.append(entry([ring], "the paper’s, in the model’s colour"))
    if any(map(_gone, cells)):
        cross = el("path", d="M18,2l8,8m0,-8l-8,8", class_="line four", stroke_width=2)
        entries.append(entry([cross], "no run of this rate has a number"))
    return el("ul", entries, class_="legend")


def _described(models: Sequence[str], lines: Lines) -> str:
    parts = []
    for model in models:
        values = [
            (line["cells"][model]["mean"], line["lr"])
            for line in lines
            if line["cells"][model]["mean"] is not None
        ]
        if values:
            (low, at_low), (high, at_high) = min(values), max(values)
            parts.append(
                f"{model}: lowest {short(low)} at {rate(at_low)}, "
                f"highest {short(high)} at {rate(at_high)}."
            )
        else:
            parts.append(f"{model}: no number.")
    return " ".join(parts)
