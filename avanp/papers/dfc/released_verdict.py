"""What the as-released protocol shows: how much of a gain is there without the synthetic images."""

from collections.abc import Sequence
from statistics import fmean
from typing import NamedTuple

from avanp.experiments.paired import Paired, quickly
from avanp.papers.dfc.imbalance_verdict import FEWEST, SMALL_F1, UNTOLD, known, sides
from avanp.papers.dfc.released import FIRST, THROWN
from avanp.papers.dfc.remedies import NOTHING
from avanp.runs.folder import Rows

LEAK, BEYOND, NO_GAIN = "the gain is the leak", "helps beyond the leak", "no gain"
SMALL_GAIN = "a small gain"
NEAR = 0.05  # what the images themselves may do, where a gain is the leak's


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


def verdicts(generators: Sequence[tuple[Paired, Paired]]) -> list[str]:
    """Return what each generator's gain is, corrected for all that the table compares.

    Parameters
    ----------
    generators : sequence of (gain, own)
        As `Contrast` has them.
    """
    told = iter(sides([one for pair in generators for one in pair]))
    return [_verdict(gain, own, next(told) > 0, next(told) > 0) for gain, own in generators]


def _verdict(gain: Paired, own: Paired, gains: bool, adds: bool) -> str:
    if min(gain.seeds, own.seeds) < FEWEST:
        return UNTOLD
    if gains and adds:
        return BEYOND
    if known(gain.high) < SMALL_F1:
        return SMALL_GAIN if gains else NO_GAIN
    return LEAK if gains and known(own.high) < NEAR else UNTOLD


def contrasts(rows: Rows) -> list[Contrast]:
    """Return every generator that has all of its rows, over the seeds that have them.

    All are the numbers of images of any row: means over other numbers are not to be compared.
    """
    numbers = {row["n"] for row in rows} - {0}
    means: dict[str, dict[int, float]] = {}
    for method in dict.fromkeys(row["method"] for row in rows):
        by_seed: dict[int, list[float]] = {}
        for row in rows:
            if row["method"] == method:
                by_seed.setdefault(row["seed"], []).append(row["f1"])
        whole = 1 if method == NOTHING else len(numbers)
        means[method] = {seed: fmean(v) for seed, v in by_seed.items() if len(v) == whole}

    def less(one: str, other: str) -> Paired:
        of, base = means.get(one, {}), means.get(other, {})
        return quickly([of[seed] - base[seed] for seed in of if seed in base], 0.0)

    names = [
        name
        for name, by_seed in means.items()
        if by_seed and name not in (NOTHING, THROWN) and not name.endswith(FIRST)
    ]
    pairs = [(less(name, NOTHING), less(name, THROWN)) for name in names]
    return [
        Contrast(
            name, fmean(means[name].values()), gain, less(THROWN, NOTHING), own,
            less(name + FIRST, NOTHING), said,
        )
        for name, (gain, own), said in zip(names, pairs, verdicts(pairs), strict=True)
    ]  # fmt: skip
