"""A system on disk: configuration, weights, optimisers, and where its training is."""

from pathlib import Path
from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.nets.earlier import drop_biases
from avanp.release import VERSION
from avanp.systems.base import System
from avanp.systems.find import known
from avanp.training import archive, earlier_names
from avanp.training.document import FORMAT, check_document
from avanp.training.fill import fill, restore_optimisers
from avanp.training.rebuild import part_arrays, rebuilt

Array = np.ndarray
# Of a trainer's state: where it is, and how it ended (see `avanp.training.ending`).
TOLD = (
    *("epoch", "step", "about", "until", "until_step", "log_every"),
    *("stopped", "patience", "best", "diverged"),
)
GROUPS = ("weights", "optimiser", "state", "parts", "best")


def save(path: Path | str, system: System, state: dict[str, Any] | None = None) -> None:
    """Write a checkpoint, ``.npz`` or ``.safetensors`` by its suffix, whole or not at all.

    Parameters
    ----------
    path : path
    system : System
        Its configuration, nets, optimisers, state, and the parts that are kept in checkpoints.
    state : dict, optional
        Where training is: what JSON can hold, and under "best_weights" a dict of arrays.
    """
    state = dict(state or {})
    best = state.pop("best_weights", {})
    document = {
        "format": FORMAT,
        "avanp": VERSION,
        "system": system.name,
        "config": system.config.to_json(),
        "seed": system.seed,
        "dtype": system.dtype.name,
        "nets": {net: sum(p.size for p in n.params.values()) for net, n in system.nets.items()},
        "parts": {
            name: {
                "origin": part.origin,
                "sha256": part.sha256,
                "kept": part.kept,
                **({} if part.of is None else {"of": part.of}),
            }
            for name, part in system.parts.items()
        },
        "state": state,
    }
    every = {f"weights/{key}": a for key, a in system.parameters().items()}
    for net, one in system.optimisers.items():
        every |= {f"optimiser/{net}/{key}": a for key, a in one.state_dict().items()}
    every |= {f"state/{key}": a for key, a in system.state.items()}
    every |= {f"parts/{key}": a for key, a in part_arrays(system).items()}
    every |= {f"best/{key}": a for key, a in best.items()}
    document["arrays"] = len(every)
    archive.write(Path(path), document, every)


def load(path: Path | str) -> tuple[System, dict[str, Any]]:
    """Return the system, ready to go on, and the state, its arrays under "best_weights".

    Raises
    ------
    AvanpError
        In one line, for a file that is not there, damaged, of a newer format, or whose arrays are
        not those of the system it names.
    """
    path = Path(path)
    document, arrays = archive.read(path)
    check_document(path, document)
    if document["format"] == 1:
        document = earlier_names.document(document)
        arrays = {earlier_names.array(name): array for name, array in arrays.items()}
    if document["system"] not in known():
        raise AvanpError(
            f"{str(path)!r} holds a {document['system']}, which is no system of avanp: name its "
            "class with --system FILE.py:CLASS, or load it with avanp.systems.find.find"
        )
    try:
        groups: dict[str, dict[str, Array]] = {group: {} for group in GROUPS}
        for name, array in arrays.items():
            group, _, key = name.partition("/")
            if group not in groups:
                raise AvanpError(f"it holds {name!r}, which belongs to no part of it")
            groups[group][key] = array
        system = rebuilt(document, groups)
        for net, layer in system.nets.items():
            drop_biases(layer, groups["weights"], f"{net}.")
            drop_biases(layer, groups["best"], f"{net}.")
        fill(system.parameters(), groups["weights"], "weights")
        fill(system.state, groups["state"], "state")
        restore_optimisers(system, groups["optimiser"])
        state = document["state"]
        if not isinstance(state, dict):
            raise AvanpError("its state is no JSON object")
        if len(arrays) != document.get("arrays", len(arrays)):
            raise AvanpError(f"it holds {len(arrays)} arrays of {document['arrays']}")
    except (ValueError, TypeError, OverflowError) as error:
        # An AvanpError is a ValueError.
        raise AvanpError(f"{str(path)!r} is damaged: {error}") from None
    return system, {**state, "best_weights": groups["best"]}


def load_best(path: Path | str) -> tuple[System, dict[str, Any]]:
    """Return what `load` does, the system with the best weights where early stopping keeps them.

    For a model that is to be used: training goes on from the last weights.
    """
    system, state = load(path)
    if state["best_weights"]:
        try:
            fill(system.parameters(), state["best_weights"], "best weights")
        except AvanpError as error:
            raise AvanpError(f"{str(path)!r} is damaged: {error}") from None
    return system, state


def describe(path: Path | str) -> dict[str, Any]:
    """Return what a checkpoint says of itself, without building its system.

    Keys: format, avanp, system, config, seed, dtype, nets (the number of weights of each),
    parameters (of all), arrays, bytes, and those of TOLD that a trainer has written.
    """
    path = Path(path)
    document, n_arrays = archive.read_document(path)
    check_document(path, document)
    state = document.pop("state")
    if document["format"] == 1:
        document = earlier_names.document(document)
    kept = {key: state[key] for key in TOLD if key in state}
    sizes = {"arrays": n_arrays, "bytes": path.stat().st_size}
    return {**document, "parameters": sum(document["nets"].values()), **sizes, **kept}
