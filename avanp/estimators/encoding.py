"""Estimators that have an encoder: codes, reconstructions, the ELBO, early stopping."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.estimators.base import Array
from avanp.estimators.codes import Transformer
from avanp.estimators.trained import TrainedEstimator
from avanp.rng import stream


@dataclass(kw_only=True, eq=False, repr=False)
class WithCodes(Transformer, TrainedEstimator):
    """Adds codes of images, and the images that these decode to."""

    def reconstruct(self, X: Any) -> Array:
        """Return the images that the codes mu(x) decode to, float32."""
        x = self._check(X)
        return self.system_.reconstruct(x).reshape(-1, *self.image_shape_)

    def _codes(self, X: Any) -> Array:
        x = self._check(X)
        codes: Array = self.system_.encode(x)[0]
        return codes

    def _n_codes(self) -> int:
        return int(getattr(self.system_, "code_size", self.system_.config.latent))


@dataclass(kw_only=True, eq=False, repr=False)
class EncodingEstimator(WithCodes):
    """Adds what an encoder can do."""

    patience: int | None = None
    validation_fraction: float = 0.1

    def score(self, X: Any, y: Any = None) -> float:
        """Return the evidence lower bound, nats an image, of one draw of z an image.

        Under "gaussian" it lacks the constant (n_features / 2) log(2 pi). Of a BEGAN, which has no
        bound, minus M. Under "optimal-gaussian" the variance is the one best of all of X, in
        whatever order. The draws are the same at each call. Of a conditional model images are of
        the classes y, or else of those of the lowest -log p(x | mu, y) + KL.
        """
        x = self._check(X)
        terms = self.system_.evaluate(self._known(x, y), stream(self.system_.seed, "eval"))
        return float(terms["elbo"] if "elbo" in terms else -terms[self.system_.monitor])

    def score_samples(self, X: Any, draws: int = 8, *, y: Any = None) -> Array:
        """Return the evidence lower bound of each image, (N,), nats: the lower, the stranger.

        Under "optimal-gaussian" each image has the variance that suits it best, so that the mean is
        higher than `score`, which has one for all.

        Parameters
        ----------
        X : images or rows
        draws : int
            Of z, of which the mean is taken: the same draws for each image, so that an image's
            value does not depend on the others.
        y : array-like (N,), optional
            Classes, of a conditional model; by default those of the lowest
            -log p(x | mu, y) + KL.
        """
        x = self._check(X)
        if "elbo" not in self.system_.terms:
            raise AvanpError(f"a {self.system_.name} has no evidence lower bound")
        draws = self._count("draws", draws)

        known = self._known(x, y)
        labels = known[1] if isinstance(known, tuple) else None

        def bound(i: int) -> float:
            copies: Any = np.repeat(x[i : i + 1], draws, axis=0)
            if labels is not None:
                copies = (copies, np.repeat(labels[i], draws))
            value: float = self.system_.evaluate(copies, stream(self.system_.seed, "eval"))["elbo"]
            return value

        return np.fromiter(map(bound, range(len(x))), np.float64, len(x))

    def _known(self, x: Array, y: Any) -> Any:
        """Return images as the system looks at them: with their classes where it needs them."""
        if not self.system_.needs_labels:
            return x
        if y is not None:
            return x, self._labels(y, len(x))
        return x, self.system_.encode(x)[0][:, self.system_.config.latent :].argmax(axis=1)

    def _hold_out(
        self, images: Array, labels: Array | None, held: Any, seed: int
    ) -> tuple[Any, dict[str, Any]]:
        if self.patience is None:
            return super()._hold_out(images, labels, held, seed)
        patience = self._count("patience", self.patience)
        if held is not None:
            return slice(None), {"validation": held, "patience": patience}
        share = self.validation_fraction
        if not isinstance(share, float | np.floating) or not 0 < share < 1:
            raise AvanpError(f"validation_fraction must be between 0 and 1, not {share!r}")
        n = int(np.ceil(share * len(images)))
        if n >= len(images):
            raise AvanpError(f"patience holds images out: n_samples = {len(images)} is too few")
        order = stream(seed, "data").permutation(len(images))
        out = order[:n]
        known = images[out] if labels is None else (images[out], labels[out])
        return order[n:], {"validation": known, "patience": patience}
