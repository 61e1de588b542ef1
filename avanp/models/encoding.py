"""Estimators that have an encoder."""

import numpy as np

from avanp.ava.printed import latent as latent_code
from avanp.models.base import Array, Estimator


class EncodingEstimator(Estimator):
    """Adds codes of images, and sampling around images."""

    def transform(self, X: Array) -> Array:
        """Return the codes mu(x) of images, (N, groups * latent), float32."""
        mu, _, _ = self._fitted().encode(self._check(X))
        return np.moveaxis(mu, 0, 1).reshape(mu.shape[1], -1)

    def fit_transform(self, X: Array, y: None = None) -> Array:
        """Fit, then return the codes of the images."""
        return self.fit(X).transform(X)

    def sample(
        self, n: int, *, random_state: int | None = None, around: Array | None = None
    ) -> Array:
        """Generate n images (n, H, W, C), float32 in [0, 1].

        Parameters
        ----------
        random_state : int, optional
            A seed; by default the estimator's own.
        around : array (m, H, W, C), optional
            Draw z around these images by Eq. 8, in turn; otherwise from the prior N(0, I).
        """
        if around is None:
            return super().sample(n, random_state=random_state)
        r = self._noise(n, random_state)
        mu, var, _ = self._fitted().encode(self._check(around))
        turn = np.arange(n) % mu.shape[1]
        return self._decode(latent_code(mu[:, turn], var[:, turn], r, mu.shape[0]))
