"""Estimators of the systems in `avanp.systems`, trained by `avanp.training`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from avanp.errors import AvanpError
from avanp.estimators import inputs
from avanp.estimators.base import Array
from avanp.estimators.saved import Saved, plain_value
from avanp.estimators.training import trained
from avanp.estimators.using import Using
from avanp.evaluation.codes import images_of
from avanp.rng import seed_of
from avanp.systems import auto
from avanp.systems.base import System
from avanp.systems.find import find
from avanp.systems.options import options_of
from avanp.training.batches import shares_of
from avanp.training.parts import parts_of
from avanp.training.rates import parse_schedule
from avanp.training.trainer import Trainer

Callback = Callable[[Trainer, dict[str, Any]], Any]


@dataclass(kw_only=True, eq=False, repr=False)
class TrainedEstimator(Using, Saved):
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
    feature_names_in_ : array of str
        The columns of a data frame, where `fit` had one.
    """

    system: ClassVar[str]

    epochs: int = 10
    batch_size: int = 128
    verbose: bool = False
    warm_start: bool = False
    random_state: Any = None

    def fit(
        self,
        X: Any,
        y: Any = None,
        *,
        sample_weight: Any = None,
        validation_data: Any = None,
        callbacks: Iterable[Callback] = (),
    ) -> Self:
        """Train, from new weights unless `warm_start` says otherwise, and return self.

        Ctrl-C ends the training; what was learned by then is kept, with a warning.

        Parameters
        ----------
        X : array (N, H, W, C), (N, H, W) or (N, n_features)
            Or what `avanp.load_images` returns; see `avanp.estimators.inputs.as_array`.
        y : None
            Not used.
        sample_weight : array (N,), optional
            How often an image is drawn: N an epoch, in proportion; a mixture's fit draws so too.
        validation_data : as X, optional
            Looked at after every epoch: ``validation.…`` in the rows of `history_`.
        callbacks : iterable of callable, optional
            Called with the trainer and the new row of `history_` after every epoch; one may set
            ``trainer.stopped = True``.

        Raises
        ------
        AvanpError
            For bad parameters or images, and where training diverges: it names net and term.
        """
        again = bool(self.warm_start) and self.__sklearn_is_fitted__()
        epochs = None if auto.is_auto(self.epochs) else self._count("epochs", self.epochs)
        return self._learn(X, epochs, again, sample_weight, validation_data, callbacks)

    def partial_fit(self, X: Any, y: Any = None) -> Self:
        """Train for one more epoch, from the present weights if there are any, and return self.

        So many calls with the same X are a `fit` of so many epochs, bit for bit. A mixture that new
        codes are drawn of is fitted to X; where X has fewer images than an earlier call it only
        follows, by a step of EM in which they weigh as the share that they are of those. So a small
        chunk makes it forget little; of chunks of one size it is fitted to the last.
        """
        return self._learn(X, 1, self.__sklearn_is_fitted__(), parts=True)

    def _learn(
        self,
        X: Any,
        epochs: int | None,
        again: bool,
        sample_weight: Any = None,
        validation_data: Any = None,
        callbacks: Iterable[Callback] = (),
        parts: bool = False,
    ) -> Self:
        """Train for some epochs, or as many as suit the images, `again` from present weights.

        `parts`: X is a chunk of the images.
        """
        if again:
            images = self._check(X)
            shape, system = self.image_shape_, self.system_
            seed = system.seed
        else:
            x = self._taken(X)
            images, shape = inputs.to_images(x), x.shape[1:]
            seed = seed_of(self.random_state)
            kind = find(self._system())
            config = kind.config_class.from_options(**self._options(images.shape, epochs))
            system = kind(config, seed, parts=parts_of(kind, config, seed))
        held = None
        if validation_data is not None:
            held = self._like(images, validation_data)
        shares = shares_of(sample_weight, len(images))
        rows, stopping = self._hold_out(images, held, seed)
        images, shares = images[rows], None if shares is None else shares[rows]
        plan = self._plan(system.name, images.shape)
        if epochs is None:
            epochs = plan.epochs
            if plan.schedule and not again:
                stopping["schedule"] = parse_schedule(plan.schedule, system.config.lr, epochs)
        trainer = self._trainer(system, len(images), seed, plan.batch, **stopping)
        if again:
            self._place(trainer, parts)
        looks: dict[str, Any] = {"callbacks": callbacks, "verbose": bool(self.verbose)}
        trained(trainer, images, epochs, weights=shares, **looks)
        if not again:
            self._keep(system, shape, X)
        self._keep_place(trainer)
        return self

    def _plan(self, model: str, shape: tuple[int, ...]) -> auto.Plan:
        """Return how to train on images of this shape (N, H, W, C)."""
        batch = self.batch_size
        given = None if auto.is_auto(batch) else self._count("batch_size", batch)
        return auto.plan(model, shape[1:], shape[0], given)

    def _trainer(
        self, system: System, n: int, seed: int, batch_size: int, **options: Any
    ) -> Trainer:
        if system.config.batch_norm and n == 1:
            raise AvanpError("batch_norm needs more to train on than one sample")
        return Trainer(system, batch_size=batch_size, seed=seed, **options)

    def _like(self, images: Array, validation_data: Any) -> Array:
        """Return validation images as those that are trained on."""
        if isinstance(validation_data, tuple):
            if len(validation_data) != 2:
                raise AvanpError("validation_data must be images, or (images, labels)")
            validation_data = validation_data[0]
        x = inputs.as_array(
            validation_data, self.pixel_range, fitted=True, real=self._any_numbers()
        )
        held = inputs.to_images(x)
        if held.shape[1:] != images.shape[1:]:
            wanted, got = images.shape[1:], held.shape[1:]
            raise AvanpError(f"validation_data must be of the shape of X, {wanted}, not {got}")
        return held

    def inverse_transform(self, Z: Any) -> Array:
        """Decode codes (n, latent) into images of the fitted shape, float32."""
        self._check_fitted()
        return images_of(self.system_, np.asarray(Z)).reshape(-1, *self.image_shape_)

    def sample(self, n: int = 1, random_state: Any = None) -> Array:
        """Generate n images, float32, of codes of the model's mixture or else z ~ N(0, I).

        Parameters
        ----------
        n : int
        random_state : int, RandomState, Generator, optional
            By default the estimator's own; where that is None too, other images at each call.
        """
        self._check_fitted()
        made: Array = self.system_.generate(self._drawn(n), self._stream(random_state))
        return made.reshape(-1, *self.image_shape_)

    @classmethod
    def _told_by(cls, system: str, path: str) -> dict[str, Any]:
        if system != cls.system:
            raise AvanpError(f"{path!r} holds a {system}, not a {cls.system}")
        return {}

    def _system(self) -> str:
        """Return the name of the system to train."""
        return self.system

    def _options(self, shape: tuple[int, ...], epochs: int | None = None) -> dict[str, Any]:
        """Return the options of the system's configuration, for images of shape (N, H, W, C)."""
        kind = find(self._system())
        names = options_of(kind.config_class)
        options = {k: plain_value(v) for k, v in self.get_params().items() if k in names}
        n, *one = map(int, shape)
        plan = self._plan(kind.name, tuple(shape))
        updates = plan.epochs * -(-n // plan.batch) if epochs is None else None
        options = auto.options(kind, options, tuple(one), n, updates)
        return {**options, "shape": tuple(one)}

    def _hold_out(self, images: Array, held: Array | None, seed: int) -> tuple[Any, dict[str, Any]]:
        """Return which images to train on, and the trainer's options about the others."""
        return slice(None), {} if held is None else {"validation": held}
