"""Everything that is drawn from the rows of a run, written into its folder."""

import json
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from avanp.files import write_whole
from avanp.report import markdown
from avanp.report.figures import curves, figure6, figures_available
from avanp.report.samples import strip_path
from avanp.report.sheets import write_sheets
from avanp.report.tables import build

MOST_NAMED = 5  # of missing pictures


def write_all(
    directory: Path, rows: Iterable[Mapping[str, Any]], config: Mapping[str, Any]
) -> dict[str, Any]:
    """Write ``tables.json``, ``tables.md``, the sheets and, with matplotlib, the figures.

    Warns of strips that are missing: a row says that its strip was there.

    Parameters
    ----------
    directory : Path
        The folder of the run; strips of generated images are in its ``samples``.
    rows : iterable of mappings
        The content of ``rows.jsonl``, in any order; the sweep may be unfinished.
    config : dict
        The content of ``run.json``.

    Returns
    -------
    dict
        ``tables``, as `avanp.report.tables.build` returns them, and ``paths``, what was written.

    Raises
    ------
    AvanpError
        Where rows do not fit the configuration, a strip is not an image, or the folder cannot be
        written. Every file is whole or absent.
    """
    rows = list(rows)
    tables = build(rows, config)
    text = json.dumps(tables, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"
    paths = [directory / "tables.json", directory / "tables.md"]
    write_whole(paths[0], text.encode())
    write_whole(paths[1], markdown.render(tables).encode())
    paths += write_sheets(directory, config)
    _warn_of_missing(directory, rows, config)
    if figures_available():
        for rules, part in tables["rules"].items():
            if part["verdict"]["cells"]:
                for name, draw in (("figure6", figure6), ("curves", curves)):
                    path = directory / f"{name}-{rules}.png"
                    draw(tables, path, rules)
                    paths.append(path)
    return {"tables": tables, "paths": paths}


def _warn_of_missing(
    directory: Path, rows: Iterable[Mapping[str, Any]], config: Mapping[str, Any]
) -> None:
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
