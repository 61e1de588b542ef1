"""Some image files decoded one after another, in this process or in one that helps it."""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

import numpy as np

from avanp.data.decode import decoded, strict
from avanp.data.grouping import digest
from avanp.data.opened_image import Broken, Damaged
from avanp.data.pixels import is_grey, luma
from avanp.data.size import Size
from avanp.errors import AvanpError

NAMED = 5  # broken files that a message names
BLOCK = 1 << 22  # bytes of pixels that are decoded together, and summed; at least an image
Put = Callable[[np.ndarray], None]


@dataclass(frozen=True)
class Chunk:
    """Files that are decoded together.

    Parameters
    ----------
    start : int
        The first one's place in the whole.
    paths : list of str
    size : (width, height) or None
        What they are resized to.
    expected : (width, height)
        What an image must be that is not resized.
    channels : {3, 1}
    """

    start: int
    paths: list[str]
    size: Size | None
    expected: Size
    channels: int


@dataclass
class Read:
    """What was found: see `decode_chunk`.

    Attributes
    ----------
    start : int
    events : list of (place in the chunk, kind, text)
        What is wrong, in order: of kind "broken", "damaged", "error", or "size" with the other one.
    equal : list of str
        A digest of each image's RGB pixels, in hex.
    most : int
        The largest byte of these.
    total : int
        The sum of what was put, by `words`.
    paged : int
        Files that have further frames.
    grey : bool
        Whether none of the images has a colour.
    """

    start: int
    events: list[tuple[int, str, str]] = field(default_factory=list)
    equal: list[str] = field(default_factory=list)
    most: int = 0
    total: int = 0
    paged: int = 0
    grey: bool = True


def decode_chunk(chunk: Chunk, put: Put) -> Read:
    """Decode files and `put` their (n, H, W, channels) pixels, if nothing is wrong with them.

    After a broken file the others are looked at as well, up to `NAMED` of them; after an image of
    another size, or what cannot be read, none.
    """
    read = Read(chunk.start)
    width, height = chunk.size or chunk.expected
    images = np.empty((len(chunk.paths), height, width, chunk.channels), np.uint8)
    with strict():
        for i, path in enumerate(chunk.paths):
            try:
                pixels, more = decoded(path, chunk.size)
            except Broken as error:
                kind = "damaged" if isinstance(error, Damaged) else "broken"
                read.events.append((i, kind, str(error)))
                if len(read.events) == NAMED:
                    break
                continue
            except AvanpError as error:
                read.events.append((i, "error", str(error)))
                break
            if read.events:  # what is whole is of no use any more
                continue
            if pixels.shape[:2] != images.shape[1:3]:
                read.events.append((i, "size", f"{pixels.shape[1]}x{pixels.shape[0]}"))
                break
            read.equal.append(digest(np.ascontiguousarray(pixels)).hex())
            read.most = max(read.most, int(pixels.max()))
            read.paged += more
            read.grey = read.grey and is_grey(pixels)
            images[i] = pixels if chunk.channels == 3 else luma(pixels[None])[0]
    if not read.events:
        put(images)
        read.total = words(images.data.cast("B"))
    return read


def rows_a_block(image: int) -> int:
    """Return how many images of so many bytes make a chunk."""
    return max(1, BLOCK // image)


def words(content: memoryview | bytes) -> int:
    """Return the sum of a content's 64-bit words: what a damaged disk changes."""
    whole = len(content) // 8 * 8
    total = int(np.frombuffer(content[:whole], np.uint64).sum())
    return (total + int.from_bytes(content[whole:], "little")) % 2**64


def help_out() -> None:
    """Decode the chunks that come as lines of JSON, and answer with lines: the helper's whole life.

    Pixels are written into the open file that the first argument numbers, at their places.
    """
    file = int(sys.argv[2])
    for line in sys.stdin.buffer:
        order: dict[str, Any] = json.loads(line)
        at = order.pop("at")
        chunk = Chunk(**{**order, "size": order["size"] and tuple(order["size"])})
        read = decode_chunk(chunk, partial(write_at, file, at=at))
        sys.stdout.write(json.dumps(asdict(read)) + "\n")
        sys.stdout.flush()


def write_at(file: int, images: np.ndarray, at: int) -> None:
    """Write bytes at a place of an open file."""
    view = images.data.cast("B")
    while view:
        done = os.pwrite(file, view, at)
        view, at = view[done:], at + done
