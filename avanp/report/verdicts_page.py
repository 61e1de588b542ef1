"""Parts of a page: verdicts of an audit, the evidence for each, and what explains them."""

from avanp.report import html, plot
from avanp.report.element import Child, Markup, el, join
from avanp.report.embedded import picture
from avanp.report.findings import ON_EDGE, Ablation, Claim, Findings, Outcome
from avanp.report.text import count, p_value
from avanp.report.verdicts import ablation_table, intervals, measured, verdict, verdict_table

KEY = (
    "In the drawings the upright line is zero, a dot our difference with its 95 % interval, and a "
    "ring the paper’s, of its own images. Each drawing has a scale of its own. "
)


def verdicts(findings: Findings) -> Markup:
    """Return the verdicts; each claim leads to its evidence."""
    notes = [el("p", note, class_="note") for note in findings.notes]
    edge = el("p", ON_EDGE, class_="muted") if findings.edges else None
    return join([notes, html.drawn(verdict_table(findings)), edge])


def evidence(findings: Findings, reading: str) -> Markup:
    """Return what each verdict rests on; `reading` says which differences speak for a claim."""
    return join(
        [
            el("p", KEY, reading),
            [_evidence(number, claim) for number, claim in enumerate(findings.claims, 1)],
            el("h3", "How the claims were judged"),
            [el("p", text) for text in (*findings.method, findings.thanks)],
        ]
    )


def _evidence(number: int, claim: Claim) -> Markup:
    outcomes = [
        el("div", el("h4", f"{rule} ", _mark(outcome)), _found(f"claim-{number}-{i}", outcome))
        for i, (rule, outcome) in enumerate(claim.rules.items())
    ]
    return el(
        "div",
        el("h3", f"{number}. {claim.claim}"),
        el("p", el("strong", "The paper: "), claim.paper),
        el("div", outcomes, class_="outcomes"),
        class_="claim",
        id=f"claim-{number}",
    )


def _mark(outcome: Outcome) -> Child:
    return html.words(verdict(outcome))


def _found(name: str, outcome: Outcome) -> list[Child]:
    drawn = plot.in_page(intervals(name, outcome.parts), "small")
    parts = [el("li", part.name, ": ", el("small", measured(part))) for part in outcome.parts]
    tested = (
        "the two are one: no test"
        if outcome.p is None
        else f"sign test p {p_value(outcome.p)}, corrected {p_value(outcome.p_corrected)}"
    )
    tested += f", {count(outcome.seeds, outcome.seeds, 'seed')}"
    listed = el("ol", parts, class_="parts") if len(parts) > 1 else None
    return [el("p", outcome.says), drawn, listed, el("p", tested, class_="muted")]


def ablations(findings: Findings) -> Markup:
    """Return a part for each ablation."""
    return join([_ablation(number, each) for number, each in enumerate(findings.ablations, 1)])


def _ablation(number: int, ablation: Ablation) -> Markup:
    table = ablation_table(number, ablation)
    return join(
        [
            el("h3", ablation.title, id=f"{table.name}-title"),
            el("p", ablation.says),
            el("p", f"{ablation.seeds.capitalize()}.", class_="muted"),
            html.drawn(table) if table.rows else None,
            _picture(table.name, ablation),
        ]
    )


def _picture(name: str, ablation: Ablation) -> Markup | None:
    """A picture that a narrow screen shows at a size that can be read, and scrolls sideways."""
    if ablation.picture is None:
        return None
    drawn = picture(ablation.picture, ablation.alt or ablation.title)
    region = html.scrolled(drawn, f"{name}-picture", f"{name}-title", "scroll wide")
    return el("figure", region)
