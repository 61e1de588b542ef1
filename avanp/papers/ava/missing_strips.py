"""Generated images of a sweep that are no longer there."""

import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from avanp.experiments.folder import strip_path

MOST_NAMED = 5  # of missing pictures


def warn_of_missing(
    directory: Path, rows: Iterable[Mapping[str, Any]], config: Mapping[str, Any]
) -> None:
    """Warn of the strips of finished cells that are gone; `rows` say that they were there."""
    first = (r for r in rows if r["seed"] == config["seeds"][0] and r["status"] == "ok")
    paths = (strip_path(directory, row["rules"], row["model"], row["lr"]) for row in first)
    missing = [path.name for path in paths if not path.exists()]
    if missing:
        more = f" and {len(missing) - MOST_NAMED} more" if len(missing) > MOST_NAMED else ""
        warnings.warn(
            f"missing in {directory / 'samples'}: {', '.join(missing[:MOST_NAMED])}{more}. Their "
            "cells are finished and are not run again: to draw them, take their lines (seed "
            f"{config['seeds'][0]}) out of rows.jsonl and give the command of the sweep again",
            stacklevel=4,  # where `sweep` was called
        )
