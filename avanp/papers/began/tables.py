"""The tables of the BEGAN experiment, beside the paper's numbers where they can be compared."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np

from avanp.metrics.collapse import PASSED
from avanp.papers.began.cost import cost
from avanp.papers.over_seeds import finished, mean
from avanp.report.table import Cell, Table, columns
from avanp.runs.folder import Config, Rows

NAMES = {"began": "BEGAN", "cs": "BEGAN-CS", "v3": "BEGAN v3"}
# Table 3: M, and the unit that the program gives it; parameters, with two learning rates.
PRINTED = {"cs": (1.50, 20_629_320), "v3": (1.12, 10_331_144)}
UNIT = (
    "The paper's M of 1.50 and 1.12 (L2) is a norm over a batch of 128 by 128, 9.8 times the root "
    "mean square there; its .08 (L1) is a mean |e|. Ours are of other images, nets and batches."
)


def params(rows: Rows, config: Config) -> Iterator[Table]:
    """Yield the counts of Table 3, and what a step costs; they depend on no run."""
    printed = "20,629,320, two are learning rates; 9 d 1:45 h"
    nets = (
        ("BEGAN, n = 128", cost("began"), "not given"),
        ("BEGAN-CS, n = 128", cost("cs"), printed),
        ("BEGAN v3, n = 128", cost("v3"), "10,331,144; 8 d 7:05 h (L2), 8 d 6:30 h (L1)"),
        ("BEGAN v3, n = 81", cost("v3", 81), "its half of the weights by the width alone"),
    )
    lines = [
        [name, f"{found.weights:,}", f"{found.multiplications / 1e9:.1f}", said]
        for name, found, said in nets
    ]
    title = "Parameters at 64×64×3, codes of 64, and 10⁹ multiply-adds of an image in a step"
    heads = columns("nets", "weights", "10⁹", "paper's Table 3")
    yield Table("params", title, heads, lines, "words")


def table3(rows: Rows, config: Config) -> Iterator[Table]:
    """Yield Table 3 for each γ and loss: mean over seeds of M, in both units, and who collapsed."""
    heads = ("", "M, mean |e|", "M, RMS", "SD of M", "SD of k", "k", "diversity", "collapsed")
    for gamma, loss, of in groups(config):
        lines: list[list[Any]] = []
        for variant in config["variants"]:
            own = finished(rows, gamma=gamma, variant=variant, sign="plus", loss=loss)
            cells: list[Cell] = [NAMES[variant]]
            cells += [mean(own, n) for n in ("m", "m_rms", "m_sd", "k_sd", "k", "diversity")]
            lines.append([*cells, _share(own, "collapsed")])
        title = f"As Table 3, {of}: mean ± SD over seeds. {UNIT}"
        yield Table(f"table3-{gamma}-{loss}", title, columns(*heads), lines, "numbers")


def groups(config: Config) -> Iterator[tuple[str, str, str]]:
    """Yield each γ and loss of a run, and both in words."""
    for gamma, loss in product(config["gammas"], config["losses"]):
        yield gamma, loss, f"γ = {gamma}, {loss.upper()}"


def samples(rows: Rows, config: Config) -> Iterator[Table]:
    """Yield what can be told in numbers of the images of Figs. 14 (L2) and 15 (L1)."""
    lines: list[list[Any]] = []
    for gamma, loss, of in groups(config):
        for variant in config["variants"]:
            own = finished(rows, gamma=gamma, variant=variant, sign="plus", loss=loss)
            told = [mean(own, n) for n in ("diversity", "sharpness", "jump")]
            lines.append([f"{NAMES[variant]}, {of}", *told, _share(own, "collapsed")])
    heads = columns("", "diversity", "sharpness", "jump", "collapsed")
    title = (
        "Images of the generators, diversity and sharpness as shares of real ones. Figs. 14 (L2) "
        "and 15 (L1) of the paper show 64 faces of BEGAN v3 each, without a number, and none of "
        "BEGAN-CS, which had collapsed"
    )
    yield Table("samples", title, heads, lines, "numbers")


def collapse(rows: Rows, config: Config) -> Iterator[Table]:
    """Yield how well the end of k, its drop, and M tell which runs collapsed (Figs. 16 to 19)."""
    own = finished(rows, sign="plus")
    fell = np.array([row["collapsed"] for row in own]) > 0
    if not own:
        return
    signs = {
        f"k at the end below {PASSED}": np.array([row["k"] for row in own]) < PASSED,
        "k below half its recent top, once": np.array([row["k_dropped"] for row in own]) > 0,
        "M above the best threshold": _best_threshold(np.array([r["m"] for r in own]), fell),
        "nothing: all runs alike": np.full(len(own), fell.mean() > 0.5),
    }
    lines = [
        [name, f"{(said == fell).mean():.2f}", _part(said[fell]), _part(said[~fell])]
        for name, said in signs.items()
    ]
    heads = columns("sign", "right", "of collapsed runs", "of the others")
    title = f"What tells a collapse (diversity below .3 at the end): {len(own)} runs"
    yield Table("collapse", title, heads, lines, "words")


def k_sign(rows: Rows, config: Config) -> Iterator[Table]:
    """Yield both signs of k's update beside each other, where both were run."""
    lines: list[list[Any]] = []
    for sign, word in (("plus", "+, as Eq. 10"), ("minus", "−, as Eq. 8 prints it")):
        for (gamma, loss, of), variant in product(groups(config), config["variants"]):
            own = finished(rows, sign=sign, variant=variant, gamma=gamma, loss=loss)
            if own:
                told = [mean(own, n) for n in ("k_highest", "ratio", "diversity")]
                lines.append([f"{NAMES[variant]}, {of}, {word}", *told])
    heads = columns("", "highest k", "L(G(z)) / L(x)", "diversity")
    yield Table("k-sign", "The sign of k's update", heads, lines, "numbers")


def gammas(rows: Rows, config: Config) -> Iterator[Table]:
    """Yield diversity and the ratio at each γ."""
    lines: list[list[Any]] = []
    for variant, (gamma, loss, of) in product(config["variants"], groups(config)):
        own = finished(rows, gamma=gamma, variant=variant, sign="plus", loss=loss)
        told = [mean(own, n) for n in ("diversity", "ratio", "k")]
        lines.append([f"{NAMES[variant]}, {of}", *told, _share(own, "collapsed")])
    heads = columns("", "diversity", "L(G(z)) / L(x)", "k", "collapsed")
    title = "Diversity by γ: more is more diverse, in the papers' words; Park et al. use .5 alone"
    yield Table("gamma", title, heads, lines, "numbers")


def _share(rows: Rows, name: str) -> str:
    return f"{sum(row[name] for row in rows):.0f} of {len(rows)}"


def _part(said: np.ndarray) -> str:
    return f"{int(said.sum())} of {len(said)}"


def _best_threshold(values: np.ndarray, fell: np.ndarray) -> np.ndarray:
    """Return ``values > t`` for the t that tells most runs: as good as M can be."""
    tried = [values > t for t in (-np.inf, *np.sort(values))]
    return max(tried, key=lambda said: int((said == fell).sum()))
