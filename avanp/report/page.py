"""A page as a value: sections of blocks, drawn as one HTML file or as Markdown.

Blocks are tables, charts and galleries, and what is below. `avanp.report.html_page` and
`avanp.report.markdown_page` draw them all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from avanp.report.chart import Chart
from avanp.report.gallery import Gallery
from avanp.report.table import Cell, Table


class Code(str):
    """Words of a text as they are typed."""


class Strong(str):
    """Words of a text that stand out."""


@dataclass(frozen=True)
class Text:
    """A paragraph; a ``note`` stands out, what is ``muted`` stands back."""

    parts: Sequence[str]
    look: Literal["", "muted", "note"] = ""


@dataclass(frozen=True)
class Items:
    """A list, numbered in its order: of each item its name, and what is said of it."""

    items: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Facts:
    """Names and what they are."""

    named: Mapping[str, str]


@dataclass(frozen=True)
class Picture:
    """A picture of the run's folder.

    Parameters
    ----------
    path : Path
    words : str
        For those who do not see it.
    caption : str
    wide : bool
        Whether a narrow screen shows it at a size that can be read, and scrolls sideways.
    """

    path: Path
    words: str
    caption: str = ""
    wide: bool = False


@dataclass(frozen=True)
class Beside:
    """Columns beside each other, each with a name and perhaps a mark in its heading."""

    columns: Sequence[tuple[str, Cell, "Blocks"]]


@dataclass(frozen=True)
class Part:
    """A part of a section under a heading of its own; a link leads to its name, if it has one."""

    title: str
    blocks: "Blocks"
    name: str = ""


Block = Table | Chart | Gallery | Text | Items | Facts | Picture | Beside | Part | None
Blocks = Sequence[Block]  # None is nothing


@dataclass(frozen=True)
class Section:
    """A section with a place in the contents.

    Parameters
    ----------
    name : str
        Its id, unique on the page.
    title : str
    blocks : sequence
    only : str
        ``html`` or ``markdown`` where it is of one of them alone.
    """

    name: str
    title: str
    blocks: Blocks
    only: Literal["", "html", "markdown"] = ""


@dataclass(frozen=True)
class Page:
    """A page: what stands below its title, its sections, and its foot."""

    title: str
    lead: Blocks
    sections: Sequence[Section]
    foot: Blocks


def text(*parts: str, look: Literal["", "muted", "note"] = "") -> Text:
    """Return a paragraph; parts are words, `Code` or `Strong`."""
    return Text(parts, look)


def muted(*parts: str) -> Text:
    """Return a paragraph that stands back."""
    return Text(parts, "muted")


def note(*parts: str) -> Text:
    """Return a paragraph that stands out."""
    return Text(parts, "note")
