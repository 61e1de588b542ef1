"""Figure 6 of the paper as SVG: statistics of BM over the rates, a bar for each model."""

from collections.abc import Mapping, Sequence
from typing import Any

from avanp.report.figures import PANELS
from avanp.report.html.element import Markup, el
from avanp.report.html.guides import guides
from avanp.report.html.legend import entry
from avanp.report.html.scale import Axis, even_ticks
from avanp.report.text import short

WIDTH, HEIGHT = 560, 250
LEFT, RIGHT, TOP, BOTTOM = 44, 6, 26, 26


def figure6(part: Mapping[str, Any], models: Sequence[str]) -> Markup:
    """Return four panels: mean, maximum, minimum and SD; the paper's are outlined bars."""
    columns = part["table3"]
    panels = [
        _panel(title, {model: columns[model][name] for model in models})
        for name, title in PANELS.items()
    ]
    return el("div", panels, class_="panels")


def legend(part: Mapping[str, Any]) -> Markup:
    """Return what the bars, outlines and whiskers are, as far as they are there."""
    means = [column["mean"] for column in part["table3"].values()]
    said = [
        entry([el("rect", x=12, y=1, width=20, height=11, class_="ours")], "avanp, with its number")
    ]
    if any(mean["paper"] is not None for mean in means):
        outline = el("rect", x=12, y=1, width=20, height=11, class_="paper")
        said.append(entry([outline], "the paper’s"))
    if any(mean["sd_over_seeds"] for mean in means):
        whisker = el("path", d="M22,0V12M17,0H27M17,12H27", class_="whisker")
        said.append(entry([whisker], "± SD over seeds"))
    return el("ul", said, class_="legend")


def _panel(title: str, entries: Mapping[str, Mapping[str, Any]]) -> Markup:
    tops = [(e["value"] or 0) + (e["sd_over_seeds"] or 0) for e in entries.values()]
    tops += [e["paper"] or 0 for e in entries.values()]
    ys = even_ticks(0, max(tops))
    y = Axis(ys[0], ys[-1], HEIGHT - BOTTOM, TOP)
    drawn = guides(y, ys, LEFT, WIDTH - RIGHT)
    pitch = (WIDTH - LEFT - RIGHT) / len(entries)
    for i, (model, bar) in enumerate(entries.items()):
        drawn += _bar(model, bar, LEFT + pitch * (i + 0.5), min(pitch, 110), y)
    drawn.append(el("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y.start, y2=y.start, class_="axis"))
    svg = el(
        "svg",
        drawn,
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        aria_label=f"{title}. {'; '.join(_said(m, e) for m, e in entries.items())}.",
    )
    return el("figure", el("figcaption", title), svg)


def _bar(
    model: str, entry: Mapping[str, Any], middle: float, pitch: float, y: Axis
) -> list[Markup]:
    value, theirs, spread = entry["value"], entry["paper"], entry["sd_over_seeds"]
    width = round(pitch * (0.36 if theirs is not None else 0.6), 1)
    left = round(middle - (width if theirs is not None else width / 2), 1)
    parts = []
    if value is not None:
        parts.append(_rect(left, width, value, y, "ours"))
    if theirs is not None:
        parts.append(_rect(round(middle + 1.5, 1), width, theirs, y, "paper"))
    if value is not None and spread:
        x, top, bottom = round(left + width / 2, 1), y.at(value + spread), y.at(value - spread)
        bottom = min(bottom, y.start)
        d = f"M{x},{top}V{bottom}M{x - 5},{top}h10M{x - 5},{bottom}h10"
        parts.append(el("path", d=d, class_="whisker"))
    top = y.at((value or 0) + (spread or 0))
    text = "none" if value is None else short(value)
    at = round(left + width / 2, 1)
    parts.append(el("text", text, x=at, y=top - 5, text_anchor="middle"))
    parts.append(el("text", model, x=round(middle, 1), y=HEIGHT - 7, text_anchor="middle"))
    return parts


def _rect(left: float, width: float, value: float, y: Axis, class_: str) -> Markup:
    top = y.at(max(value, 0.0))
    height = round(y.start - top, 1)
    return el("rect", x=left, y=top, width=width, height=height, class_=class_)


def _said(model: str, entry: Mapping[str, Any]) -> str:
    ours = "none" if entry["value"] is None else short(entry["value"])
    theirs = "" if entry["paper"] is None else f", the paper’s {short(entry['paper'])}"
    return f"{model} {ours}{theirs}"
