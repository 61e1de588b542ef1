"""What was found, in sentences."""

from collections.abc import Mapping, Sequence
from typing import Any

from avanp.experiments.compare import MARGIN
from avanp.experiments.paired import ENOUGH, FEWEST, MOST_LOST
from avanp.report.findings import EDGE
from avanp.report.text import about_seeds, count, fine, p_value, percent, rate

METHOD = (
    "Each claim is a comparison, or several that must all be true, of entries of Table 3: the "
    "mean, maximum, minimum or SD (n−1) of BM over the learning rates. Each entry is computed for "
    "every seed by itself, and two models are compared seed by seed: one seed gives all models, "
    "at all rates, the same noise. A seed counts where all cells of both models are there; a rate "
    "at which one of them diverged is left out for both. How many were is said; a comparison that "
    "loses one rate in more than a tenth of its seeds this way speaks neither for nor against.",
    "Differences are in the direction of the claim. The margin is 0.00005, half of the last digit "
    "the paper prints: a difference above it speaks for the claim, and models that differ by less "
    "are taken for equal, which where the paper says that one is higher or lower speaks against "
    "it. Where the paper says “smaller than or equal to” (not above) the margin is −0.00005, and "
    "equal speaks for it.",
    "The interval is the bias-corrected and accelerated bootstrap interval of 95 % of the mean "
    "difference over seeds (9,999 resamples; of percentiles where that one is not finite). The "
    "sign test counts the seeds whose difference is above the margin against those below it. Of "
    "several comparisons the weakest decides that a claim holds (the largest p); for one of k to "
    "refute it, the smallest p of those whose interval lies below the margin is multiplied by k. p "
    "is two-sided, and corrected by Holm's method for the number of claims in a rule set.",
    "holds: the interval of every comparison lies above the margin, and the corrected p is below "
    "0.05. does not hold: the interval of the deciding comparison lies below the margin, and the "
    "corrected p is below 0.05; or two models that are said to differ are equal in every cell of "
    f"at least {FEWEST} seeds, and no run diverged. cannot be told: everything else, and what "
    "rests on two that are equal in fewer seeds, or but for runs that diverged. "
    f"{FEWEST} seeds are the fewest that can decide a comparison; fewer than {ENOUGH} may not "
    "suffice to refute a claim of several.",
    "The same again: the seeds are resampled with replacement 200 times, and each such draw "
    "is judged in the same way (with Student's t interval in place of the bootstrap's, which "
    "where differences are skewed may itself change a verdict). A verdict that fewer than nine in "
    "ten draws give is at the edge of what these seeds can tell: as many other seeds may well give "
    "another.",
    "The paper's tables are of one run, in which every cell had noise of its own: AVA1 and AVA2, "
    "which the same noise makes equal, differ in them. So 1,000 tables are drawn, every cell of "
    "them from a seed chosen by chance. The share in which a claim is true says how far one such "
    "table can be relied on; a table in which a run diverged shows no claim about its model. The "
    "share is smaller than that of the seeds in which the claim is true where common noise hides "
    "chance, and not zero where models are equal.",
    "The seeds vary the noise and nothing else: the verdicts are about these images, these nets "
    "and these rates.",
)
THANKS = (
    "This could be looked into because the authors published their code and their images freely, "
    "with the log of their run."
)


def interval(low: float | None, high: float | None) -> str:
    """Return an interval in brackets, or "" where there is none."""
    return "" if low is None else f"[{fine(low)}, {fine(high)}]"


