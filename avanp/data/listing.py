"""The table of all named sets."""

from avanp.data.card import Card, card
from avanp.data.find import candidates, find_files, walk
from avanp.data.folder import is_image_name
from avanp.data.orbit import find_orbit
from avanp.registry import DATASETS

HEAD = ("name", "images", "size", "colour", "licence", "where")


def table() -> str:
    """Return the named sets as lines of at most 100 columns, with how to get what is missing."""
    cards = [card(name) for name in DATASETS]
    rows = [HEAD] + [
        (
            known.name,
            f"{known.count}",
            f"{known.width}x{known.height}",
            "grey" if known.channels == 1 else "RGB",
            known.licence,
            where(known),
        )
        for known in cards
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(
            cell.rjust(width) if i in (1, 2) else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    lines += [
        "",
        "fetch: avanp data fetch NAME. import: avanp data import SRC --name NAME, an archive or a",
        "folder. Or by hand, in a folder NAME below ~/.local/share/avanp or one of AVANP_DATA:",
    ]
    for known, row in zip(cards, rows[1:], strict=True):
        if row[-1] in ("fetch", "import") and known.by_hand:
            lines.append(f"  {known.name}: {known.by_hand}")
    lines.append("Any other folder of images: --data DIR")
    return "\n".join(lines)


def where(known: Card) -> str:
    """Return "built in", "here", or how it is to be had: "fetch" or "import"."""
    if known.built_in:
        return "built in"
    if is_here(known):
        return "here"
    return "fetch" if known.downloads else "import"


def is_here(known: Card) -> bool:
    """Whether the set's files are found; only those of `orbit` are read."""
    if known.name == "orbit":
        return find_orbit() is not None
    if known.images:
        return any(
            any(map(is_image_name, files)) for top in candidates(known) for _, files in walk(top)
        )
    forms = known.forms or (tuple(known.files),)
    return any(find_files(known, form) is not None for form in forms)
