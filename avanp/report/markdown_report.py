"""``report.md``: a run for a repository, with the pictures that lie beside it."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from avanp.report import paper
from avanp.report.figures import figures_available
from avanp.report.findings import MARKS, ON_EDGE, Ablation, Claim, Findings, Measured, Outcome
from avanp.report.lost import Lost
from avanp.report.markdown import (
    COMPARED_NOTE,
    TABLE3_NOTE,
    pipe_table,
    plain,
    rule_set,
    run_table,
    verdicts,
)
from avanp.report.text import fine, p_value, rate

NO_FIGURES = (
    "The figures need matplotlib (`pip install 'avanp[plot]'`), and then this command once more."
)


def render(
    tables: Mapping[str, Any],
    findings: Findings | None,
    lost: Sequence[Lost],
    directory: Path,
) -> str:
    """Return the report as Markdown.

    Parameters
    ----------
    tables : dict
        What `avanp.report.tables.build` returns.
    findings : Findings, optional
        What an audit found.
    lost : sequence of Lost
        The runs without a number.
    directory : Path
        The folder of the run: pictures that are there are shown.
    """
    run = tables["run"]
    blocks = [f"# {plain(run['data']['name'])}: {', '.join(run['models'])}"]
    if findings is not None and findings.claims:
        blocks += _claims(findings, directory)
    blocks += ["## Nearness to the tables", *verdicts(tables)]
    for rules in run["rules"]:
        heading, *rest = rule_set(tables, rules)
        figures = [
            _image(directory, f"{kind}-{rules}.png", f"{title}, rules {rules}")
            for kind, title in (("curves", "BM against the learning rate"), ("figure6", "Figure 6"))
        ]
        blocks += [heading, *filter(None, figures), *rest]
    if not figures_available():
        blocks.append(NO_FIGURES)
    blocks.append(TABLE3_NOTE)
    if tables["paper"]["shown"]:
        blocks.append(COMPARED_NOTE)
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
        for ablation in findings.ablations:
            blocks += _ablation(ablation, directory)
    if lost:
        blocks += ["## Diverged and failed runs", _lost(lost)]
    blocks += ["## What was run", run_table(run)]
    if tables["paper"]["shown"]:
        blocks.append(f"Paper: {paper.CITATION}")
    return "\n\n".join(blocks) + "\n"


def _claims(findings: Findings, directory: Path) -> Iterable[str]:
    rules = list(dict.fromkeys(rule for claim in findings.claims for rule in claim.rules))
    grid = [
        [plain(claim.claim), *(_verdict(claim.rules.get(rule)) for rule in rules)]
        for claim in findings.claims
    ]
    yield "## Verdicts"
    yield from map(plain, findings.notes)
    yield pipe_table(["claim", *map(plain, rules)], grid)
    if findings.edges:
        yield ON_EDGE
    if findings.picture is not None:
        yield _picture(findings.picture, findings.alt or "Differences and intervals", directory)


def _evidence(findings: Findings) -> Iterable[str]:
    yield "## Evidence for the verdicts"
    for number, claim in enumerate(findings.claims, 1):
        yield f"### {number}. {plain(claim.claim)}"
        yield f"The paper: {plain(claim.paper)}"
        yield _outcomes(claim)
    yield "### How the claims were judged"
    yield from map(plain, [*findings.method, findings.thanks])


def _outcomes(claim: Claim) -> str:
    head = ["rules", "", "difference", "95 %", "p", "corrected", "seeds"]
    grid = []
    for rule, outcome in claim.rules.items():
        said = f"{_verdict(outcome)}: {plain(outcome.says)}"
        grid.append([plain(rule), said, *_numbers(outcome, p_value(outcome.p_corrected))])
        if len(outcome.parts) > 1:
            grid += [["", plain(part.name), *_numbers(part, "–")] for part in outcome.parts]
    return pipe_table(head, grid)


def _numbers(found: Measured, corrected: str) -> list[str]:
    return [
        fine(found.difference),
        "–" if found.low is None else f"{fine(found.low)} to {fine(found.high)}",
        p_value(found.p),
        corrected,
        str(found.seeds),
    ]


def _verdict(outcome: Outcome | None) -> str:
    if outcome is None:
        return "–"
    edge = f" ({outcome.edge})" if outcome.edge else ""
    return f"{MARKS[outcome.verdict]} {outcome.verdict}{edge}"


def _ablation(ablation: Ablation, directory: Path) -> Iterable[str]:
    yield f"### {plain(ablation.title)}"
    yield f"{plain(ablation.says)} ({plain(ablation.seeds.capitalize())}.)"
    if ablation.picture is not None:
        yield _picture(ablation.picture, ablation.alt or ablation.title, directory)
    if ablation.rows:
        grid = [[plain(cell) for cell in row] for row in ablation.rows]
        yield pipe_table([plain(column) for column in ablation.columns], grid)


def _picture(path: Path, alt: str, directory: Path) -> str:
    name = path.relative_to(directory.resolve()).as_posix()
    return f"![{plain(alt)}]({quote(name)})"


def _lost(lost: Sequence[Lost]) -> str:
    grid = [
        [one.rules, one.model, rate(one.lr), one.seeds, one.status, plain(one.reason)]
        for one in lost
    ]
    return pipe_table(["rules", "model", "γ", "seeds", "status", "reason"], grid)


def _image(directory: Path, name: str, alt: str) -> str | None:
    return f"![{alt}]({quote(name)})" if (directory / name).is_file() else None
