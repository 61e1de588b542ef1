"""``tables.md`` and ``report.md`` of a sweep, as GitHub renders them."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from avanp.papers.ava import printed_numbers
from avanp.papers.ava.lost_runs import Lost
from avanp.papers.ava.nearness import sentence, table3_sentence
from avanp.papers.ava.tables import lost_table, tables_1_to_3
from avanp.report.findings import ON_EDGE, Ablation, Findings
from avanp.report.markdown import drawn, image, pipes, plain
from avanp.report.plot import MISSING, charts_available
from avanp.report.text import rate, short
from avanp.report.verdicts import ablation_table, outcome_table, verdict_table

TABLE3_NOTE = (
    "Table 3: every statistic is computed over the learning rates for each seed and then averaged "
    "over the seeds; what follows a ± is the standard deviation over seeds, the line SD that over "
    "the rates (both with n−1). Seeds with rates still to run are left out where any seed has run "
    "all of them, and so are rates that diverged; the line Rates says over how many rates the "
    "figures are."
)
COMPARED_NOTE = (
    "Differences are ours minus the paper's. Table 3 has the paper's value only where a model's "
    "figures are over exactly the paper's 19 rates."
)


def tables(numbers: Mapping[str, Any]) -> str:
    """Return ``tables.md``: verdicts, what was run, then three tables a rule set.

    Every rate has a line with our mean (± SD over seeds) and, in a table that has values of the
    paper, a line with the paper's value and one with the difference.

    Parameters
    ----------
    numbers : dict
        What `avanp.papers.ava.table_numbers.table_numbers` returns.
    """
    blocks = ["# Tables 1–3", *_nearness(numbers), _run_table(numbers["run"])]
    for rules in numbers["run"]["rules"]:
        blocks += [f"## Rules `{rules}`", *_tables_1_to_3(numbers, rules)]
    blocks += _notes(numbers)
    if numbers["paper"]["shown"]:
        blocks.append(f"Paper: {numbers['paper']['citation']}")
    return "\n\n".join(blocks) + "\n"


def report(
    numbers: Mapping[str, Any],
    findings: Findings | None,
    lost: Sequence[Lost],
    directory: Path,
) -> str:
    """Return ``report.md``.

    Parameters
    ----------
    numbers : dict
        What `avanp.papers.ava.table_numbers.table_numbers` returns.
    findings : Findings, optional
        What an audit found.
    lost : sequence of Lost
        The runs without a number.
    directory : Path
        The folder of the run: pictures that are there are shown.
    """
    run = numbers["run"]
    blocks = [f"# {plain(run['data']['name'])}: {', '.join(run['models'])}"]
    if findings is not None and findings.claims:
        blocks += _verdicts(findings, directory)
    blocks += ["## Nearness to the tables", *_nearness(numbers)]
    for rules in run["rules"]:
        charts = [
            _image(directory, f"{kind}-{rules}.png", f"{title}, rules {rules}")
            for kind, title in (("curves", "BM against the learning rate"), ("figure6", "Figure 6"))
        ]
        blocks += [f"## Rules `{rules}`", *filter(None, charts), *_tables_1_to_3(numbers, rules)]
    if not charts_available():
        blocks.append(MISSING)
    blocks += _notes(numbers)
    sheets = [
        _image(directory, f"sheets/{model}.png", f"What {model} draws at each rate")
        for model in run["models"]
    ]
    if any(sheets):
        blocks += ["## Generated images", *filter(None, sheets)]
    if findings is not None and findings.claims:
        blocks += _evidence(findings)
    if findings is not None and findings.ablations:
        blocks.append("## What explains it")
        for number, ablation in enumerate(findings.ablations, 1):
            blocks += _ablation(number, ablation, directory)
    if lost:
        blocks += ["## Diverged and failed runs", drawn(lost_table(lost))]
    blocks += ["## What was run", _run_table(run)]
    if numbers["paper"]["shown"]:
        blocks.append(f"Paper: {printed_numbers.CITATION}")
    return "\n\n".join(blocks) + "\n"


def _nearness(numbers: Mapping[str, Any]) -> Iterable[str]:
    """How near each rule set comes, as blocks."""
    lines = [
        f"* {line}"
        for rules in numbers["run"]["rules"]
        for line in (sentence(numbers, rules), table3_sentence(numbers, rules))
        if line
    ]
    yield "\n".join(lines)
    if numbers["paper"]["shown"]:
        yield (
            "For scale: the author's own second run differs from the published one by RMS "
            f"{short(printed_numbers.SECOND_RUN_RMS)}."
        )


def _tables_1_to_3(numbers: Mapping[str, Any], rules: str) -> Iterable[str]:
    for table in tables_1_to_3(numbers, rules, always_rates=True).values():
        yield f"### {table.title}"
        yield drawn(table)


def _notes(numbers: Mapping[str, Any]) -> list[str]:
    return [TABLE3_NOTE, COMPARED_NOTE] if numbers["paper"]["shown"] else [TABLE3_NOTE]


def _run_table(run: Mapping[str, Any]) -> str:
    data = run["data"]
    origin = "the paper's own images" if data["is_paper_set"] else "not the paper's images"
    facts = {
        "data": f"{plain(data['name'])} ({origin}): {data['count']} images of "
        f"{data['width']}×{data['height']}, sha256 `{plain(data['sha256'])}`",
        "rule sets": ", ".join(run["rules"]),
        "models": ", ".join(run["models"]),
        "learning rates": ", ".join(rate(lr) for lr in run["lr"]),
        "seeds": ", ".join(map(str, run["seeds"])),
        "images drawn per test image": str(run["draws"]),
        "experiment": _pairs(run["experiment"]),
        "versions": _pairs({"avanp": run["avanp"]} | dict(run["versions"])),
    }
    return pipes(["", "what was run"], [list(fact) for fact in facts.items()])


def _pairs(values: Mapping[str, Any]) -> str:
    return plain(", ".join(f"{name} {value}" for name, value in sorted(values.items())))


def _verdicts(findings: Findings, directory: Path) -> Iterable[str]:
    yield "## Verdicts"
    yield from map(plain, findings.notes)
    yield drawn(verdict_table(findings))
    if findings.edges:
        yield ON_EDGE
    if findings.picture is not None:
        yield _picture(findings.picture, findings.alt or "Differences and intervals", directory)


def _evidence(findings: Findings) -> Iterable[str]:
    yield "## Evidence for the verdicts"
    for number, claim in enumerate(findings.claims, 1):
        yield f"### {number}. {plain(claim.claim)}"
        yield f"The paper: {plain(claim.paper)}"
        yield drawn(outcome_table(number, claim))
    yield "### How the claims were judged"
    yield from map(plain, [*findings.method, findings.thanks])


def _ablation(number: int, ablation: Ablation, directory: Path) -> Iterable[str]:
    yield f"### {plain(ablation.title)}"
    yield f"{plain(ablation.says)} ({plain(ablation.seeds.capitalize())}.)"
    if ablation.picture is not None:
        yield _picture(ablation.picture, ablation.alt or ablation.title, directory)
    if ablation.rows:
        yield drawn(ablation_table(number, ablation))


def _picture(path: Path, alt: str, directory: Path) -> str:
    return image(path.relative_to(directory.resolve()).as_posix(), alt)


def _image(directory: Path, name: str, alt: str) -> str | None:
    return image(name, alt) if (directory / name).is_file() else None
