"""The AVA paper's sweep as tests look at it: rows without what no two runs share."""

import json
from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from avanp.experiments import folder, kind, status
from avanp.papers.ava.experiment import AVA

MEASURED = ("train_seconds", "eval_seconds", "host")
SWEEP = kind.kind_of(AVA)
key_of = AVA.grid.key


def results(rows: Path | Iterable[dict[str, Any]]) -> list[str]:
    """Return rows as their bytes in rows.jsonl, without timings and host, in one order.

    `rows` are rows, or the folder of a run; a torn last line is no row.
    """
    found = read_rows(rows) if isinstance(rows, Path) else list(rows)
    kept = [{k: v for k, v in row.items() if k not in MEASURED} for row in found]
    return [json.dumps(row) for row in sorted(kept, key=key_of)]


def opened(directory: Path) -> AbstractContextManager[folder.Store]:
    return folder.opened(directory, AVA)


def read_rows(directory: Path) -> list[dict[str, Any]]:
    return folder.read_rows(directory, AVA)


def read_config(directory: Path) -> dict[str, Any]:
    return folder.read_config(directory, AVA)


def read_status(directory: Path) -> status.Status:
    return status.read_status(directory, AVA)
