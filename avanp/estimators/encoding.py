"""Estimators that have an encoder: codes, reconstructions, the ELBO, early stopping."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.estimators.base import Array
from avanp.estimators.trained import TrainedEstimator
from avanp.rng import stream


@dataclass(kw_only=True, eq=False, repr=False)
class EncodingEstimator(TrainedEstimator):
    """Adds what an encoder can do."""

    patience: int | None = None
    validation_fraction: float = 0.1

    def transform(self, X: Any) -> Array:
        """Return the codes mu(x), (N, latent), float32."""
        x = self._check(X)
        return self.system_.encode(x)[0]

    def fit_transform(self, X: Any, y: None = None) -> Array:
        """Fit, then return the codes of the images."""
        return self.fit(X).transform(X)

    def reconstruct(self, X: Any) -> Array:
        """Return the images that the codes mu(x) decode to, float32."""
        x = self._check(X)
        return self.system_.reconstruct(x).reshape(-1, *self.image_shape_)

    def score(self, X: Any, y: None = None) -> float:
        """Return the evidence lower bound, nats an image, of one draw of z an image.

        Under "gaussian" it lacks the constant (n_features / 2) log(2 pi). Of a BEGAN, which has no
        bound, minus M.
        """
        x = self._check(X)
        terms = self.system_.evaluate(x, stream(self.random_state, "eval"))
        return float(terms["elbo"] if "elbo" in terms else -terms[self.system_.monitor])

    def _hold_out(self, images: Array) -> tuple[Array, dict[str, Any]]:
        if self.patience is None:
            return images, {}
        patience = self._count("patience", self.patience)
        share = self.validation_fraction
        if not isinstance(share, float | np.floating) or not 0 < share < 1:
            raise AvanpError(f"validation_fraction must be between 0 and 1, not {share!r}")
        n = int(np.ceil(share * len(images)))
        if n >= len(images):
            raise AvanpError(f"patience holds images out: n_samples = {len(images)} is too few")
        order = stream(self.random_state, "data").permutation(len(images))
        return images[order[n:]], {"validation": images[order[:n]], "patience": patience}
