"""What is said of cells that failed."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from avanp.console import fail

if TYPE_CHECKING:
    pass
from avanp.commands.sweeping import kept


def tell_failed(rows: Sequence[Mapping[str, Any]], how: str) -> None:
    """End the command where cells failed: how many, how to run them again, and why the first."""
    failed = [row for row in rows if row["status"] == "failed"]
    if not failed:
        return
    first = failed[0]
    fail(f"{len(failed)} of {len(rows)} cells failed: {how}; the first: {_cell(first)}", 1)


def _cell(row: Mapping[str, Any]) -> str:
    """Return a failed cell in words: what stands before its seed in a row tells it."""
    from avanp.experiments.axes import shown

    names = list(row)[: list(row).index("seed")]
    where = " ".join(shown(row[name]) for name in names)
    return f"{where}, seed {row['seed']}: {row['reason']}"


def retry(out: str | None) -> str:
    """Return how the cells that failed are run again."""
    return "the same command with --retry-failed runs them again" if out else kept(out)
