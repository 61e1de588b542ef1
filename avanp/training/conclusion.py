"""What a system makes of the training images once its weights are learned."""

from typing import TYPE_CHECKING

import numpy as np

from avanp.rng import stream

if TYPE_CHECKING:
    from avanp.training.trainer import Trainer


def conclude(trainer: "Trainer", images: np.ndarray) -> None:
    """Let a trainer's system fill its `state` by `conclude`, with the weights that will be used.

    They are the best ones where those are kept; the last ones stay in place. `images` (N, H, W, C)
    are the training images.
    """
    system = trainer.system
    last = {key: array.copy() for key, array in system.parameters().items()}
    if trainer.best is not None:
        trainer.best.restore(system)
    system.conclude(images, stream(trainer.seed, "sample"))
    for key, array in system.parameters().items():
        array[...] = last[key]
