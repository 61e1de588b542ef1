"""Folders of small trainings that ended in one way or another."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from avanp.systems import build
from avanp.systems.finite import NotFinite
from avanp.training.trainer import Trainer

IMAGES = np.random.default_rng(0).integers(0, 256, (8, 3, 3, 1), dtype=np.uint8)


def trainer(out: Path, seed: int = 0, **options: Any) -> Trainer:
    """Return the trainer of a VAE in a folder, a step an epoch."""
    system = build("VAE", seed=seed, shape=(3, 3, 1), latent=2, widths=(5,))
    return Trainer(system, batch_size=8, seed=seed, out=out, **options)


def diverges(one: Trainer, after: int) -> None:
    """Train for five epochs, but that the step after so many is not finite."""
    whole = one.system.update

    def update(draw: Any, rng: Any) -> dict[str, float]:
        if one.step == after:
            raise NotFinite("encoder", "kl", "the loss term 'kl' of VAE.encoder is nan")
        return whole(draw, rng)

    one.system.update = update
    with pytest.raises(NotFinite):
        one.fit(IMAGES, 5)


def interrupted(out: Path, after: int, epochs: int) -> None:
    """Train in a folder, and break off in the epoch after so many."""

    def progress(done: int, total: int) -> None:
        if done > after:
            raise KeyboardInterrupt

    one = trainer(out)
    with pytest.raises(KeyboardInterrupt):
        one.fit(IMAGES, epochs, progress=progress)
