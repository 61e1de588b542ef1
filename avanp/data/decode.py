"""One image file to RGB bytes, with the header checked before anything is decoded."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from avanp.data.opened_image import opened
from avanp.data.rgb import rgb_of, scale_of
from avanp.data.size import Size

if TYPE_CHECKING:
    from PIL import Image

PAGED = {"GIF", "TIFF", "WEBP", "PNG"}  # formats in which a further frame is a further picture
TURNING = {kind: {"exif", "xmp"} for kind in ("JPEG", "MPO", "WEBP")} | {"PNG": {"exif"}}
TURNED = {5, 6, 7, 8}  # EXIF orientations that exchange width and height


def image_size(path: str) -> Size:
    """Return (width, height) of an image file from its header, as `read_image` will give it.

    A file that cannot be read, is no image, or has more than `MAX_PIXELS` is an `AvanpError`; of
    no image, or a damaged one, it is a `Broken`.
    """
    with strict(), opened(path) as image:
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

    with opened(path) as image:
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
