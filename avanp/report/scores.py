"""Scores of a model in a table, beside those of real images."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

NOT_THERE = "–"
FEW = 200  # images
GRAIN = (
    "Samples have grain (texture): Fréchet distance, precision, recall and classes are of samples "
    "with it; diversity, the nearest training image and what is seen are of those without."
)
ARROWS = {"higher": "↑ higher", "lower": "↓ lower", "as real": "as real"}


def table(scores: Sequence[tuple]) -> str:
    """Return a table of `avanp.evaluation.scores.Score`: value, the real images', what is good."""
    head = f"{'':34}{'unit':12}{'model':>12}{'real':>12}   better"
    lines = [head, "─" * 84]
    for _, name, unit, better, value, real in scores:
        line = f"{name:34}{unit:12}{number(value):>12}{number(real):>12}   {ARROWS[better]}"
        lines.append(line.rstrip())
    return "\n".join(lines) + "\n"


def class_table(classes: Mapping[str, Mapping[str, float]]) -> str:
    """Return a table of "classes" of `evaluate_classifier`: a line a class, and their means."""
    lines = [f"{'':34}{'precision':>12}{'recall':>12}{'F1':>12}{'images':>12}", "─" * 82]
    for name, row in classes.items():
        shares = "".join(f"{row[key]:>12.3f}" for key in ("precision", "recall", "f1"))
        lines.append(f"{name[:33]:34}{shares}{row['support']:>12}")
    return "\n".join(lines) + "\n"


def about_line(result: Mapping[str, Any]) -> str:
    """Return what the scores are of, and how to read the last column."""
    text = (
        f"{result['n']} generated, test and training images; features {result['features']}. "
        "Column real: training images in place of the generated ones (for the distance to the "
        "nearest, test images), the nearest training image in place of a reconstruction. "
        "Distances compare only at the same features and number."
    )
    lines = [textwrap.fill(text, 100)]
    if result["grain"]:
        lines.append(textwrap.fill(GRAIN, 100))
    if result["n"] < FEW:
        note = (
            f"note: {result['n']} images are few: the Fréchet distance of few is larger than "
            "that of many, and all scores of generated images are rough"
        )
        lines.append(textwrap.fill(note, 100))
    return "\n".join(lines)


def number(value: float | None) -> str:
    """Return a value to four or five digits."""
    if value is None:
        return NOT_THERE
    return f"{value:.2f}" if abs(value) >= 100 else f"{value:.4g}"
