"""What every estimator is: keyword parameters, stored as they are, and scikit-learn's protocol."""

import sys
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self

import numpy as np

from avanp.errors import AvanpError
from avanp.estimators import inputs
from avanp.estimators.columns import check_columns, column_names
from avanp.estimators.names import suggestion

Array = np.ndarray


@dataclass(kw_only=True, eq=False, repr=False)
class Estimator:
    """The parameters of a dataclass, with scikit-learn's habits.

    A constructor stores its parameters and looks at none of them: `fit` does. What `fit` finds
    out ends in an underscore.
    """

    # Whether values must be in [0, 1]; subclasses that take any numbers say so.
    pixel_range: ClassVar[str] = "unit"

    def __new__(cls, *args: Any, **params: Any) -> Self:
        """Refuse a parameter that there is not, with the one that was meant."""
        names = [field.name for field in fields(cls)]
        for name in params:
            if name not in names:
                raise TypeError(f"{cls.__name__} has no parameter {suggestion(name, names)}")
        return super().__new__(cls)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters of this estimator. `deep` is scikit-learn's, and not used."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def set_params(self, **params: Any) -> Self:
        """Set parameters and return self; an unknown name changes none."""
        names = self.get_params()
        for name in params:
            if name not in names:
                raise AvanpError(
                    f"unknown parameter {suggestion(name, names)}: choose from {', '.join(names)}"
                )
        for name, value in params.items():
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        defaults = type(self)().get_params()
        # Compared as text: an array has no one truth value.
        own = {name: repr(value) for name, value in self.get_params().items()}
        changed = [f"{name}={text}" for name, text in own.items() if text != repr(defaults[name])]
        return f"{type(self).__name__}({', '.join(changed)})"

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "n_features_in_")

    def __sklearn_tags__(self) -> Any:
        # scikit-learn alone calls this, so it is there.
        from sklearn.utils import InputTags, Tags, TargetTags, TransformerTags

        codes = TransformerTags(preserves_dtype=[]) if hasattr(self, "transform") else None
        return Tags(
            estimator_type=None,
            target_tags=TargetTags(required=False),
            transformer_tags=codes,
            input_tags=InputTags(positive_only=self.pixel_range == "unit"),
        )

    def _check_fitted(self) -> None:
        if not self.__sklearn_is_fitted__():
            raise not_fitted(f"this {type(self).__name__} is not fitted yet: call fit(X) first")

    def _taken(self, X: Any) -> Array:
        """Return what is to be fitted, checked: images or rows, as `avanp.estimators.inputs`."""
        return inputs.as_array(X, self.pixel_range, real=self._any_numbers())

    def _check(self, X: Any) -> Array:
        """Return X as images of the fitted shape, values clipped to the range."""
        self._check_fitted()
        check_columns(getattr(self, "feature_names_in_", None), X, type(self).__name__)
        x = inputs.as_array(X, self.pixel_range, fitted=True, real=self._any_numbers())
        inputs.check_same(x, self.image_shape_, type(self).__name__)
        return inputs.to_images(x)

    def _keep_shape(self, shape: tuple[int, ...], X: Any = None) -> None:
        """Keep what was fitted: the shape of an image or row, and a table's columns."""
        self.image_shape_ = tuple(map(int, shape))
        self.n_features_in_ = int(np.prod(self.image_shape_))
        names = column_names(X)
        if names is not None:
            self.feature_names_in_ = names
        elif hasattr(self, "feature_names_in_"):
            del self.feature_names_in_

    def _any_numbers(self) -> str:
        """Return the parameter under which any numbers are taken; "" where there is none."""
        return "pixel_range='real'" * any(field.name == "pixel_range" for field in fields(self))

    def _count(self, name: str, value: Any, least: int = 1) -> int:
        """Return a whole number of at least `least`, or raise an `AvanpError`."""
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
            raise AvanpError(f"{name} must be a whole number of at least {least}, not {value!r}")
        return int(value)


def not_fitted(message: str) -> AvanpError:
    """Return an `AvanpError`, which is also scikit-learn's `NotFittedError` if that is loaded."""
    exceptions = sys.modules.get("sklearn.exceptions")
    if exceptions is None:
        return AvanpError(message)
    return type("NotFittedError", (AvanpError, exceptions.NotFittedError), {})(message)
