"""The folder of decoded images: where it is, what is in it, and emptying it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from avanp.data.entry import FILE
from avanp.data.entry_header import HEAD, Header, read_header
from avanp.errors import AvanpError
from avanp.inside import open_own
from avanp.locks import held

OFF, BUSY = "off", "in use"
KEY = 32  # letters


def place() -> Path | None:
    """Return the cache's folder: AVANP_CACHE, or ``~/.cache/avanp``.

    None where that is "off", and on systems that are not POSIX.
    """
    given = os.environ.get("AVANP_CACHE", "")
    if given == OFF or os.name != "posix":
        return None
    if given:
        return Path(os.path.expanduser(given)).absolute()
    home = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(home):  # the XDG specification: a relative path is to be ignored
        home = os.path.join("~", ".cache")
    return Path(os.path.expanduser(home)) / "avanp"


def entries(root: Path) -> Iterator[tuple[Path, Header | None, int]]:
    """Yield the folder, the header and the bytes of every entry; no header of a damaged one."""
    if not root.is_dir():
        return
    for folder in sorted(root.iterdir()):
        if len(folder.name) != KEY or folder.is_symlink() or not folder.is_dir():
            continue
        size = sum(file.lstat().st_size for file in folder.iterdir())
        try:
            with open(folder / FILE, "rb", opener=open_own) as file:
                header = read_header(file.read(HEAD), os.fstat(file.fileno()).st_size)
        except (OSError, ValueError):
            header = None
        yield folder, header, size


def listed(root: Path) -> str:
    """Return the entries as lines of at most 100 columns, with what they take in all."""
    lines, total = [], 0
    for _, header, size in entries(root):
        total += size
        text = "damaged, or being written"
        if header is not None:
            n, height, width, channels = header.shape
            kind = "grey" if channels == 1 else "RGB"
            text = f"{n} {kind} images {width}x{height} of {header.source}"
        lines.append(f"{size / 1e6:10,.1f} MB  {text}")
    return "\n".join([*lines, f"{total / 1e6:10,.1f} MB in {root}"])


def empty(root: Path) -> int:
    """Remove all entries but those that a process is making; return the bytes."""
    removed = 0
    for folder, _, size in list(entries(root)):
        removed += size * _removed(folder)
    return removed


def _removed(folder: Path) -> bool:
    try:
        with held(folder, BUSY):
            shutil.rmtree(folder)
    except (OSError, AvanpError):
        return False
    return True


def drop_older(root: Path, key: str, source: str) -> None:
    """Remove what was kept of the same source before its files changed."""
    for folder, header, _ in list(entries(root)):
        if header is not None and header.source == source and header.key != key:
            _removed(folder)
