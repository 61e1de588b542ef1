"""What a model's images look like, why, and what to change: beside real ones."""

from typing import Any, NamedTuple

import numpy as np

from avanp.layers.base import Array
from avanp.metrics.psnr import psnr
from avanp.metrics.signs import Sign, signs

GAP = 2.0  # dB that training images are reconstructed better
COPIED = 0.3  # of the distance of real images to the nearest training image


class Look(NamedTuple):
    """What is seen, in which images, the measure that says so, why, and what to change."""

    sees: str
    of: str
    measured: str
    why: str
    change: str


# By what is seen: why, and what to change; of a model that reconstructs, and of one that plays.
WHY: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "blurred": (
        ("the codes keep too little of an image, or the training was short",
         "more --epochs, a larger --latent, --likelihood optimal-gaussian, or a smaller --beta"),
        ("the training was short", "more --epochs"),
    ),
    "mottled": (
        ("codes are drawn where no image has its code",
         "avanp generate RUN --sampler gmm, which needs no training, or a larger --beta"),
        ("the game is young, or out of balance", "more --epochs, or a smaller --lr"),
    ),
    "all alike": (
        ("the codes say nothing (posterior collapse), or lie close together",
         "a smaller --beta, --free-nats 0.1, --warmup 500, or avanp generate RUN --sampler gmm"),
        ("the decoder has found a few images that fool (mode collapse)",
         "a smaller --lr, a larger --batch, or --loss least-squares"),
    ),
    "checkerboard": (
        ("transposed convolutions of stride 2 write some pixels more often", "--arch upsample"),
        ("transposed convolutions of stride 2 write some pixels more often", "--arch upsample"),
    ),
    "washed out": (
        ("the mean of many possible images is what pays, or the training was short",
         "--likelihood optimal-gaussian, more --epochs, or a larger --latent"),
        ("the training was short", "more --epochs"),
    ),
    "overfitted": (
        ("the training images are known by heart",
         "more images, --patience 10, a smaller --latent or smaller --widths"),
        ("the training images are known by heart", "more images, or fewer --epochs"),
    ),
}  # fmt: skip


def looks(
    system: Any,
    real: Array,
    generated: Array | None = None,
    again: Array | None = None,
    known: tuple[Array, Array] | None = None,
    copied: float | None = None,
) -> list[Look]:
    """Return what is seen in generated images and reconstructions; none where all is well.

    Parameters
    ----------
    system : System
    real : array (N, H, W, C)
        Images that were not trained on, at least two.
    generated : array, optional
    again : array (N, H, W, C), optional
        Reconstructions of `real`.
    known : (array, array), optional
        Training images and their reconstructions, for what is known by heart.
    copied : float, optional
        The mean distance of generated images to the nearest training image, over that of real ones.
    """
    found: list[Look] = []
    of_game = "reconstruct" not in system.can
    for of, images in (("samples", generated), ("reconstructions", again)):
        seen = [] if images is None else [s for s in signs(images, real) if s.shows]
        if any(s.key == "checkerboard" for s in seen):  # is fine detail too
            seen = [s for s in seen if s.key not in ("mottled", "blurred")]
        found += [_look(s, of, of_game) for s in seen]
    if again is not None and known is not None:
        gap = psnr(known[1], known[0]) - psnr(again, real)
        if np.isfinite(gap) and gap > GAP:
            found.append(
                _overfitted("reconstructions", f"training images {gap:.1f} dB better", of_game)
            )
    if copied is not None and copied < COPIED:
        measured = f"{copied:.2f} of real images' distance to the nearest training image"
        found.append(_overfitted("samples", measured, of_game))
    return found


def _look(sign: Sign, of: str, of_game: bool) -> Look:
    return Look(sign.key, of, f"{sign.measure} {sign.value:.2g} of real", *WHY[sign.key][of_game])


def _overfitted(of: str, measured: str, of_game: bool) -> Look:
    return Look("overfitted", of, measured, *WHY["overfitted"][of_game])


def told(found: list[Look], run: str) -> list[str]:
    """Return a line for each look, and what to do, `run` in the place of RUN."""
    return [
        f"{one.of} look {one.sees} ({one.measured}): {one.why}; try "
        f"{one.change.replace('RUN', run)}"
        for one in found
    ]
