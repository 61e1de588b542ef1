"""Decoded images in the cache, as they are opened by every later command."""

import os
from pathlib import Path
from random import Random

import numpy as np

from avanp.data.chunks import words
from avanp.data.entry import read_entry
from avanp.data.entry_header import HEAD, MAGIC, Header, digest_of
from avanp.errors import AvanpError
from fuzz.target import Change, Target, file

KEY = "0" * 32
PIXELS = np.random.default_rng(2).integers(0, 256, 5 * 6 * 4 * 3, dtype=np.uint8).tobytes()
IMAGE = 6 * 4 * 3


def whole(channels: int = 3, **changed: object) -> bytes:
    """Return an entry of five images, two of them a block, or one whose header says otherwise."""
    image = 6 * 4 * channels
    pixels = PIXELS[: 5 * image]
    sums = [words(pixels[at : at + 2 * image]) for at in range(0, 5 * image, 2 * image)]
    equal = np.array([0, 1, 0, 3, 4], np.int64).tobytes()
    tail = equal + np.array(sums, np.uint64).tobytes()
    header = Header(KEY, "photos", (5, 6, 4, channels), 2, 255, False, 0, digest_of(tail))
    for name, value in changed.items():
        object.__setattr__(header, name, value)
    return header.packed() + pixels + tail


def seeds() -> list[bytes]:
    """Return entries, two of which promise more than there is."""
    huge = (1 << 40, 1, 1, 3)
    return [whole(), whole(1), whole(shape=huge), whole(rows=1 << 50), whole(key="another")]


def form(data: bytes, rng: Random, change: Change) -> bytes:
    """Change the header, the end, or the pixels, whose sums are right again."""
    page, pixels, tail = data[:HEAD], data[HEAD : HEAD + 5 * IMAGE], data[HEAD + 5 * IMAGE :]
    text = page.removeprefix(MAGIC).partition(b"\n")[0].partition(b" ")[2]
    if rng.randrange(2):
        tail = change(tail)
        text = text.replace(b'"tail": "', b'"tail": "' + digest_of(tail).encode() + b'"  "', 1)
        text = text.partition(b'"  "')[0] + b'"}'
    else:
        text = change(text)
    page = MAGIC + digest_of(text).encode() + b" " + text + b"\n"
    return page[:HEAD].ljust(HEAD, b"\0") + pixels + tail


def read(path: Path) -> None:
    """Open an entry, and look at all that it gives."""
    number = os.open(path, os.O_RDONLY)
    try:
        found = read_entry(path.parent, number, KEY)
    except ValueError as error:
        raise AvanpError(f"damaged: {error}") from None
    finally:
        os.close(number)
    assert found.array.shape == found.header.shape
    assert 0 <= found.facts.equal.min() <= found.facts.equal.max() < len(found.array)
    assert found.array.sum() >= 0
    assert found.sum_of("all") is None


TOKENS = (b'"shape": [', b'"rows": ', b'"most": ', b"5, 6, 4, 3", b"images")
TARGETS = [Target("cache", file("images"), read, seeds, form=form, tokens=TOKENS)]
