"""The parts that a configuration names, trained runs among them."""

from typing import Any

from avanp.systems.base import System
from avanp.systems.parts import Part
from avanp.training.checkpoint import load_best
from avanp.training.folder import checkpoint_in


def parts_of(kind: type[System], config: Any, seed: int, dtype: Any = "float32") -> dict[str, Part]:
    """Return the parts of a new system, by `System.own_parts`; a run is named by its path.

    Parameters
    ----------
    kind : type
        A system.
    config : Config
        Of that system.
    seed : int
        Of parts that are drawn at random.
    dtype : numpy dtype
    """
    return kind.own_parts(config, seed, dtype, lambda run: load_best(checkpoint_in(run))[0])
