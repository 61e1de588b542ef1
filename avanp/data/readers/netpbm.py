"""PBM, PGM and PPM, made what Pillow decodes at once: some it reads in Python, pixel by pixel."""

import io
import re
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np

from avanp.data.readers.guard import CHUNK
from avanp.data.size import MAX_PIXELS

HEAD = 1 << 16  # bytes in which a header must end
NUMBER = rb"(?:\s|#[^\r\n]*[\r\n])+([0-9]{1,9})"
BITMAP, OTHER = (re.compile(rb"P[1-6]" + NUMBER * n + rb"\s") for n in (2, 3))
COMMENT = re.compile(rb"#[^\r\n]*[\r\n]")
LONGEST = 9  # digits


def quick(file: BinaryIO) -> BinaryIO:
    """Return a file of the same pixels that is decoded in compiled code.

    Where `file` is that already, or is of another format, it is returned itself, at its start. Of
    the others, which are text, or whose largest value is not that of their bytes, 50 MB would take
    minutes; and a header without an end as well.

    Raises
    ------
    ValueError
        The header has no end, or pixels are missing or too large.
    """
    head = file.read(HEAD)
    file.seek(0)
    if not re.match(rb"P[1-6][\s#]", head):
        return file
    kind = int(head[1:2])
    found = (BITMAP if kind in (1, 4) else OTHER).match(head)
    if found is None:
        raise ValueError("its header has no end, or is none")
    width, height, top = (*map(int, found.groups()), 1)[:3]
    direct = kind == 4 or (kind > 4 and top == 255) or (kind == 5 and top == 65535)
    if direct or width * height > MAX_PIXELS:  # the latter is refused where sizes are
        return file
    if not 0 < top < 65536:
        raise ValueError(f"its largest value is {top}")
    grey = kind not in (3, 6)
    most = 65535 if grey and top > 255 else 255
    scaled = np.rint(np.arange(65536) / top * most).clip(max=most)
    table = (most - scaled if kind == 1 else scaled).astype(">u2" if most > 255 else "u1")
    left = width * height * (1 if grey else 3)
    out = io.BytesIO()
    out.write(b"P%d %d %d %d\n" % (5 if grey else 6, width, height, most))
    file.seek(found.end() if kind > 3 else found.end() - 1)
    for values in _raw(file, top) if kind > 3 else _text(file, kind == 1):
        if kind < 4 and values.size and values[:left].max() > top:
            raise ValueError(f"a value is larger than {top}")
        out.write(table[values[:left]].tobytes())
        left -= len(values)
        if left <= 0:
            out.seek(0)
            return out
    raise ValueError(f"{left} values are missing")


def _raw(file: BinaryIO, top: int) -> Iterator[np.ndarray]:
    """Yield values of one byte, or of two, the higher one first."""
    size = 1 if top < 256 else 2
    while block := file.read(CHUNK):
        yield np.frombuffer(block[: len(block) // size * size], ">u2" if size == 2 else "u1")


def _text(file: BinaryIO, bits: bool) -> Iterator[np.ndarray]:
    """Yield the numbers of a text, or its bits, which may stand without blanks between them."""
    rest, block = b"", b"\n"
    while block:
        block = file.read(CHUNK)
        text = COMMENT.sub(b" ", rest + block)
        text, comment, _ = text.partition(b"#")  # which goes on in the next block
        cut = len(text) if comment or not block else len(text.rstrip(b"0123456789"))
        rest = text[cut:] + comment
        if len(rest) > LONGEST + 1 or re.search(rb"[^0-9\s]|[0-9]{%d}" % (LONGEST + 1), text):
            raise ValueError("it is not a text of numbers")
        if bits:
            digits = np.frombuffer(text[:cut], "u1")
            yield digits[digits > ord(" ")] - ord("0")
        else:
            yield np.array(text[:cut].split(), np.int32)
