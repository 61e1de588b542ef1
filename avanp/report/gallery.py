"""A gallery as a value: strips of generated images in rows and columns, each with its caption.

A strip is a PNG file of images side by side. A page holds them all, small enough, and shows the
first image of each or every one; a PNG sheet shows them at a size to look at.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from avanp.report.element import Markup, el, unseen
from avanp.report.html_table import scrolled
from avanp.report.strips import Strip

SMALL = 48  # pixels: images below are enlarged pixel by pixel
# Of so few columns none is as wide as the page; in rem, of a sheet of many images another width.
FEW, WIDTH = 2, 10
LARGE, LARGE_WIDTH = 100, 30
NUMBERS = {2: "both", 3: "all three", 4: "all four"}


@dataclass(frozen=True)
class Picture:
    """A strip that may not be there, its caption, and its words for those who do not see it."""

    path: Path
    caption: str
    words: str


@dataclass(frozen=True)
class Gallery:
    """Strips in rows and columns.

    Parameters
    ----------
    name : str
        Its id, unique on a page.
    title : str
        The caption; in a PNG, lines after the first one are small.
    head : str
        What the names of the rows are.
    columns : sequence of str
    rows : sequence of (str, sequence of Picture)
        A name, and a picture for each column.
    image_width : int
        Of one image of a strip, in pixels.
    aside : str
        What the caption says to a screen reader alone.
    """

    name: str
    title: str
    head: str
    columns: Sequence[str]
    rows: Sequence[tuple[str, Sequence[Picture]]]
    image_width: int
    aside: str = ""

    @property
    def paths(self) -> list[Path]:
        """The files of its strips, which may not be there."""
        return [picture.path for _, row in self.rows for picture in row]


def in_page(gallery: Gallery, strips: Mapping[Path, Strip]) -> Markup | None:
    """Return the gallery as a table, or None where no strip is there.

    Parameters
    ----------
    gallery : Gallery
    strips : mapping of Path to Strip
        What `avanp.report.strips.strips` returns of all paths of the page.
    """
    shown = [strips[p.path] for _, row in gallery.rows for p in row if p.path in strips]
    if not shown:
        return None
    number, first = max(strip.number for strip in shown), shown[0]
    few = len(gallery.columns) <= FEW
    each = LARGE_WIDTH if first.width > LARGE else WIDTH
    style = (
        f"--models:{len(gallery.columns)};--number:{number};--first:{first.width}/{first.height};"
        f"--whole:{first.width * number}/{first.height}" + f";--each:{each}rem" * few
    )
    rows = [
        el("tr", el("th", name, scope="row"), [_cell(p, strips.get(p.path)) for p in row])
        for name, row in gallery.rows
    ]
    caption = el("span", gallery.title, unseen(f", {gallery.aside}") if gallery.aside else None)
    heads = [el("th", head, scope="col") for head in (gallery.head, *gallery.columns)]
    grid = el(
        "table",
        el("caption", caption, id=f"{gallery.name}-caption"),
        el("thead", el("tr", heads)),
        el("tbody", rows),
        class_=" ".join(["images", *["sharp"] * (first.height < SMALL), *["few"] * few]),
        style=style,
    )
    choice = _choice(gallery.name, number) if number > 1 else None
    return el("div", choice, scrolled(grid, gallery.name, f"{gallery.name}-caption"), class_="grid")


def _choice(name: str, number: int) -> Markup:
    def button(label: str, **attributes: Any) -> Markup:
        radio = el("input", type="radio", name=f"{name}-shown", **attributes)
        return el("label", radio, " ", label)

    return el(
        "fieldset",
        el("legend", "Show of each run"),
        button("its first image", checked=True),
        button(NUMBERS.get(number, f"all {number}"), class_="all"),
        class_="every",
    )


def _cell(picture: Picture, strip: Strip | None) -> Markup:
    if strip is None:
        shown = el("div", "no image", class_="strip blank")
    else:
        shown = el("div", el("img", src=strip.address, alt=picture.words), class_="strip")
    return el("td", shown, el("small", picture.caption))
