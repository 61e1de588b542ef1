"""The tables of the DFC-VAE experiment, beside the paper's numbers where it prints some."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from avanp.papers.dfc import leak as indices
from avanp.papers.dfc.cases import (
    BASE,
    CLEAN,
    CODES,
    FITS,
    HELD,
    LATENTS,
    N_SYN,
    RELEASED,
    THROWN,
    G,
)
from avanp.papers.dfc.published import COLUMNS, printed
from avanp.papers.dfc.released_shown import overlaps
from avanp.papers.over_seeds import finished, mean
from avanp.report.table import Table, columns
from avanp.runs.folder import Config, Rows

TOLD = {
    "rec": "no perceptual term",
    "paper": "the paper's weights",
    "perc": "these, no reconstruction",
    "g0": "purely perceptual",
    "g1": "both alike, 3 taps",
    "t5": "both alike, 5 taps",
    "sum": "the paper's weights, sums",
}
SCORES = {
    "score": "error, nats",
    "lpips": "LPIPS",
    "sharpness": "sharpness",
    "kl": "KL, nats",
    "active": "active",
}
PROTOCOLS = {
    RELEASED: "As released: parts drawn anew once the images are there (the paper's protocol)",
    THROWN: "As released, all synthetic images thrown away",
    CLEAN: "Clean: made of training images alone, whole lesions on one side",
}
HEADS = ("precision", "recall", "F1", "macro F1", "weighted F1")
CLASSES = ("bcc", "bkl", "mel", "nv")


def told(case: str) -> str:
    """Return a case of a generator in words."""
    said = f"codes of {case[1:]}" if case[0] == "z" else f"γ = {case[1:]} β"
    return TOLD.get(case, said)


def reconstructions(rows: Rows, config: Config) -> Iterator[Table]:
    """Yield what generators make of held-out images (Figs. 5-7, 11)."""
    cases = [case for case in (*TOLD, "z128") if case in config["cases"]]
    yield from _generators("reconstructions", "Held-out images (Figs. 5-7, 11)", cases, rows)


def gamma(rows: Rows, config: Config) -> Iterator[Table]:
    """Yield the error by the weight of the reconstruction (Fig. 8)."""
    cases = [case for case in G if case in config["cases"]]
    yield from _generators("gamma", "By γ, β being 1 (Fig. 8)", cases, rows)


def latent(rows: Rows, config: Config) -> Iterator[Table]:
    """Yield the error by the size of the codes (Figs. 9, 10)."""
    names = {**{int(z): f"z{z}" for z in LATENTS}, CODES: BASE}
    cases = [names[z] for z in sorted(names) if names[z] in config["cases"]]
    if len(cases) > 1 or "z128" in cases:
        yield from _generators("latent", "By the size of the codes (Figs. 9, 10)", cases, rows)


def _generators(name: str, title: str, cases: Sequence[str], rows: Rows) -> Iterator[Table]:
    lines: list[list[Any]] = []
    for case in cases:
        own = finished(rows, case=case)
        words = f"codes of {CODES}" if name == "latent" and case == BASE else told(case)
        lines.append([words, *(mean(own, score) for score in SCORES)])
    said = ". Error: L_rec of held-out images, unweighted. The paper prints curves and no numbers"
    if lines:
        yield Table(name, title + said, columns("", *SCORES.values()), lines, "numbers")


def table(rows: Rows, config: Config) -> Iterator[Table]:
    """Yield Fig. 15 by each protocol, the published rows beside those of the released one."""
    for protocol, words in PROTOCOLS.items():
        cases = [f"{protocol}-{n}" for n in N_SYN if f"{protocol}-{n}" in config["cases"]]
        lines: list[list[Any]] = []
        for case in cases:
            own = finished(rows, case=case)
            paper = [printed(c).get(case) if _is_ham(config) else None for c in COLUMNS]
            numbers = [mean(own, c, p) for c, p in zip(COLUMNS, paper, strict=True)]
            lines.append([f"{case.split('-')[1]} added", *numbers, mean(own, "seen")])
        if lines:
            title = f"{words}. Of the rare class, and averages of all (Fig. 15)"
            heads = columns("", *HEADS, "seen in training")
            yield Table(f"table-{protocol}", title, heads, lines, "numbers")


def confusion(rows: Rows, config: Config) -> Iterator[Table]:
    """Yield the confusion matrix without synthetic images (Fig. 14), summed over seeds."""
    for protocol in (RELEASED, CLEAN):
        own = finished(rows, case=f"{protocol}-0")
        if not own:
            continue
        matrix, names = counts_of(own)
        lines = [
            [f"true {name}", *(f"{count:.0f}" for count in line)]
            for name, line in zip(names, matrix, strict=True)
        ]
        title = f"Who is taken for whom without synthetic images (Fig. 14), {protocol} parts, "
        title += "summed over seeds. The paper's is a picture of percentages"
        yield Table(f"confusion-{protocol}", title, columns("", *names), lines, "words")


def counts_of(rows: Rows) -> tuple[np.ndarray, list[str]]:
    """Return the sum of the confusion matrices of rows, and the classes' names."""
    flat = np.sum([row["confusion"] for row in rows], axis=0)
    side = round(len(flat) ** 0.5)
    names = CLASSES if side == len(CLASSES) else tuple(f"class {i + 1}" for i in range(side))
    return flat.reshape(side, side), list(names)


def overfit(rows: Rows, config: Config) -> Iterator[Table]:
    """Yield the accuracy of a net that knows its images by heart (Figs. 12, 13)."""
    lines: list[list[Any]] = []
    for case in (case for case in FITS if case in config["cases"]):
        own = finished(rows, case=case)
        what = "images it has not seen" if case == HELD else "its training images, as the program"
        trained = [{"score": row["accuracy_curve"][-1]} for row in own]
        lines.append([f"validated on {what}", mean(own, "score"), mean(trained, "score")])
    title = "Accuracy at the end. The paper: .9 to 1.0 in validation (Fig. 13)"
    if lines:
        yield Table("overfit", title, columns("", "validation", "training"), lines, "numbers")


def leak(rows: Rows, config: Config) -> Iterator[Table]:
    """Yield how much of the held-out part the notebook trains on, by its order of files."""
    for tested in (True, False):
        yield overlaps(indices.COUNTS, N_SYN, range(20), tested=tested)
    yield overlaps(indices.COUNTS, N_SYN, (indices.SEED,), tested=False)


def _is_ham(config: Config) -> bool:
    return bool(config["data"]["name"] == "ham10000")
