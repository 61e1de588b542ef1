"""Three regimes of β: where the measured curves bend, beside the paper's words."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import median_low
from typing import Any

import numpy as np

from avanp.papers.ssavae.cell import named, pairs_of
from avanp.report.table import Table, columns

# The score whose curve bends there, and what the paper says, of MNIST at Kz = 2.
BENDS = {
    "sharpness": ("sharpness", "clearer from .005 to .01"),
    "label": ("class kept", "other images at .1"),
}

LEAST_BEND = 1e-6


def thresholds(rows: Sequence[Mapping[str, Any]], config: Mapping[str, Any]) -> Iterator[Table]:
    """Yield the β at which the curves of γ = 0 bend, for each Kz: the median and range of seeds."""
    betas = sorted(beta for beta, gamma in pairs_of(config["decoders"]).values() if not gamma)
    if len(betas) < 3:
        return
    lines: list[list[str]] = []
    for kz in config["kz"]:
        for score, (what, paper) in BENDS.items():
            found = _knees(rows, config, kz, score, betas)
            lines.append([f"Kz = {kz}, {what}", _told(found), paper if kz == "2" else ""])
    title = (
        "Where the curves by β bend at γ = 0: the β farthest from the straight line between the "
        "ends of the curve, the β evenly apart; lower median and range of the seeds"
    )
    yield Table("regimes", title, columns("", "β", "the paper"), lines, "words")


def _told(found: Sequence[float | None]) -> str:
    """Return the lower median, which is a β of the grid, and the range of the curves that bend."""
    bends = [beta for beta in found if beta is not None]
    if not bends:
        return "no bend" if found else "–"
    told = f"{median_low(bends):g}, {min(bends):g} to {max(bends):g}"
    return told if len(bends) == len(found) else f"{told}; {len(bends)} of {len(found)} seeds bend"


def _knees(
    rows: Sequence[Mapping[str, Any]],
    config: Mapping[str, Any],
    kz: str,
    score: str,
    betas: Sequence[float],
) -> list[float | None]:
    """Return the bend of each seed's curve, of the first number of labels; None has none."""
    found: list[float | None] = []
    for seed in config["seeds"]:
        own = {
            row["decoder"]: row[score]
            for row in rows
            if (row["kz"], row["seed"], row["labels"]) == (kz, seed, config["labels"][0])
        }
        curve = [own.get(named(beta, 0.0)) for beta in betas]
        if None not in curve:
            at = knee(np.array(curve, float))
            found.append(None if at is None else betas[at])
    return found


def knee(curve: np.ndarray) -> int | None:
    """Return the place of a curve (n,) that lies highest above the line between its ends.

    The knee of a curve that rises less and less, or falls more and more (Satopää et al. 2011). None
    where no place lies above by a millionth of the curve's range, and of a curve with NaN.
    """
    places = np.linspace(0, 1, len(curve))
    above = curve - (curve[0] + places * (curve[-1] - curve[0]))
    return int(np.argmax(above)) if above.max() > LEAST_BEND * np.ptp(curve) else None
