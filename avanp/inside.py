"""Opening the files of a run's own folder: never through a link, a pipe or a device."""

import errno
import os
import stat

from avanp.errors import AvanpError

# What systems say of a link that is not to be followed, and of a pipe that nobody reads.
LINKED = (errno.ELOOP, errno.EMLINK)
WRITES = os.O_WRONLY | os.O_RDWR
_SAFELY = (
    getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)  # a pipe is not waited for
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


def open_own(path: str | os.PathLike[str], flags: int) -> int:
    """Open a file that belongs to its folder alone; for `open` as its ``opener``.

    Raises
    ------
    AvanpError
        Where it is a link, a pipe or a device; or is to be written and has a second name
        somewhere else, where it would be changed too.
    OSError
        Where it cannot be opened.
    """
    name = os.fspath(path)
    try:
        number = os.open(name, flags | _SAFELY, 0o666)
    except OSError as error:
        if error.errno in LINKED:
            raise AvanpError(f"{name!r} is a link: what it leads to is left alone") from None
        if error.errno == errno.ENXIO:
            raise AvanpError(f"{name!r} cannot be read: it is not a regular file") from None
        raise
    found = os.fstat(number)
    if not stat.S_ISREG(found.st_mode):
        os.close(number)
        raise AvanpError(f"{name!r} cannot be read: it is not a regular file")
    if flags & WRITES and found.st_nlink > 1:
        os.close(number)
        raise AvanpError(f"{name!r} has another name elsewhere (a hard link): put a copy here")
    return number
