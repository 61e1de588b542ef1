"""What `avanp reproduce` is to run: on which sets, over which values of the grid."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from avanp.experiments.compare import Compare
from avanp.experiments.experiment import Experiment


def asked_sets(
    experiment: Experiment, item: str | None, data: str | None, quick: bool
) -> tuple[list[str | None], bool]:
    """Return the sets to run on, and whether each has a folder of its own.

    Those that were named; else of the paper's those that are found, but in a quick run; else the
    experiment's own.
    """
    if data is not None:
        names = [data] if Path(data).exists() else [name.strip() for name in data.split(",")]
        return [*names], len(names) > 1
    wanted = experiment.items.get(item or "", {}).get("data", experiment.sets)
    if wanted and not quick:
        from avanp.data.card import card
        from avanp.data.listing import is_here

        found = [name for name in wanted if is_here(card(name))]
        if found:
            return [*found], len(wanted) > 1
    return [experiment.data], False


def asked_values(
    experiment: Experiment, item: str | None, given: dict[str, Any], quick: bool
) -> dict[str, Any]:
    """Return the values of axes and settings: given, of a quick run, or those an item needs."""
    asked = dict(experiment.items.get(item or "", {}))
    asked.pop("data", None)
    if quick:
        own = {name: value for name, value in asked.items() if name not in experiment.settings}
        asked = {**experiment.quick, **own}
    claim = next((claim for claim in experiment.claims if claim.id == item), None)
    for axis in experiment.grid.axes:
        words = given.pop(axis.name)
        compared = _compared(claim.parts, axis.name) if claim is not None else []
        if words is not None:
            asked[axis.key] = words
        elif compared:
            asked[axis.key] = compared
        if axis.key in asked:
            asked[axis.key] = axis.values(asked[axis.key])
    return asked | {name: value for name, value in given.items() if value is not None}


def _compared(parts: Sequence[Compare], axis: str) -> list[Any]:
    """Return the values of an axis that a claim is about, each once."""
    named = [name for part in parts if part.of == axis for name in part.names]
    return list(dict.fromkeys([*named, *(part.at[axis] for part in parts if axis in part.at)]))


def default_data(experiment: Experiment) -> str | None:
    """Return the default of --data in words; None where it is the AVA paper's."""
    if not experiment.sets:
        return experiment.data
    other = " or those of the paper's item" if experiment.items else ""
    return f"{', '.join(experiment.sets)}{other}, where found, else {experiment.data}"
