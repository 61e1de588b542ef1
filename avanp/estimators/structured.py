"""SSAVAE as an estimator: a classifier, a transformer and a generator in one."""

from dataclasses import dataclass, field, make_dataclass
from typing import Any, Self

import numpy as np

from avanp.errors import AvanpError
from avanp.estimators import inputs
from avanp.estimators.base import Array
from avanp.estimators.labels import as_classes
from avanp.estimators.make import docstring
from avanp.estimators.trained import TrainedEstimator, plain_value
from avanp.optim.schedules import Cosine
from avanp.rng import stream
from avanp.systems.options import Option, options_of
from avanp.systems.ssavae import SSAVAE as System
from avanp.systems.structured import UNLABELLED
from avanp.systems.vec import VEC


@dataclass(kw_only=True, eq=False, repr=False)
class StructuredEstimator(TrainedEstimator):
    """Trains both stages; `classes_` are the labels that it knows."""

    system = "SSAVAE"

    def fit(self, X: Any, y: Any = None) -> Self:
        """Train encoder and classifier, then the decoder, from new weights; return self.

        Parameters
        ----------
        X : array (N, H, W, C) or (N, n_features)
            Or what `avanp.load_images` returns.
        y : array-like (N,)
            Classes: whole numbers or strings; the number -1 is an image without a label.

        Raises
        ------
        AvanpError
            For bad parameters, images or labels, and where training diverges.
        """
        x = inputs.as_array(X, self.pixel_range)
        images = inputs.to_images(x)
        self.classes_, labels = as_classes(y, len(images), UNLABELLED)
        given = {name: plain_value(getattr(self, name)) for name in _options()}
        given |= {"shape": tuple(map(int, images.shape[1:])), "classes": len(self.classes_)}
        of_vec, own = (_known(kind, given) for kind in (VEC, System))
        first = VEC(VEC.config_class.from_options(**of_vec), self._seed())
        falling = Cosine(first.config.lr, self._count("epochs", self.epochs))
        before = self._trained(first, images, labels, schedule=falling)
        config = System.config_class.from_options(**{**own, **System.options_from(first)})
        system = System(config, self._seed(), parts=System.parts_from(first, VEC.name))
        # A row of the first stage says so.
        self.history_ = [{"stage": VEC.name, **row} for row in before]
        self.history_ += self._trained(system, images)
        self._keep(system, x.shape[1:])
        self.n_iter_ = len(self.history_) - len(before)
        return self

    def predict_proba(self, X: Any) -> Array:
        """Return the probability of each of `classes_`, (N, classes), float32."""
        x = self._check(X)
        return self.system_.probabilities(x)

    def predict(self, X: Any) -> Array:
        """Return the likeliest class of each image, (N,)."""
        likeliest = self.predict_proba(X).argmax(axis=1)
        return self.classes_[likeliest]

    def score(self, X: Any, y: Any) -> float:
        """Return the accuracy: the share of images whose class is found."""
        return float(np.mean(self.predict(X) == np.asarray(y)))

    def transform(self, X: Any) -> Array:
        """Return the codes mu(x), (N, latent), float32."""
        x = self._check(X)
        return self.system_.encode(x)[0]

    def fit_transform(self, X: Any, y: Any = None) -> Array:
        """Fit, then return the codes of the images."""
        return self.fit(X, y).transform(X)

    def reconstruct(self, X: Any) -> Array:
        """Return the images that the codes mu(x) decode to, float32."""
        x = self._check(X)
        return self.system_.reconstruct(x).reshape(-1, *self.image_shape_)

    def sample(self, n: int, random_state: int | None = None, *, y: Any = None) -> Array:
        """Generate n images, float32.

        Parameters
        ----------
        n : int
        random_state : int, optional
            A seed; by default the estimator's own.
        y : a class, or array-like (n,) of classes, optional
            What they are to show; by default classes as often as training saw them.
        """
        if y is None:
            return super().sample(n, random_state)
        self._check_fitted()
        wanted = np.broadcast_to(np.asarray(y), self._count("n", n))
        known = np.isin(wanted, self.classes_)
        if not known.all():
            names = ", ".join(map(str, self.classes_))
            raise AvanpError(f"there is no class {wanted[~known][0]}: choose from {names}")
        seed = self.random_state if random_state is None else random_state
        # Not sorted where they are the names of a training's classes.
        order = {name: i for i, name in enumerate(self.classes_.tolist())}
        labels = np.array([order[name] for name in wanted.tolist()])
        z = self.system_.noise_of(labels, stream(seed, "sample"))
        return self.system_.decode(z).reshape(-1, *self.image_shape_)

    def _noted(self) -> dict[str, Any]:
        return {"classes": self.classes_.tolist()}

    def _recall(self, about: dict[str, Any]) -> None:
        # Of a folder of `avanp train` they are the classes' names.
        self.classes_ = np.array(about.get("classes") or range(self.system_.config.classes))

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import ClassifierTags

        tags = super().__sklearn_tags__()
        tags.estimator_type = "classifier"
        tags.classifier_tags = ClassifierTags()
        tags.target_tags.required = True
        return tags


def _known(kind: Any, given: dict[str, Any]) -> dict[str, Any]:
    names = options_of(kind.config_class)
    return {name: value for name, value in given.items() if name in names}


def _options() -> dict[str, Option]:
    """Return the options of both stages that the data does not decide."""
    both = {**options_of(System.config_class), **options_of(VEC.config_class)}
    return {name: one for name, one in both.items() if one.limits.command_line}


def _made() -> Any:
    options = _options()
    own = [(name, one.kind, field(default=one.default)) for name, one in options.items()]
    bases = (StructuredEstimator,)
    made: Any = make_dataclass("SSAVAE", own, bases=bases, kw_only=True, eq=False, repr=False)
    # Pickled by its name, which `avanp` finds.
    made.__module__ = "avanp"
    made.__doc__ = docstring(System, options, TrainedEstimator)
    return made


SSAVAE = _made()
