"""The judge: from the rows of a sweep to a verdict on each claim under each rule set."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from avanp.audit.paired import FEWEST, MOST_LOST, RESAMPLES, Paired, holm, paired
from avanp.audit.paper_claims import CLAIMS, Claim, Part
from avanp.audit.wording import says
from avanp.report.findings import HOLDS, NOT, UNTOLD
from avanp.report.index import finite
from avanp.report.paper import same_rate
from avanp.report.tables import STATISTICS

ALPHA = 0.05
# {(rules, model): {seed: {rate: BM}}}; None where the run diverged
Runs = dict[tuple[str, str], dict[int, dict[float, float | None]]]


def judge(
    rows: Iterable[Mapping[str, Any]],
    config: Mapping[str, Any],
    *,
    value: str = "bm",
    resamples: int = RESAMPLES,
) -> list[dict[str, Any]]:
    """Return the paper's claims, each with a verdict under every rule set.

    A pure function: the order of the rows does not matter. Rows that failed or are not there make
    their seed incomplete, and it is left out of the pairs that need it.

    Parameters
    ----------
    rows : iterable of mappings
        The rows of a sweep, finished or not.
    config : mapping
        The content of ``run.json``: ``rules``, ``lr``.
    value : {"bm", "bm_signed"}
        BM with the absolute value or without.
    resamples : int
        Of the bootstrap.

    Returns
    -------
    list of dict
        ``id``, ``claim``, ``paper`` (its evidence) and ``rules``: for each rule set ``verdict``,
        ``difference``, ``low``, ``high``, ``p``, ``p_corrected``, ``seeds``, ``says``, ``parts``
        and more. Numbers that cannot be had are None.
    """
    runs, rates = _runs(rows, value), [same_rate(lr) for lr in config["lr"]]
    judged: list[dict[str, Any]] = [
        {
            "id": claim.id,
            "claim": claim.claim,
            "paper": claim.evidence,
            "paper_agrees": all(part.agrees() for part in claim.parts),
            "rules": {},
        }
        for claim in CLAIMS
    ]
    for rules in config["rules"]:
        found = [_compared(claim, runs, rules, rates, resamples) for claim in CLAIMS]
        corrected = holm([one["p"] for one in found])
        for entry, one, p in zip(judged, found, corrected, strict=True):
            one["p_corrected"] = p
            one["verdict"] = _verdict(one)
            one["says"] = says(one)
            entry["rules"][rules] = one
    return judged


def _runs(rows: Iterable[Mapping[str, Any]], value: str) -> Runs:
    runs: Runs = {}
    for row in rows:
        if row["status"] in ("ok", "diverged"):
            seed = runs.setdefault((row["rules"], row["model"]), {}).setdefault(row["seed"], {})
            seed[same_rate(row["lr"])] = finite(row, value)
    return runs


@dataclass(frozen=True)
class _Seen:
    """A part under one rule set: what the seeds say of it."""

    part: Part
    differences: Mapping[int, float]
    found: Paired
    identical: bool  # in every cell that did not diverge
    pairs: int  # of runs, over seeds and rates
    diverged: int  # of these left out

    @property
    def same(self) -> bool:
        """Whether the two are said to differ, and are one: no matter of chance."""
        enough = self.found.seeds >= FEWEST and not self.diverged
        return self.part.strict and self.identical and enough

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


def _compared(
    claim: Claim, runs: Runs, rules: str, rates: list[float], resamples: int
) -> dict[str, Any]:
    """Return a claim's parts under one rule set, and the numbers of the one that decides."""
    seen = [_seen(part, runs, rules, rates, resamples) for part in claim.parts]
    # All parts must be above for the claim to hold. One of k that is below refutes it: of those
    # whose interval is below, since no other can.
    refuting = [one for one in seen if one.speaks == "against"]
    p_holds = max(one.found.p_above for one in seen)
    p_fails = min(1.0, len(seen) * min(one.found.p_below for one in refuting or seen))
    against = p_fails < p_holds
    decides = _deciding(seen, against, bool(refuting))
    seeds = set.intersection(*(set(one.differences) for one in seen))
    parts = [one.numbers() for one in seen]
    taken = ("difference", "low", "high", "sd", "effect", "seeds")
    return {
        **{key: parts[decides][key] for key in taken},
        "p": min(1.0, 2 * min(p_holds, p_fails)),
        "points": "against" if against else "for",
        "decided_by": parts[decides]["part"],
        "identical": any(one.same for one in seen),
        "single_runs": sum(
            all(one.differences[seed] > one.part.margin for one in seen) for seed in seeds
        ),
        "single_runs_of": len(seeds),
        "parts": parts,
    }


def _deciding(seen: Sequence[_Seen], against: bool, refuted: bool) -> int:
    """Return the part that decides: two that are one, what refutes most, or what is weakest."""

    def first(i: int) -> tuple[bool, bool, float, float]:
        one = seen[i]
        difference = -math.inf if one.found.difference is None else one.found.difference
        if against:
            matters, p = not refuted or one.speaks == "against", one.found.p_below
        else:
            matters, p = one.open, -one.found.p_above
        return not one.same, not matters, p, difference

    return min(range(len(seen)), key=first)


def _seen(part: Part, runs: Runs, rules: str, rates: list[float], resamples: int) -> _Seen:
    differences, same, pairs, lost = _differences(part, runs, rules, rates)
    found = paired(list(differences.values()), resamples, part.margin)
    return _Seen(part, differences, found, same, pairs, lost)


def _differences(
    part: Part, runs: Runs, rules: str, rates: list[float]
) -> tuple[dict[int, float], bool, int, int]:
    """Return each complete seed's difference, whether all are equal, pairs of runs, those left out.

    A rate at which either model diverged is left out for both of them.
    """
    ours, theirs = (runs.get((rules, model), {}) for model in (part.model, part.other))
    statistic = STATISTICS[part.statistic]
    found: dict[int, float] = {}
    same, lost, all_pairs = True, 0, 0
    for seed in sorted(ours.keys() & theirs.keys()):
        if not all(rate in ours[seed] and rate in theirs[seed] for rate in rates):
            continue
        pairs = [(ours[seed][rate], theirs[seed][rate]) for rate in rates]
        kept = [(a, b) for a, b in pairs if a is not None and b is not None]
        all_pairs += len(pairs)
        lost += len(pairs) - len(kept)
        if len(kept) < (2 if part.statistic == "sd" else 1):
            continue
        a, b = (statistic(list(side)) for side in zip(*kept, strict=True))
        found[seed] = part.claimed(a, b)
        same = same and all(a == b for a, b in kept)
    return found, same and bool(found), all_pairs, lost


def _verdict(one: Mapping[str, Any]) -> str:
    """Return the verdict: the one place where it is decided.

    *holds*: the interval of every part lies above the margin, and the corrected p of the sign
    tests is below 0.05. *does not hold*: the interval of the part that decides lies below the
    margin, with the same p on that side; or the two models of a part are one. *cannot be told*:
    everything else.
    """
    if one["identical"]:
        return NOT
    if one["p_corrected"] >= ALPHA:
        return UNTOLD
    sides = {part["speaks"] for part in one["parts"]}
    if one["points"] == "against":
        return NOT if "against" in sides else UNTOLD
    return HOLDS if sides == {"for"} else UNTOLD
