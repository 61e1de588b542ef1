"""What the seeds say of one comparison under one rule set."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from avanp.audit.paired import FEWEST, MOST_LOST, Paired, paired, quickly
from avanp.audit.paper_claims import Part
from avanp.report.index import finite
from avanp.report.paper import same_rate
from avanp.report.tables import STATISTICS

# {(rules, model): {seed: {rate: BM}}}; None where the run diverged
Runs = dict[tuple[str, str], dict[int, dict[float, float | None]]]


def runs_of(rows: Iterable[Mapping[str, Any]], value: str) -> Runs:
    """Return a number of the finished rows by rule set, model, seed and rate."""
    runs: Runs = {}
    for row in rows:
        if row["status"] in ("ok", "diverged"):
            seed = runs.setdefault((row["rules"], row["model"]), {}).setdefault(row["seed"], {})
            seed[same_rate(row["lr"])] = finite(row, value)
    return runs


@dataclass(frozen=True)
class Seen:
    """A part under one rule set: what the seeds say of it."""

    part: Part
    differences: Mapping[int, float]
    found: Paired
    identical: bool  # in every cell that did not diverge
    same: bool  # whether the two are said to differ, and are one: no matter of chance
    counts: Mapping[int, tuple[int, int]]  # of a seed's runs: pairs, and those left out
    pairs: int  # of runs, over seeds and rates
    diverged: int  # of these left out

    def drawn(self, seeds: Sequence[int]) -> "Seen":
        """Return what these seeds would say, some of them several times."""
        differences = [self.differences[seed] for seed in seeds if seed in self.differences]
        counts = [self.counts[seed] for seed in seeds if seed in self.counts]
        return replace(
            self,
            found=quickly(differences, self.part.margin),
            pairs=sum(pairs for pairs, _ in counts),
            diverged=sum(lost for _, lost in counts),
        )

    @property
    def open(self) -> bool:
        """Whether too much is missing: many runs, or any that could tell two equal ones apart."""
        equal = self.part.strict and self.identical and not self.same
        return equal or self.diverged > MOST_LOST * self.pairs

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
        return {
            "part": str(self.part),
            "difference": self.found.difference,
            "low": self.found.low,
            "high": self.found.high,
            "sd": self.found.sd,
            "effect": self.found.effect,
            "seeds": self.found.seeds,
            "seeds_above": self.found.above,
            "p": min(1.0, 2 * min(self.found.p_above, self.found.p_below)),
            "identical": self.identical,
            "pairs": self.pairs,
            "diverged": self.diverged,
            "speaks": self.speaks,
            "paper_difference": self.part.published(),
        }


def look(part: Part, runs: Runs, rules: str, rates: list[float], resamples: int) -> Seen:
    """Return what all seeds say of a part under a rule set."""
    differences, identical, counts = _differences(part, runs, rules, rates)
    found = paired(list(differences.values()), resamples, part.margin)
    pairs, lost = (sum(count[i] for count in counts.values()) for i in (0, 1))
    same = part.strict and identical and found.seeds >= FEWEST and not lost
    return Seen(part, differences, found, identical, same, counts, pairs, lost)


def _differences(
    part: Part, runs: Runs, rules: str, rates: list[float]
) -> tuple[dict[int, float], bool, dict[int, tuple[int, int]]]:
    """Return differences by seed, whether all are equal, and pairs of runs and those left out.

    Only complete seeds count. A rate at which either model diverged is left out for both of them.
    """
    ours, theirs = (runs.get((rules, model), {}) for model in (part.model, part.other))
    statistic = STATISTICS[part.statistic]
    found: dict[int, float] = {}
    counts: dict[int, tuple[int, int]] = {}
    same = True
    for seed in sorted(ours.keys() & theirs.keys()):
        if not all(rate in ours[seed] and rate in theirs[seed] for rate in rates):
            continue
        pairs = [(ours[seed][rate], theirs[seed][rate]) for rate in rates]
        kept = [(a, b) for a, b in pairs if a is not None and b is not None]
        counts[seed] = len(pairs), len(pairs) - len(kept)
        if len(kept) < (2 if part.statistic == "sd" else 1):
            continue
        a, b = (statistic(list(side)) for side in zip(*kept, strict=True))
        found[seed] = part.claimed(a, b)
        same = same and all(a == b for a, b in kept)
    return found, same and bool(found), counts
