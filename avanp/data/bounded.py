"""A file for tarfile that refuses the huge reads and the endless content of a bomb."""

from typing import Any

from avanp.errors import AvanpError

MAX_TOTAL = 4 * 2**30  # bytes of all files of a source, inflated
MAX_READ = 1 << 26  # bytes: a header that asks for more is no header


class Bounded:
    """A file for tarfile that refuses the huge reads and the endless content of a bomb."""

    def __init__(self, file: Any, name: str) -> None:
        self._file, self._name = file, name

    def read(self, size: int) -> bytes:
        """Return the next bytes, at most `MAX_READ`."""
        if not 0 <= size <= MAX_READ or self._file.tell() > MAX_TOTAL:
            raise AvanpError(f"{self._name!r} is damaged, or inflates beyond {MAX_TOTAL >> 30} GiB")
        return self._file.read(size)

    def seek(self, position: int, whence: int = 0) -> int:
        """Go to a position, not beyond the limit."""
        if position > MAX_TOTAL:
            raise AvanpError(f"{self._name!r} is damaged, or inflates beyond {MAX_TOTAL >> 30} GiB")
        return self._file.seek(position, whence)

    def tell(self) -> int:
        """Return the position."""
        return self._file.tell()

    def seekable(self) -> bool:
        """Say that the position can be set."""
        return True
