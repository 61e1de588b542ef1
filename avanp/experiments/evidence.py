"""What the seeds say of one comparison, in one group of the rows."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean, stdev
from typing import Any

from avanp.experiments.compare import Compare
from avanp.experiments.paired import FEWEST, MOST_LOST, Paired, paired, quickly
from avanp.experiments.points import Point, Runs

STATISTICS: dict[str, Callable[[list[float]], float]] = {
    "mean": fmean,
    "maximum": max,
    "minimum": min,
    "sd": stdev,
}


@dataclass(frozen=True)
class Loss:
    """The pairs of runs of a comparison, and those left out because one of the two diverged."""

    pairs: int
    diverged: int
    point: Point  # that was lost in most seeds; None where none was
    seeds: int  # in which it was
    of: int

    @property
    def too_much(self) -> bool:
        """Whether a point is missing so often that the others are another comparison."""
        return self.seeds > MOST_LOST * self.of


@dataclass(frozen=True)
class Evidence:
    """What the seeds say of one comparison."""

    part: Compare
    differences: Mapping[int, float]
    found: Paired
    identical: bool  # in every cell that did not diverge
    same: bool  # whether the two are said to differ, and are one: no matter of chance
    lost: Mapping[int, frozenset[Point]]  # of a seed: the points left out
    points: int  # in all
    over: str  # the name of the axes of the points
    loss: Loss

    def drawn(self, seeds: Sequence[int]) -> "Evidence":
        """Return what these seeds would say, some of them several times."""
        differences = [self.differences[seed] for seed in seeds if seed in self.differences]
        lost = [self.lost[seed] for seed in seeds if seed in self.lost]
        found = quickly(differences, self.part.margin)
        return replace(self, found=found, loss=_loss(lost, self.points))

    @property
    def open(self) -> bool:
        """Whether too much is missing: a point, or any run that could tell two equal ones apart."""
        equal = self.part.strict and self.identical and not self.same
        return equal or self.loss.too_much

    @property
    def speaks(self) -> str:
        """On which side of the margin all of the interval lies."""
        low, high = self.found.low, self.found.high
        if self.open or low is None or high is None:
            return "open"
        if low > self.part.margin:
            return "for"
        return "against" if high < self.part.margin else "open"

    def numbers(self) -> dict[str, Any]:
        """Return it as ``audit.json`` has it."""
        found, loss = self.found, self.loss
        same = ("difference", "low", "high", "sd", "effect", "seeds")
        return {
            "part": str(self.part),
            **{name: getattr(found, name) for name in same},
            "seeds_above": found.above,
            "p": None if self.same else min(1.0, 2 * min(found.p_above, found.p_below)),
            "identical": self.identical,
            "pairs": loss.pairs,
            "diverged": loss.diverged,
            "most_lost": {self.over: loss.point, "seeds": loss.seeds, "of": loss.of},
            "speaks": self.speaks,
            "paper_difference": self.part.published(),
        }


def look(
    part: Compare, runs: Runs, points: Sequence[Point], over: Sequence[str], resamples: int
) -> Evidence:
    """Return what the seeds say of a comparison.

    Parameters
    ----------
    part : Compare
    runs : dict
        What `runs_of` returns for its number.
    points : sequence
        All points of the grid: a seed counts where both have all of them.
    over : sequence of str
        The axes of the points.
    resamples : int
        Of the bootstrap.
    """
    differences, identical, lost = _differences(part, runs, points)
    found = paired(list(differences.values()), resamples, part.margin)
    loss = _loss(list(lost.values()), len(points))
    same = part.strict and identical and found.seeds >= FEWEST and not loss.diverged
    name = ", ".join(over) or "cell"
    return Evidence(part, differences, found, identical, same, lost, len(points), name, loss)


def _loss(lost: Sequence[frozenset[Point]], points: int) -> Loss:
    """Return what seeds have lost, one set of points each."""
    counts = Counter(one for some in lost for one in some)
    most = max(counts, key=lambda one: (counts[one], one), default=None)
    return Loss(
        len(lost) * points, counts.total(), most, counts[most] if most is not None else 0, len(lost)
    )


def _differences(
    part: Compare, runs: Runs, points: Sequence[Point]
) -> tuple[dict[int, float], bool, dict[int, frozenset[Point]]]:
    """Return differences by seed, whether all are equal, and the points left out.

    Only complete seeds count. A point at which either diverged is left out for both of them.
    """
    ours, theirs = (runs.get(who, {}) for who in (part.one, part.other))
    statistic = STATISTICS[part.statistic]
    found: dict[int, float] = {}
    lost: dict[int, frozenset[Point]] = {}
    same = True
    for seed in sorted(ours.keys() & theirs.keys()):
        if not all(one in ours[seed] and one in theirs[seed] for one in points):
            continue
        pairs = {one: (ours[seed][one], theirs[seed][one]) for one in points}
        kept = [(a, b) for a, b in pairs.values() if a is not None and b is not None]
        lost[seed] = frozenset(one for one, pair in pairs.items() if None in pair)
        if len(kept) < (2 if part.statistic == "sd" else 1):
            continue
        a, b = (statistic(list(side)) for side in zip(*kept, strict=True))
        found[seed] = part.claimed(a, b)
        same = same and all(a == b for a, b in kept)
    return found, same and bool(found), lost
