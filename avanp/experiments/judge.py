"""The judge: from the rows of a run to a verdict on each claim, in each group of them."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product
from typing import Any

from avanp.errors import AvanpError
from avanp.experiments.compare import HOLDS, NOT, UNTOLD, Claim, Compare
from avanp.experiments.evidence import Evidence, Runs, look, point, runs_of
from avanp.experiments.experiment import Experiment
from avanp.experiments.noise import Drawn, draw, share_true, spread
from avanp.experiments.paired import ALPHA, RESAMPLES, holm
from avanp.rng import stream

DRAWS = 200
DIGITS = 12  # of a difference: what differs by less is rounding, and the first part decides


def judge(
    experiment: Experiment,
    rows: Iterable[Mapping[str, Any]],
    config: Mapping[str, Any],
    *,
    says: Callable[[Mapping[str, Any]], str] | None = None,
    resamples: int = RESAMPLES,
    draws: int = DRAWS,
) -> list[dict[str, Any]]:
    """Return the claims of an experiment, each with a verdict in every group of its rows.

    A pure function: the order of the rows does not matter. Rows that failed or are not there make
    their seed incomplete, and it is left out of the pairs that need it.

    Parameters
    ----------
    experiment : Experiment
        Whose claims about the run's images are judged, apart for each value of its axis `by`.
    rows : iterable of mappings
        Of a run, finished or not.
    config : mapping
        The content of ``run.json``.
    says : callable, optional
        Tells in a sentence or two what was found.
    resamples : int
        Of the bootstrap.
    draws : int
        Of the seeds from themselves, with replacement, each judged again; at least one.

    Returns
    -------
    list of dict
        ``id``, ``claim``, ``paper`` (its evidence) and under the key of the axis `by` (``all``
        without one), for each of its values: ``verdict``, ``again`` (the share of the draws that
        give the same verdict), ``own_noise`` (the share of tables, each cell with noise of its own,
        in which the claim is true), ``difference``, ``low``, ``high``, ``p``, ``p_corrected``,
        ``seeds``, ``says``, ``parts`` and more. Numbers that cannot be had are None.
    """
    if draws < 1:
        raise AvanpError(f"draws must be at least 1, not {draws}")
    rows, by, key = list(rows), experiment.by, experiment.groups
    claims = experiment.claims_about(config)
    judged: list[dict[str, Any]] = [
        {
            "id": claim.id,
            "claim": claim.claim,
            "paper": claim.evidence,
            "paper_agrees": all(part.agrees() for part in claim.parts),
            key: {},
        }
        for claim in claims
    ]
    for group in config[key] if by is not None else ["all"]:
        own = [row for row in rows if by is None or row[by] == group]
        for entry, one in zip(
            judged, _judged(experiment, claims, own, config, resamples, draws), strict=True
        ):
            one["says"] = says(one) if says is not None else ""
            entry[key][group] = one
    return judged


def _judged(
    experiment: Experiment,
    claims: Sequence[Claim],
    rows: Sequence[Mapping[str, Any]],
    config: Mapping[str, Any],
    resamples: int,
    draws: int,
) -> list[dict[str, Any]]:
    """Return what is found on each claim in the rows of one group."""
    known: dict[Any, tuple[Runs, list[Any], list[str], Drawn]] = {}

    def runs(part: Compare) -> tuple[Runs, list[Any], list[str], Drawn]:
        """The rows as a comparison looks at them; most claims look at the same."""
        key = part.value, part.of, part.other if part.than is not None else "", str(part.at)
        if key not in known:
            apart = {experiment.by, part.of, "seed", *part.at}
            axes = [axis for axis in experiment.grid.axes if axis.name not in apart]
            over = [axis.name for axis in axes]
            values = product(*(config[axis.key] for axis in axes))
            points = [point(dict(zip(over, some, strict=True)), over) for some in values]
            own = [row for row in rows if all(row[name] == v for name, v in part.at.items())]
            found = runs_of(own, part.value, part.of, over)
            if part.than is not None:
                same: dict[Any, float | None] = dict.fromkeys(points, part.than)
                found[part.other] = dict.fromkeys(found.get(part.one, {}), same)
            known[key] = found, points, over, draw(found, points)
        return known[key]

    evidence = [
        [look(part, *runs(part)[:3], resamples) for part in claim.parts] for claim in claims
    ]
    found = _decided(evidence)
    shares = _again(evidence, found, draws)
    for claim, one, again in zip(claims, found, shares, strict=True):
        tables = [runs(part)[3] for part in claim.parts]
        one["again"] = again
        one["own_noise"] = share_true(claim.parts, tables)
        for part, numbers, drawn in zip(claim.parts, one["parts"], tables, strict=True):
            numbers["sd_own_noise"] = spread(part, drawn)
    return found


def _decided(evidence: Sequence[Sequence[Evidence]]) -> list[dict[str, Any]]:
    """Return what is found on each claim in one group, with its verdict."""
    found = [_compared(parts) for parts in evidence]
    corrected = holm([one["p"] for one in found])
    for one, p in zip(found, corrected, strict=True):
        one["p_corrected"] = p
        one["verdict"] = _verdict(one)
        if one["identical"]:  # no matter of chance
            one["p"] = one["p_corrected"] = None
    return found


def _again(
    evidence: Sequence[Sequence[Evidence]], found: Sequence[Mapping[str, Any]], draws: int
) -> list[float]:
    """Return the share of draws of the seeds, with replacement, that give the same verdicts."""
    seeds = sorted({seed for parts in evidence for one in parts for seed in one.lost})
    rng, same = stream(0, "bootstrap"), [0] * len(found)
    for _ in range(draws):
        drawn = [seeds[i] for i in rng.integers(0, len(seeds), len(seeds))] if seeds else []
        others = _decided([[one.drawn(drawn) for one in parts] for parts in evidence])
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
