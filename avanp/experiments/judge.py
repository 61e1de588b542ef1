"""The judge: from the rows of a run to a verdict on each claim, in each group of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product
from typing import Any

from avanp.errors import AvanpError
from avanp.experiments.compare import Claim, Compare
from avanp.experiments.evidence import look
from avanp.experiments.experiment import Experiment
from avanp.experiments.intervals import RESAMPLES
from avanp.experiments.noise import Drawn, draw, share_true, spread
from avanp.experiments.points import Runs, point, runs_of
from avanp.experiments.verdict import agreement, decided

DRAWS = 200


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
    found = decided(evidence)
    shares = agreement(evidence, found, draws)
    for claim, one, again in zip(claims, found, shares, strict=True):
        tables = [runs(part)[3] for part in claim.parts]
        one["again"] = again
        one["own_noise"] = share_true(claim.parts, tables)
        for part, numbers, drawn in zip(claim.parts, one["parts"], tables, strict=True):
            numbers["sd_own_noise"] = spread(part, drawn)
    return found
