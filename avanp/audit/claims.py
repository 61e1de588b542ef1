"""The judge: from the rows of a sweep to a verdict on each claim under each rule set."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from avanp.audit.own_noise import draw, share_true, spread
from avanp.audit.paired import RESAMPLES, holm
from avanp.audit.paper_claims import CLAIMS
from avanp.audit.seen import Seen, look, runs_of
from avanp.audit.wording import says
from avanp.errors import AvanpError
from avanp.papers.ava.printed_numbers import same_rate
from avanp.report.findings import HOLDS, NOT, UNTOLD
from avanp.rng import stream

ALPHA = 0.05
DRAWS = 200
DIGITS = 12  # of a difference: what differs by less is rounding, and the first part decides


def judge(
    rows: Iterable[Mapping[str, Any]],
    config: Mapping[str, Any],
    *,
    value: str = "bm",
    resamples: int = RESAMPLES,
    draws: int = DRAWS,
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
    draws : int
        Of the seeds from themselves, with replacement, each judged again; at least one.

    Returns
    -------
    list of dict
        ``id``, ``claim``, ``paper`` (its evidence) and ``rules``: for each rule set ``verdict``,
        ``again`` (the share of the draws that give the same verdict), ``own_noise`` (the share of
        tables, each cell with noise of its own, in which the claim is true),
        ``difference``, ``low``, ``high``, ``p``, ``p_corrected``, ``seeds``, ``says``, ``parts``
        and more. Numbers that cannot be had are None.
    """
    if draws < 1:
        raise AvanpError(f"draws must be at least 1, not {draws}")
    runs, rates = runs_of(rows, value), [same_rate(lr) for lr in config["lr"]]
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
        seen = [
            [look(part, runs, rules, rates, resamples) for part in claim.parts] for claim in CLAIMS
        ]
        found = _decided(seen)
        tables = draw(runs, rules, rates)
        shares = _again(seen, found, draws)
        for claim, entry, one, again in zip(CLAIMS, judged, found, shares, strict=True):
            one["again"] = again
            one["own_noise"] = share_true(claim.parts, tables)
            for part, numbers in zip(claim.parts, one["parts"], strict=True):
                numbers["sd_own_noise"] = spread(part, tables)
            one["says"] = says(one)
            entry["rules"][rules] = one
    return judged


def _decided(seen: Sequence[Sequence[Seen]]) -> list[dict[str, Any]]:
    """Return what is found on each claim under one rule set, with its verdict."""
    found = [_compared(parts) for parts in seen]
    corrected = holm([one["p"] for one in found])
    for one, p in zip(found, corrected, strict=True):
        one["p_corrected"] = p
        one["verdict"] = _verdict(one)
        if one["identical"]:  # no matter of chance
            one["p"] = one["p_corrected"] = None
    return found


def _again(
    seen: Sequence[Sequence[Seen]], found: Sequence[Mapping[str, Any]], draws: int
) -> list[float]:
    """Return the share of draws of the seeds, with replacement, that give the same verdicts."""
    seeds = sorted({seed for parts in seen for one in parts for seed in one.lost})
    rng, same = stream(0, "bootstrap"), [0] * len(found)
    for _ in range(draws):
        drawn = [seeds[i] for i in rng.integers(0, len(seeds), len(seeds))] if seeds else []
        others = _decided([[one.drawn(drawn) for one in parts] for parts in seen])
        for i, (one, other) in enumerate(zip(found, others, strict=True)):
            same[i] += one["verdict"] == other["verdict"]
    return [n / draws for n in same]


def _compared(seen: Sequence[Seen]) -> dict[str, Any]:
    """Return a claim's parts under one rule set, and the numbers of the one that decides."""
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
        "seeds_true": sum(
            all(one.differences[seed] > one.part.margin and not one.lost[seed] for one in seen)
            for seed in seeds
        ),
        "seeds_true_of": len(seeds),
        "parts": parts,
    }


def _deciding(seen: Sequence[Seen], against: bool, refuted: bool) -> int:
    """Return the part that decides: two that are one, what refutes most, or what is weakest."""

    def first(i: int) -> tuple[bool, bool, float, float]:
        one = seen[i]
        difference = -math.inf if one.found.difference is None else one.found.difference
        if against:
            matters, p = not refuted or one.speaks == "against", one.found.p_below
        else:
            matters, p = one.open, -one.found.p_above
        return not one.same, not matters, p, round(difference, DIGITS)

    return min(range(len(seen)), key=first)


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
