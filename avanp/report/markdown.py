"""Tables, charts' pictures and words as Markdown that GitHub renders and a person can read."""

import re
from collections.abc import Callable, Sequence
from html import escape
from urllib.parse import quote

from avanp.report.table import Cell, Entry, Link, Mark, Table
from avanp.report.text import short

PADDED = 240  # characters: a line up to which columns are padded


def plain(text: str) -> str:
    """Return text of unknown hands on one line of which nothing is markup."""
    line = " ".join(text.split())
    special = r"([\\`*\[\]|~]|(?<!\w)_|_(?!\w)|^[#+=-])"
    return re.sub(special, r"\\\1", escape(line, quote=False))


def image(path: str, alt: str) -> str:
    """Return a picture that lies beside the page, with its words."""
    return f"![{plain(alt)}]({quote(path)})"


def drawn(table: Table) -> str:
    """Return a table; one of numbers beside a paper's has three lines for each of its rows."""
    heads = [plain(column.head) for column in table.columns]
    if not table.compared:
        return pipes(heads, [[written(cell, table.written) for cell in row] for row in table.rows])
    grid = []
    for row in table.rows:
        name, *cells = row
        grid.append(
            [
                written(name, table.written),
                "ours",
                *(written(cell, table.written) for cell in cells),
            ]
        )
        if any(isinstance(cell, Entry) for cell in cells):
            grid.append(["", "paper", *(_beside(cell, table, "paper") for cell in cells)])
            grid.append(["", "difference", *(_beside(cell, table, "difference") for cell in cells)])
        else:
            grid[-1][1] = ""
    return pipes([heads[0], "", *heads[1:]], grid)


def pipes(head: Sequence[str], grid: Sequence[Sequence[str]]) -> str:
    """Return a table of finished Markdown.

    Its columns are padded, so that it can also be read as plain text, unless that makes lines too
    long to be read.
    """
    widths = [max(3, *(len(row[i]) for row in [head, *grid])) for i in range(len(head))]
    if sum(widths) + 3 * len(widths) > PADDED:
        widths = [3] * len(widths)
    lines = [head, ["-" * width for width in widths], *grid]
    return "\n".join(
        "| " + " | ".join(f"{cell:<{w}}" for cell, w in zip(line, widths, strict=True)) + " |"
        for line in lines
    )


def written(cell: Cell, number: Callable[..., str] = short) -> str:
    """Return a cell; `number` writes numbers."""
    if isinstance(cell, Entry):
        if cell.value is None:
            return cell.word
        spread = "" if cell.spread is None else f" ± {number(cell.spread)}"
        return number(cell.value) + spread + (f" ({cell.told})" if cell.lost else "")
    if isinstance(cell, Mark):
        note = f" ({cell.note})" if cell.note else ""
        return f"{cell.sign} {cell.word}{note}"
    return plain(cell.text if isinstance(cell, Link) else cell)


def _beside(cell: Cell, table: Table, what: str) -> str:
    if not isinstance(cell, Entry):
        return ""
    value = cell.paper if what == "paper" else cell.difference
    return "–" if value is None else table.written(value, what == "difference")
