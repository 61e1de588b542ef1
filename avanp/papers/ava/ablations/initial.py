"""Glorot weights against zero weights at the start."""

from typing import Any

import numpy as np

from avanp.papers.ava.ablations.table import mean, number, table
from avanp.papers.ava.subject import RULES, Call, Key, Subject, floats_call
from avanp.papers.ava.trained import cell_bm
from avanp.report.text import about_seeds, rate

ID = "initial"
SEEDS = 1
INITS = ("zeros", "glorot")


def calls(subject: Subject) -> list[Call]:
    """Return the cells from Glorot weights, those from zeros that the sweep lacks, and pictures."""
    draws = subject.config["draws"]
    return [
        floats_call(cell_bm, (key, draws, init))
        for init, key in _all(subject)
        if _to_train(subject, init, key)
    ]


def _all(subject: Subject) -> list[tuple[str, Key]]:
    return [
        (init, Key(rules, model, lr, seed))
        for rules in RULES
        for init in INITS
        for model in subject.models
        for seed in subject.seeds(SEEDS)
        for lr in subject.rates
    ]


def _to_train(subject: Subject, init: str, key: Key) -> bool:
    return init == "glorot" or not subject.there(key) or _shown(subject, key)


def _shown(subject: Subject, key: Key) -> bool:
    """Whether the picture shows a cell: the middle rate of the first seed."""
    return key.lr == _middle(subject) and key.seed == subject.seeds(1)[0]


def _middle(subject: Subject) -> float:
    return subject.rates[len(subject.rates) // 2]


def tables(subject: Subject, results: list[Any]) -> list[dict[str, Any]]:
    """Return a line for each rule set and start."""
    left = iter(results)
    found = {
        (init, *key): next(left)[0] if _to_train(subject, init, key) else subject.bm(key)
        for init, key in _all(subject)
    }
    rows = []
    for rules in RULES:
        for init in INITS:
            means = [
                mean([bm for key, bm in found.items() if key[:3] == (init, rules, model)])
                for model in subject.models
            ]
            lost = sum(bm is None for key, bm in found.items() if key[:2] == (init, rules))
            rows.append([rules, init, *map(number, means), lost])
    says = (
        "Mean BM over the rates. The paper's runs begin with zero weights and biases; Glorot's "
        "are uniform, of a size that goes with the layer, and differ from seed to seed. "
        f"The picture has the first generated image of each cell at γ {rate(_middle(subject))}."
    )
    columns = ["rules", "first weights", *subject.models, "diverged"]
    return [
        table(
            ID,
            "Glorot weights against zero weights",
            says,
            columns,
            rows,
            seeds=about_seeds(subject.seeds(SEEDS)),
            alt="One generated image of every model under each rule set, from zero weights and "
            "from Glorot weights.",
        )
    ]


def draw(subject: Subject, results: list[Any]) -> bytes:
    """Return a picture of an image of each model, a row for each rule set and start."""
    from avanp.papers.ava.audit_strips import grid_of_images

    trained = [(init, key) for init, key in _all(subject) if _to_train(subject, init, key)]
    shown: dict[str, list[np.ndarray | None]] = {}
    for (init, key), (_, samples) in zip(trained, results, strict=True):
        if _shown(subject, key):
            row = shown.setdefault(f"{key.rules}, {init}", [])
            row.append(samples[0] if len(samples) else None)
    return grid_of_images(shown, subject.models)
