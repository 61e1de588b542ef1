"""The paper's claims: a table of verdicts, then the evidence for each."""

from collections.abc import Sequence

from avanp.report.findings import Claim, Findings, Outcome
from avanp.report.html.element import Child, Markup, el, join
from avanp.report.html.interval import interval
from avanp.report.html.table import table
from avanp.report.text import p_value, signed

# The sign tells verdicts apart where colours do not.
MARKS = {
    "holds": ("✓", "holds"),
    "does not hold": ("✗", "fails"),
    "cannot be told": ("?", "open"),
}


KEY = (
    "In the drawings the upright line is zero, a dot our difference with its 95 % interval, and a "
    "ring the paper’s. Right of zero speaks for the claim. Each drawing has a scale of its own: "
    "what counts is the side of zero."
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
    return table("claims", caption, ["Claim", *rules], rows, class_="claims")


def evidence(findings: Findings) -> Markup:
    """Return what each verdict rests on, and how they were reached."""
    return join(
        [
            el("p", KEY),
            [_evidence(number, claim) for number, claim in enumerate(findings.claims, 1)],
            el("h3", "How the claims were judged") if findings.method else None,
            [el("p", text) for text in (*findings.method, *findings.thanks)],
        ]
    )


def _verdict(outcome: Outcome | None) -> Child:
    if outcome is None or outcome.verdict is None:
        return "–"
    mark, class_ = MARKS[outcome.verdict]
    sign = el("span", f"{mark} ", aria_hidden="true")
    return el("span", sign, outcome.verdict, class_=f"verdict {class_}")


def _evidence(number: int, claim: Claim) -> Markup:
    return el(
        "div",
        el("h3", f"{number}. {claim.claim}"),
        el("p", el("strong", "The paper: "), claim.paper) if claim.paper else None,
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
    said = _tested(outcome)
    if len(outcome.parts) > 1:
        drawn: Child = el("ul", [_part(part) for part in outcome.parts], class_="parts")
    else:
        drawn = interval(outcome.parts[0] if outcome.parts else outcome)
        said = said if outcome.says else [*_measured(outcome), *said]
    return [
        el("p", outcome.says) if outcome.says else None,
        drawn,
        el("p", ", ".join(said), class_="muted") if said else None,
    ]


def _part(part: Outcome) -> Markup:
    verdict = [" ", _verdict(part)] if part.verdict is not None else None
    says = part.says or ", ".join(_measured(part))
    return el("li", part.name, verdict, interval(part), el("small", says))


def _measured(outcome: Outcome) -> Sequence[str]:
    if outcome.difference is None:
        return ["no difference can be had"]
    said = [f"difference {signed(outcome.difference)}"]
    if outcome.low is not None and outcome.high is not None:
        said.append(f"95 % from {signed(outcome.low)} to {signed(outcome.high)}")
    return said


def _tested(outcome: Outcome) -> Sequence[str]:
    said = []
    if outcome.p is not None:
        said.append(f"sign test p {p_value(outcome.p)}")
    if outcome.p_corrected is not None:
        said.append(f"corrected {p_value(outcome.p_corrected)}")
    if outcome.seeds is not None:
        said.append(f"{outcome.seeds} seed{'' if outcome.seeds == 1 else 's'}")
    return said
