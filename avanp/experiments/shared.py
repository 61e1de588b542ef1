"""What cells share, made once before them, and kept in the folder of the run."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from avanp.errors import AvanpError
from avanp.experiments.experiment import Experiment
from avanp.experiments.places.outcome import Outcome, Task, failed
from avanp.experiments.places.place import Place
from avanp.files import make_folder
from avanp.training import archive

Given = dict[str, Any] | Outcome


def make_shared(
    experiment: Experiment, cells: list[dict[str, Any]], place: Place, folder: Path | None
) -> list[Given]:
    """Return for each cell what it is given by name, or why there is none: a failed outcome.

    Parameters
    ----------
    experiment : Experiment
    cells : list of dict
        Those that are to be computed.
    place : Place
        Where it is made.
    folder : Path, optional
        Of the run: what is there is read, and what is made is kept.
    """
    given: list[Given] = [{} for _ in cells]
    for shared in experiment.shared:
        asked = [dict(shared.of(cell)) for cell in cells]
        apart = {json.dumps(one, sort_keys=True): one for one in asked}
        there = {key: _read(folder, shared.name, one) for key, one in apart.items()}
        tasks = [
            Task((key,), shared.make, apart[key], {})
            for key, arrays in there.items()
            if arrays is None
        ]
        for task, outcome in place.outcomes(tasks):
            arrays = dict(outcome.result.arrays)
            if outcome.result.status != "ok":
                why = f"{shared.name}: {outcome.result.reason}"
                there[task.key[0]] = outcome._replace(result=failed(why))
                continue
            there[task.key[0]] = arrays
            if folder is not None:
                path = _path(folder, shared.name, task.cell)
                make_folder(path.parent, folder)
                archive.write(path, {"of": dict(task.cell)}, arrays)
        for i, one in enumerate(asked):
            found, so_far = there[json.dumps(one, sort_keys=True)], given[i]
            if isinstance(found, Outcome):
                given[i] = found
            elif not isinstance(so_far, Outcome):
                given[i] = {**so_far, shared.name: found}
    return given


def _path(folder: Path, name: str, of: Mapping[str, Any]) -> Path:
    digest = hashlib.sha256(json.dumps(dict(of), sort_keys=True).encode()).hexdigest()
    return folder / "shared" / f"{name}-{digest[:16]}.npz"


def _read(folder: Path | None, name: str, of: Mapping[str, Any]) -> Any:
    """Return what is kept, or None: a file that is damaged is made again."""
    if folder is None or not _path(folder, name, of).exists():
        return None
    try:
        document, arrays = archive.read(_path(folder, name, of))
    except AvanpError:
        return None
    return arrays if document.get("of") == dict(of) else None
