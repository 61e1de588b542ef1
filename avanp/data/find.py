"""Where a named set lies on this machine."""

import os
from collections.abc import Iterable, Iterator
from contextvars import ContextVar

from avanp.data.card import Card
from avanp.errors import AvanpError

MAX_DEPTH = 6  # folders below that of a set
MAX_ENTRIES = 200_000  # directory entries looked at below each

ONLY: ContextVar[str] = ContextVar("ONLY", default="")  # searched alone while an import is checked


def search_folders() -> list[str]:
    """Return the folders named by ``AVANP_DATA``, then the user's data folder."""
    if ONLY.get():
        return [ONLY.get()]
    roots = [root for root in os.environ.get("AVANP_DATA", "").split(os.pathsep) if root]
    return [os.path.expanduser(root) for root in (*roots, user_folder())]


def user_folder() -> str:
    """Return where imported sets are put: ``~/.local/share/avanp``, by the XDG specification."""
    home = os.environ.get("XDG_DATA_HOME", "")
    if not os.path.isabs(home):  # the XDG specification: a relative path is to be ignored
        home = os.path.join("~", ".local", "share")
    return os.path.expanduser(os.path.join(home, "avanp"))


def candidates(card: Card) -> Iterator[str]:
    """Yield the folders that may be the set's: called like it, nearest first, in every root."""
    names = (card.name, *card.folders)
    for root in search_folders():
        if os.path.basename(os.path.abspath(root)) in names:
            yield root
        for folder in (root, *_below(root)):
            for name in names:
                path = os.path.join(folder, name)
                if os.path.isdir(path):
                    yield path
    yield from (place for place in card.places if os.path.isdir(place))


def _below(root: str) -> list[str]:
    try:
        with os.scandir(root) as entries:
            return sorted(e.path for e in entries if e.is_dir() and not e.name.startswith("."))
    except OSError:
        return []


def find_files(card: Card, wanted: Iterable[str]) -> dict[str, str] | None:
    """Return the path of each wanted file in the first folder that holds all of them, or None.

    Parameters
    ----------
    card : Card
        The set.
    wanted : iterable of str
        File names; ``.gz`` may follow them in the folder, which may be up to six levels below
        that of the set.
    """
    names = tuple(wanted)
    for top in candidates(card):
        for folder, there in walk(top):
            found = {
                name: os.path.join(folder, file)
                for name in names
                for file in (f"{name}.gz", name)
                if file in there
            }
            if len(found) == len(names):
                return found
    return None


def missing(card: Card) -> AvanpError:
    """Return the error for a set that is not on this machine."""
    return AvanpError(f"{card.name} is not on this machine: {card.how_to_get}")


def walk(top: str) -> Iterator[tuple[str, set[str]]]:
    """Yield folders at or below `top` with the names of their files, nearest first, bounded."""
    level, left = [top], MAX_ENTRIES
    for _ in range(MAX_DEPTH + 1):
        below: list[str] = []
        for folder in level:
            files: set[str] = set()
            try:
                with os.scandir(folder) as entries:
                    for entry in entries:
                        left -= 1
                        if left <= 0:
                            return
                        if entry.is_dir():
                            if not entry.name.startswith("."):
                                below.append(entry.path)
                        else:
                            files.add(entry.name)
            except (OSError, ValueError):
                continue
            yield folder, files
        level = sorted(below)
