"""What a run was asked for, checked: the content of run.json."""

import platform
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from avanp.data.images import ImageSet
from avanp.data.size import check_size
from avanp.errors import AvanpError
from avanp.experiments.axes import MOST_SET, check_count
from avanp.experiments.experiment import Experiment
from avanp.release import VERSION
from avanp.runs.schema import FLAG, OBJECT, TEXT, fits, whole

FORMAT = 1
DATA = {
    "name": TEXT,
    "sha256": TEXT,
    "count": whole(),
    "height": whole(),
    "width": whole(),
    "is_paper_set": FLAG,
}


def configuration(
    experiment: Experiment, images: ImageSet, asked: Mapping[str, Any]
) -> dict[str, Any]:
    """Check what was asked for and return it as the content of run.json.

    Parameters
    ----------
    experiment : Experiment
    images : ImageSet
        What it runs on.
    asked : mapping
        Words or values for axes, by their key, and numbers for settings; defaults for the others.

    Raises
    ------
    AvanpError
        In one line that names the option.
    """
    settings = {name: asked.get(name, value) for name, value in experiment.settings.items()}
    for name, value in settings.items():
        check_count(name, value, MOST_SET)
    axes = experiment.grid.axes
    return {
        "format": FORMAT,
        "avanp": VERSION,
        **({} if experiment.unnamed else {"paper": experiment.name}),
        **{axis.key: list(axis.values(asked.get(axis.key, axis.default))) for axis in axes},
        **settings,
        "data": {
            "name": images.name,
            "sha256": images.sha256,
            "count": len(images),
            "height": images.height,
            "width": images.width,
            "is_paper_set": experiment.is_paper_set(images),
        },
        "experiment": dict(experiment.about()),
        "versions": {
            "python": platform.python_version(),
            "numpy": version("numpy"),
            "numba": version("numba"),
        },
    }


def is_configuration(experiment: Experiment, value: Any) -> bool:
    """Whether it may be the content of an experiment's run.json; names become names of files."""
    lists = {axis.key: [axis.schema] for axis in experiment.grid.axes}
    numbers = {name: whole() for name in experiment.settings}
    schema = {"avanp": TEXT, "data": DATA, "experiment": OBJECT, "versions": OBJECT}
    if not fits(value, {**lists, **numbers, **schema}):
        return False
    try:
        check_size((value["data"]["width"], value["data"]["height"]))
        axes = experiment.grid.axes
        return all(list(axis.check(value[axis.key])) == value[axis.key] for axis in axes)
    except AvanpError:
        return False
