"""A grid: the product of axes and of seeds."""

from collections.abc import Mapping
from itertools import product
from typing import Any

from avanp.experiments.axes import Axis, shown
from avanp.experiments.seeds import SEEDS


class Grid:
    """The product of axes and of seeds: whole seeds are done first, then the first axis.

    Parameters
    ----------
    *axes : Axis
        Without the seeds, which every grid has.
    """

    def __init__(self, *axes: Axis) -> None:
        self.axes = (*axes, SEEDS)

    def values(self, **given: Any) -> dict[str, tuple[Any, ...]]:
        """Return the values of axes by key, from words or values; see `Axis.values`."""
        axes = {axis.key: axis for axis in self.axes}
        return {key: axes[key].values(value) for key, value in given.items()}

    def cells(self, config: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return all cells of a configuration, each a value by axis."""
        *axes, seeds = ([(axis.name, v) for v in config[axis.key]] for axis in self.axes)
        return [dict((*pairs, seed)) for seed, *pairs in product(seeds, *axes)]

    def key(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return what tells a cell, or its row, from the others."""
        return tuple(row[axis.name] for axis in self.axes)

    def told(self, row: Mapping[str, Any]) -> str:
        """Return the cell of a row in words."""
        return ", ".join(f"{axis.name} {shown(row[axis.name])}" for axis in self.axes)
