"""The log of a training run: metrics.jsonl, one JSON object an epoch."""

import json
import math
from pathlib import Path
from typing import Any

from avanp.errors import AvanpError
from avanp.files import append_whole, regular, write_whole

Row = dict[str, Any]
NAME = "metrics.jsonl"


def read_metrics(folder: Path | str) -> list[Row]:
    """Return the rows of a folder's metrics.jsonl; none where there is no such file.

    A last line that was cut short is left out.
    """
    path = Path(folder) / NAME
    try:
        regular(str(path))
        lines = path.read_text(encoding="utf-8").split("\n")
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise AvanpError(f"cannot read {str(path)!r}: {error}") from None
    rows = []
    # After the last newline there is nothing, or a line that was cut short.
    for number, line in enumerate(lines[:-1], 1):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict) or not isinstance(row.get("epoch", 0), int):
            raise AvanpError(f"{str(path)!r} is damaged in line {number}: it is no epoch's row")
        rows.append(row)
    return rows


def start(folder: Path, epoch: int) -> list[Row]:
    """Make the folder's log hold the rows up to `epoch` alone, and return them."""
    rows = [row for row in read_metrics(folder) if row.get("epoch", 0) <= epoch]
    write_whole(folder / NAME, "".join(map(_line, rows)).encode())
    return rows


def append(folder: Path, row: Row) -> None:
    """Write one row to the disk before returning. Infinite values and NaN become null."""
    append_whole(folder / NAME, _line(row).encode())


def _line(row: Row) -> str:
    finite = {
        k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in row.items()
    }
    return json.dumps(finite, ensure_ascii=False, allow_nan=False) + "\n"
