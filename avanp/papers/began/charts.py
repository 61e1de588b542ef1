"""The charts of the BEGAN experiment: M, k and diversity under each other, as Figs. 16 to 18."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from avanp.experiments.folder import picture_path
from avanp.papers.began.tables import NAMES, groups
from avanp.report.chart import Axis, Chart, Line, Panel
from avanp.report.chart_style import BROAD, DASHED, MIDDLE
from avanp.report.gallery import Gallery, Picture
from avanp.runs.folder import Rows

STYLES = {"began": BROAD, "cs": MIDDLE, "v3": DASHED}
SHOWN = {"m": "M, mean |e|", "k": "k", "diversity": "Diversity of fakes"}


def curves(rows: Rows, config: Mapping[str, Any]) -> Iterator[Chart]:
    """Yield a chart for each γ and loss: panels for M, k and diversity, a line for each variant."""
    for gamma, loss, of in groups(config):
        panels = []
        for name, title in SHOWN.items():
            found = (_line(rows, name, v, gamma, loss) for v in config["variants"])
            lines = [line for line in found if line]
            words = f"{title} by step, of {', '.join(line.name for line in lines)}"
            panels.append(Panel(title, lines, words, Axis("step"), Axis(title, low=0)))
        note = "A band: ± SD over seeds."
        name = f"curves-{gamma}-{loss}"
        yield Chart(name, f"While training, {of}", panels, note, size=(460, 220), across=1)


def _line(rows: Rows, name: str, variant: str, gamma: str, loss: str) -> Line | None:
    cell = (variant, gamma, loss, "plus", "ok")
    keys = ("variant", "gamma", "loss", "sign", "status")
    own = [row for row in rows if tuple(row[key] for key in keys) == cell]
    if not own:
        return None
    steps = own[0]["step_curve"]
    values = np.array([row[f"{name}_curve"][: len(steps)] for row in own])
    band = np.std(values, axis=0).tolist() if len(own) > 1 else ()
    return Line(NAMES[variant], steps, values.mean(axis=0).tolist(), STYLES[variant], band)


def samples(folder: Path, rows: Rows, config: Mapping[str, Any]) -> Iterator[Gallery]:
    """Yield the generators' images, and the auto-encoders' of held-out ones (Figs. 14, 15)."""
    from avanp.papers.began.experiment import BEGAN

    seed, width = config["seeds"][0], config["data"]["width"]
    heads = [NAMES[variant] for variant in config["variants"]]
    for name, title in (("", "Images of the generators"), ("again", "Held-out images, by D")):
        lines = []
        for gamma, loss, of in groups(config):
            cell = {"sign": "plus", "loss": loss, "seed": seed, "gamma": gamma}
            pictures = []
            for variant in config["variants"]:
                path = picture_path(folder, BEGAN, {**cell, "variant": variant}, name)
                pictures.append(Picture(path, of, f"{title}: {NAMES[variant]}"))
            # A sheet's letters have no γ.
            lines.append((of.replace("γ = ", "gamma "), pictures))
        title = f"{title}, seed {seed}"
        yield Gallery(f"samples{name and '-'}{name}", title, "γ, loss", heads, lines, width)
