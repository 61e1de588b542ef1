"""The rows of a sweep as tests compare them: without what no two runs share."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from avanp.sweeps.cells import key_of
from avanp.sweeps.store import read_rows

MEASURED = ("train_seconds", "eval_seconds", "host")


def results(rows: Path | Iterable[dict[str, Any]]) -> list[str]:
    """Return rows as their bytes in rows.jsonl, without timings and host, in one order.

    `rows` are rows, or the folder of a run; a torn last line is no row.
    """
    found = read_rows(rows) if isinstance(rows, Path) else list(rows)
    kept = [{k: v for k, v in row.items() if k not in MEASURED} for row in found]
    return [json.dumps(row) for row in sorted(kept, key=key_of)]
