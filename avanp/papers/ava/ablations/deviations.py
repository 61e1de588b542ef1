"""Each of the program's numbered deviations switched off alone, and all of them."""

from typing import Any

from avanp.ava.deviations import DEVIATIONS
from avanp.papers.ava.ablations.table import NONE, mean, number, size, table
from avanp.papers.ava.nearness import pearson, rms
from avanp.papers.ava.printed_numbers import published
from avanp.papers.ava.subject import Call, Key, Subject, floats_call
from avanp.papers.ava.trained import cell_bm
from avanp.report.text import about_seeds, rate

ID = "deviations"
SEEDS = 2
NEEDS_MATPLOTLIB = True
PROGRAM, NONE_LEFT = "program", "printed"
LINES = (PROGRAM, *(f"program-{n}" for n in DEVIATIONS), NONE_LEFT)


def calls(subject: Subject) -> list[Call]:
    """Return the cells that the sweep does not have."""
    draws = subject.config["draws"]
    return [floats_call(cell_bm, (key, draws)) for key in _keys(subject) if not subject.there(key)]


def _keys(subject: Subject) -> list[Key]:
    return [
        Key(rules, model, lr, seed)
        for rules in LINES
        for seed in subject.seeds(SEEDS)
        for model in subject.models
        for lr in subject.rates
    ]


def bms(subject: Subject, results: list[Any]) -> dict[Key, float | None]:
    """Return the BM of every cell, the sweep's own and those trained here."""
    left = iter(results)
    return {key: subject.bm(key) if subject.there(key) else next(left)[0] for key in _keys(subject)}


def tables(subject: Subject, results: list[Any]) -> list[dict[str, Any]]:
    """Return a line a rule set."""
    found = bms(subject, results)
    rows = []
    for rules in LINES:
        changes = {
            key: bm - before
            for key, bm in found.items()
            if key.rules == rules
            and bm is not None
            and (before := found[key._replace(rules=PROGRAM)]) is not None
        }
        line = [rules, _off(rules), *_change(rules, changes)]
        if subject.is_paper_set:
            line += _beside_the_paper(subject, found, rules)
        rows.append([*line, *(number(m) for m in means(subject, found, rules))])
    columns = ["rules", "switched off", "RMS change", "largest change"]
    if subject.is_paper_set:
        columns += ["RMS to the paper", "correlation"]
    columns += [f"{model} mean" for model in subject.models]
    cells = len(subject.models) * len(subject.rates)
    says = (
        f"Changes are against program, cell by cell over the {cells} cells, on the same seeds. "
        "With all eight switched off the rule set is printed."
    )
    if subject.is_paper_set:
        says += " RMS and correlation are those with the cells that the paper publishes."
    return [
        table(
            ID,
            "Each deviation of the program switched off alone",
            says,
            columns,
            rows,
            seeds=about_seeds(subject.seeds(SEEDS)),
            alt="Change of each model's mean BM when one deviation is switched off, as a grid.",
        )
    ]


def means(subject: Subject, found: dict[Key, float | None], rules: str) -> list[float | None]:
    """Return each model's mean BM over rates and seeds."""
    return [
        mean([bm for key, bm in found.items() if key[:2] == (rules, model)])
        for model in subject.models
    ]


def _off(rules: str) -> str:
    if rules in (PROGRAM, NONE_LEFT):
        return "nothing" if rules == PROGRAM else "all eight"
    return DEVIATIONS[int(rules.removeprefix("program-"))]


def _change(rules: str, changes: dict[Key, float]) -> list[str]:
    if rules == PROGRAM or not changes:
        return [NONE, NONE]
    key = max(changes, key=lambda key: abs(changes[key]))
    if changes[key] == 0:
        return ["0", "0"]
    typical = rms(list(changes.values()))
    assert typical is not None
    return [size(typical), f"{size(abs(changes[key]))} ({key.model}, γ {rate(key.lr)})"]


def _beside_the_paper(subject: Subject, found: dict[Key, float | None], rules: str) -> list[str]:
    pairs = []
    for model in subject.models:
        for lr in subject.rates:
            ours = mean([found[Key(rules, model, lr, seed)] for seed in subject.seeds(SEEDS)])
            theirs = published(model, lr)
            if ours is not None and theirs is not None:
                pairs.append((ours, theirs))
    return [number(rms([ours - theirs for ours, theirs in pairs])), number(pearson(pairs))]


def draw(subject: Subject, results: list[Any]) -> bytes:
    """Return a picture of the changes of the means."""
    from avanp.papers.ava.audit_charts import grid_of_changes

    found = bms(subject, results)
    program = means(subject, found, PROGRAM)
    changes = [
        [None if a is None or b is None else a - b for a, b in zip(line, program, strict=True)]
        for line in (means(subject, found, rules) for rules in LINES[1:])
    ]
    labels = [f"{rules.removeprefix('program-')}: {_off(rules)}" for rules in LINES[1:-1]]
    title = (
        "Change of the mean BM when one deviation of program is switched off, "
        f"{about_seeds(subject.seeds(SEEDS))}\nred: higher, blue: lower"
    )
    return grid_of_changes([*labels, "all eight: as printed"], subject.models, changes, title)
