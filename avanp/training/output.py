"""What a training writes into its folder: the log, checkpoints, the weights before a divergence."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from avanp.runs.journal import Journal, opened
from avanp.systems.finite import NotFinite
from avanp.training import checkpoint, log
from avanp.training.ending import LOST
from avanp.training.resume import state_of

if TYPE_CHECKING:
    from avanp.training.trainer import Trainer


class Output:
    """The folder of a training; without one nothing is written.

    Parameters
    ----------
    folder : path or None
    name : str
        Of the checkpoint.
    save_every : int
        Rows between checkpoints.
    journal : Journal or None
        Of the folder, where the caller holds it already.
    """

    def __init__(
        self, folder: Path | str | None, name: str, save_every: int, journal: Journal | None
    ) -> None:
        self.folder = None if folder is None else Path(folder)
        self.name, self.save_every, self.journal = name, save_every, journal

    @contextmanager
    def held(self, trainer: "Trainer") -> Iterator[None]:
        """Hold the folder, and make its log end where the training is."""
        if self.folder is None:
            yield
        elif self.journal is not None:
            self._cut(trainer, self.journal)
            yield
        else:
            with opened(self.folder, log.TRAINING) as self.journal:
                try:
                    self.journal.resume({})
                    self._cut(trainer, self.journal)
                    yield
                finally:
                    self.journal = None

    def _cut(self, trainer: "Trainer", journal: Journal) -> None:
        epoch, step = trainer.epoch, trainer.step
        trainer.rows = [
            row
            for row in log.read_metrics(journal.folder)
            if row.get("epoch", 0) <= epoch and row.get("step", 0) <= step
        ]
        journal.replace(trainer.rows)

    def keep(self, trainer: "Trainer", row: dict[str, Any], *, last: bool) -> None:
        """Append a row, and write a checkpoint where it is time."""
        if self.journal is None or self.folder is None:
            return
        self.journal.append(row)
        if last or len(trainer.rows) % self.save_every == 0:
            trainer.save(self.folder / self.name)

    def diverged(self, trainer: "Trainer", error: NotFinite) -> NotFinite:
        """Keep the weights before a step that was not finite; return the error with its place."""
        where = f"{error.what} in update {trainer.step + 1}, epoch {trainer.epoch + 1}"
        if self.folder is not None:
            path = self.folder / LOST
            checkpoint.save(path, trainer.system, {**state_of(trainer), "diverged": error.what})
            where += f" (the weights before it: {str(path)!r})"
        return NotFinite(error.net, error.term, where)
