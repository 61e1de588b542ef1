"""A chart as a value: panels of lines, bars, points or intervals, and what they say in words.

`avanp.report.plot` draws it by Matplotlib, as SVG in a page and as a PNG file.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from avanp.report.axis import Axis
from avanp.report.chart_style import Style

Values = Sequence[float | None]  # None: no number in this place


@dataclass(frozen=True)
class Line:
    """A line through y over x; a missing y breaks it.

    Parameters
    ----------
    name : str
    x : sequence of float
        In order.
    y : sequence of float or None
        One for each x.
    style : Style
    band : sequence of float or None
        Half the height of a band around the line, one for each x, or none at all.
    paper : sequence of float or None
        What the paper prints, as rings, one for each x, or none at all.
    lost : sequence of float
        Those x that have a cross on the axis: no run has a number there.
    """

    name: str
    x: Sequence[float]
    y: Values
    style: Style
    band: Values = ()
    paper: Values = ()
    lost: Sequence[float] = ()


@dataclass(frozen=True)
class Bars:
    """A bar for each name with its number above, whiskers, and the paper's as an outline."""

    names: Sequence[str]
    values: Values
    spread: Values
    paper: Values


@dataclass(frozen=True)
class Points:
    """Points that no line joins."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    style: Style


@dataclass(frozen=True)
class Interval:
    """A value beside zero, with its interval and the paper's value, under a name."""

    name: str
    value: float | None
    low: float | None
    high: float | None
    paper: float | None
    style: Style


@dataclass(frozen=True)
class Numbers:
    """A grid of numbers on a ground whose colour says how large they are, up to `most`."""

    rows: Sequence[str]
    columns: Sequence[str]
    values: Sequence[Values]
    written: Sequence[Sequence[str]]
    even_within: float
    most: float


Part = Line | Bars | Points | Interval | Numbers


@dataclass(frozen=True)
class Panel:
    """What is drawn on one pair of axes; intervals stand under each other, in their order.

    Parameters
    ----------
    title : str
        Stands above it.
    parts : sequence of Line, Bars, Points, Interval or Numbers
    words : str
        What it shows, for those who do not see it.
    x, y : Axis
    note : str
        Stands small below the title.
    """

    title: str
    parts: Sequence[Part]
    words: str
    x: Axis = field(default_factory=Axis)
    y: Axis = field(default_factory=Axis)
    note: str = ""


@dataclass(frozen=True)
class Chart:
    """Panels under one title.

    Parameters
    ----------
    name : str
        Unique on a page, and the name of its PNG file.
    title : str
    panels : sequence of Panel
    note : str
        What the signs in it mean.
    across : int
        How many panels stand side by side in a PNG; where it is 1, they stand under each other on
        a page too.
    size : (int, int)
        Width and height of a panel in pixels, without titles.
    small : bool
        Whether a page shows its panels no larger than that, however much room there is.
    """

    name: str
    title: str
    panels: Sequence[Panel]
    note: str = ""
    across: int = 2
    size: tuple[int, int] = (460, 300)
    small: bool = False
