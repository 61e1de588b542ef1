"""The training of an estimator: its progress, who looks on, and Ctrl-C."""

import signal
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import click
import numpy as np

from avanp.errors import AvanpError
from avanp.progress import clear, shown
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


@contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """Yield a function that tells whether Ctrl-C was pressed in the block; a second one raises.

    Only where Ctrl-C does what Python does by itself: a program with its own handler keeps it.
    """
    presses: list[int] = []

    def hear(number: int, _: Any) -> None:
        if presses:
            raise KeyboardInterrupt
        presses.append(number)

    main = threading.current_thread() is threading.main_thread()
    own = main and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if own:
        signal.signal(signal.SIGINT, hear)
    try:
        yield lambda: bool(presses)
    finally:
        if own:
            signal.signal(signal.SIGINT, signal.default_int_handler)


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
