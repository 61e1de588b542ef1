"""A table of the page: caption, headers with scope, and a container of its own to scroll in."""

from collections.abc import Sequence

from avanp.report.html.element import Child, Markup, el

# The header of a row, and its cells: td elements, or what is to be put into one.
Row = tuple[Child, Sequence[Child]]


def table(
    name: str,
    caption: Child,
    head: Sequence[Child],
    rows: Sequence[Row],
    *,
    caption_class: str | None = None,
    class_: str | None = None,
    style: str | None = None,
) -> Markup:
    """Return a table that scrolls sideways, also by the keyboard, where it is too wide.

    Parameters
    ----------
    name : str
        Its id, unique on the page.
    head : sequence
        Headers of the columns; the first is over the headers of the rows.
    rows : sequence of (header, cells)
        A cell that is no ``td`` becomes one.
    caption_class : str, optional
        ``unseen`` where a heading says the same.
    """
    body = [el("tr", el("th", label, scope="row"), map(_cell, cells)) for label, cells in rows]
    whole = el(
        "table",
        el("caption", el("span", caption), id=f"{name}-caption", class_=caption_class),
        el("thead", el("tr", [el("th", title, scope="col") for title in head])),
        el("tbody", body),
        class_=class_,
        style=style,
    )
    return el(
        "div",
        whole,
        class_="scroll",
        id=name,
        role="region",
        aria_labelledby=f"{name}-caption",
        tabindex="0",
    )


def _cell(cell: Child) -> Markup:
    return cell if isinstance(cell, Markup) and cell.startswith("<td") else el("td", cell)
