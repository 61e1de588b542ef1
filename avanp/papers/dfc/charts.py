"""The charts and galleries of the DFC-VAE experiment."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from avanp.experiments.folder import picture_path
from avanp.papers.dfc.cases import (
    BASE,
    CLEAN,
    CODES,
    FITS,
    GAMMAS,
    GENERATORS,
    HELD,
    LATENTS,
    N_SYN,
    RELEASED,
    THROWN,
)
from avanp.papers.dfc.published import printed
from avanp.papers.dfc.tables import counts_of, told
from avanp.report.chart import Axis, Chart, Line, Numbers, Panel
from avanp.report.chart_style import BROAD, DASHED, MIDDLE
from avanp.report.gallery import Gallery, Picture
from avanp.runs.folder import Config, Rows

WORDS = {RELEASED: "as released", THROWN: "thrown away", CLEAN: "clean"}
SHOWN = {"real": "images", "": "reconstructions", "new": "variations"}


def errors(rows: Rows, config: Config) -> Iterator[Chart]:
    """Yield the error by γ (Fig. 8) and by the size of the codes (Figs. 9, 10)."""
    by_gamma = {float(g): f"g{g}" for g in GAMMAS}
    by_size = {**{float(z): f"z{z}" for z in LATENTS}, float(CODES): BASE}
    panels = []
    for title, label, cases in (
        ("By γ (Fig. 8)", "γ / β", by_gamma),
        ("By the size of the codes (Figs. 9, 10)", "numbers in a code", by_size),
    ):
        known = {x: case for x, case in sorted(cases.items()) if _values(rows, case, "score")}
        if len(known) < 2:
            continue
        lines = [
            _line(name, rows, known, column, style)
            for name, column, style in (
                ("held out", "score", MIDDLE),
                ("training", "error_train", DASHED),
            )
        ]
        panels.append(Panel(title, lines, title, Axis(label), Axis("error, nats")))
    if panels:
        yield Chart("errors", "L_rec after training, ± SD over seeds", panels)


def by_images(rows: Rows, config: Config) -> Iterator[Chart]:
    """Yield the rare class's F1 and macro F1 by synthetic images (Fig. 15), by protocol."""
    panels = []
    for title, column in (("F1 of the rare class", "score"), ("macro F1", "macro_f1")):
        lines = []
        for protocol, style in ((RELEASED, BROAD), (THROWN, DASHED), (CLEAN, MIDDLE)):
            known = {float(n): f"{protocol}-{n}" for n in N_SYN}
            known = {x: case for x, case in known.items() if _values(rows, case, column)}
            if known:
                lines.append(_line(WORDS[protocol], rows, known, column, style, config))
        if lines:
            panels.append(Panel(title, lines, title, Axis("synthetic images"), Axis(title)))
    if panels:
        yield Chart("by-images", "By synthetic images (Fig. 15); rings: the paper's", panels)


def matrix(rows: Rows, config: Config) -> Iterator[Chart]:
    """Yield the confusion matrix without synthetic images (Fig. 14)."""
    own = [row for row in rows if row["case"] == f"{RELEASED}-0" and row["status"] == "ok"]
    if own:
        counts, names = counts_of(own)
        shares = (counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)).tolist()
        written = [[f"{share:.0%}" for share in line] for line in shares]
        rows_named = [f"true {name}" for name in names]
        numbers = Numbers(rows_named, names, shares, written, 0.01, 1.0)
        title = "Who is taken for whom without synthetic images (Fig. 14)"
        yield Chart("confusion", title, [Panel("", [numbers], title)], size=(460, 300))


def fits(rows: Rows, config: Config) -> Iterator[Chart]:
    """Yield curves of accuracy in training and validation, of the first seed (Figs. 12, 13)."""
    panels = []
    for case in FITS:
        own = [row for row in rows if row["case"] == case and row["status"] == "ok"]
        if not own:
            continue
        x = [float(i + 1) for i in range(len(own[0]["accuracy_curve"]))]
        lines = [
            Line("training", x, own[0]["accuracy_curve"], DASHED),
            Line("validation", x, own[0]["validation_accuracy_curve"], MIDDLE),
        ]
        what = "unseen images validate" if case == HELD else "training images validate"
        accuracy = Axis("accuracy", low=0, high=1)
        panels.append(Panel(what, lines, f"Accuracy: {what}", Axis("epochs"), accuracy))
    if panels:
        yield Chart("fits", "A net that learns its images by heart (Figs. 12, 13)", panels)


def reconstructions(folder: Path, rows: Rows, config: Config) -> Iterator[Gallery]:
    """Yield held-out images, their reconstructions and variations (Figs. 5-7, 11)."""
    from avanp.papers.dfc.experiment import DFC

    cases = [case for case in GENERATORS if case in config["cases"]]
    if not cases:
        return
    lines = []
    for case in cases:
        pictures = []
        for name, words in SHOWN.items():
            path = picture_path(folder, DFC, {"case": case}, name)
            pictures.append(Picture(path, words, f"{told(case)}: {words}"))
        lines.append((told(case), pictures))
    title = f"Held-out images and what is made of them, seed {config['seeds'][0]}"
    heads = list(SHOWN.values())
    yield Gallery("reconstructions", title, "", heads, lines, config["data"]["width"])


def _values(rows: Rows, case: str, column: str) -> list[float]:
    own = [row for row in rows if row["case"] == case and row["status"] == "ok"]
    return [row[column] for row in own if row[column] is not None]


def _line(
    name: str,
    rows: Rows,
    known: Mapping[float, str],
    column: str,
    style: Any,
    config: Config | None = None,
) -> Line:
    values = [_values(rows, case, column) for case in known.values()]
    means = [float(np.mean(some)) for some in values]
    several = min(map(len, values)) > 1
    band = [float(np.std(some, ddof=1)) for some in values] if several else ()
    paper: list[float | None] = []
    if config is not None and config["data"]["name"] == "ham10000":
        numbers = printed(column)
        paper = [numbers.get(case) for case in known.values()]
    shown = paper if any(p is not None for p in paper) else ()
    return Line(name, list(known), means, style, band, shown)
