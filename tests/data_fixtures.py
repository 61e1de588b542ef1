"""What the tests of data share."""

import os
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

from avanp.data.images import ImageSet
from avanp.data.orbit import find_orbit


def find_orbit_for_tests() -> ImageSet | None:
    """Return the paper's set from AVANP_DATA, the user's data folder or ../shared/data, or None."""
    shared = Path(__file__).resolve().parents[2] / "shared" / "data"
    folders = [os.environ.get("AVANP_DATA", ""), str(shared)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AVANP_DATA", os.pathsep.join(filter(None, folders)))
        return find_orbit()


def skip_without(name: str) -> NoReturn:
    """Skip a test of a set that is not on this machine."""
    pytest.skip(
        f"{name} is neither below AVANP_DATA nor below ~/.local/share/avanp: "
        "'avanp data list' says how to get it"
    )


@contextmanager
def as_ordinary_user() -> Iterator[None]:
    """Run the block without root's right to read and write everything."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def png_header(width: int, height: int) -> bytes:
    """Return a PNG that claims a size and holds next to nothing."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        sum_ = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + sum_

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + header + data
