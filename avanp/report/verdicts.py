"""What an audit found as parts of a page: verdicts, the evidence for each, and what explains it."""

from collections.abc import Sequence

from avanp.report.chart import Chart, Interval, Panel
from avanp.report.chart_style import Style
from avanp.report.findings import (
    HOLDS,
    MARKS,
    NOT,
    ON_EDGE,
    UNTOLD,
    Ablation,
    Claim,
    Findings,
    Outcome,
)
from avanp.report.findings import Part as Compared
from avanp.report.page import Beside, Block, Blocks, Items, Part, Picture, Strong, muted, note, text
from avanp.report.table import Cell, Link, Mark, Table, columns
from avanp.report.text import count, fine, p_value

TONES = {HOLDS: "holds", NOT: "fails", UNTOLD: "open"}
INK = Style("ink", marker="o")
KEY = (
    "In the drawings the upright line is zero, a dot our difference with its 95 % interval, and a "
    "ring the paper’s, of its own images. Each drawing has a scale of its own. "
)


def verdicts(findings: Findings) -> list[Block]:
    """Return the verdicts; each claim leads to its evidence."""
    rules = list(dict.fromkeys(rule for claim in findings.claims for rule in claim.rules))
    table = Table(
        "claims",
        "What holds of the paper’s claims, under each rule set",
        columns("Claim", *rules),
        [
            [Link(claim.claim, f"claim-{number}"), *(_verdict(claim.rules.get(r)) for r in rules)]
            for number, claim in enumerate(findings.claims, 1)
        ],
        "claims",
    )
    return [
        *(note(said) for said in findings.notes),
        table,
        muted(ON_EDGE) if findings.edges else None,
    ]


def evidence(findings: Findings, reading: str) -> Blocks:
    """Return what each verdict rests on; `reading` says which differences speak for a claim."""
    return [
        text(KEY, reading),
        *(_evidence(number, claim) for number, claim in enumerate(findings.claims, 1)),
        Part(
            "How the claims were judged",
            [text(said) for said in (*findings.method, findings.thanks)],
        ),
    ]


def _evidence(number: int, claim: Claim) -> Part:
    found = [
        (rule, _verdict(outcome), _found(f"claim-{number}-{i}", outcome))
        for i, (rule, outcome) in enumerate(claim.rules.items())
    ]
    told = text(Strong("The paper: "), claim.paper)
    return Part(f"{number}. {claim.claim}", [told, Beside(found)], f"claim-{number}")


def _verdict(outcome: Outcome | None) -> Cell:
    if outcome is None:
        return "–"
    found = outcome.verdict
    return Mark(found, MARKS[found], TONES[found], outcome.edge)


def _found(name: str, outcome: Outcome) -> Blocks:
    tested = (
        "the two are one: no test"
        if outcome.p is None
        else f"sign test p {p_value(outcome.p)}, corrected {p_value(outcome.p_corrected)}"
    )
    several = len(outcome.parts) > 1
    return [
        text(outcome.says),
        _intervals(name, outcome.parts),
        Items([(part.name, _measured(part)) for part in outcome.parts]) if several else None,
        muted(f"{tested}, {count(outcome.seeds, outcome.seeds, 'seed')}"),
    ]


def _intervals(name: str, parts: Sequence[Compared]) -> Chart:
    """The parts of an outcome beside zero and the paper's values, numbered if there are several."""
    drawn = [
        Interval(f"{number}" if len(parts) > 1 else "", part.difference, part.low, part.high,
                 None if part.difference is None else part.paper_difference, INK)
        for number, part in enumerate(parts, 1)
    ]  # fmt: skip
    words = "; ".join(f"{part.name}: {_measured(part)}" for part in parts)
    return Chart(name, "", [Panel("", drawn, words)], size=(300, 30 + 24 * len(parts)), small=True)


def _measured(part: Compared) -> str:
    if part.difference is None:
        return "no difference can be had"
    said = f"difference {fine(part.difference)}"
    if part.low is not None and part.high is not None:
        said += f", 95 % from {fine(part.low)} to {fine(part.high)}"
    return said if part.p is None else f"{said}, p {p_value(part.p)}"


def ablations(findings: Findings) -> Blocks:
    """Return a part for each ablation."""
    return [_ablation(number, one) for number, one in enumerate(findings.ablations, 1)]


def _ablation(number: int, one: Ablation) -> Part:
    rows = [row for row in one.rows if row]
    table = Table(f"ablation-{number}", one.title, columns(*one.columns), rows, "words",
                  captioned=False)  # fmt: skip
    return Part(
        one.title,
        [
            text(one.says),
            muted(f"{one.seeds.capitalize()}."),
            table if rows else None,
            None if one.picture is None else Picture(one.picture, one.alt or one.title, wide=True),
        ],
    )
