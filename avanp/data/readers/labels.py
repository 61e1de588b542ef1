"""A CSV table that says what the images of a folder are."""

import csv
import io
import os
from dataclasses import dataclass

import numpy as np

from avanp.data.readers.guard import opened
from avanp.errors import AvanpError

MAX_TABLE = 1 << 26  # bytes


@dataclass(frozen=True)
class LabelTable:
    """The rows of a table: N file names, labels (indices of `classes`), and groups or None."""

    files: tuple[str, ...]
    labels: np.ndarray
    classes: tuple[str, ...]
    groups: np.ndarray | None


def read_label_table(
    path: str | os.PathLike[str],
    *,
    file: str = "file",
    label: str = "label",
    group: str = "group",
    suffix: str = "",
) -> LabelTable:
    """Read a CSV table with a header line.

    Parameters
    ----------
    path : str or path
        The table, UTF-8, at most 64 MiB.
    file, label, group : str
        The columns that hold a file's name, its class, and what it is of; the table may lack the
        last, and then has no groups.
    suffix : str
        Added to each name, for a column of bare names.

    Raises
    ------
    AvanpError
        A missing column or field, a name twice, a name that leads out of the folder.
    """
    name = os.fspath(path)
    with opened(name) as raw:
        data = raw.read(MAX_TABLE + 1)
        if len(data) > MAX_TABLE:
            raise AvanpError(f"{name!r} is larger than {MAX_TABLE >> 20} MiB: give a smaller table")
        try:
            reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
            header = list(reader.fieldnames or ())
            columns = [file, label] + [group] * (group in header)
            for column in columns:
                if column not in header:
                    has = ", ".join(map(repr, header)) or "nothing"
                    raise AvanpError(f"{name!r} has no column {column!r}, only {has}")
            rows = [[row[column] for column in columns] for row in reader]
        except (csv.Error, UnicodeDecodeError) as error:
            raise AvanpError(f"{name!r} is not a CSV table: {error}") from None
    seen: set[str] = set()
    for number, row in enumerate(rows, 1):
        if not all(row):
            raise AvanpError(f"{name!r}: row {number} lacks a field")
        inside(row[0], f"{name!r}: row {number}")
        if row[0] in seen:
            raise AvanpError(f"{name!r}: row {number} names {row[0]!r} a second time")
        seen.add(row[0])
    if not rows:
        raise AvanpError(f"{name!r} has no rows")
    classes, labels = np.unique([row[1] for row in rows], return_inverse=True)
    groups = None
    if len(columns) == 3:
        groups = np.unique([row[2] for row in rows], return_inverse=True)[1].reshape(-1)
    files = tuple(row[0] + suffix for row in rows)
    return LabelTable(files, labels.reshape(-1), tuple(map(str, classes)), groups)


def inside(path: str, where: str) -> str:
    """Return a relative path that stays below its folder; any other is an `AvanpError`."""
    parts = path.replace("\\", "/").split("/")
    drive = len(parts[0]) > 1 and parts[0][1] == ":"
    if any(part in ("", ".", "..") for part in parts) or drive or "\0" in path:
        raise AvanpError(f"{where} names {path!r}, which is not a path below its folder")
    return path
