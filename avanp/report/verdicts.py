"""What an audit found as values: the table of verdicts, the intervals, and what explains them."""

from collections.abc import Sequence

from avanp.report.chart import Axis, Chart, Interval, Panel, Style
from avanp.report.findings import (
    HOLDS,
    MARKS,
    NOT,
    UNTOLD,
    Ablation,
    Claim,
    Findings,
    Measured,
    Outcome,
    Part,
)
from avanp.report.table import Cell, Link, Mark, Table, columns
from avanp.report.text import fine, p_value

TONES = {HOLDS: "holds", NOT: "fails", UNTOLD: "open"}
INK = Style("ink", marker="o")


def verdict(outcome: Outcome | None) -> Cell:
    """Return the verdict with its sign, and how near it is to another."""
    if outcome is None:
        return "–"
    found = outcome.verdict
    return Mark(found, MARKS[found], TONES[found], outcome.edge)


def verdict_table(findings: Findings) -> Table:
    """Return a row for each claim, which leads to its evidence, and a column for each rule set."""
    rules = list(dict.fromkeys(rule for claim in findings.claims for rule in claim.rules))
    return Table(
        "claims",
        "What holds of the paper’s claims, under each rule set",
        columns("Claim", *rules),
        [
            [Link(claim.claim, f"claim-{number}"), *(verdict(claim.rules.get(r)) for r in rules)]
            for number, claim in enumerate(findings.claims, 1)
        ],
        "claims",
    )


def outcome_table(number: int, claim: Claim) -> Table:
    """Return what was found of a claim under each rule set, and of its parts, in numbers."""
    rows: list[Sequence[Cell]] = []
    for rule, outcome in claim.rules.items():
        edge = f" ({outcome.edge})" if outcome.edge else ""
        told = f"{MARKS[outcome.verdict]} {outcome.verdict}{edge}: {outcome.says}"
        rows.append([rule, told, *_numbers(outcome, p_value(outcome.p_corrected))])
        if len(outcome.parts) > 1:
            rows += [["", part.name, *_numbers(part, "–")] for part in outcome.parts]
    heads = columns("rules", "", "difference", "95 %", "p", "corrected", "seeds")
    return Table(f"outcomes-{number}", claim.claim, heads, rows)


def _numbers(found: Measured, corrected: str) -> list[str]:
    return [
        fine(found.difference),
        "–" if found.low is None else f"{fine(found.low)} to {fine(found.high)}",
        p_value(found.p),
        corrected,
        str(found.seeds),
    ]


def intervals(name: str, parts: Sequence[Part]) -> Chart:
    """Return the parts of an outcome beside zero and the paper's values, numbered if several."""
    shown = [part for part in parts if part.difference is not None]
    drawn = [
        Interval(
            f"{number}" if len(parts) > 1 else "",
            part.difference,
            part.low,
            part.high,
            part.paper_difference,
            INK,
        )
        for number, part in enumerate(parts, 1)
    ]
    words = "; ".join(f"{part.name}: {measured(part)}" for part in shown)
    panel = Panel("", drawn, words or "no difference can be had", y=Axis())
    return Chart(name, "", [panel], size=(300, 30 + 24 * len(parts)))


def measured(found: Measured) -> str:
    """Return a difference and its interval in words."""
    if found.difference is None:
        return "no difference can be had"
    said = f"difference {fine(found.difference)}"
    if found.low is None or found.high is None:
        return said
    return f"{said}, 95 % from {fine(found.low)} to {fine(found.high)}"


def ablation_table(number: int, ablation: Ablation) -> Table:
    """Return what was measured to explain the verdicts."""
    return Table(
        f"ablation-{number}",
        ablation.title,
        columns(*ablation.columns),
        [row for row in ablation.rows if row],
        "words",
        captioned=False,
    )
