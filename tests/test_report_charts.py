"""Charts: what the values hold, and what Matplotlib makes of them as SVG and PNG."""

import re
import sys
from importlib.resources import files
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

import small_runs
from avanp.papers.ava.charts import FAMILIES, STYLES, curves, rate_ticks
from avanp.papers.ava.figure6 import figure6
from avanp.papers.ava.printed_numbers import MODELS, published
from avanp.papers.ava.table_numbers import table_numbers
from avanp.report import plot
from avanp.report.chart import Axis, Bars, Chart, Interval, Line, Numbers, Panel, Points
from avanp.report.chart_style import Style
from avanp.report.text import short_tick
from page_reader import Page

HOSTILE = '</svg><script>alert("x")</script> & $\\frac{a}{b}$ <b>'
STYLE = Style("one")
PARTS = {
    "lines": [Line("a", [1.0, 2.0, 3.0], [1.0, None, 2.0], STYLE, [0.1, None, 0.1])],
    "bars": [Bars(["a", "b"], [1.0, None], [0.1, None], [None, 2.0])],
    "points": [Points("a", [1.0, 2.0], [3.0, 4.0], STYLE)],
    "intervals": [Interval("a", 0.5, 0.1, 0.9, 0.2, STYLE),
                  Interval("b", None, None, None, None, STYLE)],
    "numbers": [Numbers(["a"], ["b", "c"], [[0.01, None]], [["+.01", "–"]], 0.001, 0.1)],
}  # fmt: skip


def numbers(run=None, **options):
    run = run or small_runs.whole(**options)
    return table_numbers(small_runs.rows_of(run), run)


def svg(chart, i=0):
    return Page(f"<div>{plot.panel_svg(chart, i)}</div>")


def test_the_curves_hold_every_mean_its_spread_and_the_papers_value():
    run = small_runs.whole()
    chart = curves(numbers(run), "program")
    assert [panel.title for panel in chart.panels] == [
        "With a discriminator of images: AVA1, AVA2, AVA5, GAN",
        "Without one: AVA3, AVA4, VAE",
    ]
    for line in (line for panel in chart.panels for line in panel.parts):
        k = run["models"].index(line.name)
        assert line.x == sorted(run["lr"])
        assert line.y == pytest.approx([0.052 + 0.15 * lr + 0.01 * k for lr in line.x])
        assert line.band == pytest.approx([0.002] * 19)
        assert line.paper == [published(line.name, lr) for lr in line.x]
        assert line.lost == []
    assert chart.note == "A band: ± SD over seeds; rings: the paper’s, in the model’s colour."


def test_a_rate_without_a_number_breaks_its_line_and_is_a_cross():
    run = small_runs.config()
    rows = small_runs.rows_of(run, without={"GAN": ("diverged", "nan")})
    chart = curves(table_numbers(rows, run), "program")
    line = next(part for part in chart.panels[0].parts if part.name == "GAN")
    assert line.y == [None] * 3
    assert line.lost == sorted(run["lr"])
    assert "GAN: no number." in chart.panels[0].words
    assert "a cross: no run of this rate has a number" in chart.note


def test_the_axis_of_bm_is_the_same_for_all_rule_sets():
    run = small_runs.config()
    rows = small_runs.rows_of(run)
    for row in rows:
        row["bm"] *= 1 if row["rules"] == "program" else 2
    found = table_numbers(rows, run)
    ends = {p.y.high for rules in run["rules"] for p in curves(found, rules).panels}
    highest = 2 * (0.05 + 0.15 * 0.5 + 0.002 + 0.06 + 0.002)
    assert len(ends) == 1
    assert ends.pop() == pytest.approx(1.04 * highest)


def test_figure_6_holds_each_statistic_of_each_model():
    found = numbers()
    chart = figure6(found, "program")
    assert len(chart.panels) == 4
    for panel, name in zip(chart.panels, ("mean", "maximum", "minimum", "sd"), strict=True):
        (bars,) = panel.parts
        columns = found["rules"]["program"]["table3"]
        assert bars.values == [columns[model][name]["value"] for model in MODELS]
        assert bars.paper == [columns[model][name]["paper"] for model in MODELS]
        assert None not in bars.paper
    assert chart.note == (
        "Filled: avanp, with its number; outlined: the paper’s; a whisker: ± SD over seeds."
    )


def test_every_model_has_a_style_and_a_panel():
    assert set(STYLES) == set(MODELS)
    assert sorted(m for family in FAMILIES.values() for m in family) == sorted(MODELS)
    for family in FAMILIES.values():
        assert len({STYLES[model] for model in family}) == len(family)


def test_rates_are_written_at_one_two_and_five():
    assert list(rate_ticks([1.0, 0.3, 0.01])) == [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0]
    assert rate_ticks([0.3]) == {0.3: "0.3"}
    assert list(rate_ticks([1.0, 1e-6])) == [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1.0]


def test_large_numbers_at_an_axis_are_short():
    values = (0.05, -3.0, 9999.0, 1e4, -2.5e6, 2e9, 2e-5)
    assert [short_tick(v) for v in values] == [
        "0.05", "−3", "9999", "10 k", "−2.5 M", "2e9", "2e−5",
    ]  # fmt: skip


@pytest.mark.parametrize("kind", PARTS)
def test_every_kind_of_part_is_drawn_the_same_twice(kind):
    chart = Chart(kind, "A title", [Panel("One", PARTS[kind], "in words")], "A note.")
    assert plot.png(chart) == plot.png(chart)
    assert plot.panel_svg(chart, 0) == plot.panel_svg(chart, 0)
    with Image.open(BytesIO(plot.png(chart))) as image:
        assert image.width >= 600
        assert "Software" not in image.info
        assert image.convert("RGBA").getpixel((1, 1))[3] == 255  # also where a page is dark
        assert len(image.convert("RGB").getcolors(1 << 24)) > 5
    assert svg(chart).one("svg").get("aria-label") == "in words"


