"""What the cells share: the first stage of each (Kz, labels, seed), and one judge of a set."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from avanp.errors import AvanpError
from avanp.evaluation.subsets import some_labels
from avanp.experiments.result import Arrays, Cell, Result
from avanp.layers.base import Layer
from avanp.optim.schedules import Cosine
from avanp.rng import stream
from avanp.systems.base import System
from avanp.systems.finite import NotFinite
from avanp.systems.structured import UNLABELLED
from avanp.systems.vec import VEC
from avanp.training.trainer import Trainer

BATCH = 128
HELD = 1000
# Of the axis of labels: 100 keeps that many, and the other images pay KL; 100-rec, a decoder's
# reconstruction as well; 100-only leaves them out; all keeps all.
ALL, KL, REC, ONLY = "all", "", "rec", "only"
KEPT = re.compile(rf"([1-9]\d{{0,5}})(?:-({REC}|{ONLY}))?")
RECONSTRUCT = 100.0  # the weight of that reconstruction; others are in docs/ssavae.md


class Sets(NamedTuple):
    """Training and held-out images, the same in every cell, and their labels."""

    train: np.ndarray
    labels: np.ndarray
    held: np.ndarray
    held_labels: np.ndarray
    classes: int

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of one image, (H, W, C)."""
        height, width, channels = self.train.shape[1:]
        return height, width, channels


def sets_of(cell: Cell, data: Arrays) -> Sets:
    """Return the images of a cell: at most `HELD` or a fifth held out, and its number to train.

    Raises
    ------
    AvanpError
        Where the set has no labels.
    """
    if "labels" not in data:
        raise AvanpError("SSAVAE needs a set with labels: --data digits, mnist, fashion-mnist")
    images, labels = data["images"], data["labels"]
    order = stream(0, "parts").permutation(len(images))
    n_held = min(HELD, len(images) // 5)
    held, train = order[:n_held], order[n_held:][: cell["images"]]
    classes = int(labels.max()) + 1
    return Sets(images[train], labels[train], images[held], labels[held], classes)


def vec_of(cell: Cell) -> dict[str, Any]:
    """Return what a VEC depends on: every decoder over it is trained against the same one."""
    return {name: cell[name] for name in ("kz", "labels", "seed", "images", "epochs")}


def make_vec(of: Mapping[str, Any], data: Arrays) -> Result:
    """Train a VEC whose rate falls along a cosine, and return its arrays.

    Where the images without a label are left out, it takes as many steps on the others.
    """
    sets = sets_of(of, data)
    if of["labels"] == ALL:
        return _trained(build_vec(of, sets), sets.train, sets.labels, of)
    n, others = kept_labels(of["labels"])
    labels = some_labels(sets.labels, n, of["seed"], UNLABELLED)
    if others != ONLY:
        return _trained(build_vec(of, sets), sets.train, labels, of)
    known = labels != UNLABELLED
    times = -(-len(labels) // BATCH) / -(-int(known.sum()) // BATCH)
    longer = {**of, "epochs": round(times * of["epochs"])}
    return _trained(build_vec(of, sets), sets.train[known], labels[known], longer)


def kept_labels(words: str) -> tuple[int, str]:
    """Return how many labels are kept, and what the other images do: `KL`, `REC` or `ONLY`.

    Raises
    ------
    AvanpError
        For other words than 100, 100-rec and 100-only, or `ALL`.
    """
    found = KEPT.fullmatch(words)
    if found is None:
        raise AvanpError(
            f"--labels: {words!r} is no whole number of at least 1, nor that with -{REC} or "
            f"-{ONLY}, nor {ALL}"
        )
    return int(found[1]), found[2] or KL


def build_vec(of: Mapping[str, Any], sets: Sets) -> VEC:
    """Return an untrained VEC of size S, with a decoder where one is trained along."""
    decoded = of["labels"] != ALL and kept_labels(of["labels"])[1] == REC
    config = VEC.config_class(
        shape=sets.shape,
        classes=sets.classes,
        latent=int(of["kz"]),
        reconstruction_weight=RECONSTRUCT if decoded else 0.0,
    )
    return VEC(config, of["seed"])


def _trained(
    system: System, images: np.ndarray, labels: np.ndarray, of: Mapping[str, Any]
) -> Result:
    falling = Cosine(system.config.lr, of["epochs"])
    trainer = Trainer(system, batch_size=BATCH, seed=of.get("seed", 0), schedule=falling)
    try:
        trainer.fit(images, of["epochs"], labels=labels)
    except NotFinite as error:
        return Result(status="failed", reason=error.what)
    return Result(arrays=arrays_of(system))


def arrays_of(system: System) -> dict[str, np.ndarray]:
    """Return all arrays of a system's nets, by net and name."""
    return {key: array.copy() for key, array in _arrays(system.nets).items()}


def filled(system: Any, arrays: Mapping[str, np.ndarray]) -> Any:
    """Return the system, its nets filled with what `arrays_of` returned."""
    for key, array in _arrays(system.nets).items():
        array[...] = arrays[key]
    return system


def _arrays(nets: Mapping[str, Layer]) -> dict[str, np.ndarray]:
    return {
        f"{name}.{kind}.{key}": array
        for name, net in nets.items()
        for kind, some in (("params", net.params), ("state", net.state))
        for key, array in some.items()
    }
