"""The charts of the BEGAN experiment: M, k and diversity under each other, as Figs. 16 to 18."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from avanp.experiments.folder import picture_path
from avanp.papers.began.tables import NAMES
from avanp.report.chart import BROAD, DASHED, MIDDLE, Axis, Chart, Line, Panel
from avanp.report.gallery import Gallery, Picture

STYLES = {"began": BROAD, "cs": MIDDLE, "v3": DASHED}
SHOWN = {"m": "M, mean |e|", "k": "k", "diversity": "Diversity of fakes"}
Rows = Sequence[Mapping[str, Any]]


def curves(rows: Rows, config: Mapping[str, Any]) -> Iterator[Chart]:
    """Yield a chart for each γ: a panel for M, k and diversity, a line for each variant."""
    for gamma in config["gammas"]:
        panels = []
        for name, title in SHOWN.items():
            lines = [line for v in config["variants"] if (line := _line(rows, name, v, gamma))]
            words = f"{title} by step, of {', '.join(line.name for line in lines)}"
            panels.append(Panel(title, lines, words, Axis("step"), Axis(title, low=0)))
        title = f"M, k and diversity while training, γ = {gamma}; a band: ± SD over seeds"
        yield Chart(f"curves-{gamma}", title, panels, size=(460, 220), across=1)


def _line(rows: Rows, name: str, variant: str, gamma: str) -> Line | None:
    own = [
        row
        for row in rows
        if (row["variant"], row["gamma"], row["sign"], row["status"])
        == (variant, gamma, "plus", "ok")
    ]
    if not own:
        return None
    steps = own[0]["step_curve"]
    values = np.array([row[f"{name}_curve"][: len(steps)] for row in own])
    band = np.std(values, axis=0).tolist() if len(own) > 1 else ()
    return Line(NAMES[variant], steps, values.mean(axis=0).tolist(), STYLES[variant], band)


def samples(folder: Path, rows: Rows, config: Mapping[str, Any]) -> Iterator[Gallery]:
    """Yield the generators' images, and the auto-encoders' of held-out ones (Figs. 14, 15)."""
    from avanp.papers.began.experiment import BEGAN

    of = {"sign": "plus", "loss": config["losses"][0], "seed": config["seeds"][0]}
    for name, title in (("", "Images of the generators"), ("again", "Held-out images, by D")):
        lines = []
        for gamma in config["gammas"]:
            pictures = []
            for variant in config["variants"]:
                cell = {**of, "variant": variant, "gamma": gamma}
                path = picture_path(folder, BEGAN, cell, name)
                pictures.append(Picture(path, f"γ {gamma}", f"{title}: {NAMES[variant]}"))
            lines.append((f"γ = {gamma}", pictures))
        heads = [NAMES[variant] for variant in config["variants"]]
        yield Gallery(
            f"samples{name}",
            f"{title}, seed {of['seed']}",
            "γ",
            heads,
            lines,
            config["data"]["width"],
        )
