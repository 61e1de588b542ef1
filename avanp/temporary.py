"""Temporary files and folders: of names that nobody knows, and held while their process lives."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from avanp.errors import AvanpError
from avanp.inside import open_own

NAME = re.compile(r"\..*\.([0-9a-f]{16}|[0-9]{1,7})\.tmp", re.S)  # numbers: of former versions


def new_file(path: Path) -> tuple[int, Path]:
    """Make and hold a new file beside `path`; return its descriptor, to be closed, and its path."""
    while True:
        temporary = _unknown(path)
        file = open_own(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        _locked(file, wait=True)
        if temporary.exists():  # or it was taken for a leftover, before it was held
            return file, temporary
        os.close(file)


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Make and hold a new folder beside `path`; it is removed at the end, with all that is in it.

    What dead processes have left beside it is removed as well.
    """
    remove_leftovers(path.parent)
    temporary = _unknown(path)
    temporary.mkdir()
    try:
        with _held(temporary):
            yield temporary
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def remove_leftovers(folder: Path, *below: str) -> None:
    """Remove what processes that were killed while they wrote have left in a folder.

    To be called by who holds the folder (`avanp.locks`). What a living process is writing stays,
    and so does what is behind a link.

    Parameters
    ----------
    folder : Path
        Looked into, and not below it.
    *below : str
        Names of folders in it that are looked into as well.
    """
    for place in (folder, *(folder / name for name in below)):
        if place != folder and place.is_symlink():
            continue
        with suppress(OSError):
            for path in list(place.iterdir()):
                if NAME.fullmatch(path.name):
                    _remove_dead(path)


def _remove_dead(path: Path) -> None:
    """Remove what nobody is writing: its writer would hold a lock on it."""
    with suppress(OSError, AvanpError):
        if path.is_dir() and not path.is_symlink():
            with _held(path) as alone:
                if alone:
                    shutil.rmtree(path)
            return
        with open(path, "rb", opener=open_own) as file:
            if _locked(file.fileno(), wait=False):
                path.unlink()


@contextmanager
def _held(folder: Path) -> Iterator[bool]:
    """Hold a folder; yield whether nobody else does, False where there are no locks."""
    if os.name != "posix":  # where no folder can be opened
        yield False
        return
    file = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        yield _locked(file, wait=False)
    finally:
        os.close(file)


def _unknown(path: Path) -> Path:
    return path.parent / f".{path.name[:50]}.{os.urandom(8).hex()}.tmp"


def _locked(file: int, *, wait: bool) -> bool:
    """Hold a file until it is closed; False where another process does, or there are no locks."""
    try:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except (ImportError, OSError):
        return False
    return True
