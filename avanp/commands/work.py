"""The words of `avanp train`, and what they come to: one stage of a training."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from avanp.data.images import ImageSet
from avanp.errors import AvanpError
from avanp.systems import auto
from avanp.systems.base import System
from avanp.systems.parts import Part
from avanp.training.batches import batch_sizes
from avanp.training.trainer import Trainer


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The words of `avanp train` that are not the model's."""

    data: str
    out: str
    size: str | None
    channels: str | None
    limit: int | None
    validation: float
    epochs: int | None
    steps: int | None
    log_every: int | None
    batch: int | None
    labels: int | None
    schedule: str | None
    patience: int | None
    from_run: str | None
    sheets: int | None
    stop_on_collapse: bool
    seed: int
    stratified: bool = True

    def __post_init__(self) -> None:
        for name in ("epochs", "steps", "log_every", "sheets", "batch"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise AvanpError(f"--{name.replace('_', '-')} must be at least 1, not {value}")
        if self.epochs is not None and self.steps is not None:
            raise AvanpError("give --epochs or --steps, one of the two")
        if not 0 <= self.validation < 1:
            raise AvanpError(
                f"--validation must be at least 0 and below 1, not {self.validation:g}"
            )


@dataclass
class Work:
    """One stage: a system to be trained on the parts of some images, in a folder.

    What was not asked for is settled: `asked.batch`, and `asked.epochs` or `asked.steps`.
    """

    kind: type[System]
    config: Any
    asked: Asked
    images: dict[str, ImageSet]
    out: Path
    parts: dict[str, Part] = field(default_factory=dict)
    labels: np.ndarray | None = None
    schedule: str | None = None
    # Options of the configuration that follow the images.
    chosen: dict[str, Any] = field(default_factory=dict)
    # What the training in the folder was given; empty where there is none.
    before: dict[str, Any] = field(default_factory=dict)

    @property
    def batch(self) -> int:
        """Images a batch."""
        assert self.asked.batch is not None
        return self.asked.batch

    @property
    def steps(self) -> int:
        """The steps of the whole training."""
        return self.asked.steps or self.steps_of(self.asked.epochs or 0)

    @property
    def keep_best(self) -> bool:
        """Whether the best weights are kept, of a model whose defaults follow the images."""
        follows = auto.follows(self.kind.name, self.images["train"].shape)
        return follows and self.kind.name in auto.RECONSTRUCT and "validation" in self.images

    @property
    def steps_an_epoch(self) -> int:
        """The steps of a pass over the training images, rounded up."""
        return self.steps_of(1)

    def steps_of(self, epochs: int) -> int:
        """Return the steps of so many passes over the training images, rounded up."""
        n, join_last = len(self.images["train"]), bool(self.config.batch_norm)
        batches = len(batch_sizes(n, self.batch, join_last=join_last))
        return -(-epochs * batches // self.config.batches_a_step)

    @property
    def n_rows(self) -> int:
        """The epochs, or rows of --log-every, of the whole training."""
        return -(-self.steps // (self.asked.log_every or self.steps_an_epoch))

    def left(self, trainer: Trainer) -> int:
        """Return how many epochs, or steps, a trainer has left of those asked for."""
        if trainer.stopped:
            return 0
        if self.asked.steps:
            return max(0, self.asked.steps - trainer.step)
        return max(0, (self.asked.epochs or 0) - trainer.epoch)
