"""The charts of the SSAVAE experiment: codes of two numbers (Fig. 7), and scores by β."""

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np

from avanp.papers.over_seeds import finished
from avanp.papers.ssavae.cell import VEC_ALONE, named, pairs_of
from avanp.report.chart import Axis, Chart, Line, Panel, Points
from avanp.report.chart_style import BROAD, DASHED, DOTTED, MIDDLE, Style
from avanp.runs.folder import Config, Rows

COLOURS, MARKERS = ("one", "two", "three", "four"), ("o", "s", "^")
# Colours and markers tell so many classes apart.
MANY = [Style(colour, marker=marker) for marker, colour in product(MARKERS, COLOURS)]
LINES = (BROAD, MIDDLE, DASHED, DOTTED)
# The title of a score and the ends of its axis, where they are not those of its values.
SHOWN = {
    "sharpness": Axis("Sharpness"),
    "label": Axis("Class kept", low=0, high=1),
    "psnr": Axis("PSNR, dB"),
}
ROOM, MARGIN = 0.25, 0.05  # parts of the breadth of the points


def codes(rows: Rows, config: Config) -> Iterator[Chart]:
    """Yield the codes of held-out images by class, of the first seed, where a code has two numbers.

    Of more classes than `MANY` the others are left out, and the title says so.
    """
    for kept in config["labels"]:
        own = finished(rows, kz="2", labels=kept, decoder=VEC_ALONE, seed=config["seeds"][0])
        if not own:
            continue
        x, y, classes = (np.array(own[0][f"code_{name}"]) for name in ("x", "y", "class"))
        everyone = np.unique(classes)
        known = everyone[: len(MANY)]
        points = []
        for label, style in zip(known, MANY, strict=False):
            mine = classes == label
            points.append(Points(f"{label:.0f}", x[mine].tolist(), y[mine].tolist(), style))
        count = sum(len(one.x) for one in points)
        shown = f"{count} held-out images, {len(known)} of {len(everyone)} classes"
        title = f"Codes by class, {kept} labels (Fig. 7)"
        # Room for the legend beside the points.
        first = Axis("first number", low=_beyond(x, -MARGIN), high=_beyond(x, ROOM))
        panel = Panel(shown, points, f"{title}: {shown}", first, Axis("second number"))
        yield Chart(f"codes-{kept}", title, [panel], size=(640, 480))


def regimes(rows: Rows, config: Config) -> Iterator[Chart]:
    """Yield scores by β for each Kz and number of labels: a line for each γ, the β evenly apart."""
    pairs = list(pairs_of(config["decoders"]).values())
    betas = sorted({beta for beta, _ in pairs})
    if len(betas) < 2:
        return
    places = {float(i): f"{beta:g}" for i, beta in enumerate(betas)}
    for kz, kept in product(config["kz"], config["labels"]):
        own = finished(rows, kz=kz, labels=kept)
        panels = []
        for name, axis in SHOWN.items():
            gammas = sorted({gamma for _, gamma in pairs})
            lines = [
                _line(own, name, gamma, betas, style)
                for gamma, style in zip(gammas, LINES, strict=False)
            ]
            words = f"{axis.label} by β, of {', '.join(line.name for line in lines)}"
            panels.append(Panel(axis.label, lines, words, Axis("β", ticks=places), axis))
        title = f"By β: Kz = {kz}, {kept} labels; ± SD over seeds"
        yield Chart(f"regimes-{kz}-{kept}", title, panels, size=(460, 220), across=1)


def _beyond(values: np.ndarray, part: float) -> float:
    """Return what lies beyond the largest value, or before the least where the part is negative."""
    end = values.max() if part > 0 else values.min()
    return float(end + part * np.ptp(values))


def _line(rows: Rows, name: str, gamma: float, betas: Sequence[float], style: Style) -> Line:
    means: list[float | None] = []
    spreads: list[float | None] = []
    for beta in betas:
        values = [row[name] for row in rows if row["decoder"] == named(beta, gamma)]
        means.append(float(np.mean(values)) if values else None)
        spreads.append(float(np.std(values)) if len(values) > 1 else None)
    band = spreads if any(spread is not None for spread in spreads) else ()
    return Line(f"γ = {gamma:g}", [float(i) for i in range(len(betas))], means, style, band)
