"""A difference and its interval beside zero, as a small drawing."""

from avanp.report.findings import Outcome
from avanp.report.html.element import Markup, el
from avanp.report.html.scale import Axis

WIDTH, HEIGHT, EDGE = 240, 22, 8


def interval(outcome: Outcome) -> Markup | None:
    """Return the drawing, at a scale of its own; the numbers stand beside it as text."""
    if outcome.difference is None:
        return None
    shown = (outcome.difference, outcome.low, outcome.high, outcome.paper_difference)
    half = max(abs(value) for value in shown if value is not None)
    x = Axis(-half, half, EDGE, WIDTH - EDGE)
    middle = HEIGHT / 2
    zero, at = x.at(0), x.at(outcome.difference)
    drawn = [
        el("line", x1=EDGE, x2=WIDTH - EDGE, y1=middle, y2=middle, class_="guide"),
        el("line", x1=zero, x2=zero, y1=2, y2=HEIGHT - 2, class_="axis"),
    ]
    if outcome.low is not None and outcome.high is not None:
        ends = {"x1": x.at(outcome.low), "x2": x.at(outcome.high)}
        drawn.append(el("line", y1=middle, y2=middle, class_="interval", **ends))
    drawn.append(el("circle", cx=at, cy=middle, r=4.5, class_="point"))
    if outcome.paper_difference is not None:
        published = x.at(outcome.paper_difference)
        drawn.append(el("circle", cx=published, cy=middle, r=5, class_="paper"))
    return el("svg", drawn, viewBox=f"0 0 {WIDTH} {HEIGHT}", class_="small", aria_hidden="true")
