"""Estimators of the systems in `avanp.systems`, trained by `avanp.training`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from avanp.errors import AvanpError
from avanp.estimators import inputs
from avanp.estimators.base import Array
from avanp.estimators.classed import Classed
from avanp.estimators.labels import as_classes
from avanp.estimators.saved import plain_value
from avanp.estimators.training import trained
from avanp.rng import seed_of
from avanp.systems import auto
from avanp.systems.base import System
from avanp.systems.find import find
from avanp.systems.options import options_of
from avanp.systems.structured import UNLABELLED
from avanp.training.batches import shares_of
from avanp.training.folder import parts_of
from avanp.training.rates import parse_schedule
from avanp.training.trainer import Trainer

Callback = Callable[[Trainer, dict[str, Any]], Any]


@dataclass(kw_only=True, eq=False, repr=False)
class TrainedEstimator(Classed):
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
        y : array-like (N,), optional
            Classes, of a conditional model; of others not used.
        sample_weight : array (N,), optional
            How often an image is drawn: N an epoch, in proportion; a mixture's fit draws so too.
        validation_data : as X, or (X, y), optional
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
        return self._learn(X, y, epochs, again, sample_weight, validation_data, callbacks)

    def partial_fit(self, X: Any, y: Any = None) -> Self:
        """Train for one more epoch, from the present weights if there are any, and return self.

        So many calls with the same X are a `fit` of so many epochs, bit for bit. A mixture that new
        codes are drawn of is fitted to X; where X has fewer images than an earlier call it only
        follows, by a step of EM in which they weigh as the share that they are of those. So a small
        chunk makes it forget little; of chunks of one size it is fitted to the last. Grain
        (`texture`) is what the present weights leave out of X, whatever its size. Of a conditional
        model the first chunk must have all classes.
        """
        return self._learn(X, y, 1, self.__sklearn_is_fitted__(), parts=True)

    def _learn(
        self,
        X: Any,
        y: Any,
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
            if getattr(self, "conditional", False):
                self.classes_ = as_classes(y, len(images), UNLABELLED)[0]
            config = kind.config_class.from_options(**self._options(images.shape, epochs))
            system = kind(config, seed, parts=parts_of(kind, config, seed))
        labels = self._labels(y, len(images)) if system.needs_labels else None
        held = None
        if validation_data is not None:
            held = self._like(images, validation_data, labels is not None)
        shares = shares_of(sample_weight, len(images))
        rows, stopping = self._hold_out(images, labels, held, seed)
        images, shares = images[rows], None if shares is None else shares[rows]
        labels = None if labels is None else labels[rows]
        plan = self._plan(system.name, images.shape)
        if epochs is None:
            epochs = plan.epochs
            if plan.schedule and not again:
                stopping["schedule"] = parse_schedule(plan.schedule, system.config.lr, epochs)
        trainer = self._trainer(system, len(images), seed, plan.batch, **stopping)
        if again:
            self._place(trainer, parts)
        looks: dict[str, Any] = {"callbacks": callbacks, "verbose": bool(self.verbose)}
        trained(trainer, images, epochs, labels=labels, weights=shares, **looks)
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

    def _like(self, images: Array, validation_data: Any, labelled: bool = False) -> Any:
        """Return validation images as those that are trained on; `labelled`: with their classes."""
        if labelled and not (isinstance(validation_data, tuple) and len(validation_data) == 2):
            raise AvanpError("validation_data must be (images, labels)")
        if labelled:
            held = self._like(images, validation_data[0])
            return held, self._labels(validation_data[1], len(held))
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
        if options.get("conditional"):
            options["classes"] = len(self.classes_)
        return {**options, "shape": tuple(one)}

    def _hold_out(
        self, images: Array, labels: Array | None, held: Any, seed: int
    ) -> tuple[Any, dict[str, Any]]:
        """Return which images to train on, and the trainer's options about the others."""
        return slice(None), {} if held is None else {"validation": held}
