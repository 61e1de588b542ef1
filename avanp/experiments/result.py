"""What one cell gives, and what several cells are given."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    pass

Arrays = Mapping[str, np.ndarray]
Cell = Mapping[str, Any]


@dataclass(frozen=True)
class Result:
    """What one cell gave.

    Parameters
    ----------
    numbers : mapping
        The numbers of its row, by column; none where there are none.
    status : {"ok", "diverged", "failed"}
        "failed" is an error: the cell may be tried again.
    reason : str
        Why it is not "ok", in one line.
    seconds : mapping
        What it took, by name: columns of the row on which no result depends.
    pictures : mapping
        Images, (n, H, W, 3) uint8, by name; of the first seed a strip is kept.
    arrays : mapping
        Of a `Shared` alone: what the cells that ask for it are given.
    """

    numbers: Mapping[str, float | None] = field(default_factory=dict)
    status: str = "ok"
    reason: str = ""
    seconds: Mapping[str, float] = field(default_factory=dict)
    pictures: Mapping[str, np.ndarray] = field(default_factory=dict, repr=False)
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Shared:
    """What several cells are given: made once for all of them, before them, and kept.

    One net that is trained first and serves a whole grid is such a thing.

    Parameters
    ----------
    name : str
        The keyword by which `Experiment.run` gets its arrays.
    of : callable
        ``(cell) -> dict``: what it depends on; cells that give the same share one.
    make : callable
        ``(that dict, data) -> Result``, whose `arrays` it is.
    """

    name: str
    of: Callable[[Cell], Mapping[str, Any]]
    make: Callable[[Mapping[str, Any], Arrays], Result]
