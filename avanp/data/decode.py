"""One image file to RGB bytes, with the header checked before anything is decoded."""

import io
import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from avanp.data.readers.guard import Clamped
from avanp.data.readers.netpbm import quick
from avanp.data.readers.tiff import most_values
from avanp.data.readers.webp import HEAD, webp_size
from avanp.data.rgb import rgb_of, scale_of
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
PAGED = {"GIF", "TIFF", "WEBP", "PNG"}  # formats in which a further frame is a further picture
TURNING = {kind: {"exif", "xmp"} for kind in ("JPEG", "MPO", "WEBP")} | {"PNG": {"exif"}}
TURNED = {5, 6, 7, 8}  # EXIF orientations that exchange width and height


class Broken(AvanpError):
    """A file that is no image, or a damaged one."""


class Damaged(Broken):
    """A file that begins as an image does, and cannot be decoded."""


def image_size(path: str) -> Size:
    """Return (width, height) of an image file from its header, as `read_image` will give it.

    A file that cannot be read, is no image, or has more than `MAX_PIXELS` is an `AvanpError`; of
    no image, or a damaged one, it is a `Broken`.
    """
    with strict(), _opened(path) as image:
        width, height = image.size
        return (height, width) if _orientation(image) in TURNED else (width, height)


def read_image(path: str, size: Size | None = None) -> np.ndarray:
    """Return the (H, W, 3) uint8 RGB pixels of the first frame, resized to `size` if given.

    Alpha is dropped where it is 255 everywhere, otherwise the image is laid over white; grey and
    palettes become RGB; 16-bit values are scaled to 0..255, floating-point ones from 0..1, or where
    one is above 1 from 0..255; a photograph's orientation is applied.
    """
    with strict():
        return decoded(path, size)[0]


def decoded(path: str, size: Size | None = None) -> tuple[np.ndarray, bool]:
    """Return what `read_image` does, and whether more frames follow; to be called in `strict`."""
    from PIL import ImageOps

    with _opened(path) as image:
        image.load()
        turned = ImageOps.exif_transpose(image) if _orientation(image) > 1 else image
        pixels = resize(rgb_of(turned, scale_of(image)), size)
        return pixels, image.format in PAGED and _has_more(image)


@contextmanager
def strict() -> Iterator[None]:
    """Let Pillow be silent, and refuse truncated files; for as many files as are read."""
    from PIL import ImageFile

    tolerant, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = tolerant


def resize(pixels: np.ndarray, size: Size | None) -> np.ndarray:
    """Return (H, W, 1 or 3) uint8 `pixels` at `size` = (width, height), by Lanczos' filter."""
    from PIL import Image

    if size is None or size == (pixels.shape[1], pixels.shape[0]):
        return pixels
    grey = pixels.shape[2] == 1
    image = Image.fromarray(pixels[:, :, 0] if grey else pixels)
    resized = np.asarray(image.resize(size, Image.Resampling.LANCZOS))
    return resized[:, :, None] if grey else resized


@contextmanager
def _opened(path: str) -> "Iterator[Image.Image]":
    """Open an image within the limits; what goes wrong in the block is told of the file."""
    from PIL import Image

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
    except AvanpError:
        raise
    except Image.DecompressionBombError:
        raise AvanpError(f"{path!r} is too large: {_LIMIT}") from None
    except Image.UnidentifiedImageError:
        raise Broken(f"{path!r} is not an image: remove it or replace it") from None
    except OSError as error:
        if error.strerror:  # the file system's; a decoder's OSError has only a text
            raise AvanpError(f"{path!r} cannot be read: {error.strerror}") from None
        raise _damaged(path, error) from None
    except Exception as error:  # a decoder may raise anything on a damaged file
        raise _damaged(path, error) from None


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
        raise AvanpError(f"{path!r} is {width}x{height} pixels: {_LIMIT}")


_LIMIT = f"at most {MAX_PIXELS // 10**6} megapixels an image are read"


def _damaged(path: str, error: Exception) -> Damaged:
    reason = " ".join(str(error).split()) or type(error).__name__
    return Damaged(f"{path!r} is truncated or damaged: {reason}")


def _orientation(image: "Image.Image") -> int:
    # Pillow turns a TIFF itself, and decodes a whole PNG to answer where it does not know.
    if image.format not in TURNING or not TURNING[image.format] & image.info.keys():
        return 1
    return int(image.getexif().get(0x0112, 1))


def _has_more(image: "Image.Image") -> bool:
    """Whether another frame follows; what is wrong with it does no harm to the first."""
    try:
        image.seek(1)
    except Exception:  # a decoder may raise anything on a damaged file
        return False
    return True


def _least_bytes(image: "Image.Image") -> int:
    """Return how many bytes the file of an image must have at least, before it is decoded."""
    packed = {"zip": MAX_RATIO, "raw": 1, "ppm": 1}
    tiles: list[tuple] = getattr(image, "tile", [])
    ratios = [packed.get(tile[0], 0) for tile in tiles]
    if not ratios or 0 in ratios:  # JPEG, GIF, WebP: a blank image takes next to nothing
        return 0
    bits = BITS.get(image.mode, 1)
    return image.width * image.height * bits // (8 * max(ratios))