def says(one: Mapping[str, Any]) -> str:
    """Return what was found on one claim under one rule set, in a few sentences."""
    lost = _lost(one["parts"])
    if not one["seeds"]:
        return f"No seed has all the cells that this needs.{lost}"
    equal = [part for part in one["parts"] if part["identical"] and part["speaks"] != "for"]
    runs = f"True in {one['seeds_true']} of {one['seeds_true_of']} seeds"
    if one["own_noise"] is not None and one["seeds"] >= FEWEST:
        runs += f", and in {percent(one['own_noise'])} of tables drawn as the paper's was"
    runs += "."
    if one["seeds"] >= FEWEST:
        runs += f" The same verdict again in {percent(one['again'])} of draws of the seeds."
    seeds = count(one["seeds"], one["seeds"], "seed")
    if one["identical"]:
        same = [part["part"] for part in equal if part["speaks"] == "against"]
        return f"Equal in every cell of {seeds}: {'; '.join(same)}. {runs}{lost}"
    several = len(one["parts"]) > 1
    text = f"Weakest: {one['decided_by']}: " if several else ""
    text += f"difference {fine(one['difference'])}"
    if one["low"] is not None:
        text += f", {interval(one['low'], one['high'])}"
    if one["effect"] is not None:
        text += f", {abs(one['effect']):.1f} times its SD over seeds"
    if one["high"] is not None and one["low"] > -MARGIN and one["high"] < MARGIN:
        text += ", less than the tables' last digit: equal"
    text += f"; corrected p {p_value(one['p_corrected'])} over {seeds}. {runs}"
    if equal:
        why = f"where runs diverged, or of fewer than {FEWEST} seeds, this decides nothing"
        text += f" Equal in all that is there ({why}): {'; '.join(p['part'] for p in equal)}."
    return text + lost


def unfinished(cells: Mapping[str, int], seeds: Sequence[int]) -> str:
    """Return a sentence on the cells that a sweep lacks; "" where it is whole."""
    if cells["finished"] == cells["of"]:
        return ""
    return (
        f"Unfinished: {cells['finished']:,} of {cells['of']:,} cells of the sweep are there, and "
        f"{cells['whole_seeds']} of {len(seeds)} seeds are whole. The verdicts are of these."
    )


def few_seeds(seeds: Sequence[int]) -> str:
    """Return a note where there are too few seeds for every verdict, else ""."""
    if len(seeds) >= ENOUGH:
        return ""
    what = "decides no comparison" if len(seeds) == 1 else "decide no comparison"
    if len(seeds) >= FEWEST:
        what = "may not suffice to refute a claim of several comparisons"
    return f"note: {about_seeds(seeds)} {what}: {ENOUGH} are enough for any, 20 are usual"


def at_the_edge(claims: Sequence[Mapping[str, Any]], rules: str) -> str:
    """Return a sentence on the verdicts that other seeds may change; "" if there are none."""
    found = [(claim["claim"], claim["rules"][rules]) for claim in claims]
    edge = [
        f"“{claim}” ({one['verdict']}; {percent(one['again'])})"
        for claim, one in found
        if one["again"] < EDGE
    ]
    if not edge:
        return ""
    return (
        f"At the edge under {rules}, where other seeds may well say otherwise: {'; '.join(edge)}."
    )


def most_lost(parts: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return the comparison that lost most of a rate, or of all, to divergence, if any did."""

    def lost(part: Mapping[str, Any]) -> tuple[float, float]:
        most = part["most_lost"]
        return most["seeds"] / most["of"], part["diverged"] / part["pairs"]

    return max((part for part in parts if part["diverged"]), key=lost, default=None)


def left_out(part: Mapping[str, Any]) -> str:
    """Return how many pairs of runs of a comparison were left out."""
    return f"{part['diverged']} of {part['pairs']}"


def _lost(parts: Sequence[Mapping[str, Any]]) -> str:
    """Return the sentence on what was left out, with a blank before it; "" where nothing was."""
    part = most_lost(parts)
    if part is None:
        return ""
    text = f" Left out because a run diverged: {left_out(part)} pairs of runs"
    if len(parts) > 1:
        text += f" in the comparison that lost most ({part['part']})"
    most = part["most_lost"]
    if most["seeds"] > MOST_LOST * most["of"]:
        text += f"; at γ = {rate(most['lr'])} in {most['seeds']} of {most['of']} seeds, more than "
        text += "a tenth: it decides nothing"
    return f"{text}."
