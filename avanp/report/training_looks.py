"""What a training's pictures looked like when they were drawn, and what to change."""

import json
from pathlib import Path

from avanp.errors import AvanpError
from avanp.report.page import Section, text

NAME = "looks.json"
MOST_BYTES = 100_000


def looks_section(directory: Path) -> Section | None:
    """Return the section of what `avanp train` saw in its pictures; None where all was well.

    Raises
    ------
    AvanpError
        Where its file is damaged.
    """
    path = directory / NAME
    if not path.exists():
        return None
    try:
        with path.open("rb") as file:
            lines = json.loads(file.read(MOST_BYTES))
        if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
            raise ValueError
    except (ValueError, OSError, RecursionError):
        raise AvanpError(f"{str(path)!r} is damaged: remove it, or train again") from None
    said = [text(line[0].upper() + line[1:] + ".") for line in lines if line]
    return Section("looks", "What the pictures look like", [*said]) if said else None
