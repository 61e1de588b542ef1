"""The training loop of every system."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import numpy as np

from avanp.errors import AvanpError
from avanp.memory import keep_freed_memory
from avanp.optim.schedules import Plateau
from avanp.rng import stream
from avanp.systems.base import NotFinite, System, Terms
from avanp.systems.images import as_floats
from avanp.training import checkpoint, log
from avanp.training.batches import batch_sizes, check_options, check_training
from avanp.training.ending import LOST
from avanp.training.health import active_units, hint
from avanp.training.stopping import Best

Array = np.ndarray
Progress = Callable[[int, int], None]
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
        Epochs without a lower validation loss after which training stops, with the best weights.
    schedule : optional
        One of `avanp.optim.schedules`: ``lr(epoch, loss)`` is the rate of the coming epoch, the
        loss being the last validation's, or the training's where there is none.
    checkpoint : str
        Its name in `out`; ``.npz`` or ``.safetensors``.
    save_every : int
        Epochs between checkpoints; one is written at the end as well.
    about : dict, optional
        What JSON can hold: kept in the checkpoint and given back.
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
        schedule: Any = None,
        checkpoint: str = NAME,
        save_every: int = 1,
        about: dict[str, Any] | None = None,
    ) -> None:
        counts = {"batch_size": batch_size, "save_every": save_every, "patience": patience}
        check_options(system, counts, validation, checkpoint)
        self.system = system
        self.batch_size, self.save_every = int(batch_size), int(save_every)
        self.out = None if out is None else Path(out)
        self.validation, self.about = validation, about or {}
        self.best = None if patience is None else Best(int(patience))
        self.schedule, self.checkpoint = schedule, checkpoint
        self.streams = {purpose: stream(seed, purpose) for purpose in STREAMS}
        self.seed, self.stopped = int(seed), False
        self.epoch = self.step = self.until = 0  # until: the epoch that `fit` trains to
        self.rows: list[log.Row] = []
        self._metric: float | None = None

    def fit(
        self,
        images: Array,
        epochs: int,
        *,
        labels: Array | None = None,
        progress: Progress | None = None,
    ) -> list[log.Row]:
        """Train for `epochs` more epochs, and return their rows; none once it has stopped early.

        Parameters
        ----------
        images : array (N, H, W, C)
            Bytes, which stay bytes but for the batch at hand, or floats in the pixel range.
        labels : array (N,), optional
            For a system that needs them.
        progress : callable, optional
            Called with the number of batches done and in all.

        Raises
        ------
        AvanpError
            Where images do not fit, or a loss or gradient is not finite any more: it names the
            net and the term, and the weights before are in ``out/diverged.npz``.
        """
        keep_freed_memory()
        images = np.asarray(images)
        labels = None if labels is None else np.asarray(labels)
        check_training(self.system, images, labels)
        if self.out is not None:
            self.rows = log.start(self.out, self.epoch)
        lonely = self.system.config.batch_norm
        sizes = batch_sizes(len(images), self.batch_size, join_last=lonely)
        total, done, self.until = epochs * len(sizes), 0, self.epoch + epochs
        new: list[log.Row] = []
        for _ in range(epochs):
            if self.stopped:
                break
            start = time.perf_counter()
            self._set_rate()
            sums: Terms = {}
            order = self.streams["data"].permutation(len(images))
            for rows in np.split(order, np.cumsum(sizes)[:-1]):
                for term, value in self._step(images, labels, rows).items():
                    sums[term] = sums.get(term, 0.0) + value * len(rows) / len(images)
                done += 1
                if progress is not None:
                    progress(done, total)
            self.epoch += 1
            with np.errstate(over="ignore", invalid="ignore"):
                row = self._row(sums, images)
            row["seconds"] = round(time.perf_counter() - start, 3)
            new.append(row)
            self._keep(row, last=self.stopped or len(new) == epochs)
        return new

    def save(self, path: Path | str) -> None:
        """Write a checkpoint from which `resume` goes on bit for bit."""
        checkpoint.save(path, self.system, self._state())

    def _state(self) -> dict[str, Any]:
        options = ("batch_size", "save_every", "checkpoint", "about", "epoch", "step", "stopped")
        state = {name: getattr(self, name) for name in (*options, "until")}
        state |= {"train_seed": self.seed, "metric": self._metric, "arrays": {}}
        state["streams"] = {k: s.bit_generator.state for k, s in self.streams.items()}
        if self.best is not None:
            state |= {"patience": self.best.patience, "best": self.best.state()}
            state["arrays"] = self.best.weights
        if self.schedule is not None:
            state["schedule"] = {k: v.item() for k, v in self.schedule.state_dict().items()}
        return state

    @classmethod
    def resume(
        cls,
        path: Path | str,
        *,
        out: Path | str | None = None,
        validation: Any = None,
        schedule: Any = None,
    ) -> Self:
        """Return the trainer that wrote a checkpoint; give it its validation and schedule again."""
        system, state = checkpoint.load(path)
        try:
            options = {name: state[name] for name in ("batch_size", "save_every", "checkpoint")}
            trainer = cls(
                system,
                seed=state["train_seed"],
                out=out,
                validation=validation,
                patience=state.get("patience"),
                schedule=schedule,
                about=state["about"],
                **options,
            )
            trainer.epoch, trainer.step = int(state["epoch"]), int(state["step"])
            trainer.until, trainer.stopped = int(state.get("until", 0)), bool(state["stopped"])
            trainer._metric = state["metric"]
            for purpose, generator in trainer.streams.items():
                generator.bit_generator.state = state["streams"][purpose]
            if trainer.best is not None:
                if state["arrays"]:
                    checkpoint.check_fits(system, state["arrays"])
                trainer.best.load(state["best"], state["arrays"])
            if schedule is None and "schedule" in state:
                raise AvanpError(f"{str(path)!r} was trained by a schedule: give it again")
            if schedule is not None and "schedule" in state:
                arrays = {k: np.array(v) for k, v in state["schedule"].items()}
                schedule.load_state_dict(arrays)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            if isinstance(error, AvanpError):
                raise
            raise AvanpError(
                f"{str(path)!r} has no training to go on with: {type(error).__name__} {error}"
            ) from None
        return trainer

    def _step(self, images: Array, labels: Array | None, rows: Array) -> Terms:
        x = as_floats(images[rows], self.system.dtype)
        try:
            # Whatever overflows is caught, and named.
            with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
                batch = x if labels is None else (x, labels[rows])
                terms = self.system.step(batch, self.streams["noise"])
        except NotFinite as error:
            raise self._diverged(error) from None
        self.step += 1
        return terms

    def _diverged(self, error: NotFinite) -> NotFinite:
        where = f"{error.what} in update {self.step + 1}, epoch {self.epoch + 1}"
        if self.out is not None:
            path = self.out / LOST
            checkpoint.save(path, self.system, {**self._state(), "diverged": error.what})
            where += f" (the weights before it: {str(path)!r})"
        return NotFinite(error.net, error.term, where)

    def _set_rate(self) -> None:
        if self.schedule is not None:
            if isinstance(self.schedule, Plateau) and self.epoch and self._metric is None:
                images = "give validation images"
                hint = images if self.system.has_encoder else "choose another schedule"
                raise AvanpError(f"{self.system.name} has no loss for a plateau to see: {hint}")
            rate = float(self.schedule.lr(self.epoch, self._metric))
            for optimiser in self.system.optimisers.values():
                optimiser.lr = rate

    def _row(self, means: Terms, images: Array) -> log.Row:
        """Return the epoch's row, after a look at the validation images."""
        row: log.Row = {"epoch": self.epoch, "step": self.step, **means}
        row["lr"] = next(iter(self.system.optimisers.values())).lr
        self._metric = means.get("loss")
        seen = images
        if self.validation is not None:
            # The same noise every time.
            measured = self.system.evaluate(self.validation, stream(self.seed, "eval"))
            row |= {f"validation.{term}": value for term, value in measured.items()}
            self._metric = measured.get("loss")
            if self.best is not None:
                assert self._metric is not None
                self.stopped = self.best.see(self._metric, self.system)
            seen = self.validation[0] if self.system.needs_labels else self.validation
        if self.system.has_encoder and len(seen) > 1:
            row["active_units"] = active_units(self.system, seen)
            row["latent"] = self.system.config.latent
        if text := hint(row):
            row["hint"] = text
        return row

    def _keep(self, row: log.Row, last: bool) -> None:
        self.rows.append(row)
        if self.stopped and self.best is not None:
            self.best.restore(self.system)
        if self.out is not None:
            log.append(self.out, row)
            if last or self.epoch % self.save_every == 0:
                self.save(self.out / self.checkpoint)
