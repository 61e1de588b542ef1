"""What the seeds say of one comparison under one rule set."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from avanp.audit.paired import FEWEST, MOST_LOST, Paired, paired, quickly
from avanp.audit.paper_claims import Part
from avanp.papers.ava.cells import finite
from avanp.papers.ava.printed_numbers import same_rate
from avanp.papers.ava.table_numbers import STATISTICS

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
class Loss:
    """The pairs of runs of a comparison, and those left out because one of the two diverged."""

    pairs: int
    diverged: int
    rate: float | None  # that was lost in most seeds
    seeds: int  # in which it was
    of: int

    @property
    def too_much(self) -> bool:
        """Whether a rate is missing so often that the others are another comparison."""
        return self.seeds > MOST_LOST * self.of


@dataclass(frozen=True)
class Seen:
    """A part under one rule set: what the seeds say of it."""

    part: Part
    differences: Mapping[int, float]
    found: Paired
    identical: bool  # in every cell that did not diverge
    same: bool  # whether the two are said to differ, and are one: no matter of chance
    lost: Mapping[int, frozenset[float]]  # of a seed: the rates left out
    rates: int  # in all
    loss: Loss

    def drawn(self, seeds: Sequence[int]) -> "Seen":
        """Return what these seeds would say, some of them several times."""
        differences = [self.differences[seed] for seed in seeds if seed in self.differences]
        lost = [self.lost[seed] for seed in seeds if seed in self.lost]
        found = quickly(differences, self.part.margin)
        return replace(self, found=found, loss=_loss(lost, self.rates))

    @property
    def open(self) -> bool:
        """Whether too much is missing: a rate, or any run that could tell two equal ones apart."""
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
        return {
            "part": str(self.part),
            "difference": self.found.difference,
            "low": self.found.low,
            "high": self.found.high,
            "sd": self.found.sd,
            "effect": self.found.effect,
            "seeds": self.found.seeds,
            "seeds_above": self.found.above,
            "p": None if self.same else min(1.0, 2 * min(self.found.p_above, self.found.p_below)),
            "identical": self.identical,
            "pairs": self.loss.pairs,
            "diverged": self.loss.diverged,
            "most_lost": {"lr": self.loss.rate, "seeds": self.loss.seeds, "of": self.loss.of},
            "speaks": self.speaks,
            "paper_difference": self.part.published(),
        }


def look(part: Part, runs: Runs, rules: str, rates: list[float], resamples: int) -> Seen:
    differences, identical, lost = _differences(part, runs, rules, rates)
    found = paired(list(differences.values()), resamples, part.margin)
    loss = _loss(list(lost.values()), len(rates))
    same = part.strict and identical and found.seeds >= FEWEST and not loss.diverged
    return Seen(part, differences, found, identical, same, lost, len(rates), loss)


def _loss(lost: Sequence[frozenset[float]], rates: int) -> Loss:
    """Return what seeds have lost, one set of rates each."""
    counts = Counter(rate for some in lost for rate in some)
    most = max(counts, key=lambda rate: (counts[rate], rate), default=None)
    return Loss(
        len(lost) * rates, counts.total(), most, counts[most] if most is not None else 0, len(lost)
    )


def _differences(
    part: Part, runs: Runs, rules: str, rates: list[float]
) -> tuple[dict[int, float], bool, dict[int, frozenset[float]]]:
    """Return differences by seed, whether all are equal, and the rates left out.

    Only complete seeds count.

    A rate at which either model diverged is left out for both of them.
    """
    ours, theirs = (runs.get((rules, model), {}) for model in (part.model, part.other))
    statistic = STATISTICS[part.statistic]
    found: dict[int, float] = {}
    lost: dict[int, frozenset[float]] = {}
    same = True
    for seed in sorted(ours.keys() & theirs.keys()):
        if not all(rate in ours[seed] and rate in theirs[seed] for rate in rates):
            continue
        pairs = {rate: (ours[seed][rate], theirs[seed][rate]) for rate in rates}
        kept = [(a, b) for a, b in pairs.values() if a is not None and b is not None]
        lost[seed] = frozenset(rate for rate, pair in pairs.items() if None in pair)
        if len(kept) < (2 if part.statistic == "sd" else 1):
            continue
        a, b = (statistic(list(side)) for side in zip(*kept, strict=True))
        found[seed] = part.claimed(a, b)
        same = same and all(a == b for a, b in kept)
    return found, same and bool(found), lost
