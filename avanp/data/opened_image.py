"""An image file opened by Pillow, within limits that are looked at before anything is decoded."""

import io
import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from avanp.data.readers.guard import Clamped, told_of
from avanp.data.readers.netpbm import quick
from avanp.data.readers.tiff import most_values
from avanp.data.readers.webp import HEAD, webp_size
from avanp.data.size import MAX_PIXELS, MAX_RATIO, Size
from avanp.errors import AvanpError

if TYPE_CHECKING:
    from PIL import Image

# Only these decoders see the file, whatever its suffix claims: no PostScript, no plug-ins.
FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "PPM")
# Of a file in pieces, more of which are damage, and would take too long.
MOST_READS, MOST_HEADER, MOST_VALUES = 1_000_000, 1 << 24, 200_000
# The commonest formats are read forward: small files of them are taken at once, which is faster.
AT_ONCE = 1 << 20
FORWARD = {b"\xff\xd8\xff": ("JPEG",), b"\x89PN": ("PNG",)}
BITS = {"LA": 16, "RGB": 16, "RGBA": 16, "I;16": 16, "CMYK": 32, "F": 32}  # at least, in a file


class Broken(AvanpError):
    """A file that is no image, or a damaged one."""


class Damaged(Broken):
    """A file that begins as an image does, and cannot be decoded."""


@contextmanager
def opened(path: str) -> "Iterator[Image.Image]":
    """Open an image within the limits; what goes wrong in the block is told of the file."""
    from PIL import Image

    with told_of(path, Damaged):
        try:
            with Clamped(path) as file:
                content, formats = _content(path, file)
                with Image.open(content, formats=formats) as image:
                    file.header_left = math.inf
                    _check_pixels(path, image.size)
                    least = _least_bytes(image)
                    if least > file.size:
                        raise ValueError(f"its pixels take {least} bytes or more")
                    yield image
        except Image.DecompressionBombError:
            raise AvanpError(f"{path!r} is too large: {LIMIT}") from None
        except Image.UnidentifiedImageError:
            raise Broken(f"{path!r} is not an image: remove it or replace it") from None


def _content(path: str, file: Clamped) -> tuple[BinaryIO, tuple[str, ...]]:
    """Return what Pillow is to read, and the decoders that see it."""
    formats = FORWARD.get(file.peek(3)[:3], FORMATS)
    if formats is not FORMATS and file.size <= AT_ONCE:
        return io.BytesIO(file.read()), formats
    _check_head(path, file)
    file.reads_left, file.header_left = MOST_READS, MOST_HEADER
    return quick(file), FORMATS


def _check_head(path: str, file: BinaryIO) -> None:
    """Look at what Pillow would reserve memory for, or spend long on, before it tells."""
    _check_pixels(path, webp_size(file.read(HEAD)) or (0, 0))
    file.seek(0)
    if most_values(file) > MOST_VALUES:
        raise ValueError("one of its tags has too many values")
    file.seek(0)


def _check_pixels(path: str, size: Size) -> None:
    width, height = size
    if width * height > MAX_PIXELS:
        raise AvanpError(f"{path!r} is {width}x{height} pixels: {LIMIT}")


LIMIT = f"at most {MAX_PIXELS // 10**6} megapixels an image are read"


def _least_bytes(image: "Image.Image") -> int:
    """Return how many bytes the file of an image must have at least, before it is decoded."""
    packed = {"zip": MAX_RATIO, "raw": 1, "ppm": 1}
    tiles: list[tuple] = getattr(image, "tile", [])
    ratios = [packed.get(tile[0], 0) for tile in tiles]
    if not ratios or 0 in ratios:  # JPEG, GIF, WebP: a blank image takes next to nothing
        return 0
    bits = BITS.get(image.mode, 1)
    return image.width * image.height * bits // (8 * max(ratios))
