"""The judge: from the rows of a sweep to a verdict on each claim under each rule set."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

from avanp.audit.paired import MARGIN, RESAMPLES, Paired, holm, paired
from avanp.audit.paper_claims import CLAIMS, Claim, Part
from avanp.audit.subject import finite
from avanp.audit.wording import says
from avanp.report.findings import HOLDS, NOT, UNTOLD
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
    """Return the claims of the paper's section 3, each with a verdict under every rule set.

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
            "paper_agrees": all(part.published() > 0 for part in claim.parts),
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


def _compared(
    claim: Claim, runs: Runs, rules: str, rates: list[float], resamples: int
) -> dict[str, Any]:
    """Return a claim's parts under one rule set, and the numbers of the one that decides."""
    by_part = [_differences(part, runs, rules, rates) for part in claim.parts]
    found = [paired(list(d.values()), resamples) for d, _, _ in by_part]
    parts = [
        _part(part, one, same, lost)
        for part, one, (_, same, lost) in zip(claim.parts, found, by_part, strict=True)
    ]
    # All parts must be above for the claim to hold; one of k that is below refutes it.
    p_holds = max(one.p_above for one in found)
    p_fails = min(1.0, len(found) * min(one.p_below for one in found))
    weakest = min(
        range(len(found)),
        key=lambda i: (not parts[i]["identical"], *_weakness(found[i], p_fails < p_holds)),
    )
    seeds = set.intersection(*(set(d) for d, _, _ in by_part))
    taken = ("difference", "low", "high", "sd", "effect", "seeds")
    one = {
        **{key: parts[weakest][key] for key in taken},
        "p": min(1.0, 2 * min(p_holds, p_fails)),
        "points": "against" if p_fails < p_holds else "for",
        "decided_by": parts[weakest]["part"],
        "identical": any(part["identical"] for part in parts),
        "single_runs": sum(all(d[seed] > MARGIN for d, _, _ in by_part) for seed in seeds),
        "single_runs_of": len(seeds),
        "parts": parts,
    }
    return one


def _weakness(one: Paired, refutes: bool) -> tuple[float, float]:
    """Return what sorts the part that decides first: the weakest, or the one that refutes most."""
    difference = -math.inf if one.difference is None else one.difference
    return (one.p_below if refutes else -one.p_above), difference


def _differences(
    part: Part, runs: Runs, rules: str, rates: list[float]
) -> tuple[dict[int, float], bool, int]:
    """Return the difference of each complete seed, whether all cells are equal, and rates left out.

    A rate at which either model diverged is left out for both of them.
    """
    ours, theirs = (runs.get((rules, model), {}) for model in (part.model, part.other))
    statistic = STATISTICS[part.statistic]
    found: dict[int, float] = {}
    same, lost = True, 0
    for seed in sorted(ours.keys() & theirs.keys()):
        if not all(rate in ours[seed] and rate in theirs[seed] for rate in rates):
            continue
        pairs = [(ours[seed][rate], theirs[seed][rate]) for rate in rates]
        kept = [(a, b) for a, b in pairs if a is not None and b is not None]
        lost += len(pairs) - len(kept)
        if len(kept) < (2 if part.statistic == "sd" else 1):
            continue
        a, b = (statistic(list(side)) for side in zip(*kept, strict=True))
        found[seed] = part.claimed(a, b)
        same = same and all(a == b for a, b in kept)
    return found, same and bool(found), lost


def _part(part: Part, one: Paired, same: bool, lost: int) -> dict[str, Any]:
    return {
        "part": str(part),
        "difference": one.difference,
        "low": one.low,
        "high": one.high,
        "sd": one.sd,
        "effect": one.effect,
        "seeds": one.seeds,
        "seeds_above": one.above,
        "p": min(1.0, 2 * min(one.p_above, one.p_below)),
        "identical": same,
        "diverged": lost,
        "paper_difference": part.published(),
    }


def _verdict(one: Mapping[str, Any]) -> str:
    """Return the verdict: the one place where it is decided.

    *holds*: the interval of every part lies above the margin, and the corrected p of the sign
    tests is below 0.05. *does not hold*: the interval of the part that decides lies below the
    margin, with the same p on that side; or the two models of a part are equal in every cell.
    *cannot be told*: everything else.
    """
    if one["identical"]:
        return NOT
    if one["p_corrected"] >= ALPHA:
        return UNTOLD
    if one["points"] == "against":
        return NOT if one["high"] < MARGIN else UNTOLD
    return HOLDS if all(part["low"] > MARGIN for part in one["parts"]) else UNTOLD
