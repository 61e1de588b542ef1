"""The rows of a training's log on the terminal: of many, so many that each can be read."""

from typing import Any

import click

from avanp.progress import clear
from avanp.training.epoch_table import EpochTable
from avanp.training.trainer import Trainer

MOST = 100  # or so, of however many in the log


class TrainingRows:
    """A trainer's watcher that prints the first row, every so many, and those with a new hint.

    Parameters
    ----------
    trainer : Trainer
    n_rows : int
        The rows of the whole training.
    """

    def __init__(self, trainer: Trainer, n_rows: int) -> None:
        self.trainer, self.every = trainer, -(-n_rows // MOST)
        self.table: EpochTable | None = None
        self.last: dict[str, Any] = {}
        self.shown: dict[str, Any] = {}

    def __call__(self, _: Any, row: dict[str, Any]) -> None:
        """Print a row, or leave it out."""
        each = self.trainer.log_every
        number = row["step"] // each if each else row["epoch"]
        hint = row.get("hint")
        new = hint and self.last.get("hint") != hint  # once is enough
        self.last = row
        if not self.shown or number % self.every == 0 or new:
            self._show()
        if new:
            click.echo(f"note: {hint}")

    def end(self) -> None:
        """Print the last row, where it was left out."""
        if self.last and self.last is not self.shown:
            self._show()

    def _show(self) -> None:
        clear()
        if self.table is None:
            of, by_step = self.trainer.system, self.trainer.log_every is not None
            self.table = EpochTable(self.last, of.terms, of.monitor, stepwise=by_step)
            click.echo(self.table.heading())
        click.echo(self.table.line(self.last))
        self.shown = self.last
