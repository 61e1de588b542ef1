"""What a training writes into its folder: the log, checkpoints, the weights before a divergence.

The log is metrics.jsonl, one JSON object an epoch, or every so many steps.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from avanp.runs.folder import Kind, Row, read_rows
from avanp.runs.journal import Journal, opened
from avanp.runs.schema import whole
from avanp.systems.finite import NotFinite
from avanp.training import checkpoint, earlier_names
from avanp.training.ending import LOST
from avanp.training.resume import state_of

if TYPE_CHECKING:
    from avanp.training.trainer import Trainer

NAME = "metrics.jsonl"


def _schedule(there: object, asked: object) -> str:
    """Return what tells two schedules apart, and of a cosine how its training may go on."""
    said = f"schedule {there} there, {asked} asked"
    if str(there).startswith("cosine"):
        said += ", and a cosine ends with its epochs: --schedule constant goes on from there"
    return said


TRAINING = Kind(
    "training",
    rows=NAME,
    row={"epoch?": whole(0), "step?": whole(0)},
    telling={"pixels": lambda there, asked: "of other images", "schedule": _schedule},
    folders=("sheets",),
)


def read_metrics(folder: Path | str) -> list[Row]:
    """Return the rows of a folder's metrics.jsonl; none where there is no such file.

    A last line that was cut short is left out; names of earlier versions become present ones.
    """
    return [earlier_names.row(row) for row in read_rows(Path(folder), TRAINING)]


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
            with opened(self.folder, TRAINING) as self.journal:
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
            for row in read_metrics(journal.folder)
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
