"""What a training logged as a chart: a small panel a quantity, over the epochs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from avanp.report.axis import axis_of
from avanp.report.chart import Axis, Chart, Line, Panel, Style

HELD = "validation."
NOT_DRAWN = ("epoch", "step", "seconds", "latent", "classes", "hint")
MOST_POINTS = 600  # a line; more are not to be told apart
LARGEST = 1e290  # Matplotlib's ticks need some room above
TRAINING, VALIDATION = Style("one", 3), Style("four", 1.8, (5, 3))
NOTE = "Solid: training; dashed: validation, where it is measured."
Points = list[tuple[float, float]]
Rows = Sequence[Mapping[str, Any]]


def changing(rows: Rows) -> Iterator[tuple[str, Points, Points]]:
    """Yield the name of each number that changes, with its points in training and validation.

    `rows` are those of ``metrics.jsonl``. What was measured in validation alone is there too.
    """
    for name in dict.fromkeys(key.removeprefix(HELD) for row in rows for key in row):
        if name in NOT_DRAWN:
            continue
        own, held = _points(rows, name), _points(rows, HELD + name)
        if held or len({value for _, value in own}) > 1:
            yield name, own, held


def training_chart(rows: Rows, words: Mapping[str, str]) -> Chart:
    """Return a panel for each number that changes; `words` say what a name stands for."""
    panels = [_panel(name, words.get(name, ""), own, held) for name, own, held in changing(rows)]
    return Chart("epochs", "", panels, NOTE, size=(360, 190))


def _panel(name: str, words: str, own: Points, held: Points) -> Panel:
    every = [*own, *held]
    y, note = axis_of([value for _, value in every])
    epochs = [epoch for epoch, _ in every]
    x = Axis("epoch", low=min(epochs), high=max(epochs))
    if x.low == x.high:
        x = replace(x, low=min(epochs) - 0.5, high=max(epochs) + 0.5)
    parts = [_line(own, TRAINING), _line(held, VALIDATION)]
    said = [f"{name} over epochs.", _said("training", own), _said("validation", held), note]
    return Panel(
        name,
        [part for part in parts if part.x],
        " ".join(filter(None, said)),
        x,
        y,
        "\n".join(filter(None, [words, note])),
    )


def _points(rows: Rows, name: str) -> Points:
    points = [
        (float(row["epoch"]), float(row[name]))
        for row in rows
        if _is_number(row.get("epoch")) and _is_number(row.get(name))
    ]
    every = max(1, len(points) // MOST_POINTS)
    return points if every == 1 else [*points[:-1:every], points[-1]]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < LARGEST


def _line(points: Points, style: Style) -> Line:
    return Line("", [epoch for epoch, _ in points], [value for _, value in points], style)


def _said(what: str, points: Points) -> str:
    if not points:
        return ""
    return f"{what.capitalize()}: from {points[0][1]:.4g} to {points[-1][1]:.4g}."
