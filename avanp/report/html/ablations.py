"""What explains the verdicts: tables and pictures of an audit."""

from avanp.report.findings import Ablation, Findings
from avanp.report.html.element import Markup, el, join
from avanp.report.html.picture import picture
from avanp.report.html.table import table

SHORT = 14  # letters


def ablations(findings: Findings) -> Markup:
    """Return a part for each ablation."""
    return join([_ablation(number, each) for number, each in enumerate(findings.ablations, 1)])


def _ablation(number: int, ablation: Ablation) -> Markup:
    columns, rows = ablation.columns, [(_header(row[0]), row[1:]) for row in ablation.rows if row]
    return join(
        [
            el("h3", ablation.title, id=f"ablation-{number}-title"),
            el("p", ablation.says),
            el("p", f"{ablation.seeds.capitalize()}.", class_="muted"),
            table(
                f"ablation-{number}",
                ablation.title,
                columns,
                rows,
                caption_class="unseen",
                class_="explains",
            )
            if rows
            else None,
            _picture(number, ablation),
        ]
    )


def _picture(number: int, ablation: Ablation) -> Markup | None:
    """A picture that a narrow screen shows at a size that can be read, and scrolls sideways."""
    if ablation.picture is None:
        return None
    drawn = picture(ablation.picture, ablation.alt or ablation.title)
    region = el(
        "div",
        drawn,
        class_="scroll wide",
        role="region",
        aria_labelledby=f"ablation-{number}-title",
        tabindex="0",
    )
    return el("figure", region)


def _header(text: str) -> Markup | str:
    """A short name stands on one line, also where it has a hyphen."""
    return el("span", text, class_="whole") if len(text) <= SHORT else text
