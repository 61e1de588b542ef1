"""What was found, in sentences."""

from collections.abc import Mapping, Sequence
from typing import Any

from avanp.experiments.compare import MARGIN
from avanp.experiments.paired import ENOUGH, FEWEST, MOST_LOST
from avanp.report.findings import EDGE
from avanp.report.text import about_seeds, count, fine, p_value, percent, rate


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
