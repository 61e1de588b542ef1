"""A table as a value: `avanp.report.terminal`, `markdown` and `html_table` draw it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from avanp.report.text import short

ABSENT = "–"


@dataclass(frozen=True)
class Entry:
    """A number of ours, with what belongs to it.

    Parameters
    ----------
    value : float or None
        None where there is no number.
    spread : float, optional
        Its SD over seeds.
    paper : float, optional
        What the paper prints in this place.
    lost : mapping of str to int
        How many runs have no number, by what became of them: ``{"diverged": 2}``.
    absent : str
        What stands for a number that is not there, and of which no run was lost.
    """

    value: float | None
    spread: float | None = None
    paper: float | None = None
    lost: Mapping[str, int] = field(default_factory=dict)
    absent: str = ABSENT

    @property
    def difference(self) -> float | None:
        """Ours minus the paper's; None where one of them is not there."""
        return None if self.value is None or self.paper is None else self.value - self.paper

    @property
    def word(self) -> str:
        """What stands for a missing value: what became of the runs, or that it is absent."""
        return next(iter(self.lost), self.absent)

    @property
    def told(self) -> str:
        """How many runs were lost: ``2 diverged, 1 failed``, or ""."""
        return ", ".join(f"{number} {what}" for what, number in self.lost.items())


@dataclass(frozen=True)
class Mark:
    """A word with a sign before it, which tells it apart where colours do not.

    Parameters
    ----------
    word, sign : str
    tone : str
        ``holds``, ``fails`` or ``open``: its colour on a page.
    note : str
        What stands small beside it.
    """

    word: str
    sign: str
    tone: str
    note: str = ""


@dataclass(frozen=True)
class Link:
    """Words that lead to the part of a page with this id; elsewhere they are words."""

    text: str
    to: str


Cell = str | Entry | Mark | Link  # a newline begins another line in a terminal, and is a blank else


@dataclass(frozen=True)
class Column:
    """The head of a column, on which side its cells stand, and its width in a terminal.

    The width is in characters; without one it is that of the widest cell.
    """

    head: str
    align: Literal["left", "right", "center"] = "left"
    width: int | None = None


@dataclass(frozen=True)
class Table:
    """Rows under the heads of columns, with a caption.

    Parameters
    ----------
    name : str
        Its id, unique on a page.
    title : str
        The caption.
    columns : sequence of Column
        The first is over the names of the rows.
    rows : sequence of sequences of cells
        As many in each as there are columns; the first one names the row.
    look : str
        How a page sets it: ``numbers`` (to the right, over the whole width), ``facts`` (no line
        is broken), ``words`` (narrow columns of words) or ``claims``.
    aside : str
        What the caption says to a screen reader alone.
    captioned : bool
        False where a heading on the page says the same as the caption, which is then hidden.
    steps : sequence of float
        Three sizes of a difference from the paper, above each of which a cell of a page has a
        stronger colour.
    key : str
        Why differences below the first of them have no colour: said above the table, with what
        the colours mean.
    written : callable
        ``written(value, sign=False)`` is how numbers are written.
    """

    name: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    look: Literal["", "numbers", "facts", "words", "claims"] = ""
    aside: str = ""
    captioned: bool = True
    steps: Sequence[float] = ()
    key: str = ""
    written: Callable[..., str] = short

    @property
    def entries(self) -> list[Entry]:
        """All cells that are numbers."""
        return [cell for row in self.rows for cell in row if isinstance(cell, Entry)]

    @property
    def compared(self) -> bool:
        """Whether any number stands beside one of the paper's."""
        return any(entry.paper is not None for entry in self.entries)


def columns(*heads: str) -> list[Column]:
    """Return columns whose cells stand on the left."""
    return [Column(head) for head in heads]
