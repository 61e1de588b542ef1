"""The paper's equations for a terminal of 100 columns."""

import inspect
import textwrap
from collections.abc import Callable
from importlib import import_module
from typing import Any

from avanp.ava.catalogue import EQUATIONS, PAPER, Part
from avanp.errors import AvanpError

COLUMNS = 100
LABEL = 12
GRADIENT = {
    "yes": "it is that of the stated loss",
    "in part": "it is a part of that of the stated loss",
    "no": "it is not that of the stated loss",
}
FOOT = (
    f"{PAPER}: section 2, Eq. 17 section 3. a'(y) = κy(1−y) is the logistic's derivative; x' "
    "is the decoder's image, d and D are the discriminators of images and of codes. Where no loss "
    "l, b, B or measure is named, a formula is the error at a net's output neurons, in the "
    "direction of ascent; the last column says whether that is the gradient of the stated loss. "
    "Functions are below avanp. One in full, with its check: avanp equations 6"
)


def table() -> str:
    """Return all equations, a line for each formula, and a foot that explains the columns."""
    rows = [("eq.", "formula", "function", "gradient")]
    for equation in EQUATIONS:
        for i, part in enumerate(equation.parts):
            number, gradient = (str(equation.number), equation.gradient) if i == 0 else ("", "")
            rows.append((number, part.formula, part.function, part.gradient or gradient))
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    lines = [
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join([*lines, "", *textwrap.wrap(FOOT, COLUMNS)]) + "\n"


def one(number: str) -> str:
    """Return everything about one equation.

    Raises
    ------
    AvanpError
        Where there is no such number.
    """
    chosen = [e for e in EQUATIONS if str(e.number) == number.strip().strip("()")]
    if not chosen:
        raise AvanpError(f"no equation {number!r}: they are numbered 1 to {len(EQUATIONS)}")
    equation = chosen[0]
    about = [_line("source", f"{PAPER}, section {equation.section}")]
    if equation.gradient != "–":
        about.append(_line("gradient", GRADIENT[equation.gradient]))
    about.append(_line("reading", equation.reading))
    about.append(_line("derivation", f"docs/derivations.md#equation-{equation.number}"))
    title = f"Equation ({equation.number}): {equation.title}"
    return "\n\n".join([title, "\n".join(about), *map(_part, equation.parts)]) + "\n"


def _part(part: Part) -> str:
    """Return a formula with the function that computes it, its check and its source."""
    function = loaded(part)
    code, first = inspect.getsourcelines(function)
    place = "/".join(function.__module__.split(".")) + ".py"
    lines = [
        _line("formula", part.formula),
        _line("function", f"avanp.{part.function}, {place}:{first}"),
        _line("check", f'pytest "{part.check}"'),
    ]
    if part.gradient:
        lines.insert(1, _line("gradient", GRADIENT[part.gradient]))
    if part.gradcheck:
        lines.append(_line("gradients", f"avanp gradcheck {part.gradcheck}"))
    return "\n".join(lines) + "\n\n" + textwrap.indent("".join(code).rstrip(), "    ")


def loaded(part: Part) -> Callable[..., Any]:
    """Import and return the function of a part."""
    module, name = part.function.rsplit(".", 1)
    function: Callable[..., Any] = getattr(import_module(f"avanp.{module}"), name)
    return function


def _line(label: str, text: str) -> str:
    return textwrap.fill(
        text, COLUMNS, initial_indent=f"{label:<{LABEL}}", subsequent_indent=" " * LABEL
    )