@pytest.mark.parametrize("draw", [curves, figure6])
def test_a_chart_follows_the_rows(draw):
    run = small_runs.config()
    rows = small_runs.rows_of(run)
    before = draw(table_numbers(rows, run), "program")
    rows[0]["bm"] += 0.05
    after = draw(table_numbers(rows, run), "program")
    assert plot.png(before) != plot.png(after)
    assert plot.panel_svg(before, 0) != plot.panel_svg(after, 0)


def test_a_bar_is_as_high_as_its_number():
    paths = svg(Chart("b", "", [Panel("", [Bars(["a", "b"], [1.0, 4.0], [None] * 2, [None] * 2)],
                                      "", y=Axis(low=0))])).all("path")  # fmt: skip
    bars = [p.get("d") for p in paths if "var(--one)" in (p.get("style") or "")]
    heights = []
    for d in bars:
        ys = [float(y) for _, y in re.findall(r"([\d.]+) ([\d.]+)", d)]
        heights.append(max(ys) - min(ys))
    assert heights[1] / heights[0] == pytest.approx(4, rel=1e-3)


def test_the_colours_of_a_chart_in_a_page_are_the_pages():
    chart = curves(numbers(), "program")
    drawn = plot.panel_svg(chart, 0)
    assert {"var(--one)", "var(--two)", "var(--three)", "var(--four)", "var(--ink)"} <= set(
        re.findall(r"var\(--\w+\)", drawn)
    )
    assert not re.findall(r"(?:fill|stroke): #", drawn)


def test_a_png_has_the_light_colours_of_the_style_sheet():
    css = files("avanp.report").joinpath("style.css").read_text("utf-8")
    light = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", css.split("}")[0]))
    for name, colour in plot.COLOURS.items():
        # "four" is the ink, told apart by a last bit.
        assert light[name][:6] == colour[:6], name


def test_names_in_a_chart_are_neither_markup_nor_mathematics():
    interval = Interval(HOSTILE, 1.0, 0.5, 1.5, None, STYLE)
    chart = Chart("x", HOSTILE, [Panel(HOSTILE, [interval], HOSTILE)], HOSTILE)
    page = svg(chart)
    assert not page.all("script", "b")
    assert HOSTILE in [text.text.strip() for text in page.all("text")]
    assert page.one("svg").get("aria-label") == HOSTILE
    assert plot.png(chart)
    whole = Page(f"<div>{plot.in_page(chart)}</div>")
    assert not whole.all("script", "b")


def test_half_a_character_does_not_stop_a_chart():
    panel = Panel("a\ud800b", PARTS["points"], "")
    assert plot.png(Chart("x", "a\ud800b", [panel], "a\ud800b"))


def test_the_ids_of_two_panels_are_not_the_same():
    chart = curves(numbers(), "program")
    drawn = [svg(chart, i) for i in range(2)]
    one, two = ({e.get("id") for e in page.elements if e.get("id")} for page in drawn)
    assert one
    assert not one & two


def test_drawing_leaves_pyplot_and_the_settings_alone():
    import matplotlib

    before, loaded = dict(matplotlib.rcParams), "matplotlib.pyplot" in sys.modules
    plot.png(figure6(numbers(), "program"))
    assert dict(matplotlib.rcParams) == before
    assert ("matplotlib.pyplot" in sys.modules) == loaded


def test_the_look_for_matplotlib_does_not_import_it(monkeypatch):
    monkeypatch.setattr(plot, "find_spec", lambda name: None)
    assert not plot.charts_available()
    assert plot.in_page(curves(numbers(), "program")) is None
    assert ".[plot]" in plot.missing()


def test_no_title_or_note_of_a_picture_is_cut_off():
    """Text that is wider than the picture would leave ink at its edges."""
    line = Line("", [0.0, 1.0], [0.0, 1.0], STYLE)
    long = "M, k and diversity while training, mean and spread over the seeds of the run " * 2
    panel = Panel(long, [line], "", note=long)
    for across in (1, 2):
        chart = Chart("long", long, [panel] * 2, long, across=across, size=(460, 220))
        pixels = np.asarray(Image.open(BytesIO(plot.png(chart))).convert("L"))
        assert np.ptp(pixels[:, :3]) == np.ptp(pixels[:, -3:]) == 0


def test_panels_of_the_same_lines_have_one_legend_that_lies_on_none(monkeypatch):
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    drawn = []
    print_png = FigureCanvasAgg.print_png

    def kept(canvas, *args, **kwargs):
        print_png(canvas, *args, **kwargs)
        drawn.append(canvas.figure)

    monkeypatch.setattr(FigureCanvasAgg, "print_png", kept)
    names = [("one line", "one"), ("another", "two"), ("a third", "three")]
    lines = [Line(name, [0, 1, 2], [0, 1, 0], Style(colour)) for name, colour in names]
    alike = Chart("x", "x", [Panel(title, lines, title) for title in "abc"], "What bands are.")
    plot.png(alike)
    plot.png(Chart("x", "x", [Panel("a", lines, "a"), Panel("b", lines[:2], "b")], "A note."))
    (legend,), panels = drawn[0].legends, drawn[0].axes
    assert [text.get_text() for text in legend.get_texts()] == [name for name, _ in names]
    assert legend.get_title().get_text() == "What bands are."
    box = legend.get_window_extent()
    for axes in panels:
        assert axes.get_legend() is None
        assert not box.overlaps(axes.get_tightbbox())
    assert not drawn[1].legends
    assert all(axes.get_legend() for axes in drawn[1].axes)
