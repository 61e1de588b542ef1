"""Compiled kernels on disk, for the next process: a help where it works, never a reason to fail.

Numba keeps what it compiles, but trusts what it reads, and raises where it cannot write. Here a
file begins with the SHA-256 of the rest: one that is damaged is compiled anew and replaced. Where
there is no place, or no room, nothing is kept. Each of these is told once, in a line on standard
error, and the numbers are the same.
"""

import hashlib
import pickle
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from typing import Any

from numba.core.caching import FunctionCache, IndexDataCacheFile, NullCache

from avanp.kernels.compiling import CLOCK

ELSEWHERE = "NUMBA_CACHE_DIR names another folder"
DIGEST = hashlib.sha256().digest_size


class KernelCache(NullCache):
    """What Numba asks for compiled code of one function, and gives it to keep."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function

    @cached_property
    def _kept(self) -> FunctionCache | None:
        """Numba's own cache with files that are checked; None where there is no place for one."""
        try:
            kept = FunctionCache(self._function)
        except (OSError, RuntimeError):  # no folder can be written to
            _tell("no folder for compiled kernels: they are compiled again in each process; "
                  "set NUMBA_CACHE_DIR to a folder that can be written")  # fmt: skip
            return None
        kept._cache_file = _CheckedFile(
            kept.cache_path, kept._impl.filename_base, kept._impl.locator.get_source_stamp()
        )
        return kept

    @property
    def cache_path(self) -> str | None:
        """The folder, if there is one."""
        return None if self._kept is None else self._kept.cache_path

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return what was compiled for a signature, or None where it is to be compiled."""
        found = None
        try:
            found = self._kept and self._kept.load_overload(sig, target_context)
        except Exception as error:  # a file's contents can make any
            where = f"{self.cache_path} ({type(error).__name__}: {error})"
            _tell(f"compiled kernels cannot be read from {where}: compiled again")
        if found is None:
            CLOCK.begin()
        return found

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep what was compiled, if there is a place and room for it."""
        CLOCK.end()
        try:
            if self._kept:
                self._kept.save_overload(sig, data)
        except OSError as error:
            why = error.strerror or error
            _tell(f"compiled kernels cannot be kept in {self.cache_path}: {why}; {ELSEWHERE}")


class _CheckedFile(IndexDataCacheFile):
    """A function's index and its compiled code, each under a checksum."""

    def _load_index(self) -> dict[Any, str]:
        try:
            data = _read(self._index_path)
        except FileNotFoundError:
            return {}
        version, _, rest = (data or b"").partition(b"\n")
        # What another version of Numba has pickled is not touched.
        if version != self._version.encode():
            return {}
        stamp, overloads = pickle.loads(rest)
        return overloads if stamp == self._source_stamp else {}

    def _save_index(self, overloads: dict[Any, str]) -> None:
        pickled = self._dump((self._source_stamp, overloads))
        self._write(self._index_path, self._version.encode() + b"\n" + pickled)

    def _load_data(self, name: str) -> Any:
        data = _read(self._data_path(name))
        return None if data is None else pickle.loads(data)

    def _save_data(self, name: str, data: Any) -> None:
        self._write(self._data_path(name), self._dump(data))

    def _write(self, path: str, data: bytes) -> None:
        with self._open_for_write(path) as file:
            file.write(hashlib.sha256(data).digest() + data)


def _read(path: str) -> bytes | None:
    """Return what a file holds after its checksum; None, and a line told, if that is not right."""
    with open(path, "rb") as file:
        digest, data = file.read(DIGEST), file.read()
    if hashlib.sha256(data).digest() == digest:
        return data
    _tell(f"a compiled kernel is damaged and is compiled again: {path}")
    return None


_told: set[str] = set()


def _tell(line: str) -> None:
    """Write a line to standard error, if it is the first of its kind."""
    kind = line[:30]
    if kind not in _told and sys.stderr is not None:
        with suppress(OSError, ValueError):  # closed, or nobody reads
            print(f"avanp: {line}", file=sys.stderr, flush=True)
    _told.add(kind)
