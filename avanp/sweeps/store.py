"""The run directory: run.json, rows.jsonl and samples/, and going on with an interrupted run."""

import json
import os
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path
from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.files import NO_ROOM, append_whole, make_folder, regular, write_whole
from avanp.locks import NAME, held
from avanp.papers.ava.cells import index_rows
from avanp.papers.ava.sample_files import strip_path
from avanp.pictures.save import save_image
from avanp.sweeps.cells import Key, key_of
from avanp.sweeps.differences import differences
from avanp.sweeps.wellformed import is_config, is_row

FORMAT = 1
NOTE_EVERY = 5.0  # seconds between two notes on a run that goes on


class Store:
    """The rows of one run, on disk; `note` is where its holder writes how it is at work."""

    def __init__(self, directory: Path, note: FileIO) -> None:
        self.directory = directory
        self._rows_path = directory / "rows.jsonl"
        self._note = note
        self._noted = -NOTE_EVERY

    def start(
        self, config: dict[str, Any], retry_failed: bool = False
    ) -> dict[Key, dict[str, Any]]:
        """Begin the run, or go on with it: return the rows that are there, by key.

        With `retry_failed` the rows of failed cells are taken out.
        """
        for pattern in (".run.json.*.tmp", ".rows.jsonl.*.tmp", "samples/.*.tmp"):
            for left in self.directory.glob(pattern):  # by a process killed while it wrote
                left.unlink()
        path = self.directory / "run.json"
        if path.exists():
            _same(read_config(self.directory), config, self.directory)
        else:
            write_whole(path, (json.dumps(config, indent=2) + "\n").encode())
        rows = read_rows(self.directory)
        self._drop_torn_line()
        for row in rows:
            if row["data"] != config["data"]["sha256"]:
                raise AvanpError(
                    f"{self._rows_path} holds a row of other images: name another folder"
                )
        index_rows(rows, config)  # refuses rows of another grid, and two rows of one run
        if retry_failed and any(row["status"] == "failed" for row in rows):
            rows = [row for row in rows if row["status"] != "failed"]
            write_whole(self._rows_path, b"".join(map(_line, rows)))
        return {key_of(row): row for row in rows}

    def append(self, row: dict[str, Any]) -> None:
        """Append one row, on the disk when this returns."""
        append_whole(self._rows_path, _line(row))

    def note(self, at_once: Callable[[], int]) -> None:
        """Leave a note, now and then, of who is at work and on how many cells at once."""
        if time.monotonic() - self._noted < NOTE_EVERY:
            return
        self._noted = time.monotonic()
        note = {"pid": os.getpid(), "host": platform.node(), "at_once": at_once()}
        with suppress(OSError):  # a full disk is told by what matters
            self._note.truncate(0)
            self._note.write((json.dumps(note) + "\n").encode())

    def save_samples(self, row: dict[str, Any], samples: np.ndarray) -> None:
        """Write a cell's first generated images side by side; (n, H, W, 3) uint8."""
        from PIL import Image

        path = strip_path(self.directory, row["rules"], row["model"], row["lr"])
        make_folder(path.parent)
        strip = np.concatenate(list(samples), axis=1)
        save_image(Image.fromarray(strip), path)

    def _drop_torn_line(self) -> None:
        """Cut off a last line that a killed process left unfinished; its cell is redone."""
        if not self._rows_path.exists():
            return
        content = self._rows_path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            with open(self._rows_path, "r+b") as file:
                file.truncate(whole)
                os.fsync(file.fileno())


@contextmanager
def opened(out: str | Path) -> Iterator[Store]:
    """Make or open a run directory and lock it; a dead process holds no lock.

    Raises
    ------
    AvanpError
        If `out` is a file, cannot be written, holds files that are not a run's, or is in use.
    """
    if not str(out):
        raise AvanpError("--out names no folder: name a new one, or the folder of a run")
    directory = Path(out)
    try:
        if directory.is_file():
            raise AvanpError(f"--out {out} is a file: name a new folder, or the folder of a run")
        make_folder(directory)
        known = (directory / "run.json").exists()
        if not known and any(not _ours(path.name) for path in directory.iterdir()):
            raise AvanpError(f"--out {out} holds other files: name a new or an empty folder")
        (directory / NAME).touch()
    except OSError as error:
        if error.errno in NO_ROOM:
            raise
        raise AvanpError(
            f"--out {out}: {error.strerror}: name a folder that can be written"
        ) from None
    in_use = f"--out {directory} is in use by another sweep: wait for it, or name another folder"
    with held(directory, in_use) as note:
        yield Store(directory, note)


def _ours(name: str) -> bool:
    """Whether a sweep killed at its very start leaves a file of this name."""
    return name == NAME or (name.startswith(".run.json.") and name.endswith(".tmp"))


def _line(row: dict[str, Any]) -> bytes:
    return (json.dumps(row) + "\n").encode()


def read_run(directory: Path) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the rows of a run, at least one, and its configuration."""
    config, rows = read_config(directory), read_rows(directory)
    if not rows:
        raise AvanpError(f"{directory} has no finished row yet: run its sweep again")
    return rows, config


def read_config(directory: Path) -> dict[str, Any]:
    """Read and check run.json."""
    path = directory / "run.json"
    try:
        regular(str(path))
        config = json.loads(path.read_text("utf-8"))
        # NaN, or half a character, could not be written again.
        json.dumps(config, allow_nan=False, ensure_ascii=False).encode()
    except FileNotFoundError:
        raise AvanpError(f"{directory} holds no run.json: name a sweep's --out folder") from None
    except NotADirectoryError:
        raise AvanpError(f"{directory} is a file: name a sweep's --out folder") from None
    except OSError as error:
        raise AvanpError(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise AvanpError(f"{path} is damaged: {error}; run the sweep in a new folder") from None
    written = config.get("format") if isinstance(config, dict) else None
    if isinstance(written, int) and written != FORMAT:
        raise AvanpError(
            f"{path} has format {written}, and this avanp reads format {FORMAT}: "
            "use the version that wrote it"
        )
    if written != FORMAT or not is_config(config):
        raise AvanpError(f"{path} is not the configuration of a sweep: name a sweep's --out folder")
    return config


def read_rows(directory: Path) -> list[dict[str, Any]]:
    """Read rows.jsonl; an unfinished last line is left out, any other broken line is an error."""
    path = directory / "rows.jsonl"
    try:
        regular(str(path))
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise AvanpError(f"{path} cannot be read: {error.strerror}") from None
    rows = []
    for number, line in enumerate(lines[:-1], 1):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        if not is_row(row):
            raise AvanpError(f"{path}, line {number}, is not a row of a sweep: remove the line")
        rows.append(row)
    return rows


def _same(there: dict[str, Any], config: dict[str, Any], directory: Path) -> None:
    # Through JSON, so that tuples and lists compare.
    different = differences(there, json.loads(json.dumps(config)))
    if different:
        raise AvanpError(
            f"--out {directory} holds another run ({'; '.join(different)}): "
            "name another folder, or give the options it had"
        )
