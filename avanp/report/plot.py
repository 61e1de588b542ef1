"""Charts by Matplotlib: as SVG in a page, whose colours are the page's, and as PNG."""

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from io import BytesIO
from typing import Any

from avanp.errors import extra
from avanp.pictures.plotting import plain
from avanp.report.chart import Chart, Line
from avanp.report.element import Markup, el, join, svg
from avanp.report.plot_parts import Palette, draw
from avanp.report.plot_words import FONT, fitted, titled

MISSING = f"The charts need matplotlib: {extra('plot')}, and then this command once more."
NARROW = 400  # pixels: more than two of such panels stand side by side
PNG_DPI = 108  # half as large again as in a page, to be read on any screen
# Of the page's style sheet, light. In an SVG each becomes the page's own, light or dark.
COLOURS: Palette = {
    "ink": "#1b1d20", "rule": "#d3d4ce", "paper": "#fcfcfa", "one": "#2a8acb", "two": "#c27400",
    "three": "#a8447f", "four": "#1b1d21", "good": "#00805c", "bad": "#c24a10", "unsure": "#56606b",
}  # fmt: skip
NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))


def charts_available() -> bool:
    """Return whether matplotlib is installed (the extra ``plot``)."""
    return find_spec("matplotlib") is not None


def missing() -> Markup | None:
    """Return what a page says where there is no matplotlib: which extra it lacks."""
    if charts_available():
        return None
    return el("p", MISSING, class_="note")


def in_page(chart: Chart) -> Markup | None:
    """Return a figure for each panel, with its words; None without matplotlib."""
    if not charts_available():
        return None
    note = el("p", chart.note, class_="muted") if chart.note else None
    narrow = " under" if chart.across == 1 else " narrow" if chart.size[0] < NARROW else ""
    figures = [_figure(chart, i) for i in range(len(chart.panels))]
    return join([el("div", figures, class_="small" if chart.small else f"panels{narrow}"), note])


def _figure(chart: Chart, i: int) -> Markup:
    panel = chart.panels[i]
    note = el("small", panel.note, class_="below") if panel.note else None
    caption = el("figcaption", el("strong", panel.title), note) if panel.title else None
    return el("figure", caption, panel_svg(chart, i))


def panel_svg(chart: Chart, i: int) -> Markup:
    """Return one panel of a chart as an SVG element, named by its words."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    panel, written = chart.panels[i], BytesIO()
    with _settings(salt=f"{chart.name}-{i}"):
        figure = _new(*chart.size)
        axes = figure.subplots()
        draw(axes, panel, COLOURS)
        if len(handles := axes.get_legend_handles_labels()[0]) > 1:
            figure.legend(handles=handles, loc="outside lower left", ncols=4, frameon=False)
        FigureCanvasSVG(figure).print_svg(written, metadata=NO_METADATA)
    text = written.getvalue().decode("utf-8", "replace")
    for name, colour in COLOURS.items():
        text = text.replace(colour, f"var(--{name})")
    inner = text[text.index(">", text.index("<svg")) + 1 : text.rindex("</svg>")]
    inner = re.sub(r"(?s)<!--.*?-->|<metadata>.*?</metadata>|<style.*?</style>", "", inner)
    inner = re.sub(r'(<g) id="[^"]*"', r"\1", inner)
    return svg(re.sub(r"\n *", "\n", inner), chart.size, panel.words)


def png(chart: Chart) -> bytes:
    """Return all panels of a chart in one PNG; the same chart gives the same bytes."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    across = min(chart.across, len(chart.panels))
    down = -(-len(chart.panels) // across)
    content = BytesIO()
    with _settings(salt=chart.name):
        width = across * chart.size[0]
        figure = _new(width, down * (chart.size[1] + 24) + 90)
        figure.set_facecolor(COLOURS["paper"])
        figure.suptitle(fitted(chart.title, width, FONT + 3), fontsize=FONT + 3)
        shared = _lines_alike(chart)
        panels = list(figure.subplots(down, across, squeeze=False).flat)
        for axes, panel in zip(panels, chart.panels, strict=False):
            draw(axes, panel, COLOURS)
            axes.set_title(titled(panel, chart.size[0]), loc="left", fontsize=FONT)
            if not shared and len(axes.get_legend_handles_labels()[0]) > 1:
                axes.legend(frameon=False, handlelength=4)
        for axes in panels[len(chart.panels) :]:
            axes.set_axis_off()
        note = fitted(chart.note, width, FONT - 1)
        if shared:
            handles = panels[0].get_legend_handles_labels()[0]
            figure.legend(
                handles=handles, loc="outside lower center", ncols=4, frameon=False, handlelength=4,
                title=note or None, title_fontsize=FONT - 1,
            )  # fmt: skip
        elif note:
            figure.supxlabel(note, fontsize=FONT - 1)
        figure.set_dpi(PNG_DPI)
        # No version of matplotlib in the file.
        FigureCanvasAgg(figure).print_png(content, metadata={"Software": None})
    return content.getvalue()


def _lines_alike(chart: Chart) -> bool:
    """Whether panels have the same lines, more than one: a legend below then does for all."""
    lines = [
        [(part.name, part.style) for part in panel.parts if isinstance(part, Line)]
        for panel in chart.panels
    ]
    return len(lines) > 1 and len(lines[0]) > 1 and all(own == lines[0] for own in lines)


def _new(width: float, height: float) -> Any:
    """Return a figure of so many pixels, in which a point is a pixel."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width / 72, height / 72), dpi=72, layout="constrained", facecolor="none")


@contextmanager
def _settings(salt: str) -> Iterator[None]:
    """Text as text, none of it mathematics, and the same names in every run of the program."""
    from matplotlib import rc_context

    settings: Any = {
        "font.size": FONT, "svg.fonttype": "none", "svg.hashsalt": salt, "text.parse_math": False,
        "axes.unicode_minus": True, "axes.edgecolor": COLOURS["ink"], "axes.spines.top": False,
        "axes.spines.right": False, "axes.axisbelow": True, "text.color": COLOURS["ink"],
        "axes.labelcolor": COLOURS["ink"], "xtick.color": COLOURS["ink"],
        "ytick.color": COLOURS["ink"], "grid.color": COLOURS["rule"], "axes.facecolor": "none",
        # Room for letters that a narrow screen shows larger.
        "figure.constrained_layout.w_pad": 8 / 72,
    }  # fmt: skip
    with plain(), rc_context(settings), warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # of letters that its own font lacks: the browser's has them
        yield
