"""SSAVAE as an estimator: a classifier, a transformer and a generator in one."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from avanp.errors import AvanpError
from avanp.estimators import inputs
from avanp.estimators.base import Array
from avanp.estimators.encoding import WithCodes
from avanp.estimators.labels import as_classes
from avanp.estimators.saved import plain_value
from avanp.estimators.trained import Callback
from avanp.estimators.training import trained
from avanp.optim.schedules import Cosine
from avanp.rng import seed_of
from avanp.systems.options import Option, options_of
from avanp.systems.ssavae import SSAVAE as System
from avanp.systems.structured import UNLABELLED
from avanp.systems.vec import VEC


@dataclass(kw_only=True, eq=False, repr=False)
class StructuredEstimator(WithCodes):
    """Trains both stages; `classes_` are the labels that it knows."""

    system = "SSAVAE"

    def fit(
        self,
        X: Any,
        y: Any = None,
        *,
        sample_weight: Any = None,
        validation_data: Any = None,
        callbacks: Iterable[Callback] = (),
    ) -> Self:
        """Train encoder and classifier, then the decoder, from new weights; return self.

        Parameters
        ----------
        X : array (N, H, W, C), (N, H, W) or (N, n_features)
            Or what `avanp.load_images` returns.
        y : array-like (N,)
            Classes: whole numbers or strings; the number -1 is an image without a label.
        sample_weight : array (N,), optional
            How often an image is drawn: an epoch then draws N images in proportion.
        validation_data : (images, labels), optional
            Looked at after every epoch of both stages.
        callbacks : iterable of callable, optional
            Called with the trainer and the new row of `history_` after every epoch.

        Raises
        ------
        AvanpError
            For bad parameters, images or labels, and where training diverges.
        """
        if self.warm_start:
            raise AvanpError("SSAVAE learns in two stages from the start: leave warm_start out")
        epochs, seed = self._count("epochs", self.epochs), seed_of(self.random_state)
        x = self._taken(X)
        images = inputs.to_images(x)
        classes, labels = as_classes(y, len(images), UNLABELLED)
        self.classes_ = classes
        given = {name: plain_value(getattr(self, name)) for name in own_options()}
        given |= {"shape": tuple(map(int, images.shape[1:])), "classes": len(classes)}
        of_vec, own = (_known(kind, given) for kind in (VEC, System))
        first = VEC(VEC.config_class.from_options(**of_vec), seed)
        held = self._held(images, validation_data)
        how: dict[str, Any] = {
            "weights": sample_weight,
            "callbacks": callbacks,
            "verbose": bool(self.verbose),
        }
        falling, batch = Cosine(first.config.lr, epochs), self._plan("SSAVAE", images.shape).batch
        one = self._trainer(first, len(images), seed, batch, validation=held, schedule=falling)
        trained(one, images, epochs, labels=labels, **how)
        config = System.config_class.from_options(**{**own, **System.options_from(first)})
        system = System(config, seed, parts=System.parts_from(first, VEC.name))
        two = self._trainer(system, len(images), seed, batch, validation=held and held[0])
        trained(two, images, epochs, **how)
        self._keep(system, x.shape[1:], X)
        self._keep_place(two)
        # A row of the first stage says so.
        self.history_ = [{"stage": VEC.name, **row} for row in one.rows] + two.rows
        return self

    @property
    def partial_fit(self) -> Any:
        """SSAVAE has none: it learns in two stages."""
        raise AttributeError("SSAVAE learns in two stages: fit it whole")

    def predict_proba(self, X: Any) -> Array:
        """Return the probability of each of `classes_`, (N, classes), float32."""
        x = self._check(X)
        return self.system_.probabilities(x)

    def predict(self, X: Any) -> Array:
        """Return the likeliest class of each image, (N,)."""
        likeliest = self.predict_proba(X).argmax(axis=1)
        return self.classes_[likeliest]

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Return the accuracy: the share of images whose class is found, weighted if asked."""
        predicted = self.predict(X)
        labels = np.asarray(y)
        if labels.shape == (len(predicted), 1):
            labels = labels[:, 0]
        if labels.shape != predicted.shape:
            raise AvanpError(f"{len(predicted)} images need as many labels, not {labels.shape}")
        return float(np.average(predicted == labels, weights=sample_weight))

    def _held(self, images: Array, validation_data: Any) -> Any:
        """Return validation images and the numbers of their classes; None where there are none."""
        if validation_data is None:
            return None
        if not isinstance(validation_data, tuple) or len(validation_data) != 2:
            raise AvanpError("validation_data must be (images, labels)")
        held = self._like(images, validation_data)
        return held, self._numbered(validation_data[1], len(held))

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


def own_options() -> dict[str, Option]:
    """Return the options of both stages that the data does not decide."""
    both = {**options_of(System.config_class), **options_of(VEC.config_class)}
    return {name: one for name, one in both.items() if one.limits.command_line}
