"""What a system makes of the training images once its weights are learned."""

from typing import TYPE_CHECKING, Any

import numpy as np

from avanp.rng import stream
from avanp.systems.mixture import MOST_CODES

Array = np.ndarray

if TYPE_CHECKING:
    from avanp.training.trainer import Trainer


def conclude(trainer: "Trainer", images: Array) -> None:
    """Let a trainer's system fill its `state` by `conclude`, with the weights that will be used.

    They are the best ones where those are kept; the last ones stay in place. `images` (N, H, W, C)
    are the training images. Of fewer than the state was filled with (`trainer.concluded`, 0 for a
    new training) it only follows: by the share that they are of those.
    """
    system, rng = trainer.system, stream(trainer.seed, "sample")
    n, before = len(images), trainer.concluded
    known = drawn_of(trainer, images, rng)
    last = {key: array.copy() for key, array in system.parameters().items()}
    if trainer.best is not None:
        trainer.best.restore(system)
    if n < before:
        system.follow(known, rng, n / before)
    else:
        system.conclude(known, rng)
    for key, array in system.parameters().items():
        array[...] = last[key]


def drawn_of(trainer: "Trainer", images: Array, rng: np.random.Generator) -> Any:
    """Return images (N, H, W, C), where they have weights drawn by these, as for the steps.

    With labels, where the system learns from them: the pair.
    """
    if trainer.batches is None:
        return images
    shares, labels = trainer.batches.shares, trainer.batches.labels
    if shares is not None:
        n = len(images)
        rows = np.sort(rng.choice(n, min(n, MOST_CODES), p=shares))
        images, labels = images[rows], None if labels is None else labels[rows]
    return images if labels is None else (images, labels)
