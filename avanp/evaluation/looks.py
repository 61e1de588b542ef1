"""What a model's images look like, why, and what to change: beside real ones."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from avanp.layers.base import Array
from avanp.metrics.psnr import psnr
from avanp.metrics.signs import Sign, signs
from avanp.systems.auto import FEW_STEPS

GAP = 2.0  # dB that training images are reconstructed better
COPIED = 0.3  # of the distance of real images to the nearest training image
SAMPLES, RECONSTRUCTIONS, GAME = "samples", "reconstructions", "game"


class Look(NamedTuple):
    """What is seen, in which images, the measure that says so, why, and what to change.

    `change` is empty where all that would help is set already.
    """

    sees: str
    of: str
    measured: str
    why: str
    change: str


class Change(NamedTuple):
    """What may be changed; where the configuration has `option`, and not a value that is `done`."""

    says: str
    option: str = ""
    done: Callable[[Any], bool] = lambda value: False


EPOCHS, IMAGES = Change("more --epochs"), Change("more images")
SLOWER = Change("a smaller --lr")
WIDER, NARROWER = Change("a larger --latent", "latent"), Change("a smaller --latent", "latent")
SMALLER = Change("smaller --widths", "widths")
LESS_KL, MORE_KL = Change("a smaller --beta", "beta"), Change("a larger --beta", "beta")
FREE = Change("--free-nats 0.1", "free_nats", lambda nats: nats > 0)
WARMUP = Change("--warmup 500", "warmup", lambda steps: steps >= 500)
OPTIMAL = Change(
    "--likelihood optimal-gaussian", "likelihood", lambda kind: kind == "optimal-gaussian"
)
GMM = Change("avanp generate RUN --sampler gmm, which needs no training")
UPSAMPLE = Change("--arch upsample", "arch", lambda arch: arch != "conv")
SQUARES = Change("--loss least-squares", "loss", lambda loss: loss == "least-squares")

Cause = tuple[str, tuple[Change, ...]]
LITTLE: Cause = "the codes keep too little of an image", (WIDER, OPTIMAL, LESS_KL)
MEAN: Cause = "the mean of many possible images is what pays", (OPTIMAL, WIDER)
UNBALANCED: Cause = "the game is young, or out of balance", (EPOCHS, SLOWER)
STRIDES: Cause = "transposed convolutions of stride 2 write some pixels more often", (UPSAMPLE,)
UNSETTLED: Cause = "the decoder writes detail that no image has", (SLOWER, SMALLER)
BY_HEART = "the training images are known by heart"
SHORT: Cause = "the training was short", (EPOCHS,)
# By what is seen: why, and what to change; of samples and reconstructions of a model that has
# codes of images, and of one that plays a game.
WHY: dict[str, dict[str, Cause]] = {
    "blurred": {SAMPLES: LITTLE, RECONSTRUCTIONS: LITTLE, GAME: UNBALANCED},
    "mottled": {
        SAMPLES: ("codes are drawn where no image has its code", (GMM, MORE_KL)),
        RECONSTRUCTIONS: UNSETTLED,
        GAME: UNBALANCED,
    },
    "all alike": {
        SAMPLES: (
            "the codes say nothing (posterior collapse), or lie close together",
            (GMM, LESS_KL, FREE, WARMUP),
        ),
        RECONSTRUCTIONS: ("the codes say nothing (posterior collapse)", (LESS_KL, FREE, WARMUP)),
        GAME: (
            "the decoder has found a few images that fool (mode collapse)",
            (SLOWER, Change("a larger --batch"), SQUARES),
        ),
    },
    "checkerboard": {SAMPLES: STRIDES, RECONSTRUCTIONS: STRIDES, GAME: STRIDES},
    "washed out": {SAMPLES: MEAN, RECONSTRUCTIONS: MEAN, GAME: UNBALANCED},
    "overfitted": {
        SAMPLES: (BY_HEART, (IMAGES, NARROWER, SMALLER)),
        RECONSTRUCTIONS: (BY_HEART, (IMAGES, Change("--patience 10"), NARROWER, SMALLER)),
        GAME: (BY_HEART, (IMAGES, Change("fewer --epochs"))),
    },
}


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
        found.append(Look(sees, of, measured, why, _change(system.config, changes)))

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


def _change(config: Any, changes: tuple[Change, ...]) -> str:
    """Return what there is to change, of what a configuration has and has not set."""

    def helps(change: Change) -> bool:
        if change is GMM:  # fits one where the model keeps none
            return not getattr(config, "mixture", 0)
        if not change.option:
            return True
        value = getattr(config, change.option, None)
        return value is not None and not change.done(value)

    left = [change for change in changes if helps(change)]
    others = [change.says for change in left if change is not GMM]
    found = [GMM.says] if GMM in left else []
    if others:
        last = " or ".join(others[-2:])
        found.append(f"a new --out with {', '.join([*others[:-2], last])}")
    return ", or ".join(found)


def told(found: list[Look], run: str) -> list[str]:
    """Return a line for each look, and what to do, `run` in the place of RUN."""
    lines = []
    for one in found:
        change = f"; try {one.change.replace('RUN', run)}" if one.change else ""
        lines.append(f"{one.of} look {one.sees} ({one.measured}): {one.why}{change}")
    return lines
