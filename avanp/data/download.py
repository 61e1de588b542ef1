"""One file over HTTP, going on where an earlier attempt broke off."""

import http.client
import os
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from avanp.errors import AvanpError

CHUNK = 1 << 16  # bytes
TIMEOUT = 30  # seconds without a byte
TRIES = 3  # attempts in a row that bring nothing new
PAUSE = 1.0  # seconds between attempts


class ResumingDownloader:
    """A downloader for pooch that keeps what it has in ``part`` and asks only for the rest.

    Parameters
    ----------
    part : Path
        Where bytes are kept between attempts, and between runs of the program.
    size : int
        Bytes of the whole file; a server that has more or fewer has another file.
    progress : function of (bytes there, bytes in all)
    """

    def __init__(self, part: Path, size: int, progress: Callable[[int, int], None]) -> None:
        self.part, self.size, self.progress = part, size, progress

    def __call__(self, url: str, output_file: Any, pooch: Any = None) -> None:
        """Download `url` to `output_file`, a path; what goes wrong is an `AvanpError`."""
        failures, reason = 0, ""
        while (before := self._there()) < self.size:
            try:
                self._continue(url, before)
                reason = "the connection was closed"
            except urllib.error.HTTPError as error:
                reason = f"{error.code} {error.reason}"
                if error.code == 416:  # no such range: the server's file is another one
                    self.part.unlink(missing_ok=True)
                elif error.code < 500:
                    raise AvanpError(
                        f"{url} answers {reason}: name another server by --mirror, or import "
                        "the file"
                    ) from None
            except (OSError, http.client.HTTPException) as error:
                reason = str(getattr(error, "reason", error)) or type(error).__name__
            if self._there() > before:
                failures = 0
            elif (failures := failures + 1) == TRIES:
                raise AvanpError(
                    f"{url} broke off at {before} of {self.size} bytes ({reason}): "
                    "the same command continues"
                )
            if self._there() < self.size:
                time.sleep(PAUSE)
        os.replace(self.part, output_file)

    def _there(self) -> int:
        """Return how many bytes are there; more than the whole file are thrown away."""
        there = self.part.stat().st_size if self.part.exists() else 0
        if there > self.size:
            self.part.unlink()
            return 0
        return there

    def _continue(self, url: str, start: int) -> None:
        """Append what the server sends from `start` on, or all where it sends all."""
        headers = {"User-Agent": "avanp", "Accept-Encoding": "identity"}
        if start:
            headers["Range"] = f"bytes={start}-"
        request = urllib.request.Request(url, headers=headers)
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
            self._check_size(url, answer, start)
            if answer.status != 206:
                start = 0
            self.progress(start, self.size)
            with open(self.part, "ab" if start else "wb") as out:
                while chunk := answer.read(CHUNK):
                    start += len(chunk)
                    if start > self.size:
                        raise AvanpError(f"{url} sends more than {self.size} bytes: another file")
                    out.write(chunk)
                    self.progress(start, self.size)

    def _check_size(self, url: str, answer: Any, start: int) -> None:
        """Raise `AvanpError` where the server says that its file is another one."""
        total = answer.headers.get("Content-Length")
        if answer.status == 206:
            said = re.fullmatch(r"bytes (\d+)-\d+/(\d+)", answer.headers.get("Content-Range", ""))
            if said is None or int(said[1]) != start:
                raise AvanpError(f"{url} answers another range than was asked for: try --mirror")
            total = said[2]
        if total is not None and total.isdecimal() and int(total) != self.size:
            raise AvanpError(f"{url} has {total} bytes instead of {self.size}: another file")
