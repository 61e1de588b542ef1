"""What cells of a run are given, and the row that is kept of one."""

from collections.abc import Mapping
from typing import Any

from avanp.data.images import ImageSet
from avanp.data.resolve import resolve
from avanp.data.size import Size
from avanp.experiments.experiment import Experiment
from avanp.experiments.places.outcome import Outcome
from avanp.experiments.result import Arrays


def images_for(
    experiment: Experiment, data: str | None = None, size: Size | None = None
) -> ImageSet:
    """Return the images that are named, or the experiment's own, of its size or another."""
    size = experiment.size if size is None else size
    return resolve(experiment.data if data is None else data, size)


def arrays_of(images: ImageSet) -> Arrays:
    """Return what cells are given: the images, and their labels and groups, if they have some."""
    others = {"labels": images.labels, "groups": images.groups}
    return {"images": images.images} | {k: v for k, v in others.items() if v is not None}


def to_row(
    experiment: Experiment, cell: Mapping[str, Any], outcome: Outcome, data: str
) -> dict[str, Any]:
    """Return a cell's row; `data` is the hash of the images.

    Parameters
    ----------
    experiment : Experiment
    cell : mapping
        The values of its axes.
    outcome : Outcome
        What computing it gave, or its failure.
    data : str
        The SHA-256 of the images.
    """
    result = outcome.result
    numbers = {name.removesuffix("?"): None for name in experiment.row}
    seconds = dict.fromkeys(experiment.seconds, 0.0)
    return {
        **{axis.name: cell[axis.name] for axis in experiment.grid.axes},
        **{name: _number(result.numbers.get(name)) for name in numbers},
        "status": result.status,
        "reason": result.reason,
        **{name: round(result.seconds.get(name, 0.0), 6) for name in seconds},
        "host": outcome.host,
        "data": data,
    }


def _number(value: Any) -> Any:
    # Kernels that are not compiled return NumPy's scalars, which JSON does not know.
    return value.item() if hasattr(value, "item") else value
