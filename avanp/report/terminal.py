"""A table for a terminal of 100 columns."""

import textwrap
from collections.abc import Sequence
from itertools import zip_longest

from avanp.report.table import Cell, Column, Entry, Link, Mark, Table

COLUMNS = 100
NOTHING = "·"


def drawn(table: Table, title: str | None = None) -> str:
    """Return a table as lines, under its title or another; long names go on in further lines."""
    grid = [[_lines(cell, table) for cell in row] for row in table.rows]
    widths = [_width(i, column, grid) for i, column in enumerate(table.columns)]
    # The title says what the names of rows are.
    heads = [[[""], *([column.head] for column in table.columns[1:])]]
    if table.compared:
        pair = f"{'ours':>5} {'paper':>5}"
        heads.append([[""], *[[pair]] * (len(table.columns) - 1)])
    lines = [line for row in heads for line in _row(row, table.columns, widths, heads=True)]
    body = [line for row in grid for line in _row(row, table.columns, widths)]
    rule = "─" * max(map(len, [*lines, *body]))
    said = textwrap.fill(table.title if title is None else title, COLUMNS)
    return "\n".join([*([said] if said else []), *lines, rule, *body])


def _row(
    cells: Sequence[Sequence[str]],
    columns: Sequence[Column],
    widths: Sequence[int],
    *,
    heads: bool = False,
) -> list[str]:
    # The name of a row keeps a column free, and so does a cell's head, for the star of a cell.
    rooms = [widths[0] - 1, *widths[1:]]
    wrapped = [
        [part for line in cell for part in textwrap.wrap(line, room) or [line]]
        for cell, room in zip(cells, rooms, strict=True)
    ]
    return [
        " ".join(
            f"{_set(text, column, width, heads):<{width}}"
            for text, column, width in zip(texts, columns, widths, strict=True)
        ).rstrip()
        for texts in zip_longest(*wrapped, fillvalue="")
    ]


def _set(text: str, column: Column, width: int, heads: bool) -> str:
    """Text on its side of a column; of one set in the middle it is the head that stands there."""
    if column.align == "right":
        return f"{text:>{width}}"
    return f"{text:^{width - 1}}" if heads and column.align == "center" else text


def _width(i: int, column: Column, grid: Sequence[Sequence[Sequence[str]]]) -> int:
    if column.width is not None:
        return column.width
    return 1 + max([len(column.head), *(len(line) for row in grid for line in row[i])])


def _lines(cell: Cell, table: Table) -> list[str]:
    if isinstance(cell, Entry):
        return [_entry(cell, table)]
    if isinstance(cell, Mark):
        return [f"{cell.sign} {cell.word}" + (f" ({cell.note})" if cell.note else "")]
    text = cell.text if isinstance(cell, Link) else cell
    return text.split("\n")


def _entry(entry: Entry, table: Table) -> str:
    """Ours in five characters, then the paper's or else the spread, and a star for lost runs."""
    if entry.value is None and entry.lost:
        return entry.word
    ours = NOTHING if entry.value is None else table.written(entry.value)
    beside = entry.paper if table.compared else entry.spread
    text = f"{ours:>5}"
    if beside is not None:
        text += f"{' ' if table.compared else '±'}{table.written(beside):>5}"
    return text + ("*" if entry.lost else "")
