"""Defaults that follow the images: what `avanp train` and the estimators take for what is not said.

A configuration has one default for all images, small digits in the first place, and keeps it. Here
is what suits photographs, measured by `bench/bench_quality.py`. Images of at most 8×8 pixels,
tables, and models that are not in `MODELS` keep their own defaults.
"""

import math
from dataclasses import dataclass
from numbers import Integral
from typing import Any

from avanp.nets.build import halvings
from avanp.systems.mixture import gaussians
from avanp.systems.options import options_of

Shape = tuple[int, ...]

AUTO, OPTIMAL = "auto", "optimal-gaussian"
SMALL = 8  # pixels
WIDTHS = (32, 64, 128, 128, 128)
# Numbers of a code at each place of the smallest map, by the channels of an image; of a code that a
# game is played with.
NUMBERS, GAME_LATENT = {1: 4, 3: 8}, 64
# Of the covariances of a mixture, 32 MB: of larger codes it has fewer Gaussians, or none.
MOST_NUMBERS = 2**23
SETTLE = 2
TEXTURE = 0.7
LR = 2e-3
# Updates of the weights in all, of a model that reconstructs and of one that plays a game.
UPDATES, GAME_UPDATES = 3000, 6000
# Fewer updates show no shapes, of a model that has a loss to go by, and of a game.
FEW_STEPS = (300, 1500)
# Epochs at most: few images are learned by heart.
MOST_EPOCHS = 500
# Images a step, where there are fewer images than that.
BATCHES = ((16, 5000), (64, math.inf))
WARMUP = 0.1  # of the updates
RECONSTRUCT = ("VAE", "AVA1", "AVA2", "AVA3", "AVA4", "AVA5")
GAMES = ("GAN", "VAEGAN")
MODELS = RECONSTRUCT + GAMES
# What is `AUTO` where it is not given.
OPTIONS = (
    *("arch", "widths", "latent", "likelihood", "warmup"),
    *("mixture", "settle", "texture", "lr"),
)


@dataclass(frozen=True)
class Plan:
    """How long a training is: batches of so many images, epochs, and the schedule of the rate."""

    batch: int
    epochs: int
    schedule: str | None


def follows(model: str, shape: Shape) -> bool:
    """Return whether a model's defaults follow images of this shape (H, W, C)."""
    return model in MODELS and min(shape[:2]) > SMALL


def plan(model: str, shape: Shape, n: int, batch: int | None = None) -> Plan:
    """Return how to train a model on n images.

    Parameters
    ----------
    model : str
        Its name.
    shape : (H, W, C)
        Of the images.
    n : int
        How many there are to train on.
    batch : int, optional
        Images a step, where that is settled.
    """
    if not follows(model, shape):
        return Plan(batch or 128, 10, None)
    batch = batch or next(size for size, most in BATCHES if n < most)
    updates = GAME_UPDATES if model in GAMES else UPDATES
    epochs = max(1, min(math.ceil(updates / math.ceil(n / batch)), MOST_EPOCHS))
    return Plan(batch, epochs, None if model in GAMES else "cosine")


def options(
    kind: Any, given: dict[str, Any], shape: Shape, n: int, updates: int | None = None
) -> dict[str, Any]:
    """Return the options of a system's configuration, those not given filled in.

    Parameters
    ----------
    kind : type
        The system.
    given : dict
        Options; what is "auto" counts as not given. Others than the system's are kept.
    shape : (H, W, C)
    n : int
        Images to train on.
    updates : int, optional
        Of the weights in all, where that is known.
    """
    given = {k: v for k, v in given.items() if not (v is None or is_auto(v))}
    if given.get("pixel_range") == "real" and "likelihood" in options_of(kind.config_class):
        return {"likelihood": "gaussian"} | given  # the only kind that any number has
    if not follows(kind.name, shape) or given.get("pixel_range") == "real":
        return given
    found: dict[str, Any] = {"arch": "upsample" if kind.name in GAMES else "spatial"}
    found |= {"likelihood": OPTIMAL}
    arch = given.get("arch", found["arch"])
    if arch != "mlp":
        found["widths"] = WIDTHS[: depth(shape)]
    if arch == "spatial":
        smallest = halvings(shape, len(given.get("widths") or found["widths"]))[-1]
        found["latent"] = NUMBERS.get(shape[2], 8) * math.prod(smallest)
    elif kind.name in GAMES:
        found["latent"] = GAME_LATENT
    # Of many codes, or where the best variance is small, codes are not where the prior has them.
    if arch == "spatial" or given.get("likelihood", OPTIMAL) == OPTIMAL:
        latent = given.get("latent", found.get("latent"))
        # What is no number of numbers is refused with the other options.
        numbers = max(int(latent), 1) if isinstance(latent, Integral) else 1
        found["mixture"] = min(gaussians(n), MOST_NUMBERS // numbers**2)
    if kind.name in RECONSTRUCT:
        found |= {"settle": SETTLE, "texture": TEXTURE}
    if kind.name == "VAE":
        found["lr"] = LR
    if updates is not None:
        found["warmup"] = int(WARMUP * updates)
    known = options_of(kind.config_class)
    return {name: value for name, value in found.items() if name in known} | given


def follows_images(model: str, option: str) -> bool:
    """Return whether an option's default follows the images, of a model for larger ones."""
    if option == "lr":
        return model == "VAE"
    if option in ("settle", "texture"):
        return model in RECONSTRUCT
    return model in MODELS and option in OPTIONS


def depth(shape: Shape) -> int:
    """Return how often images are halved: to a side of about `SMALL`."""
    return max(1, min(len(WIDTHS), round(math.log2(min(shape[:2]) / SMALL))))


def is_auto(value: Any) -> bool:
    """Return whether a value says that nothing is said; an array says something."""
    return isinstance(value, str) and value == AUTO
