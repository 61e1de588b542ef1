"""The training of an estimator: its progress, who looks on, and Ctrl-C."""

import warnings
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from typing import Any

import click
import numpy as np

from avanp.errors import AvanpError
from avanp.progress import clear, shown, tell_of_compiling
from avanp.signals import interruptible
from avanp.training.epoch_table import EpochTable
from avanp.training.trainer import Trainer

# Values of X beyond this are worth a word where training diverges.
LARGE = 10


def trained(
    trainer: Trainer,
    images: np.ndarray,
    epochs: int,
    *,
    labels: np.ndarray | None = None,
    weights: Any = None,
    callbacks: Iterable[Callable[[Trainer, dict[str, Any]], Any]] = (),
    verbose: bool = False,
) -> None:
    """Train for some epochs, and leave the trainer's system with the weights that are to be used.

    Parameters
    ----------
    trainer : Trainer
    images : array (N, H, W, C)
    epochs : int
    labels, weights : array (N,), optional
        Weights as of `Trainer.fit`.
    callbacks : iterable of callable
        Called with the trainer and each new row of its log.
    verbose : bool
        Whether to print the rows, and how far it is, as `avanp train` does.
    """
    callbacks = list(callbacks)
    if not all(map(callable, callbacks)):
        raise AvanpError("callbacks must be functions of the trainer and a row of its log")
    trainer.watchers += [*([_printer(trainer)] if verbose else []), *callbacks]
    tell_of_compiling()
    unit = trainer.system.config.counted_in
    with interruptible() as pressed, shown(unit) if verbose else nullcontext() as progress:

        def done(step: int, total: int) -> None:
            if progress is not None:
                progress(step, total)
            if pressed():
                # The row of the unfinished epoch is kept too.
                trainer.until_step = trainer.step

        try:
            trainer.fit(images, epochs, labels=labels, weights=weights, progress=done)
        except AvanpError as error:
            largest = float(np.abs(images).max())
            if trainer.system.config.pixel_range == "unit" or largest <= LARGE:
                raise
            raise AvanpError(f"{error}; or scale X, which goes up to {largest:.4g}") from error
        if pressed():
            said = f"interrupted: what was learned in {trainer.step} steps is kept"
            warnings.warn(said, UserWarning, stacklevel=4)
    if trainer.best is not None:
        # Also where the epochs ended before the patience did.
        trainer.best.restore(trainer.system)


def _printer(trainer: Trainer) -> Callable[[Trainer, dict[str, Any]], None]:
    tables: list[EpochTable] = []

    def tell(_: Trainer, row: dict[str, Any]) -> None:
        clear()
        if not tables:
            system = trainer.system
            tables.append(EpochTable(row, system.terms, system.monitor))
            click.echo(tables[0].heading())
        click.echo(tables[0].line(row))

    return tell
