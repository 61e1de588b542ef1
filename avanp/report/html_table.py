"""A table as HTML."""

from collections.abc import Sequence

from avanp.report.element import Child, Markup, el, join, unseen
from avanp.report.table import Cell, Entry, Link, Mark, Table

SHORT = 14  # letters: such a name stands on one line, also where it has a hyphen


def drawn(table: Table) -> Markup:
    """Return a table that scrolls sideways, also by the keyboard, where it is too wide."""
    aside = unseen(f", {table.aside}") if table.aside else None
    heads = [el("th", column.head, scope="col") for column in table.columns]
    whole = el(
        "table",
        el(
            "caption",
            el("span", table.title, aside),
            id=f"{table.name}-caption",
            class_=None if table.captioned else "unseen",
        ),
        el("thead", el("tr", heads)),
        el("tbody", [_row(row, table) for row in table.rows]),
        class_=table.look or None,
    )
    key = _key(table) if table.key and table.compared else None
    return join([key, scrolled(whole, table.name, f"{table.name}-caption")])


def scrolled(content: Markup, name: str, labelled: str, class_: str = "scroll") -> Markup:
    """Return content in a region of this id that scrolls, named by the element `labelled`.

    Parameters
    ----------
    content : Markup
        What may be wider than the page.
    name : str
        The region's id.
    labelled : str
        The id of the element that names it.
    class_ : str
        Its class in the style sheet.
    """
    return el(
        "div", content, class_=class_, id=name, role="region", aria_labelledby=labelled,
        tabindex="0",
    )  # fmt: skip


def _key(table: Table) -> Markup:
    """What the colours of differences mean."""
    first, second, third = (table.written(step) for step in table.steps)
    meant = {
        "below3": f"below −{third}",
        "below2": f"−{third} to −{second}",
        "below1": f"−{second} to −{first}",
        "same": f"within ±{first}, {table.key}",
        "above1": f"+{first} to +{second}",
        "above2": f"+{second} to +{third}",
        "above3": f"above +{third}",
    }
    said = [el("li", text, class_=class_) for class_, text in meant.items()]
    return el("ul", said, class_="key", aria_label="Colours: ours minus the paper’s")


def level(difference: float | None, steps: Sequence[float]) -> str | None:
    """Return the class of a cell: ``above1`` … ``above3``, ``below1`` … ``below3``, or None."""
    strength = sum(abs(difference or 0.0) > step for step in steps)
    if not strength:
        return None
    return f"{'below' if (difference or 0.0) < 0 else 'above'}{strength}"


def _mark(of: Mark) -> Child:
    """A word on its colour, with its sign and its note."""
    said = el("span", el("span", f"{of.sign} ", aria_hidden="true"), of.word,
              class_=f"verdict {of.tone}")  # fmt: skip
    return [said, " ", el("small", of.note, class_="edge")] if of.note else said


def _row(row: Sequence[Cell], table: Table) -> Markup:
    name, *cells = row
    header = words(name)
    if table.look == "words" and isinstance(name, str) and len(name) <= SHORT:
        header = el("span", name, class_="whole")
    return el("tr", el("th", header, scope="row"), [_cell(cell, table) for cell in cells])


def _cell(cell: Cell, table: Table) -> Markup:
    if not isinstance(cell, Entry):
        return el("td", words(cell))
    if cell.value is None:
        return el("td", cell.word, _beside(cell, table))
    return el(
        "td",
        table.written(cell.value),
        None if cell.spread is None else f" ± {table.written(cell.spread)}",
        _beside(cell, table),
        el("span", f"of the seeds {cell.told}", class_="beside") if cell.lost else None,
        class_=level(cell.difference, table.steps),
    )


def words(cell: Cell) -> Child:
    """Return what stands in a cell that is no number."""
    if isinstance(cell, Mark):
        return _mark(cell)
    if isinstance(cell, Link):
        return el("a", cell.text, href=f"#{cell.to}")
    assert isinstance(cell, str)
    return cell


def _beside(entry: Entry, table: Table) -> Markup | None:
    """The paper's value and the difference, to stand below ours."""
    if entry.paper is None:
        return None
    difference = entry.difference
    told = None if difference is None else table.written(difference, True)
    return el(
        "span",
        unseen(" paper "),
        table.written(entry.paper),
        None if told is None else [unseen(" difference"), " ", told],
        class_="beside",
    )
