"""Estimators on disk, and where their training stands."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

import numpy as np

from avanp.estimators.base import Estimator
from avanp.systems.base import System
from avanp.training import checkpoint
from avanp.training.folder import checkpoint_in
from avanp.training.log import read_metrics
from avanp.training.trainer import STREAMS, Trainer

# Of the state of a training, what another one of the same estimator goes on from.
PLACE = ("epoch", "step", "streams", "concluded")


@dataclass(kw_only=True, eq=False, repr=False)
class Saved(Estimator):
    """Adds `save` and `load` to an estimator of a system."""

    def save(self, path: str | Path) -> None:
        """Write parameters, trained nets and history to a file .npz or .safetensors."""
        self._check_fitted()
        about = {
            "estimator": _jsonable(self.get_params()),
            "table": len(self.image_shape_) == 1,
            "grey": len(self.image_shape_) == 2,
            "history": self.history_,
        }
        if hasattr(self, "feature_names_in_"):
            about["columns"] = self.feature_names_in_.tolist()
        checkpoint.save(path, self.system_, {"about": {**about, **self._noted()}, **self._place_})

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Return the fitted estimator of a file of `save`, or of a folder of `avanp train`.

        Raises
        ------
        AvanpError
            For a file that is broken, or of another model.
        """
        file = Path(checkpoint_in(str(path)) if Path(path).is_dir() else path)
        system, state = checkpoint.load_best(file)
        about = state.get("about", {})
        params = {**vars(system.config), "random_state": system.seed, **about.get("estimator", {})}
        params |= cls._told_by(system.name, str(path))
        names = [field.name for field in fields(cls)]
        estimator = cls(**{k: plain_value(v) for k, v in params.items() if k in names})
        shape = system.config.shape
        flat = (shape[1],) if about.get("table") else shape[:2] if about.get("grey") else shape
        estimator._keep(system, flat)
        if "columns" in about:
            estimator.feature_names_in_ = np.array(about["columns"], dtype=object)
        rows = about["history"] if "history" in about else read_metrics(file.parent)
        estimator.history_ = list(rows)
        estimator.n_iter_ = int(state.get("epoch", 0))
        # Where the training goes on.
        estimator._place_ = {k: state[k] for k in PLACE if k in state}
        estimator._recall(about)
        return estimator

    def _keep(self, system: System, shape: tuple[int, ...], X: Any = None) -> None:
        # One of the systems with a decoder; which one, its class says.
        self.system_: Any = system
        self._keep_shape(shape, X)

    def _keep_place(self, trainer: Trainer) -> None:
        """Keep the log, and where another training would go on."""
        self.history_: list[dict[str, Any]] = trainer.rows
        self.n_iter_ = trainer.epoch
        streams = {name: one.bit_generator.state for name, one in trainer.streams.items()}
        self._place_: dict[str, Any] = {
            "epoch": trainer.epoch,
            "step": trainer.step,
            "streams": streams,
            "concluded": max(trainer.concluded, trainer.batches.n if trainer.batches else 0),
        }

    def _place(self, trainer: Trainer, parts: bool = False) -> None:
        """Let a new trainer go on where the last one of this estimator was, maybe with a chunk."""
        place = self._place_
        trainer.concluded = place.get("concluded", 0) if parts else 0
        trainer.rows = list(self.history_)
        trainer.epoch, trainer.step = place.get("epoch", 0), place.get("step", 0)
        for name in STREAMS:
            if name in place.get("streams", {}):
                trainer.streams[name].bit_generator.state = place["streams"][name]

    def _noted(self) -> dict[str, Any]:
        """Return what a file of `save` holds beside, as JSON has it."""
        return {}

    def _recall(self, about: dict[str, Any]) -> None:
        """Take back what `_noted` gave."""

    @classmethod
    def _told_by(cls, system: str, path: str) -> dict[str, Any]:
        """Return parameters that a checkpoint's system decides; one of another is an error."""
        raise NotImplementedError


def plain_value(value: Any) -> Any:
    """Return Python's own number for a NumPy scalar, in a tuple too."""
    if isinstance(value, tuple | list):
        return tuple(map(plain_value, value))
    return value.item() if isinstance(value, np.generic) else value


def _jsonable(params: dict[str, Any]) -> dict[str, Any]:
    """Return parameters as JSON has them; a stream of random numbers is not kept."""
    plain = {k: plain_value(v) for k, v in params.items()}
    if isinstance(plain.get("random_state"), np.random.Generator | np.random.RandomState):
        plain["random_state"] = None
    return {k: list(v) if isinstance(v, tuple) else v for k, v in plain.items()}
