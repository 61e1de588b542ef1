"""What a model's images look like, why, and what to change: beside real ones."""

from typing import Any, NamedTuple

import numpy as np

from avanp.evaluation.advice import (
    GAME,
    RECONSTRUCTIONS,
    SAMPLES,
    SHORT,
    UNSETTLED,
    WHY,
    what_to_change,
)
from avanp.layers.base import Array
from avanp.metrics.psnr import psnr
from avanp.metrics.signs import Sign, signs
from avanp.systems.auto import FEW_STEPS

GAP = 2.0  # dB that training images are reconstructed better
COPIED = 0.3  # of the distance of real images to the nearest training image


class Look(NamedTuple):
    """What is seen, in which images, the measure that says so, why, and what to change.

    `change` is empty where all that would help is set already.
    """

    sees: str
    of: str
    measured: str
    why: str
    change: str


def looks(
    system: Any,
    real: Array,
    generated: Array | None = None,
    again: Array | None = None,
    known: tuple[Array, Array] | None = None,
    copied: float | None = None,
    steps: int | None = None,
) -> list[Look]:
    """Return what is seen in generated images and reconstructions; none where all is well.

    Parameters
    ----------
    system : System
    real : array (N, H, W, C)
        Images that were not trained on, at least two.
    generated : array, optional
        Without grain, which hides that all are alike (`avanp.evaluation.codes.drawn`).
    again : array (N, H, W, C), optional
        Reconstructions of `real`.
    known : (array, array), optional
        Training images and their reconstructions, for what is known by heart.
    copied : float, optional
        The mean distance of generated images to the nearest training image, over that of real ones.
    steps : int, optional
        That the system was trained for: few are the reason, whatever else may be.
    """
    game = "reconstruct" not in system.can
    short = steps is not None and steps < FEW_STEPS[game]
    found: list[Look] = []

    def add(sees: str, of: str, measured: str) -> None:
        cause = WHY[sees][GAME if game else of]
        if sees == "checkerboard" and getattr(system.config, "arch", "") != "conv":
            cause = UNSETTLED
        elif short and sees != "overfitted":
            cause = SHORT
        why, changes = cause
        found.append(Look(sees, of, measured, why, what_to_change(system.config, changes)))

    for of, images in ((SAMPLES, generated), (RECONSTRUCTIONS, again)):
        seen: list[Sign] = [] if images is None else [s for s in signs(images, real) if s.shows]
        if any(s.key == "checkerboard" for s in seen):  # is fine detail too
            seen = [s for s in seen if s.key not in ("mottled", "blurred")]
        for sign in seen:
            add(sign.key, of, f"{sign.measure} {sign.value:.2g} of real")
    if again is not None and known is not None:
        gap = psnr(known[1], known[0]) - psnr(again, real)
        if np.isfinite(gap) and gap > GAP:
            add("overfitted", RECONSTRUCTIONS, f"training images {gap:.1f} dB better")
    if copied is not None and copied < COPIED:
        measured = f"{copied:.2f} of real images' distance to the nearest training image"
        add("overfitted", SAMPLES, measured)
    return found


def told(found: list[Look], run: str) -> list[str]:
    """Return a line for each look, and what to do, `run` in the place of RUN."""
    lines = []
    for one in found:
        change = f"; try {one.change.replace('RUN', run)}" if one.change else ""
        lines.append(f"{one.of} look {one.sees} ({one.measured}): {one.why}{change}")
    return lines
