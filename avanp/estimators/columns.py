"""Names of a table's columns, in and out, by scikit-learn's rules and in its words."""

import sys
import warnings
from typing import Any

import numpy as np

Array = np.ndarray
MOST = 5  # names in a message


def column_names(X: Any) -> Array | None:
    """Return the names of a data frame's columns, dtype object; None where they are no names.

    Raises
    ------
    TypeError
        Where some are strings and some are not.
    """
    columns = getattr(X, "columns", None)
    if columns is None:
        return None
    names = np.array(list(columns), dtype=object)
    strings = [isinstance(name, str) for name in names]
    if any(strings) and not all(strings):
        raise TypeError(
            "Feature names are only supported if all input features have string names: "
            "convert them, as by X.columns = X.columns.astype(str)"
        )
    return names if any(strings) else None


def check_columns(fitted: Array | None, X: Any, owner: str) -> None:
    """Raise a ValueError where a table's columns are not those of `fit`, in their order.

    Names on one side only are worth a warning. `owner` is the estimator's class.
    """
    names = column_names(X)
    if fitted is None and names is None:
        return
    if fitted is None or names is None:
        how = "has feature names, but {} was fitted without feature names"
        if names is None:
            how = "does not have valid feature names, but {} was fitted with feature names"
        warnings.warn(f"X {how.format(owner)}", UserWarning, stacklevel=4)
        return
    if np.array_equal(fitted, names):
        return
    lines = ["The feature names should match those that were passed during fit."]
    new, missing = sorted(set(names) - set(fitted)), sorted(set(fitted) - set(names))
    if new:
        lines += ["Feature names unseen at fit time:", *_listed(new)]
    if missing:
        lines += ["Feature names seen at fit time, yet now missing:", *_listed(missing)]
    if not new and not missing:
        lines.append("Feature names must be in the same order as they were in fit.")
    raise ValueError("\n".join(lines) + "\n")


def names_in(fitted: Array | None, given: Any, n: int) -> None:
    """Raise a ValueError where `input_features` are not the columns of `fit`, n in all."""
    if given is None:
        return
    given = np.asarray(given, dtype=object)
    if fitted is not None and not np.array_equal(fitted, given):
        raise ValueError("input_features is not equal to feature_names_in_")
    if len(given) != n:
        raise ValueError(
            f"input_features should have length equal to number of features ({n}), got {len(given)}"
        )


def contained(codes: Array, X: Any, names: Array, kind: str | None) -> Any:
    """Return codes in the container that `set_output` or scikit-learn's configuration asks for.

    Parameters
    ----------
    codes : array (N, n)
    X : any
        What they are of; a pandas index is kept.
    names : array (n,) of str
    kind : {"default", "pandas", "polars"} or None
        None: as `sklearn.set_config` says, where scikit-learn is loaded.
    """
    if kind is None:
        sklearn = sys.modules.get("sklearn")
        kind = "default" if sklearn is None else sklearn.get_config()["transform_output"]
    if kind == "pandas":
        import pandas as pd

        index = X.index if isinstance(X, pd.DataFrame | pd.Series) else None
        return pd.DataFrame(codes, index=index, columns=names, copy=False)
    if kind == "polars":
        import polars as pl

        return pl.DataFrame(codes, schema=list(names), orient="row")
    return codes


def _listed(names: list[str]) -> list[str]:
    return [f"- {name}" for name in names[:MOST]] + ["- ..."] * (len(names) > MOST)
