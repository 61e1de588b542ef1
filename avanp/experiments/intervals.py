"""Intervals of a mean over seeds: the bootstrap's, and Student's."""

import math
import warnings
from collections.abc import Callable
from functools import cache

import numpy as np

from avanp.rng import stream

Interval = Callable[[np.ndarray], tuple[float, float]]
RESAMPLES = 9999
CONFIDENCE = 0.95


def student(d: np.ndarray) -> tuple[float, float]:
    half = _t(len(d)) * float(d.std(ddof=1)) / math.sqrt(len(d))
    return float(d.mean()) - half, float(d.mean()) + half


@cache
def _t(n: int) -> float:
    from scipy.stats import t

    return float(t.ppf((1 + CONFIDENCE) / 2, n - 1))


def bootstrap_interval(d: np.ndarray, resamples: int) -> tuple[float, float]:
    """Return the bias-corrected and accelerated bootstrap interval of the mean.

    That of percentiles where there is none: BCa divides by the spread of the resampled means, and
    asks how many of them lie below the mean, which may be none.
    """
    low, high = _bootstrap(d, resamples, "BCa")
    if math.isfinite(low) and math.isfinite(high):
        return low, high
    return _bootstrap(d, resamples, "percentile")


def _bootstrap(d: np.ndarray, resamples: int, method: str) -> tuple[float, float]:
    from scipy.stats import bootstrap

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what is not finite, which is looked at
        found = bootstrap(
            (d,),
            np.mean,
            n_resamples=resamples,
            confidence_level=CONFIDENCE,
            method=method,
            random_state=stream(0, "bootstrap"),
        ).confidence_interval
    return float(found.low), float(found.high)
