"""BM beside measures in common use, over models and rates, with rank correlations."""

from typing import Any

from avanp.papers.ava.ablations.measured import MEASURES, correlation_with, measure
from avanp.papers.ava.ablations.table import NONE, mean, number, table
from avanp.papers.ava.subject import RULES, Call, Key, Subject, floats_call
from avanp.report.text import about_seeds, listed

ID = "measures"
NEEDS_MATPLOTLIB = True
AT_ONCE = 5  # rates in one call, which share the real images' features


def calls(subject: Subject) -> list[Call]:
    """Return the measuring of each model under each rule set, some rates at a time."""
    (seed,) = subject.seeds(1)
    draws = subject.config["draws"]
    return [
        floats_call(measure, ([Key(rules, model, lr, seed) for lr in some], draws))
        for rules in RULES
        for model in subject.models
        for some in _some_rates(subject)
    ]


def _some_rates(subject: Subject) -> list[list[float]]:
    rates = subject.rates
    return [rates[i : i + AT_ONCE] for i in range(0, len(rates), AT_ONCE)]


def tables(subject: Subject, results: list[Any]) -> list[dict[str, Any]]:
    """Return the rank correlations, and the models' means under program."""
    n = len(subject.images)
    cells = len(subject.models) * len(subject.rates)
    seeds = about_seeds(subject.seeds(1))
    by_rules = cells_by_rules(subject, results)
    rows = [
        [
            one.name,
            one.better,
            *(_signed(correlation_with(by_rules[rules], key)) for rules in RULES),
        ]
        for key, one in MEASURES.items()
    ]
    says = (
        f"Spearman's rank correlation of BM with each measure over the {cells} cells (models × "
        "rates), with the sign so that +1 means that a higher BM goes with a better value and −1 "
        f"with a worse one. One image is drawn for each of the {n} training images, with which "
        "PSNR and SSIM compare it, as BM does. Diversity is the mean distance of two images in "
        "pixels, beside that of two training images: 0 where all are one. The Fréchet distance is "
        "in random-conv features (a frozen net of random weights); with so few images it compares "
        "cells and nothing else. Cells are not independent: no test is made of these numbers."
        + _all_below(by_rules)
    )
    title = "BM beside measures in common use"
    alt = (
        "Five panels: each measure against BM, a point for every model and rate under program, "
        "in two colours for models with and without a discriminator of images."
    )
    first = table(ID, title, says, ["measure", "better", *RULES], rows, seeds=seeds, alt=alt)
    keys = ["bm", *MEASURES]
    lines = []
    for model in subject.models:
        own = [one for one in by_rules[RULES[0]] if one["model"] == model]
        means = {key: mean([one.get(key) for one in own]) for key in keys}
        lines.append([model, *(_digits(key, means[key]) for key in keys)])
    second = table(
        "measures-models",
        "The models by these measures",
        f"Mean over the {len(subject.rates)} rates, rules {RULES[0]}.",
        ["model", "BM", *(one.name for one in MEASURES.values())],
        lines,
        seeds=seeds,
    )
    return [first, second]


def _all_below(by_rules: dict[str, list[dict[str, Any]]]) -> str:
    """Say so where BM goes against every measure under a rule set."""
    against = []
    for rules, cells in by_rules.items():
        there = [r for key in MEASURES if (r := correlation_with(cells, key)) is not None]
        if there and max(there) < 0:
            against.append(rules)
    if not against:
        return ""
    return f" Under {listed(against)} a higher BM goes with a worse value of each of them."


def cells_by_rules(subject: Subject, results: list[Any]) -> dict[str, list[dict[str, Any]]]:
    """Return the cells of each rule set, each with its model."""
    found: dict[str, list[dict[str, Any]]] = {rules: [] for rules in RULES}
    left = iter(results)
    for rules in RULES:
        for model in subject.models:
            for _ in _some_rates(subject):
                found[rules] += [{"model": model, **one} for one in next(left)]
    return found


def _signed(value: float | None) -> str:
    return NONE if value is None else f"{value:+.2f}".replace("-", "−")


def _digits(key: str, value: float | None) -> str:
    if key == "bm" or value is None:
        return number(value)
    return f"{value:.{MEASURES[key].digits}f}"


def draw(subject: Subject, results: list[Any]) -> bytes:
    """Return the measures against BM, a panel each."""
    from avanp.papers.ava.audit_charts import scatter

    program = cells_by_rules(subject, results)[RULES[0]]
    names = {key: f"{one.name}\n({one.better} is better)" for key, one in MEASURES.items()}
    return scatter(program, names)
