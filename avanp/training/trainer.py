"""The training loop of every system."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import numpy as np

from avanp.errors import AvanpError
from avanp.memory import keep_freed_memory
from avanp.rng import stream
from avanp.runs.journal import Journal
from avanp.systems.base import System
from avanp.systems.finite import NotFinite
from avanp.training import checkpoint as files
from avanp.training.batches import Batches
from avanp.training.checks import check_options, check_training
from avanp.training.conclusion import conclude
from avanp.training.log import Output
from avanp.training.means import Means, means_of
from avanp.training.rates import set_rate
from avanp.training.resume import resumed, state_of
from avanp.training.rows import measured_row
from avanp.training.stopping import Best

Array = np.ndarray
Row = dict[str, Any]
STREAMS = ("data", "noise")
NAME = "checkpoint.npz"


class Trainer:
    """Trains a system on mini-batches, in a new order every epoch.

    Parameters
    ----------
    system : System
    batch_size : int
        The last batch of an epoch may be smaller; with batch norm a last image alone joins the
        batch before it.
    seed : int
        Of the order of the images and of the noise.
    out : path, optional
        A folder for metrics.jsonl, a row an epoch, and the checkpoint.
    validation : images, or (images, labels), optional
        Looked at after every epoch, always with the same noise.
    patience : int, optional
        Epochs without a lower monitored loss after which training stops, with the best weights.
    keep_best : bool
        Whether the best weights are kept without that.
    schedule : optional
        Of `avanp.optim.schedules`: ``lr(epoch, monitored loss)`` is the rate of the coming epoch.
    checkpoint : str
        Its name in `out`; ``.npz`` or ``.safetensors``.
    save_every : int
        Rows between checkpoints; one is written at the end as well.
    log_every : int, optional
        Steps between rows; by default a row is an epoch's.
    about : dict, optional
        What JSON can hold: kept in the checkpoint and given back.
    journal : Journal, optional
        Of `out`, where the caller holds the folder already.

    Attributes
    ----------
    epoch, step, rows : int, int, list of dict
        Passes, and steps, that are done; the log.
    best, monitored : Best or None, float or None
        The best weights, where they are kept; what early stopping and a plateau saw last.
    watchers : list of callable
        Called with the trainer and each new row; one may set `stopped`.
    concluded : int
        Images that an earlier training filled the system's `state` with; of fewer it follows.
    paused : bool
        May be set, by `progress` too: `fit` ends after the step, without a row.
    """

    def __init__(
        self,
        system: System,
        *,
        batch_size: int = 128,
        seed: int = 0,
        out: Path | str | None = None,
        validation: Any = None,
        patience: int | None = None,
        keep_best: bool = False,
        schedule: Any = None,
        checkpoint: str = NAME,
        save_every: int = 1,
        log_every: int | None = None,
        about: dict[str, Any] | None = None,
        journal: Journal | None = None,
    ) -> None:
        counts = {"batch_size": batch_size, "save_every": save_every, "patience": patience}
        check_options(system, {**counts, "log_every": log_every}, validation, checkpoint)
        self.system, self.validation, self.about = system, validation, about or {}
        self.batch_size, self.save_every = int(batch_size), int(save_every)
        self.log_every = None if log_every is None else int(log_every)
        self.output = Output(out, checkpoint, self.save_every, journal)
        self.out = self.output.folder
        keeps = (keep_best or system.keeps_best) and system.monitor is not None
        self.best = Best(patience) if keeps or patience is not None else None
        self.schedule, self.checkpoint = schedule, checkpoint
        self.streams = {purpose: stream(seed, purpose) for purpose in STREAMS}
        self.seed, self.stopped, self.paused = int(seed), False, False
        # until, until_step: the epoch or the step that `fit` trains to.
        self.epoch = self.step = self.until = self.until_step = self.concluded = 0
        self.rows: list[Row] = []
        self.watchers: list[Callable[[Trainer, Row], None]] = []
        # Of the pass that a checkpoint was written in: the batches done, and what they measured.
        self.position = 0
        self.batches: Batches | None = None
        self.means: Means | dict[str, Any] | None = None
        self.seconds, self.rated = 0.0, -1
        self.monitored: float | None = None

    def fit(
        self,
        images: Array,
        epochs: int | None = None,
        *,
        steps: int | None = None,
        labels: Array | None = None,
        weights: Any = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> list[Row]:
        """Train for more epochs, or steps, and return their rows; none once it has stopped early.

        Parameters
        ----------
        images : array (N, H, W, C), or Pixels
            Bytes, which stay so but for the batch at hand, or floats in the pixel range. Other
            images than before must be of another number to begin a new pass over them.
        epochs, steps : int
            One of the two.
        labels, weights : array (N,), optional
            Labels for a system that needs them. By weights a pass draws N images in proportion.
        progress : callable, optional
            Called with the number of steps done and in all.

        A loss or gradient that is not finite is an `AvanpError` that names net and term; the
        weights before are in ``out/diverged.npz``.
        """
        if (epochs is None) == (steps is None):
            raise AvanpError("give epochs or steps, one of the two")
        keep_freed_memory()
        images, labels = check_training(self.system, images, labels)
        batches = self.batches
        if batches is None or batches.n != len(images):
            # A pass over other images begins anew; one that a checkpoint was in goes on.
            position = self.position if batches is None else 0
            of = (self.system, len(images), self.batch_size, self.streams["data"])
            self.batches = batches = Batches(*of, self.epoch, position)
        batches.take(images, labels, weights)
        a_step = self.system.config.batches_a_step
        total = steps if steps is not None else -(-(epochs or 0) * len(batches.sizes) // a_step)
        self.until = 0 if epochs is None else self.epoch + epochs
        self.until_step = 0 if steps is None else self.step + steps
        first = self.step
        with self.output.held(self):
            new = len(self.rows)
            while not (self.stopped or self.paused or self._over()):
                start = time.perf_counter()
                set_rate(self)
                self._step(batches)
                self.seconds += time.perf_counter() - start
                ended = batches.done > self.epoch
                self.epoch = batches.done
                if progress is not None:
                    progress(self.step - first, max(total, self.step - first))
                if (self.step % self.log_every == 0) if self.log_every else ended:
                    self._log(images)
            unlogged = isinstance(self.means, Means) and self.means.seen
            if self.step > first and unlogged and self._over():
                self._log(images)
        return self.rows[new:]

    def _over(self) -> bool:
        return self.step >= self.until_step if self.until_step else self.epoch >= self.until

    def save(self, path: Path | str) -> None:
        """Write a checkpoint from which `resume` goes on bit for bit."""
        files.save(path, self.system, state_of(self))

    @classmethod
    def resume(cls, path: Path | str, **given: Any) -> Self:
        """Return the trainer of a checkpoint; `given`: out, validation, schedule, journal."""
        return resumed(cls, path, **given)

    def _step(self, batches: Batches) -> None:
        """Run a step, and take note of its terms and of how many images each is the mean."""
        batches.seen, batches.known = 0, []
        try:
            # Whatever overflows is caught, and named.
            with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
                terms = self.system.update(batches.draw, self.streams["noise"])
        except NotFinite as error:
            raise self.output.diverged(self, error) from None
        self.step += 1
        known = np.concatenate(batches.known) if batches.known else None
        counts = {} if known is None else {t: self.system.counted(t, known) for t in terms}
        self.means = means_of(self.means, batches.n)
        self.means.add(terms, batches.seen, counts)

    def _log(self, images: Array) -> None:
        """Keep a row, after a look at the validation images, and a checkpoint."""
        start = time.perf_counter()
        row, self.monitored = measured_row(self, images)
        row["seconds"] = round(self.seconds + time.perf_counter() - start, 3)
        self.means, self.seconds = None, 0.0
        self.rows.append(row)
        for watcher in self.watchers:
            watcher(self, row)
        if last := self.stopped or self._over():
            conclude(self, images)
        if self.stopped and self.best is not None and self.best.patience is not None:
            self.best.restore(self.system)
        self.output.keep(self, row, last=last)
