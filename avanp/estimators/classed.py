"""Images of new codes and of given ones, and of classes where an estimator knows some."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.estimators.base import Array
from avanp.estimators.labels import as_classes
from avanp.estimators.recovering import Recovering
from avanp.estimators.saved import Saved
from avanp.evaluation.codes import images_of
from avanp.systems.structured import UNLABELLED


@dataclass(kw_only=True, eq=False, repr=False)
class Classed(Recovering, Saved):
    """Adds samples, and `classes_`, the labels of a system that knows classes."""

    def inverse_transform(self, Z: Any) -> Array:
        """Decode codes (n, latent) into images of the fitted shape, float32."""
        self._check_fitted()
        return images_of(self.system_, np.asarray(Z)).reshape(-1, *self.image_shape_)

    def sample(self, n: int = 1, random_state: Any = None, *, y: Any = None) -> Array:
        """Generate n images, float32, of codes of the model's mixture or else z ~ N(0, I).

        Parameters
        ----------
        n : int
        random_state : int, RandomState, Generator, optional
            By default the estimator's own; where that is None too, other images at each call.
        y : a class, or array-like (n,) of classes, optional
            What they are to show, of a model with classes; by default classes as often as training
            saw them.
        """
        self._check_fitted()
        if y is not None:
            return self._of_classes(y, self._drawn(n), self._stream(random_state))
        made: Array = self.system_.generate(self._drawn(n), self._stream(random_state))
        return made.reshape(-1, *self.image_shape_)

    @property
    def _by_class(self) -> bool:
        return "generate by class" in self.system_.can

    def _numbered(self, y: Any, n: int) -> Array:
        """Return the number of the class of each label (n,) as in `classes_`; -1: it has none."""
        known, numbers = as_classes(y, n, UNLABELLED, least=1)
        order = {name: i for i, name in enumerate(self.classes_.tolist())}
        if self.classes_.dtype.kind == "U":  # those of a folder are names, also where they count
            known = known.astype(str)
        strange = [name for name in known.tolist() if name not in order]
        if strange:
            names = ", ".join(map(str, self.classes_))
            raise AvanpError(f"there is no class {strange[0]}: choose from {names}")
        there = np.array([order[name] for name in known.tolist()])
        return np.where(numbers == UNLABELLED, UNLABELLED, there[numbers])

    def _labels(self, y: Any, n: int) -> Array:
        """Return such numbers where every image has a class, or raise an `AvanpError`."""
        labels = self._numbered(y, n)
        if (labels == UNLABELLED).any():
            raise AvanpError("a conditional model needs the class of every image: y has -1")
        return labels

    def _of_classes(self, y: Any, n: int, rng: np.random.Generator) -> Array:
        """Return n images, float32, of one class, or of one each."""
        if not self._by_class:
            raise AvanpError(
                f"this {type(self).__name__} knows no classes: fit it with conditional=True and y"
            )
        wanted = np.asarray(y)
        if wanted.shape not in ((), (1,), (n,)):
            raise AvanpError(f"y must be one class, or {n} of them, ({n},), not {wanted.shape}")
        if wanted.dtype.kind in "if" and (wanted == UNLABELLED).any():
            raise AvanpError("y must be classes: -1 is none")
        labels = self._numbered(np.broadcast_to(wanted, n), n)
        made = self.system_.textured(self.system_.decode(self.system_.noise_of(labels, rng)), rng)
        return np.asarray(made).reshape(-1, *self.image_shape_)

    def _noted(self) -> dict[str, Any]:
        return {"classes": self.classes_.tolist()} if self._by_class else {}

    def _recall(self, about: dict[str, Any]) -> None:
        if self._by_class:
            # Of a folder of `avanp train` they are the classes' names.
            self.classes_ = np.array(about.get("classes") or range(self.system_.config.classes))
