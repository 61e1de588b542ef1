"""What a training logged, as SVG: a small panel a quantity, over the epochs."""

from collections.abc import Mapping, Sequence
from typing import Any

from avanp.report.html.element import Markup, el
from avanp.report.html.guides import guides
from avanp.report.html.legend import entry
from avanp.report.html.scale import Axis, even_ticks

WIDTH, HEIGHT = 400, 210
LEFT, RIGHT, TOP, BOTTOM = 58, 12, 10, 40
HELD = "validation."
NOT_DRAWN = ("epoch", "step", "seconds", "latent", "classes", "hint")
MOST_POINTS = 600  # a line; more are not to be told apart
Points = list[tuple[float, float]]


def panels(rows: Sequence[Mapping[str, Any]]) -> Markup:
    """Return a panel for each number that changes; `rows` are those of ``metrics.jsonl``."""
    names = dict.fromkeys(key for row in rows for key in row)
    drawn = []
    for name in names:
        if name.startswith(HELD) or name in NOT_DRAWN:
            continue
        own, held = _points(rows, name), _points(rows, HELD + name)
        if held or len({value for _, value in own}) > 1:
            drawn.append(_panel(name, own, held))
    return el("div", drawn, class_="panels narrow")


def legend() -> Markup:
    """Return what the two kinds of line are."""
    line = el("line", x1=0, x2=44, y1=6, y2=6, class_="one", stroke_width=3)
    dashed = el("line", x1=0, x2=44, y1=6, y2=6, class_="four", **HELD_STYLE)
    said = [entry([line], "training"), entry([dashed], "validation, where it is measured")]
    return el("ul", said, class_="legend")


HELD_STYLE: dict[str, Any] = {"stroke_width": 1.8, "stroke_dasharray": "5 3"}


def _points(rows: Sequence[Mapping[str, Any]], name: str) -> Points:
    points = [
        (float(row["epoch"]), float(row[name]))
        for row in rows
        if _is_number(row.get("epoch")) and _is_number(row.get(name))
    ]
    every = max(1, len(points) // MOST_POINTS)
    return points if every == 1 else [*points[:-1:every], points[-1]]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300


def _panel(name: str, own: Points, held: Points) -> Markup:
    every = [*own, *held]
    epochs, values = [e for e, _ in every], [v for _, v in every]
    xs, ys = even_ticks(min(epochs), max(epochs), 5), even_ticks(min(values), max(values), 4)
    x = Axis(min(epochs), max(epochs), LEFT + 4, WIDTH - RIGHT)
    y = Axis(ys[0], ys[-1], HEIGHT - BOTTOM, TOP)
    drawn = guides(y, ys, LEFT, WIDTH - RIGHT)
    for epoch in (tick for tick in xs if x.low <= tick <= x.high and tick == int(tick)):
        at = x.at(epoch)
        drawn.append(el("text", f"{epoch:g}", x=at, y=HEIGHT - BOTTOM + 18, text_anchor="middle"))
    drawn.append(el("text", "epoch", x=(LEFT + WIDTH - RIGHT) / 2, y=HEIGHT - 4,
                    text_anchor="middle"))  # fmt: skip
    drawn += _line(own, x, y, "one", {"stroke_width": 3})
    drawn += _line(held, x, y, "four", HELD_STYLE)
    said = [f"{name} over epochs.", _said("training", own), _said("validation", held)]
    svg = el("svg", drawn, viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img",
             aria_label=" ".join(filter(None, said)))  # fmt: skip
    return el("figure", el("figcaption", name), svg)


def _line(points: Points, x: Axis, y: Axis, class_: str, style: Mapping[str, Any]) -> list[Markup]:
    if not points:
        return []
    places = [f"{x.at(epoch)},{y.at(value)}" for epoch, value in points]
    if len(places) == 1:
        at, height = places[0].split(",")
        return [el("circle", cx=at, cy=height, r=4, class_=class_)]
    return [el("path", d=f"M{'L'.join(places)}", class_=f"line {class_}", **style)]


def _said(what: str, points: Points) -> str:
    if not points:
        return ""
    return f"{what.capitalize()}: from {points[0][1]:.4g} to {points[-1][1]:.4g}."
