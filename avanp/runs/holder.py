"""Which process holds a run's folder."""

import json
from pathlib import Path
from typing import Any

from avanp.inside import open_own
from avanp.locks import NAME as LOCK
from avanp.locks import is_held
from avanp.runs.schema import TEXT, fits, whole

LONGEST_NOTE = 400  # a host's name has 255 characters at most
NOTE = {"pid": whole(0, 1 << 32), "host": TEXT, "at_once": whole(0, 1 << 32)}


def worker_of(folder: Path) -> dict[str, Any] | None:
    """Return the note of the process that holds a folder, {} if it says nothing; None if none does.

    Keys: ``pid``, ``host``, and ``at_once``, how much of the run it computes at the same time.
    """
    if not is_held(folder):
        return None
    try:
        with open(folder / LOCK, encoding="utf-8", opener=open_own) as file:
            note = json.loads(file.read(LONGEST_NOTE))
    except (OSError, ValueError, RecursionError):  # it is being written
        return {}
    return note if fits(note, NOTE) else {}
