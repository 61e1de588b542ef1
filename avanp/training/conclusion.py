"""What a system makes of the training images once its weights are learned."""

from typing import TYPE_CHECKING

import numpy as np

from avanp.rng import stream
from avanp.systems.mixture import MOST_CODES

if TYPE_CHECKING:
    from avanp.training.trainer import Trainer


def conclude(trainer: "Trainer", images: np.ndarray) -> None:
    """Let a trainer's system fill its `state` by `conclude`, with the weights that will be used.

    They are the best ones where those are kept; the last ones stay in place. `images` (N, H, W, C)
    are the training images. Of fewer than the state was filled with (`trainer.concluded`, 0 for a
    new training) it only follows: by the share that they are of those.
    """
    system, rng = trainer.system, stream(trainer.seed, "sample")
    n, before = len(images), trainer.concluded
    images = drawn_of(trainer, images, rng)
    last = {key: array.copy() for key, array in system.parameters().items()}
    if trainer.best is not None:
        trainer.best.restore(system)
    if n < before:
        system.follow(images, rng, n / before)
    else:
        system.conclude(images, rng)
    for key, array in system.parameters().items():
        array[...] = last[key]


def drawn_of(trainer: "Trainer", images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return images (N, H, W, C), where they have weights drawn by these, as for the steps."""
    shares = None if trainer.batches is None else trainer.batches.shares
    if shares is None:
        return images
    n = len(images)
    return images[np.sort(rng.choice(n, min(n, MOST_CODES), p=shares))]
