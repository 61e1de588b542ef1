"""Estimators of the systems in `avanp.systems`, trained by `avanp.training`."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from avanp.errors import AvanpError
from avanp.estimators import inputs
from avanp.estimators.base import Array, Estimator
from avanp.evaluation.codes import images_of
from avanp.rng import stream
from avanp.systems.base import System
from avanp.systems.find import find
from avanp.systems.options import options_of
from avanp.training import checkpoint
from avanp.training.folder import checkpoint_in
from avanp.training.parts import parts_of
from avanp.training.trainer import Trainer

# Values of X beyond this are worth a word where training diverges.
LARGE = 10


@dataclass(kw_only=True, eq=False, repr=False)
class TrainedEstimator(Estimator):
    """Fits a system to images, or to the rows of a table.

    `avanp.estimators.make` makes a subclass of each system: the options of the system's
    configuration are its parameters.

    Attributes
    ----------
    system_ : System
        The trained nets.
    history_ : list of dict
        What the training measured: a row an epoch.
    n_iter_ : int
        The epochs that were run.
    image_shape_ : tuple
        Of one image or row, as it was given to `fit`.
    n_features_in_ : int
    """

    system: ClassVar[str]

    epochs: int = 10
    batch_size: int = 128
    random_state: int = 0

    def fit(self, X: Any, y: None = None) -> Self:
        """Train from new weights and return self.

        Parameters
        ----------
        X : array (N, H, W, C) or (N, n_features)
            Or what `avanp.load_images` returns. `y` is not used.

        Raises
        ------
        AvanpError
            For bad parameters or images, and where training diverges: it names net and term.
        """
        self._count("epochs", self.epochs)
        x = inputs.as_array(X, self.pixel_range)
        images = inputs.to_images(x)
        kind = find(self._system())
        config = kind.config_class.from_options(**self._options(images.shape[1:]))
        system = kind(config, self._seed(), parts=parts_of(kind, config, self._seed()))
        images, stopping = self._hold_out(images)
        self.history_: list[dict[str, Any]] = self._trained(system, images, **stopping)
        self._keep(system, x.shape[1:])
        self.n_iter_ = len(self.history_)
        return self

    def _seed(self) -> int:
        return self._count("random_state", self.random_state, 0)

    def _trained(
        self, system: System, images: Array, labels: Array | None = None, **options: Any
    ) -> list[dict[str, Any]]:
        """Train a system and return its log; `options` are a trainer's."""
        epochs = self._count("epochs", self.epochs)
        batch_size = self._count("batch_size", self.batch_size)
        if system.config.batch_norm and len(images) == 1:
            raise AvanpError("batch_norm needs more to train on than one sample")
        trainer = Trainer(system, batch_size=batch_size, seed=self._seed(), **options)
        try:
            history = trainer.fit(images, epochs, labels=labels)
        except AvanpError as error:
            largest = float(np.abs(images).max())
            if largest <= LARGE:
                raise
            raise AvanpError(f"{error}; or scale X, which goes up to {largest:.4g}") from error
        if trainer.best is not None:
            # Also where the epochs ended before the patience did.
            trainer.best.restore(system)
        return history

    def inverse_transform(self, Z: Array) -> Array:
        """Decode codes (n, latent) into images of the fitted shape, float32."""
        self._check_fitted()
        return images_of(self.system_, np.asarray(Z)).reshape(-1, *self.image_shape_)

    def sample(self, n: int, random_state: int | None = None) -> Array:
        """Generate n images of codes z ~ N(0, I), float32.

        `random_state` is a seed; by default the estimator's own.
        """
        self._check_fitted()
        n = self._count("n", n)
        seed = self.random_state if random_state is None else random_state
        return self.system_.generate(n, stream(seed, "sample")).reshape(-1, *self.image_shape_)

    def save(self, path: str | Path) -> None:
        """Write parameters and trained nets to a file .npz or .safetensors."""
        self._check_fitted()
        about = {"estimator": _jsonable(self.get_params()), "table": len(self.image_shape_) == 1}
        checkpoint.save(path, self.system_, {"about": {**about, **self._noted()}})

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Return the fitted estimator of a file of `save`, or of a folder of `avanp train`.

        It has no `history_` and no `n_iter_`.

        Raises
        ------
        AvanpError
            For a file that is broken, or of another model.
        """
        file = checkpoint_in(str(path)) if Path(path).is_dir() else path
        system, state = checkpoint.load_best(file)
        about = state.get("about", {})
        params = {**vars(system.config), "random_state": system.seed, **about.get("estimator", {})}
        params |= cls._told_by(system.name, str(path))
        names = [field.name for field in fields(cls)]
        estimator = cls(**{k: plain_value(v) for k, v in params.items() if k in names})
        shape = system.config.shape
        estimator._keep(system, (shape[1],) if about.get("table") else shape)
        estimator._recall(about)
        return estimator

    def _noted(self) -> dict[str, Any]:
        """Return what a file of `save` holds beside, as JSON has it."""
        return {}

    def _recall(self, about: dict[str, Any]) -> None:
        """Take back what `_noted` gave."""

    def _system(self) -> str:
        """Return the name of the system to train."""
        return self.system

    @classmethod
    def _told_by(cls, system: str, path: str) -> dict[str, Any]:
        """Return parameters that a checkpoint's system decides; one of another is an error."""
        if system != cls.system:
            raise AvanpError(f"{path!r} holds a {system}, not a {cls.system}")
        return {}

    def _keep(self, system: System, image_shape: tuple[int, ...]) -> None:
        # One of the systems with a decoder; which one, its class says.
        self.system_: Any = system
        self.image_shape_ = image_shape
        self.n_features_in_ = int(np.prod(image_shape))

    def _options(self, shape: tuple[int, ...]) -> dict[str, Any]:
        """Return the options of the system's configuration."""
        names = options_of(find(self._system()).config_class)
        options = {k: plain_value(v) for k, v in self.get_params().items() if k in names}
        return {**options, "shape": tuple(map(int, shape))}

    def _hold_out(self, images: Array) -> tuple[Array, dict[str, Any]]:
        """Return the images to train on, and the trainer's options about the others."""
        return images, {}

    def _check(self, X: Any) -> Array:
        """Return X as images of the fitted shape."""
        self._check_fitted()
        x = inputs.as_array(X, self.pixel_range)
        inputs.check_same(x, self.image_shape_, type(self).__name__)
        return inputs.to_images(x)


def plain_value(value: Any) -> Any:
    """Return Python's own number for a NumPy scalar, in a tuple too."""
    if isinstance(value, tuple | list):
        return tuple(map(plain_value, value))
    return value.item() if isinstance(value, np.generic) else value


def _jsonable(params: dict[str, Any]) -> dict[str, Any]:
    plain = {k: plain_value(v) for k, v in params.items()}
    return {k: list(v) if isinstance(v, tuple) else v for k, v in plain.items()}
