"""A CSV table that says what the images of a folder are."""

import csv
import io
import os
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from avanp.data.readers.guard import opened
from avanp.errors import AvanpError, Note

MAX_TABLE = 1 << 26  # bytes
MAX_ROWS = 1_000_000


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
        A missing column or field, a field too many, a name twice or one that leads out of the
        folder.
    """
    name = os.fspath(path)
    with opened(name) as raw:
        data = raw.read(MAX_TABLE + 1)
        if len(data) > MAX_TABLE:
            raise AvanpError(f"{name!r} is larger than {MAX_TABLE >> 20} MiB: give a smaller table")
        try:
            reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
            header = [column.strip() for column in reader.fieldnames or ()]
            reader.fieldnames = header
            columns = [file, label] + [group] * (group in header)
            for column in columns:
                if column not in header:
                    has = ", ".join(map(repr, header)) or "nothing"
                    raise AvanpError(f"{name!r} has no column {column!r}, only {has}")
            rows = _rows(reader, columns, name)
        except (csv.Error, UnicodeDecodeError) as error:
            raise AvanpError(f"{name!r} is not a CSV table: {error}") from None
    if not rows:
        raise AvanpError(f"{name!r} has no rows")
    classes, labels = _numbered([row[1] for row in rows])
    groups = _numbered([row[2] for row in rows])[1] if len(columns) == 3 else None
    return LabelTable(tuple(row[0] + suffix for row in rows), labels, classes, groups)


def _rows(reader: "csv.DictReader[str]", columns: list[str], name: str) -> list[list[str]]:
    """Return the wanted fields of every row, checked as they come."""
    rows: list[list[str]] = []
    names: set[str] = set()
    blanks = 0
    for number, row in enumerate(reader, 1):
        given = [row[column] for column in columns]
        fields = given[:1] + [field.strip() for field in given[1:] if field]
        if len(fields) < len(columns) or not all(fields):
            raise AvanpError(f"{name!r}: row {number} lacks a field")
        if None in row:  # where csv keeps what is too much
            raise AvanpError(
                f"{name!r}: row {number} has a field too many: put what holds a comma in quotes"
            )
        blanks += fields != given
        inside(fields[0], f"{name!r}: row {number}")
        if fields[0] in names:
            raise AvanpError(f"{name!r}: row {number} names {fields[0]!r} a second time")
        if number > MAX_ROWS:
            raise AvanpError(f"{name!r} has more than {MAX_ROWS:,} rows: give a smaller table")
        names.add(fields[0])
        rows.append(fields)
    if blanks:
        warnings.warn(
            f"{name!r}: blanks around what {blanks} rows say are left out", Note, stacklevel=2
        )
    return rows


def _numbered(words: list[str]) -> tuple[tuple[str, ...], np.ndarray]:
    """Return the distinct words in order, and of each word its number among them."""
    # An array of words would give every one of them the room of the longest.
    distinct = tuple(sorted(set(words)))
    number = {word: i for i, word in enumerate(distinct)}
    return distinct, np.array([number[word] for word in words], np.int64)


def check_links(folder: str, files: Sequence[str]) -> None:
    """Raise an `AvanpError` where a file that a table names is a link out of the table's folder."""
    root = os.path.join(os.path.realpath(folder), "")
    for file in files:
        if not os.path.realpath(os.path.join(folder, file)).startswith(root):
            raise AvanpError(
                f"{file!r} is a link that leads out of {folder!r}: put the file itself there"
            )


def inside(path: str, where: str) -> str:
    """Return a relative path that stays below its folder; any other is an `AvanpError`."""
    parts = path.replace("\\", "/").split("/")
    drive = len(parts[0]) > 1 and parts[0][1] == ":"
    if any(part in ("", ".", "..") for part in parts) or drive or "\0" in path:
        raise AvanpError(f"{where} names {path!r}, which is not a path below its folder")
    return path
