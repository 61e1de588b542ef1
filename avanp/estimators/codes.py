"""What a transformer is: codes of images, under names and in the container that was asked for."""

from typing import Any, Self

import numpy as np

from avanp.errors import AvanpError
from avanp.estimators.base import Array, Estimator
from avanp.estimators.columns import contained, names_in

CONTAINERS = ("default", "pandas", "polars")


class Transformer(Estimator):
    """Adds `transform` and what belongs to it to an estimator that has `_codes`."""

    def transform(self, X: Any) -> Any:
        """Return the codes mu(x), (N, n_codes), float32, or in what `set_output` says."""
        codes = self._codes(X)
        return contained(codes, X, self.get_feature_names_out(), self._output())

    def fit_transform(self, X: Any, y: Any = None, **fit_params: Any) -> Any:
        """Fit, then return the codes of the images."""
        fitted: Any = self
        return fitted.fit(X, y, **fit_params).transform(X)

    def get_feature_names_out(self, input_features: Any = None) -> Array:
        """Return the names of the codes, such as vae0, vae1, …

        `input_features`, the names of a table's columns, are only looked at.
        """
        self._check_fitted()
        names_in(getattr(self, "feature_names_in_", None), input_features, self.n_features_in_)
        name = type(self).__name__.lower()
        return np.array([f"{name}{i}" for i in range(self._n_codes())], dtype=object)

    def set_output(self, *, transform: str | None = None) -> Self:
        """Choose what `transform` returns: "default" (an array), "pandas" or "polars"."""
        if transform is not None:
            if transform not in CONTAINERS:
                names = ", ".join(CONTAINERS)
                raise AvanpError(f"unknown container {transform!r}: choose from {names}")
            # scikit-learn's name for it: `clone` copies it.
            self._sklearn_output_config = {"transform": transform}
        return self

    def _output(self) -> str | None:
        return getattr(self, "_sklearn_output_config", {}).get("transform")

    def _codes(self, X: Any) -> Array:
        raise NotImplementedError

    def _n_codes(self) -> int:
        raise NotImplementedError
