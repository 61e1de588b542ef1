"""One comparison of two models over paired seeds: interval, sign test, size."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

import numpy as np

from avanp.rng import stream

RESAMPLES = 9999
CONFIDENCE = 0.95
# Half of the last digit that the paper's tables print. A model that is "higher" in them is so by
# more than this; what differs by less is the same to the reader of a table.
MARGIN = 0.00005


@dataclass(frozen=True)
class Paired:
    """What is known of a difference that a claim says is above zero.

    Parameters
    ----------
    seeds : int
        Pairs, one a seed.
    difference : float or None
        Their mean; None without seeds.
    low, high : float or None
        The bootstrap interval of 95 % of the mean; None with fewer than two seeds.
    sd : float or None
        The standard deviation (n-1) of the differences over seeds.
    above, below : int
        Seeds whose difference is above the margin, and those whose is below it.
    p_above, p_below : float
        One-sided sign tests: how likely as many seeds above (below) the margin are by chance.
    """

    seeds: int
    difference: float | None
    low: float | None
    high: float | None
    sd: float | None
    above: int
    below: int
    p_above: float
    p_below: float

    @property
    def effect(self) -> float | None:
        """The mean difference in standard deviations over seeds; None where there is no spread."""
        return self.difference / self.sd if self.difference is not None and self.sd else None


def paired(differences: Sequence[float], resamples: int = RESAMPLES) -> Paired:
    """Return the interval and the sign tests of differences, one a seed, in any order."""
    d = np.sort(np.asarray(differences, float))
    above, below = int((d > MARGIN).sum()), int((d < MARGIN).sum())
    low, high = _interval(d, resamples)
    return Paired(
        seeds=len(d),
        difference=fmean(d) if len(d) else None,
        low=low,
        high=high,
        sd=stdev(d) if len(d) > 1 else None,
        above=above,
        below=below,
        p_above=_sign_test(above, above + below),
        p_below=_sign_test(below, above + below),
    )


def _sign_test(k: int, n: int) -> float:
    """Return the chance of k or more of n seeds on a side where both sides are as likely."""
    from scipy.stats import binomtest

    return float(binomtest(k, n, 0.5, alternative="greater").pvalue) if n else 1.0


def _interval(d: np.ndarray, resamples: int) -> tuple[float | None, float | None]:
    """Return the bias-corrected and accelerated bootstrap interval of the mean."""
    from scipy.stats import bootstrap

    if len(d) < 2:
        return None, None
    if d[0] == d[-1]:  # no spread, nothing to resample
        return float(d[0]), float(d[0])
    found = bootstrap(
        (d,),
        np.mean,
        n_resamples=resamples,
        confidence_level=CONFIDENCE,
        method="BCa",
        random_state=stream(0, "bootstrap"),
    ).confidence_interval
    return float(found.low), float(found.high)


def holm(p: Sequence[float]) -> list[float]:
    """Return the p-values corrected for their number by Holm's method, in their order."""
    corrected, worst = [0.0] * len(p), 0.0
    for rank, i in enumerate(sorted(range(len(p)), key=lambda i: p[i])):
        worst = max(worst, min(1.0, (len(p) - rank) * p[i]))
        corrected[i] = worst
    return corrected
