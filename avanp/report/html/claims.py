"""The paper's claims: a table of verdicts, then the evidence for each."""

from avanp.report.findings import (
    HOLDS,
    MARKS,
    NOT,
    ON_EDGE,
    UNTOLD,
    Claim,
    Findings,
    Measured,
    Outcome,
    Part,
)
from avanp.report.html.element import Child, Markup, el, join
from avanp.report.html.interval import interval
from avanp.report.html.table import table
from avanp.report.text import count, fine, p_value

CLASSES = {HOLDS: "holds", NOT: "fails", UNTOLD: "open"}
KEY = (
    "In the drawings the upright line is zero, a dot our difference with its 95 % interval, and a "
    "ring the paper’s, of its own images. Right of zero speaks for the claim, from .00005 on: what "
    "is less is taken for equal. Each drawing has a scale of its own."
)


def claims(findings: Findings) -> Markup:
    """Return the verdicts of an audit; each claim leads to its evidence."""
    rules = list(dict.fromkeys(rule for claim in findings.claims for rule in claim.rules))
    rows = [
        (
            el("a", claim.claim, href=f"#claim-{number}"),
            [_verdict(claim.rules.get(rule)) for rule in rules],
        )
        for number, claim in enumerate(findings.claims, 1)
    ]
    caption = "What holds of the paper’s claims, under each rule set"
    drawn = table("claims", caption, ["Claim", *rules], rows, class_="claims")
    notes = [el("p", note, class_="note") for note in findings.notes]
    return join([notes, drawn, el("p", ON_EDGE, class_="muted") if findings.edges else None])


def evidence(findings: Findings) -> Markup:
    """Return what each verdict rests on, and how they were reached."""
    return join(
        [
            el("p", KEY),
            [_evidence(number, claim) for number, claim in enumerate(findings.claims, 1)],
            el("h3", "How the claims were judged"),
            [el("p", text) for text in (*findings.method, findings.thanks)],
        ]
    )


def _verdict(outcome: Outcome | None) -> Child:
    if outcome is None:
        return "–"
    sign = el("span", f"{MARKS[outcome.verdict]} ", aria_hidden="true")
    said = el("span", sign, outcome.verdict, class_=f"verdict {CLASSES[outcome.verdict]}")
    return [said, " ", el("small", outcome.edge, class_="edge")] if outcome.edge else said


def _evidence(number: int, claim: Claim) -> Markup:
    return el(
        "div",
        el("h3", f"{number}. {claim.claim}"),
        el("p", el("strong", "The paper: "), claim.paper),
        el(
            "div",
            [
                el("div", el("h4", f"{rule} ", _verdict(outcome)), _found(outcome))
                for rule, outcome in claim.rules.items()
            ],
            class_="outcomes",
        ),
        class_="claim",
        id=f"claim-{number}",
    )


def _found(outcome: Outcome) -> list[Child]:
    if len(outcome.parts) > 1:
        drawn: Child = el("ul", [_part(part) for part in outcome.parts], class_="parts")
    else:
        drawn = interval(outcome.parts[0])
    tested = (
        "the two are one: no test"
        if outcome.p is None
        else f"sign test p {p_value(outcome.p)}, corrected {p_value(outcome.p_corrected)}"
    )
    tested += f", {count(outcome.seeds, outcome.seeds, 'seed')}"
    return [el("p", outcome.says), drawn, el("p", tested, class_="muted")]


def _part(part: Part) -> Markup:
    return el("li", part.name, interval(part), el("small", _measured(part)))


def _measured(found: Measured) -> str:
    if found.difference is None:
        return "no difference can be had"
    said = f"difference {fine(found.difference)}"
    if found.low is None or found.high is None:
        return said
    return f"{said}, 95 % from {fine(found.low)} to {fine(found.high)}"
