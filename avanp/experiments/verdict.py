"""From the evidence on the parts of claims to a verdict on each."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from avanp.experiments.compare import HOLDS, NOT, UNTOLD
from avanp.experiments.evidence import Evidence
from avanp.experiments.paired import ALPHA, holm
from avanp.rng import stream

DIGITS = 12  # of a difference: what differs by less is rounding, and the first part decides


def decided(evidence: Sequence[Sequence[Evidence]]) -> list[dict[str, Any]]:
    """Return what is found on each claim in one group, with its verdict."""
    found = [_compared(parts) for parts in evidence]
    corrected = holm([one["p"] for one in found])
    for one, p in zip(found, corrected, strict=True):
        one["p_corrected"] = p
        one["verdict"] = _verdict(one)
        if one["identical"]:  # no matter of chance
            one["p"] = one["p_corrected"] = None
    return found


def agreement(
    evidence: Sequence[Sequence[Evidence]], found: Sequence[Mapping[str, Any]], draws: int
) -> list[float]:
    """Return the share of draws of the seeds, with replacement, that give the same verdicts."""
    seeds = sorted({seed for parts in evidence for one in parts for seed in one.lost})
    rng, same = stream(0, "bootstrap"), [0] * len(found)
    for _ in range(draws):
        drawn = [seeds[i] for i in rng.integers(0, len(seeds), len(seeds))] if seeds else []
        others = decided([[one.drawn(drawn) for one in parts] for parts in evidence])
        for i, (one, other) in enumerate(zip(found, others, strict=True)):
            same[i] += one["verdict"] == other["verdict"]
    return [n / draws for n in same]


def _compared(evidence: Sequence[Evidence]) -> dict[str, Any]:
    """Return a claim's parts in one group, and the numbers of the one that decides."""
    # All parts must be above for the claim to hold. One of k that is below refutes it: of those
    # whose interval is below, since no other can.
    refuting = [one for one in evidence if one.speaks == "against"]
    p_holds = max(one.found.p_above for one in evidence)
    p_fails = min(1.0, len(evidence) * min(one.found.p_below for one in refuting or evidence))
    against = p_fails < p_holds
    decides = _deciding(evidence, against, bool(refuting))
    seeds = set.intersection(*(set(one.differences) for one in evidence))
    parts = [one.numbers() for one in evidence]
    taken = ("difference", "low", "high", "sd", "effect", "seeds")
    return {
        **{key: parts[decides][key] for key in taken},
        "p": min(1.0, 2 * min(p_holds, p_fails)),
        "points": "against" if against else "for",
        "decided_by": parts[decides]["part"],
        "identical": any(one.same for one in evidence),
        "seeds_true": sum(
            all(one.differences[seed] > one.part.margin and not one.lost[seed] for one in evidence)
            for seed in seeds
        ),
        "seeds_true_of": len(seeds),
        "parts": parts,
    }


def _deciding(evidence: Sequence[Evidence], against: bool, refuted: bool) -> int:
    """Return the part that decides: two that are one, what refutes most, or what is weakest."""

    def first(i: int) -> tuple[bool, bool, float, float]:
        one = evidence[i]
        difference = -math.inf if one.found.difference is None else one.found.difference
        if against:
            matters, p = not refuted or one.speaks == "against", one.found.p_below
        else:
            matters, p = one.open, -one.found.p_above
        return not one.same, not matters, p, round(difference, DIGITS)

    return min(range(len(evidence)), key=first)


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
