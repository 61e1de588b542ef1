"""What the marks of a drawing are, as a list below it."""

from collections.abc import Sequence

from avanp.report.html.element import Markup, el


def entry(drawn: Sequence[Markup], label: str) -> Markup:
    """Return a list's item: a mark drawn in 44 × 13 pixels, and its name."""
    return el("li", el("svg", drawn, viewBox="0 0 44 13", aria_hidden="true"), label)
