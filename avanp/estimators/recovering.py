"""Missing values of images and rows filled in by a fitted model."""

from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.estimators.base import Array
from avanp.estimators.using import Using


class Recovering(Using):
    """Adds `recover` to a fitted estimator."""

    def recover(
        self,
        X: Any,
        missing: Any = None,
        *,
        steps: int = 300,
        starts: int | None = None,
        noise: float | None = None,
        random_state: Any = None,
    ) -> Array:
        """Return images, or rows, whose missing values the model has filled in.

        Parameters
        ----------
        X : array
        missing : array of bool, optional
            True where a value is not known: (H, W) or (N, H, W) of images, (N, n_features) or
            (n_features,) of a table. By default where X is NaN.
        steps, starts, noise
            As of `avanp.evaluation.recover.recover`, as is how: the code is sought that explains
            the known values best. With `noise` known values are taken as noisy too.
        random_state : int, RandomState, Generator, optional
        """
        from avanp.evaluation.recover import recover

        self._check_fitted()
        self._check_able("recover", "has no decoder that gradients go back through")
        if missing is None:
            values = np.asarray(X)
            holes = np.isnan(values) if np.issubdtype(values.dtype, np.floating) else np.zeros(1)
            if not holes.any():
                raise AvanpError("say what is missing: X has no NaN, so give missing")
            missing = holes if values.ndim < 4 else holes.any(axis=3)
            X = np.where(holes, values.dtype.type(0), values)
        x = self._check(X)
        hidden = np.asarray(missing)
        if len(self.image_shape_) == 1:
            hidden = hidden[..., None, :]
        shape = x.shape[:3]
        if hidden.dtype != bool or hidden.shape not in (shape, shape[1:]):
            wanted = self.image_shape_[:2]
            raise AvanpError(f"missing must be bool of the shape {wanted}, or one an image")
        known = ~np.broadcast_to(hidden, shape)
        floats = x / np.float32(255) if x.dtype == np.uint8 else x
        found = recover(
            self.system_,
            floats,
            known,
            self._stream(random_state),
            steps=steps,
            starts=starts,
            noise=noise,
            keep=noise is None,
        )
        return found.images.reshape(-1, *self.image_shape_)
