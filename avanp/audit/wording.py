"""What was found, in sentences."""

from collections.abc import Mapping
from typing import Any

from avanp.audit.paired import MARGIN
from avanp.report.text import count, p_value, signed

METHOD = (
    "Each claim is a comparison, or several that must all be true, of entries of Table 3: the "
    "mean, maximum, minimum or SD (n−1) of BM over the learning rates. Each entry is computed for "
    "every seed by itself, and two models are compared seed by seed: one seed gives every model "
    "the same noise. A seed counts where all cells of both models are there; a rate at which one "
    "of them diverged is left out for both.",
    "Differences are in the direction of the claim: above 0 speaks for it. The margin is 0.00005, "
    "half of the last digit the paper prints: models that differ by less are the same in its "
    "tables.",
    "The interval is the bias-corrected and accelerated bootstrap interval of 95 % of the mean "
    "difference over seeds (9,999 resamples). The sign test counts the seeds whose difference is "
    "above the margin against those below it. Of several comparisons the weakest decides that a "
    "claim holds (the largest p); for one of k to refute it, its p is multiplied by k. p is "
    "two-sided, and corrected by Holm's method for the number of claims in a rule set.",
    "holds: the interval of every comparison lies above the margin, and the corrected p is below "
    "0.05. does not hold: the interval of the deciding comparison lies below the margin, and the "
    "corrected p is below 0.05; or two models that are said to differ are equal in every cell. "
    "cannot be told: everything else. Nine seeds are the fewest that can decide one comparison.",
    "A single run is one seed by itself: how often a claim is true in one says how far a table "
    "made from one run can be relied on.",
    "The seeds vary the noise and nothing else: the verdicts are about these images, these nets "
    "and these rates.",
)
THANKS = (
    "This could be looked into because the authors published their code and their images freely, "
    "with the log of their run."
)


def interval(low: float | None, high: float | None) -> str:
    """Return an interval in brackets, or "" where there is none."""
    return "" if low is None else f"[{signed(low)}, {signed(high)}]"


def says(one: Mapping[str, Any]) -> str:
    """Return what was found on one claim under one rule set, in one or two sentences."""
    if not one["seeds"]:
        return "No seed has all the cells that this needs."
    same = [part["part"] for part in one["parts"] if part["identical"]]
    seeds = count(one["seeds"], one["seeds"], "seed")
    runs = f"True in {one['single_runs']} of {one['single_runs_of']} single runs."
    if same:
        return f"Equal in every cell of {seeds}: {'; '.join(same)}. {runs}"
    several = len(one["parts"]) > 1
    text = f"Weakest: {one['decided_by']}: " if several else ""
    text += f"difference {signed(one['difference'])}"
    if one["low"] is not None:
        text += f", {interval(one['low'], one['high'])}"
    if one["effect"] is not None:
        text += f", {abs(one['effect']):.1f} times its SD over seeds"
    if one["high"] is not None and one["low"] > -MARGIN and one["high"] < MARGIN:
        text += ", less than the tables' last digit"
    return f"{text}; p {p_value(one['p_corrected'])} over {seeds}. {runs}"
