"""The parts of a chart on Matplotlib's axes."""

from collections.abc import Mapping
from typing import Any

from avanp.report.chart import Axis, Bars, Interval, Line, Numbers, Panel, Points, Values
from avanp.report.text import short, short_tick

Palette = Mapping[str, str]


# Which axes have names in the place of numbers.
NAMED: Mapping[type, str] = {Bars: "x", Interval: "y", Numbers: "xy"}


def draw(axes: Any, panel: Panel, colours: Palette) -> None:
    """Draw a panel's parts and its axes, without its title."""
    kind = type(panel.parts[0])
    for part in panel.parts:
        if isinstance(part, Line):
            _line(axes, part, colours)
        elif isinstance(part, Points):
            axes.plot(part.x, part.y, part.style.marker, color=colours[part.style.colour],
                      alpha=0.6, label=part.name)  # fmt: skip
        elif isinstance(part, Bars):
            _bars(axes, part, colours)
        elif isinstance(part, Numbers):
            _numbers(axes, part)
    _intervals(axes, [part for part in panel.parts if isinstance(part, Interval)], colours)
    named = NAMED.get(kind, "")
    for axis, of, name in ((axes.xaxis, panel.x, "x"), (axes.yaxis, panel.y, "y")):
        if name not in named:
            _axis(axes, axis, of, name, 3 if kind is Interval else 5)
    if kind is not Numbers:
        axes.grid(axis={"x": "y", "y": "x"}.get(named, "both"), linewidth=0.8)


def _line(axes: Any, line: Line, colours: Palette) -> None:
    colour, style = colours[line.style.colour], line.style
    y = _numbers_of(line.y)
    if any(line.band):
        band = [half or 0.0 for half in line.band]
        low = [a - b for a, b in zip(y, band, strict=True)]
        high = [a + b for a, b in zip(y, band, strict=True)]
        axes.fill_between(line.x, low, high, color=colour, alpha=0.22, linewidth=0)
    # A dash is given in widths of its line.
    dashes = (0, tuple(d / style.width for d in style.dashes)) if style.dashes else "-"
    axes.plot(line.x, y, color=colour, linewidth=style.width, linestyle=dashes, label=line.name)
    alone = [
        (x, value)
        for i, (x, value) in enumerate(zip(line.x, line.y, strict=True))
        if value is not None and all(v is None for v in [*line.y[max(0, i - 1) : i],
                                                          *line.y[i + 1 : i + 2]])
    ]  # fmt: skip
    if alone:  # no line goes there: a dot
        axes.plot(*zip(*alone, strict=True), "o", color=colour, markersize=4 + style.width)
    rings = [(x, value) for x, value in zip(line.x, line.paper, strict=False) if value is not None]
    if rings:
        axes.plot(*zip(*rings, strict=True), "o", color="none", markeredgecolor=colour,
                  markerfacecolor=colours["paper"], markersize=5.5, zorder=3)  # fmt: skip
    if line.lost:
        axes.plot(line.lost, [0] * len(line.lost), "x", color=colour, clip_on=False)


def _bars(axes: Any, bars: Bars, colours: Palette) -> None:
    compared = any(value is not None for value in bars.paper)
    shift, width = (0.2, 0.38) if compared else (0.0, 0.6)
    places = range(len(bars.names))
    axes.bar([i - shift for i in places], [value or 0 for value in bars.values], width,
             color=colours["one"])  # fmt: skip
    spread = [i for i in places if bars.values[i] is not None and bars.spread[i]]
    axes.errorbar(
        [i - shift for i in spread], [bars.values[i] for i in spread],
        [bars.spread[i] for i in spread], fmt="none", color=colours["ink"], capsize=4,
    )  # fmt: skip
    if compared:
        axes.bar([i + shift for i in places], [value or 0 for value in bars.paper], width,
                 fill=False, edgecolor=colours["ink"], linewidth=1.4)  # fmt: skip
    for i, (value, more) in enumerate(zip(bars.values, bars.spread, strict=True)):
        top = (i - shift, (value or 0) + (more or 0))
        axes.annotate("none" if value is None else short(value), top, (0, 4),
                      textcoords="offset points", ha="center")  # fmt: skip
    axes.margins(y=0.14)
    axes.set_xlim(-0.6, len(bars.names) - 0.4)
    axes.set_xticks(places, bars.names)


def _intervals(axes: Any, intervals: list[Interval], colours: Palette) -> None:
    if not intervals:
        return
    axes.axvline(0, color=colours["ink"], linewidth=1)
    for i, one in enumerate(intervals):
        colour = colours[one.style.colour]
        if one.low is not None and one.high is not None:
            axes.plot([one.low, one.high], [i, i], color=colour, linewidth=3)
        if one.value is not None:
            axes.plot(one.value, i, one.style.marker, color=colour, markersize=7)
        if one.paper is not None:
            axes.plot(one.paper, i, "o", color="none", markeredgecolor=colours["ink"],
                      markersize=10, markeredgewidth=1.5)  # fmt: skip
    axes.set_yticks(range(len(intervals)), [one.name for one in intervals])
    axes.set_ylim(len(intervals) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def _numbers(axes: Any, grid: Numbers) -> None:
    import numpy as np
    from matplotlib.colors import SymLogNorm

    values = np.array([_numbers_of(line) for line in grid.values])
    norm = SymLogNorm(linthresh=grid.even_within, vmin=-grid.most, vmax=grid.most)
    axes.imshow(values, cmap="RdBu_r", norm=norm, aspect="auto")
    for (i, j), value in np.ndenumerate(values):
        colour = "white" if abs(value) > grid.most / 5 else "black"
        axes.text(j, i, grid.written[i][j], ha="center", va="center", color=colour)
    axes.set_yticks(range(len(grid.rows)), grid.rows)
    axes.set_xticks(range(len(grid.columns)), grid.columns)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def _axis(axes: Any, axis: Any, of: Axis, name: str, about: int) -> None:
    """Set how values are spread on an axis, its ends, and some `about` values written at it."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator, NullLocator

    if of.spread == "even":
        axis.set_major_locator(MaxNLocator(about, steps=[1, 2, 2.5, 5, 10]))
    else:
        more = {"linthresh": of.even_within} if of.spread == "symlog" else {}
        getattr(axes, f"set_{name}scale")(of.spread, **more)
        axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: short_tick(value)))
    if of.ticks is not None:
        axis.set_ticks(list(of.ticks), list(of.ticks.values()))
    getattr(axes, f"set_{name}lim")(of.low, of.high)
    axis.set_label_text(of.label)


def _numbers_of(values: Values) -> list[float]:
    return [float("nan") if value is None else value for value in values]
