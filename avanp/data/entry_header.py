"""The header of a file of decoded images: what the file says of itself."""

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from typing import Any

HEAD = 4096  # bytes
MAGIC = b"avanp images 1\n"
Shape = tuple[int, int, int, int]


@dataclass(frozen=True)
class Header:
    """What an entry says of itself.

    Parameters
    ----------
    key : str
        Of the files and how they were read.
    source : str
        The folder, in words.
    shape : (N, H, W, C)
    rows : int
        Images a block.
    most : int
        The largest byte, before the images were made grey.
    grey : bool
        Whether none of them had a colour.
    paged : int
        Files that have further frames.
    tail : str
        The digest of what follows the pixels.
    """

    key: str
    source: str
    shape: Shape
    rows: int
    most: int
    grey: bool
    paged: int
    tail: str

    @property
    def image(self) -> int:
        """Bytes of one image."""
        return self.shape[1] * self.shape[2] * self.shape[3]

    @property
    def pixels(self) -> int:
        """Bytes of all pixels."""
        return self.shape[0] * self.image

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return HEAD + self.pixels + 8 * (self.shape[0] + -(-self.shape[0] // self.rows))

    def packed(self) -> bytes:
        """Return the header's page."""
        text = json.dumps(asdict(self)).encode()
        return (MAGIC + digest_of(text).encode() + b" " + text + b"\n").ljust(HEAD, b"\0")


def read_header(page: bytes, size: int) -> Header:
    """Return the header of a file of so many bytes."""
    text = page.removeprefix(MAGIC).partition(b"\n")[0]
    digest, _, text = text.partition(b" ")
    if not page.startswith(MAGIC) or digest != digest_of(text).encode():
        raise ValueError("its header is not what was written")
    try:
        header = _header_of(json.loads(text))
    except RecursionError:
        raise ValueError("its header says something else") from None
    if header.size != size:
        raise ValueError(f"{header.size} bytes were written, and {size} are there")
    return header


def _header_of(values: Any) -> Header:
    """Return a header of what its line of JSON says, which may be anything."""
    if not isinstance(values, dict) or values.keys() != {f.name for f in fields(Header)}:
        raise ValueError("its header says something else")
    shape, rows = values["shape"], values["rows"]
    texts = all(isinstance(values[name], str) for name in ("key", "source", "tail"))
    counts = all(type(values[name]) is int and values[name] >= 0 for name in ("most", "paged"))
    if (
        not texts
        or not counts
        or type(values["grey"]) is not bool
        or not isinstance(shape, list)
        or len(shape) != 4
    ):
        raise ValueError("its header says something else")
    if not all(type(n) is int and n > 0 for n in [*shape, rows]) or shape[3] not in (1, 3):
        raise ValueError("its header gives no shape of images")
    return Header(**{**values, "shape": tuple(shape)})


def digest_of(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()
