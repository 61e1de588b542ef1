"""One comparison of two models over paired seeds: interval, sign test, size."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from statistics import fmean

import numpy as np

from avanp.experiments.compare import MARGIN
from avanp.experiments.intervals import RESAMPLES, Interval, bootstrap_interval, student

ALPHA = 0.05
# What `fewest` gives for eleven claims.
FEWEST = 9
# Of fewer, all against, a claim of six comparisons may not be refuted: its p is multiplied by six
# besides, and then by the number of claims with a p no smaller.
ENOUGH = 12
MOST_LOST = 0.1  # of a comparison's seeds, by divergence at any one rate
# Of the largest value, or of 1, which BM is of the order of: less is rounding, and no spread.
ROUNDING = 1e-12


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
        The standard deviation (n-1) of the differences over seeds; 0 where they differ by
        rounding alone.
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


def paired(
    differences: Sequence[float], resamples: int = RESAMPLES, margin: float = MARGIN
) -> Paired:
    """Return the interval and the sign tests of differences, one a seed, in any order.

    Parameters
    ----------
    differences : sequence of float
        Finite, in the direction of the claim.
    resamples : int
        Of the bootstrap.
    margin : float
        What a difference must be above to speak for the claim.
    """
    return _paired(differences, margin, lambda d: bootstrap_interval(d, resamples))


def student_p(found: Paired) -> float:
    """Return the two-sided p of Student's t test that the mean difference is zero."""
    from scipy.stats import t

    if found.difference is None or found.sd is None:
        return 1.0
    if not found.sd:
        return float(abs(found.difference) < ROUNDING)
    statistic = abs(found.difference) * math.sqrt(found.seeds) / found.sd
    return float(2 * t.sf(statistic, found.seeds - 1))


def quickly(differences: Sequence[float], margin: float) -> Paired:
    """Return `paired` with Student's t interval in place of the bootstrap's: for many draws."""
    return _paired(differences, margin, student)


def _paired(differences: Sequence[float], margin: float, interval: Interval) -> Paired:
    d = np.sort(np.asarray(differences, float))
    above, below = int((d > margin).sum()), int((d < margin).sum())
    mean = fmean(d) if len(d) else None
    low, high, sd = None, None, None
    if mean is not None and len(d) > 1:
        if d[-1] - d[0] < ROUNDING * max(1.0, abs(d[0]), abs(d[-1])):
            low, high, sd = mean, mean, 0.0  # nothing to resample
        else:
            low, high = interval(d)
            sd = float(d.std(ddof=1))
    return Paired(
        seeds=len(d),
        difference=mean,
        low=low,
        high=high,
        sd=sd,
        above=above,
        below=below,
        p_above=_sign_test(above, above + below),
        p_below=_sign_test(below, above + below),
    )


@cache
def _sign_test(k: int, n: int) -> float:
    """Return the chance of k or more of n seeds on a side where both sides are as likely."""
    from scipy.stats import binomtest

    return float(binomtest(k, n, 0.5, alternative="greater").pvalue) if n else 1.0


def holm(p: Sequence[float]) -> list[float]:
    """Return the p-values corrected for their number by Holm's method, in their order."""
    corrected, worst = [0.0] * len(p), 0.0
    for rank, i in enumerate(sorted(range(len(p)), key=lambda i: p[i])):
        worst = max(worst, min(1.0, (len(p) - rank) * p[i]))
        corrected[i] = worst
    return corrected


def fewest(claims: int) -> int:
    """Return the seeds that can decide one of so many claims, all of them on one side.

    Of fewer, the p of the two-sided sign test, 2 / 2^seeds, is no smaller than ALPHA once Holm's
    method has multiplied it by the number of claims: they tell nothing, whatever they show.
    """
    return math.floor(math.log2(2 * max(1, claims) / ALPHA)) + 1
