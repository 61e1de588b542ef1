"""BM with and without the absolute value."""

from typing import Any

from avanp.papers.ava.ablations.table import NONE, mean, number, table
from avanp.papers.ava.subject import Call, Key, Subject
from avanp.report.text import about_seeds

ID = "absolute"
DIGITS = 4  # that are shown


def calls(subject: Subject) -> list[Call]:
    """Nothing is trained: the sweep's rows have both."""
    return []


def tables(subject: Subject, results: list[Any]) -> list[dict[str, Any]]:
    """Return a line for each rule set and model."""
    rows = []
    for rules in subject.config["rules"]:
        both = {value: _means(subject, rules, value) for value in ("bm", "bm_signed")}
        places = {value: _places(means) for value, means in both.items()}
        for model in subject.models:
            line = [rules, model]
            for value in both:
                line += [number(both[value][model]), places[value][model]]
            rows.append(line)
    says = (
        "The paper's tables take |d(1 − d)|; Eq. 17 has d(1 − d), which is below 0 where a pixel's "
        "distance d is above 1. The place is that among the models of the rule set, from the "
        "highest; means that are equal to four digits share it."
    )
    columns = ["rules", "model", "mean of |d(1 − d)|", "place", "mean of d(1 − d)", "place"]
    title = "BM with and without the absolute value"
    seeds = about_seeds(subject.config["seeds"])
    return [table(ID, title, says, columns, rows, seeds=seeds)]


def _means(subject: Subject, rules: str, value: str) -> dict[str, float | None]:
    return {
        model: mean(
            [
                subject.bm(Key(rules, model, lr, seed), value)
                for lr in subject.rates
                for seed in subject.config["seeds"]
            ]
        )
        for model in subject.models
    }


def _places(means: dict[str, float | None]) -> dict[str, int | str]:
    there = {model: round(m, DIGITS) for model, m in means.items() if m is not None}
    return {
        model: 1 + sum(other > there[model] for other in there.values()) if model in there else NONE
        for model in means
    }
