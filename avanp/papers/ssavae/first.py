"""What the cells share: the first stage of each (Kz, labels, seed), and one judge of a set."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from avanp.errors import AvanpError
from avanp.evaluation.choice import some_labels
from avanp.experiments.experiment import Arrays, Cell, Result
from avanp.layers.base import Layer
from avanp.optim.schedules import Cosine
from avanp.rng import stream
from avanp.systems.base import System
from avanp.systems.classifier import Classifier
from avanp.systems.finite import NotFinite
from avanp.systems.structured import UNLABELLED
from avanp.systems.vec import VEC
from avanp.training.trainer import Trainer

BATCH = 128
HELD = 1000
ALL = "all"  # labels
JUDGE_WIDTHS = (16, 32, 64)


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
    """Train a VEC whose rate falls along a cosine, and return its arrays."""
    sets = sets_of(of, data)
    labels = sets.labels
    if of["labels"] != ALL:
        labels = some_labels(labels, int(of["labels"]), of["seed"], UNLABELLED)
    return _trained(build_vec(of, sets), sets.train, labels, of)


def build_vec(of: Mapping[str, Any], sets: Sets) -> VEC:
    """Return an untrained VEC of size S."""
    config = VEC.config_class(shape=sets.shape, classes=sets.classes, latent=int(of["kz"]))
    return VEC(config, of["seed"])


def judge_of(cell: Cell) -> dict[str, Any]:
    """Return what the judge depends on: the images alone."""
    return {name: cell[name] for name in ("images", "epochs")}


def make_judge(of: Mapping[str, Any], data: Arrays) -> Result:
    """Train a classifier of images on all labels, apart from every model that it judges."""
    sets = sets_of(of, data)
    return _trained(build_judge(sets), sets.train, sets.labels, of)


def build_judge(sets: Sets) -> Classifier:
    """Return an untrained judge: 3×3 convolutions of stride 2, 64 features."""
    config = Classifier.config_class(
        shape=sets.shape, classes=sets.classes, arch="cnn", widths=JUDGE_WIDTHS, batch_norm=True
    )
    return Classifier(config, 0)


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
