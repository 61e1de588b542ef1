"""The run directory of a sweep: run.json, rows.jsonl and samples/."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.files import make_folder
from avanp.papers.ava.cells import index_rows
from avanp.papers.ava.sample_files import strip_path
from avanp.pictures.save import save_image
from avanp.report.text import about_seeds, listed_seeds
from avanp.runs import folder, journal
from avanp.runs.folder import Kind
from avanp.runs.schema import Rule
from avanp.sweeps.cells import Key, key_of
from avanp.sweeps.wellformed import is_config, is_row

FORMAT = 1


def _images(there: Any, asked: Any) -> str:
    before, now = (
        f"{data['name']} ({data['count']} of {data['width']}x{data['height']})"
        for data in (there, asked)
    )
    return f"data {before} there, {'other pixels' if before == now else now} asked"


def _seeds(there: Any, asked: Any) -> str:
    return f"{about_seeds(there)} there, {listed_seeds(asked)} asked"


SWEEP = Kind(
    "sweep",
    rows="rows.jsonl",
    row=Rule("row of a sweep", is_row),
    identity="run.json",
    document=Rule("configuration of a sweep", is_config),
    format=FORMAT,
    # What makes two runs the same run; versions may differ.
    same=("format", "lr", "models", "rules", "seeds", "draws", "data", "experiment"),
    telling={"data": _images, "seeds": _seeds},
    folders=("samples",),
)


class Store(journal.Journal):
    """The rows and pictures of one sweep, on disk."""

    def start(
        self, config: dict[str, Any], retry_failed: bool = False
    ) -> dict[Key, dict[str, Any]]:
        """Begin the run, or go on with it: return the rows that are there, by key.

        With `retry_failed` the rows of failed cells are taken out.
        """
        rows = self.resume(config)
        for row in rows:
            if row["data"] != config["data"]["sha256"]:
                raise AvanpError(
                    f"{self.folder / SWEEP.rows} holds a row of other images: name another folder"
                )
        index_rows(rows, config)  # refuses rows of another grid, and two rows of one run
        if retry_failed and any(row["status"] == "failed" for row in rows):
            rows = [row for row in rows if row["status"] != "failed"]
            self.replace(rows)
        return {key_of(row): row for row in rows}

    def save_samples(self, row: dict[str, Any], samples: np.ndarray) -> None:
        """Write a cell's first generated images side by side; (n, H, W, 3) uint8."""
        from PIL import Image

        path = strip_path(self.folder, row["rules"], row["model"], row["lr"])
        make_folder(path.parent, self.folder)
        strip = np.concatenate(list(samples), axis=1)
        save_image(Image.fromarray(strip), path)


@contextmanager
def opened(out: str | Path) -> Iterator[Store]:
    """Make or open a run directory and lock it: see `avanp.runs.journal.opened`."""
    with journal.opened(out, SWEEP) as run:
        yield Store(run.folder, SWEEP, run.lock)


def read_run(directory: Path) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the rows of a run, at least one, and its configuration."""
    config, rows = read_config(directory), read_rows(directory)
    if not rows:
        raise AvanpError(f"{directory} has no finished row yet: run its sweep again")
    return rows, config


def read_config(directory: Path) -> dict[str, Any]:
    """Read and check run.json."""
    return folder.read_identity(directory, SWEEP)


def read_rows(directory: Path) -> list[dict[str, Any]]:
    """Read rows.jsonl; an unfinished last line is left out, any other broken line is an error."""
    return folder.read_rows(directory, SWEEP)
