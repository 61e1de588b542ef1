"""The paper's claims: a table of verdicts, then the evidence for each."""

from collections.abc import Sequence

from avanp.report.findings import Claim, Findings, Outcome
from avanp.report.html.element import Child, Markup, el, join
from avanp.report.html.interval import interval, widest
from avanp.report.html.table import table
from avanp.report.text import p_value, short

# The sign tells verdicts apart where colours do not.
MARKS = {
    "holds": ("✓", "holds"),
    "does not hold": ("✗", "fails"),
    "cannot be told": ("?", "open"),
}


KEY = (
    "In the drawings the upright line is zero, a dot our difference in the direction of the claim "
    "with its 95 % interval, and a ring the paper’s: right of zero speaks for the claim. The scale "
    "is that of the widest beside it."
)


def claims(findings: Findings) -> Markup:
    """Return the verdicts of an audit."""
    rules = list(dict.fromkeys(rule for claim in findings.claims for rule in claim.rules))
    rows = [
        (
            el("a", claim.claim, href=f"#claim-{number}"),
            [_verdict(claim.rules.get(rule)) for rule in rules],
        )
        for number, claim in enumerate(findings.claims, 1)
    ]
    caption = "What holds of the paper’s claims, under each rule set"
    return join(
        [
            table("claims", caption, ["Claim", *rules], rows, class_="claims"),
            el("h3", "Evidence"),
            [el("p", text) for text in findings.method],
            el("p", KEY, class_="muted"),
            [_evidence(number, claim) for number, claim in enumerate(findings.claims, 1)],
            [el("p", text) for text in findings.thanks],
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
        el("h4", f"{number}. {claim.claim}"),
        el("p", el("strong", "The paper: "), claim.paper) if claim.paper else None,
        el(
            "div",
            [
                el("div", el("h5", f"{rule} ", _verdict(outcome)), _found(outcome))
                for rule, outcome in claim.rules.items()
            ],
            class_="outcomes",
        ),
        class_="claim",
        id=f"claim-{number}",
    )


def _found(outcome: Outcome) -> list[Child]:
    several = len(outcome.parts) > 1
    half = widest([outcome, *outcome.parts])
    blocks: list[Child] = [el("p", outcome.says)] if outcome.says else []
    if several:
        blocks.append(el("ul", [_part(part, half) for part in outcome.parts], class_="parts"))
    else:
        blocks.append(interval(outcome.parts[0] if outcome.parts else outcome, half))
    said = _tested(outcome) if several else [*_measured(outcome), *_tested(outcome)]
    return [*blocks, el("p", ", ".join(said), class_="muted") if said else None]


def _part(part: Outcome, half: float) -> Markup:
    verdict = [" ", _verdict(part)] if part.verdict is not None else None
    says = part.says or ", ".join(_measured(part))
    return el("li", part.name, verdict, interval(part, half), el("small", says))


def _measured(outcome: Outcome) -> Sequence[str]:
    if outcome.difference is None:
        return ["no difference can be had"]
    said = [f"difference {short(outcome.difference, True)}"]
    if outcome.low is not None and outcome.high is not None:
        said.append(f"95 % from {short(outcome.low, True)} to {short(outcome.high, True)}")
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
