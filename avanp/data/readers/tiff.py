"""How long the tags of a TIFF are: Pillow makes a Python object of each of their numbers."""

import struct
from typing import BinaryIO

BYTES = (1, 2, 6, 7)  # types whose values are taken as one piece
MOST_TAGS = 1 << 16


def most_values(file: BinaryIO) -> int:
    """Return the largest number of numbers of one tag in a TIFF's first directory; 0 in no TIFF.

    Notes
    -----
    TIFF 6.0, section 2; BigTIFF has wider fields: a count of tags, then of each its number, its
    type, how many values it has, and the values or where they are.
    """
    head = file.read(16)
    order = {b"II": "<", b"MM": ">"}.get(head[:2], "")
    if not order or not {42, 43} & set(head[2:4]) or len(head) < 16:
        return 0
    big = head[2] == 43  # as Pillow sees it
    start, tags, tag = ("8xQ", "Q", "HHQ8x") if big else ("4xI8x", "H", "HHI4x")
    file.seek(min(struct.unpack(order + start, head)[0], 1 << 62))
    count = file.read(struct.calcsize(tags))
    if len(count) < struct.calcsize(tags):
        return 0
    size = struct.calcsize(order + tag)
    there = file.read(min(struct.unpack(order + tags, count)[0], MOST_TAGS) * size)
    found = struct.iter_unpack(order + tag, there[: len(there) // size * size])
    return max((n for _, kind, n in found if kind not in BYTES), default=0)
