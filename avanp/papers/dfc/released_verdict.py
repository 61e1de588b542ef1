"""What the as-released protocol shows: how much of a gain is there without the synthetic images."""

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any, NamedTuple

from avanp.experiments.paired import Paired, quickly
from avanp.papers.dfc.imbalance_verdict import FEWEST, LEAST, SMALL_F1, UNTOLD, known
from avanp.papers.dfc.released import FIRST, THROWN
from avanp.papers.dfc.remedies import NOTHING

LEAK, BEYOND, NO_GAIN = "the gain is the leak", "helps beyond the leak", "no gain"
NEAR = 0.05  # what the images themselves may do, where a gain is the leak's
Rows = Sequence[Mapping[str, Any]]


class Contrast(NamedTuple):
    """A generator as released, in F1 of the minority: means over all numbers of images, by seed.

    Parameters
    ----------
    name : str
    f1 : float
        As released.
    gain : Paired
        Less that of nothing.
    thrown : Paired
        The same with all synthetic images thrown away, less that of nothing.
    own : Paired
        As released, less that with them thrown away: what the images themselves do.
    first : Paired
        On the parts as they were first, less that of nothing.
    verdict : str
    """

    name: str
    f1: float
    gain: Paired
    thrown: Paired
    own: Paired
    first: Paired
    verdict: str


def verdict(gain: Paired, own: Paired) -> str:
    """Return what a gain is, by its interval and by that of what the images themselves do."""
    if min(gain.seeds, own.seeds) < FEWEST:
        return UNTOLD
    if known(gain.high) < SMALL_F1:
        return NO_GAIN
    if known(own.low) > LEAST:
        return BEYOND
    return LEAK if known(gain.low) > LEAST and known(own.high) < NEAR else UNTOLD


def contrasts(rows: Rows) -> list[Contrast]:
    """Return every generator that has all of its rows, over the seeds that have them."""
    means: dict[str, dict[int, float]] = {}
    for method in dict.fromkeys(row["method"] for row in rows):
        by_seed: dict[int, list[float]] = {}
        for row in rows:
            if row["method"] == method:
                by_seed.setdefault(row["seed"], []).append(row["f1"])
        most = max(map(len, by_seed.values()))
        means[method] = {seed: fmean(v) for seed, v in by_seed.items() if len(v) == most}

    def less(one: str, other: str) -> Paired:
        of, base = means.get(one, {}), means.get(other, {})
        return quickly([of[seed] - base[seed] for seed in of if seed in base], 0.0)

    found = []
    for name in means:
        if name in (NOTHING, THROWN) or name.endswith(FIRST):
            continue
        gain, own = less(name, NOTHING), less(name, THROWN)
        f1 = fmean(means[name].values())
        first = less(name + FIRST, NOTHING)
        one = Contrast(name, f1, gain, less(THROWN, NOTHING), own, first, verdict(gain, own))
        found.append(one)
    return found
