"""How large a difference from the paper's value is: a colour, beside its sign and number."""

from collections.abc import Mapping
from typing import Any

from avanp.report import paper
from avanp.report.html.element import Markup, el, unseen
from avanp.report.text import short

# Up to what the author's own second run of his program differs from the first: no colour.
STEPS = (paper.SECOND_RUN_RMS, 0.02, 0.05)


def level(difference: float | None) -> str | None:
    """Return the class of a cell: ``above1`` … ``above3``, ``below1`` … ``below3``, or None."""
    strength = sum(abs(difference or 0.0) > step for step in STEPS)
    if not strength:
        return None
    return f"{'below' if (difference or 0.0) < 0 else 'above'}{strength}"


def beside(entry: Mapping[str, Any]) -> Markup | None:
    """Return the paper's value and the difference, to stand below ours."""
    if entry["paper"] is None:
        return None
    difference = entry["difference"]
    return el(
        "span",
        unseen(" paper "),
        short(entry["paper"]),
        None if difference is None else [unseen(" difference"), " ", short(difference, True)],
        class_="beside",
    )


def key() -> Markup:
    """Return what the colours mean."""
    first, second, third = (short(step) for step in STEPS)
    return el(
        "ul",
        [
            el("li", text, class_=class_)
            for class_, text in (
                ("below3", f"below −{third}"),
                ("below2", f"−{third} to −{second}"),
                ("below1", f"−{second} to −{first}"),
                ("same", f"within ±{first}, the paper’s own repeatability"),
                ("above1", f"+{first} to +{second}"),
                ("above2", f"+{second} to +{third}"),
                ("above3", f"above +{third}"),
            )
        ],
        class_="key",
        aria_label="Colours: ours minus the paper’s",
    )
