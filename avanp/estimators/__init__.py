"""scikit-learn's estimators of the systems, and of the AVA paper's own nets."""

from typing import Any


def __getattr__(name: str) -> Any:
    from avanp.registry import ESTIMATORS

    if name not in ESTIMATORS:  # a module of this package, too, before it is imported
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from avanp.estimators.make import estimator_class

    return estimator_class(ESTIMATORS[name])
