"""The log of a training: metrics.jsonl, one JSON object an epoch, or every so many steps."""

from pathlib import Path

from avanp.runs.folder import Kind, Row, read_rows
from avanp.runs.schema import whole
from avanp.training import older

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
    return [older.row(row) for row in read_rows(Path(folder), TRAINING)]
