"""What a training logged as charts: a small panel a quantity, over epochs or steps."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from avanp.metrics.collapse import Sign
from avanp.report.axis import axis_of
from avanp.report.chart import Axis, Chart, Line, Panel
from avanp.report.chart_style import Style
from avanp.runs.folder import Rows

HELD = "validation."
NOT_DRAWN = ("epoch", "step", "seconds", "latent", "classes", "hint")
MOST_POINTS = 600  # a line; more are not to be told apart
LARGEST = 1e290  # Matplotlib's ticks need some room above
TRAINING, VALIDATION = Style("one", 3), Style("four", 1.8, (5, 3))
MARK = Style("three", 2, (2, 3))
# Beside each other in time: where a generator collapses, these tell it.
WATCHED = ("m", "k", "diversity")
MARKED = "The dotted upright line is the {} where"
NOTE = "Solid: training; dashed: validation, where it is measured."
Points = list[tuple[float, float]]


def changing(rows: Rows, by: str = "epoch") -> Iterator[tuple[str, Points, Points]]:
    """Yield the name of each number that changes, with its points in training and validation.

    `rows` are those of ``metrics.jsonl``, and `by` is what they are drawn over, "epoch" or "step".
    What was measured in validation alone is there too.
    """
    for name in dict.fromkeys(key.removeprefix(HELD) for row in rows for key in row):
        if name in NOT_DRAWN:
            continue
        own, held = _points(rows, name, by), _points(rows, HELD + name, by)
        if held or len({value for _, value in own}) > 1:
            yield name, own, held


def training_chart(
    rows: Rows, words: Mapping[str, str], by: str = "epoch", without: Collection[str] = ()
) -> Chart:
    """Return a panel for each number that changes; `words` say what a name stands for.

    Parameters
    ----------
    rows : sequence of mappings
        The log.
    words : mapping of str to str
        What a name stands for.
    by : str
        What rows are counted by, epoch or step.
    without : collection of str
        Names that are left out.
    """
    panels = [
        _panel(name, words.get(name, ""), own, held, by)
        for name, own, held in changing(rows, by)
        if name not in without
    ]
    return Chart("epochs", "", panels, NOTE, size=(360, 190))


def collapse_chart(rows: Rows, words: Mapping[str, str], by: str = "epoch") -> Chart | None:
    """Return M, k and diversity under each other, with the moment of a sign of collapse marked.

    None of a log that lacks one of them.
    """
    found = {name: (own, held) for name, own, held in changing(rows, by) if name in WATCHED}
    if set(found) != set(WATCHED):
        return None
    marks: dict[float, str] = {}
    for sign, what in ((Sign.COLLAPSE, "the generator collapsed"), (Sign.K_DROP, "k fell")):
        first = next((row for row in rows if row.get("hint") == sign.value), None)
        if first is not None and _is_number(first.get(by)):
            marks[float(first[by])] = f"{MARKED.format(f'{by} {first[by]:,}')} {what}."
    panels = []
    for name in WATCHED:
        panel = _panel(name, words.get(name, ""), *found[name], by)
        values = [value for points in found[name] for _, value in points]
        ends = [
            min(values) if panel.y.low is None else panel.y.low,
            max(values) if panel.y.high is None else panel.y.high,
        ]
        lines = [Line("", [at, at], ends, MARK) for at in marks]
        said = " ".join([panel.words, *marks.values()])
        panels.append(replace(panel, parts=[*panel.parts, *lines], words=said))
    note = " ".join([NOTE, *marks.values()])
    return Chart("collapse", "", panels, note, across=1, size=(760, 190))


def _panel(name: str, words: str, own: Points, held: Points, by: str) -> Panel:
    every = [*own, *held]
    y, note = axis_of([value for _, value in every])
    at = [x for x, _ in every]
    x = Axis(by, low=min(at), high=max(at))
    if x.low == x.high:
        x = replace(x, low=min(at) - 0.5, high=max(at) + 0.5)
    parts = [_line(own, TRAINING), _line(held, VALIDATION)]
    said = [f"{name} over {by}s.", _said("training", own), _said("validation", held), note]
    return Panel(
        name,
        [part for part in parts if part.x],
        " ".join(filter(None, said)),
        x,
        y,
        "\n".join(filter(None, [words, note])),
    )


def _points(rows: Rows, name: str, by: str) -> Points:
    points = [
        (float(row[by]), float(row[name]))
        for row in rows
        if _is_number(row.get(by)) and _is_number(row.get(name))
    ]
    every = max(1, len(points) // MOST_POINTS)
    return points if every == 1 else [*points[:-1:every], points[-1]]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < LARGEST


def _line(points: Points, style: Style) -> Line:
    return Line("", [x for x, _ in points], [value for _, value in points], style)


def _said(what: str, points: Points) -> str:
    if not points:
        return ""
    return f"{what.capitalize()}: from {points[0][1]:.4g} to {points[-1][1]:.4g}."
