"""A difference and its interval beside zero, as a small drawing."""

from avanp.report.findings import Part
from avanp.report.html.element import Markup, el
from avanp.report.html.scale import Axis

WIDTH, HEIGHT, EDGE = 240, 22, 8


def interval(part: Part) -> Markup | None:
    """Return the drawing, at a scale of its own; the numbers stand beside it as text."""
    if part.difference is None:
        return None
    shown = (part.difference, part.low, part.high, part.paper_difference)
    half = max(abs(value) for value in shown if value is not None)
    x = Axis(-half, half, EDGE, WIDTH - EDGE)
    middle = HEIGHT / 2
    zero, at = x.at(0), x.at(part.difference)
    drawn = [
        el("line", x1=EDGE, x2=WIDTH - EDGE, y1=middle, y2=middle, class_="guide"),
        el("line", x1=zero, x2=zero, y1=2, y2=HEIGHT - 2, class_="axis"),
    ]
    if part.low is not None and part.high is not None:
        ends = {"x1": x.at(part.low), "x2": x.at(part.high)}
        drawn.append(el("line", y1=middle, y2=middle, class_="interval", **ends))
    drawn.append(el("circle", cx=at, cy=middle, r=4.5, class_="point"))
    published = x.at(part.paper_difference)
    drawn.append(el("circle", cx=published, cy=middle, r=5, class_="paper"))
    return el("svg", drawn, viewBox=f"0 0 {WIDTH} {HEIGHT}", class_="small", aria_hidden="true")
