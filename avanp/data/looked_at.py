"""Image files looked at before they are read: their times, and the size of the first."""

import hashlib
import os
import stat
from collections.abc import Sequence

import PIL
from PIL import features

from avanp.data.decode import image_size
from avanp.data.opened_image import Broken
from avanp.data.size import Size
from avanp.data.wanted_files import Files, Shape
from avanp.errors import AvanpError

VERSION = 2  # of what is made of a file: another one, and what is in the cache is of no use


def looked_at(
    folder: str, files: Sequence[str], size: Size | None, channels: int, *, some: bool = False
) -> Files:
    """Return what is to be read; a file is what it was if name, size and times are.

    Parameters
    ----------
    folder, files, size, channels
        As of `avanp.data.reading.read_files`.
    some : bool
        Whether they are not all of the folder's that are meant.
    """
    made = (VERSION, PIL.__version__, features.version("jpg"), os.path.realpath(folder), size)
    key = hashlib.blake2b(repr(made).encode(errors="surrogateescape"))
    total = 0
    for file in files:
        path = os.path.join(folder, file)
        try:
            found = os.stat(path)
        except FileNotFoundError:
            found = None
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise AvanpError(f"{path!r} cannot be read: {reason}") from None
        # A named pipe would wait for ever, a broken link has nothing to show.
        if found is None or not stat.S_ISREG(found.st_mode):
            raise AvanpError(f"{path!r} cannot be read: not a regular file")
        total += found.st_size
        line = f"{file}\0{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns}\n"
        key.update(line.encode(errors="surrogateescape"))
    return Files(folder, files, size, channels, total, key.hexdigest(), some)


def shape_of(what: Files) -> tuple[Shape, bool]:
    """Return the shape of all images, and whether the first is broken, so that it is not known."""
    size, unknown = what.size, False
    if size is None:
        try:
            size = image_size(os.path.join(what.folder, what.files[0]))
        except Broken:
            size, unknown = (1, 1), True
    return (len(what.files), size[1], size[0], what.channels), unknown
