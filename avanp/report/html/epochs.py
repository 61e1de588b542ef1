"""What a training logged, as SVG: a small panel a quantity, over the epochs."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from avanp.report.html.element import Markup, el
from avanp.report.html.guides import guides
from avanp.report.html.legend import entry
from avanp.report.html.scale import Axis, even_ticks
from avanp.report.html.values import Scale, scale

WIDTH, HEIGHT = 400, 210
LEFT, RIGHT, TOP, BOTTOM = 58, 18, 10, 40
A_SIGN = 10  # pixels that a sign of a label takes at most, on the narrowest screen
HELD = "validation."
NOT_DRAWN = ("epoch", "step", "seconds", "latent", "classes", "hint")
MOST_POINTS = 600  # a line; more are not to be told apart
Points = list[tuple[float, float]]
Meaning = Callable[[str], str]


def drawn(rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, Points, Points]]:
    """Yield the name of each number that changes, with its points in training and validation.

    `rows` are those of ``metrics.jsonl``. What was measured in validation alone is there too.
    """
    for name in dict.fromkeys(key.removeprefix(HELD) for row in rows for key in row):
        if name in NOT_DRAWN:
            continue
        own, held = _points(rows, name), _points(rows, HELD + name)
        if held or len({value for _, value in own}) > 1:
            yield name, own, held


def panels(rows: Sequence[Mapping[str, Any]], meaning: Meaning) -> Markup:
    """Return a panel for each of `drawn`; `meaning` says in a few words what a name stands for."""
    every = [_panel(name, meaning(name), own, held) for name, own, held in drawn(rows)]
    return el("div", every, class_="panels narrow")


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


def _panel(name: str, meaning: str, own: Points, held: Points) -> Markup:
    every = [*own, *held]
    epochs = [epoch for epoch, _ in every]
    values = scale([value for _, value in every], HEIGHT - BOTTOM, TOP)
    left = max(LEFT, 8 + A_SIGN * max(map(len, values.labels)))
    x = Axis(min(epochs), max(epochs), left + 4, WIDTH - RIGHT)
    parts = guides(values.axis, values.ticks, left, WIDTH - RIGHT, values.labels)
    for epoch in even_ticks(x.low, x.high, 5):
        if x.low <= epoch <= x.high and epoch == int(epoch):
            parts.append(_below(f"{epoch:g}", x.at(epoch), HEIGHT - BOTTOM + 18))
    parts.append(_below("epoch", (left + WIDTH - RIGHT) / 2, HEIGHT - 4))
    parts += _line(own, x, values, "one", {"stroke_width": 3})
    parts += _line(held, x, values, "four", HELD_STYLE)
    said = [f"{name} over epochs.", _said("training", own), _said("validation", held), values.note]
    svg = el("svg", parts, viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img",
             aria_label=" ".join(filter(None, said)))  # fmt: skip
    more = [el("small", text, style="display: block") for text in (meaning, values.note) if text]
    return el("figure", el("figcaption", el("strong", name), more), svg)


def _below(text: str, x: float, y: float) -> Markup:
    return el("text", text, x=x, y=y, text_anchor="middle")


def _line(
    points: Points, x: Axis, values: Scale, class_: str, style: Mapping[str, Any]
) -> list[Markup]:
    if not points:
        return []
    places = [f"{x.at(epoch)},{values.at(value)}" for epoch, value in points]
    if len(places) == 1:
        at, height = places[0].split(",")
        return [el("circle", cx=at, cy=height, r=4, class_=class_)]
    return [el("path", d=f"M{'L'.join(places)}", class_=f"line {class_}", **style)]


def _said(what: str, points: Points) -> str:
    if not points:
        return ""
    return f"{what.capitalize()}: from {points[0][1]:.4g} to {points[-1][1]:.4g}."
