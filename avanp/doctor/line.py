"""One finding: a line that says whether something is well, and if not, what to do."""

import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from avanp.errors import AvanpError

COLUMNS = 100
INDENT = 20


@dataclass(frozen=True)
class Line:
    """What was found.

    Parameters
    ----------
    name : str
        Of what.
    text : str
        What was found.
    ok : bool or None
        Whether it is well; None, where it can only be told.
    advice : str
        What to do where it is not.
    """

    name: str
    text: str
    ok: bool | None = None
    advice: str = ""

    def __str__(self) -> str:
        mark = {True: "ok", False: "!!", None: "  "}[self.ok]
        text = f"{self.text}: {self.advice}" if self.ok is False and self.advice else self.text
        head = f"{mark}  {self.name}"
        return textwrap.fill(
            text, COLUMNS, initial_indent=f"{head:{INDENT}}", subsequent_indent=" " * INDENT
        )


Look = Callable[[], Line]


def lines(looks: dict[str, Look]) -> Iterator[Line]:
    """Yield the line of each, in turn; one that raises is a line too, and not well."""
    for name, look in looks.items():
        try:
            yield look()
        except AvanpError as error:  # it says what to do
            yield Line(name, str(error), False)
        except Exception as error:  # whatever is wrong here is what was looked for
            said = " ".join(str(error).split()) or "no reason given"
            advice = (
                "reinstall with pip install --force-reinstall . in avanp's folder, or report it"
            )
            yield Line(name, f"{type(error).__name__}, {said}", False, advice)
