"""A run's folder: a document that says what the run is, and its rows, which are never lost.

Rows are JSON Lines. One is appended by one write of a whole line and is on the disk before
`Journal.append` returns; a last line that a killed process left unfinished is cut off when the run
goes on, and is done again. The folder is held by a lock meanwhile; all that is decided from its
files is decided under it, and no file is followed out of the folder.

A sweep has cells as rows and its options as identity. A training would use it so: its rows are
those of epochs, its identity is the options that its checkpoint keeps, which is there once the
first epoch is::

    TRAINING = Kind("training", rows="metrics.jsonl", row={"epoch": whole(0)})
    with opened(folder, TRAINING) as journal:
        before = describe(checkpoint)["about"]["order"] if checkpoint.exists() else None
        rows = journal.resume(options, before)      # refuses another training, and says which
        journal.replace([row for row in rows if row["epoch"] <= epoch])
        journal.append({"epoch": epoch + 1, ...})
"""

import json
import math
import os
import platform
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from io import FileIO
from pathlib import Path
from typing import Any

from avanp.errors import AvanpError
from avanp.files import append_whole, cut, make_folder, write_whole, writing
from avanp.locks import NAME as LOCK
from avanp.locks import held
from avanp.runs.folder import Kind, Row, read, read_identity, refuse_another
from avanp.temporary import NAME as TEMPORARY
from avanp.temporary import remove_leftovers

NOTE_EVERY = 5.0  # seconds between two notes of a run that goes on


class Journal:
    """The rows of the run in a folder that this process holds; see `opened`."""

    def __init__(self, folder: Path, kind: Kind, lock: FileIO) -> None:
        self.folder = folder
        self.kind = kind
        self._rows = folder / kind.rows
        self.lock = lock
        self._noted = -NOTE_EVERY

    def resume(
        self, identity: Mapping[str, Any], before: Mapping[str, Any] | None = None
    ) -> list[Row]:
        """Begin the run, or go on with it: return the rows that are there.

        Parameters
        ----------
        identity : mapping
            What the run is, as JSON can hold it.
        before : mapping, optional
            What the run in the folder is, where no file of its own says so.

        Raises
        ------
        AvanpError
            Where the folder holds another run; the message names what differs.
        """
        remove_leftovers(self.folder, *self.kind.folders)
        if self.kind.identity is not None and os.path.lexists(self.folder / self.kind.identity):
            before = read_identity(self.folder, self.kind)
        there = dict(identity) if before is None else {**before, **self._gained(before, identity)}
        if before is not None:
            refuse_another(there, identity, self.folder, self.kind)
        if self.kind.identity is not None and there != before:
            text = json.dumps(there, indent=2) + "\n"
            write_whole(self.folder / self.kind.identity, text.encode())
        content, rows = read(self._rows, self.kind)
        if not content.endswith(b"\n") and content:
            cut(self._rows, content.rfind(b"\n") + 1)
        return rows

    def _gained(self, before: Mapping[str, Any], identity: Mapping[str, Any]) -> dict[str, Any]:
        name = self.kind.grows
        if name is None or not set(before[name]) < set(identity[name]):
            return {}
        return {name: list(identity[name])}

    def append(self, row: Mapping[str, Any]) -> None:
        """Append a row, on the disk when this returns; where that fails, no part of it is there.

        Raises
        ------
        OSError
            Where the disk is full or fails, with the file's name.
        """
        append_whole(self._rows, _line(row))

    def replace(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Put other rows in the place of all that are there, in one step."""
        write_whole(self._rows, b"".join(map(_line, rows)))

    def note(self, at_once: Callable[[], int]) -> None:
        """Leave a note, now and then, of who is at work and on how much at once."""
        if time.monotonic() - self._noted < NOTE_EVERY:
            return
        self._noted = time.monotonic()
        note = {"pid": os.getpid(), "host": platform.node(), "at_once": at_once()}
        with suppress(OSError):  # a full disk is told by what matters
            self.lock.truncate(0)
            self.lock.write((json.dumps(note) + "\n").encode())


@contextmanager
def opened(folder: str | Path, kind: Kind) -> Iterator[Journal]:
    """Make or open a run's folder and hold it; a dead process holds nothing.

    Raises
    ------
    AvanpError
        If it is a file, cannot be written, holds files that are not a run's, or is in use.
    """
    if not str(folder):
        raise AvanpError("--out names no folder: name a new one, or the folder of a run")
    directory, said = Path(folder), f"--out {folder}"
    in_use = f"{said} is in use by another {kind.name}: wait for it, or name another folder"
    with ExitStack() as stack:
        with writing(directory):
            if directory.is_file():
                raise AvanpError(f"{said} is a file: name a new folder, or the folder of a run")
            make_folder(directory)
            known = kind.identity is None or os.path.lexists(directory / kind.identity)
            if not known and any(not _left_early(path.name) for path in directory.iterdir()):
                raise AvanpError(f"{said} holds other files: name a new or an empty folder")
            lock = stack.enter_context(held(directory, in_use))
        yield Journal(directory, kind, lock)


def _left_early(name: str) -> bool:
    """Whether a run killed at its very start leaves a file of this name."""
    return name == LOCK or TEMPORARY.fullmatch(name) is not None


def _line(row: Mapping[str, Any]) -> bytes:
    """Return a row's line; what is not finite is null, for JSON has no word for it."""
    finite = {
        key: None if isinstance(value, float) and not math.isfinite(value) else value
        for key, value in row.items()
    }
    return (json.dumps(finite, allow_nan=False) + "\n").encode()
