"""The lines across a drawing at round values, with these beside them."""

from collections.abc import Sequence

from avanp.report.html.element import Markup, el
from avanp.report.html.scale import Axis, labels


def guides(
    y: Axis,
    ticks: Sequence[float],
    left: float,
    right: float,
    said: Sequence[str] | None = None,
) -> list[Markup]:
    """Return a line from pixel `left` to `right` at each tick, and its label left of it.

    `said` are the labels, where they are not to be those of `labels`.
    """
    drawn = []
    for value, label in zip(ticks, labels(ticks) if said is None else said, strict=True):
        at = y.at(value)
        drawn.append(el("line", x1=left, x2=right, y1=at, y2=at, class_="guide"))
        drawn.append(el("text", label, x=left - 6, y=at + 4.5, text_anchor="end"))
    return drawn
