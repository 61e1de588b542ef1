"""Strips of generated images, made small enough that a page can hold all of them."""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from avanp.data.decode import read_image
from avanp.errors import AvanpError
from avanp.report.element import data_uri

if TYPE_CHECKING:
    from PIL.Image import Image

BUDGET = 2_600_000  # bytes of all strips; a third more as text
# The most height in pixels and the quality in WebP, from good to small.
STEPS = ((128, 85), (96, 80), (64, 75), (64, 50), (48, 50), (32, 40), (24, 30))
WIDEST = 16383  # pixels of a WebP
TRIED = 24  # strips by which a step is chosen


class Strip(NamedTuple):
    """Generated images side by side: `number` of them, each `width` × `height` pixels."""

    address: str
    number: int
    width: int
    height: int


def strips(widths: Mapping[Path, int]) -> Mapping[Path, Strip]:
    """Return the strips that are there, all at the same quality.

    Parameters
    ----------
    widths : mapping of Path to int
        PNG files of images side by side, and the pixels of an image; some may not exist.

    Raises
    ------
    AvanpError
        For a file that is not an image.
    """
    there = [path for path in widths if path.is_file()]
    tried = there[:: max(1, len(there) // TRIED)]
    for height, quality in STEPS:
        size = sum(len(_encoded(_opened(path), height, quality)) for path in tried)
        if size * len(there) <= BUDGET * len(tried):
            break
    return {path: _strip(_opened(path), widths[path], height, quality) for path in there}


def read_strip(path: Path) -> np.ndarray:
    """Return the pixels of a strip (H, W, 3); one that is no image is an `AvanpError`."""
    try:
        return read_image(str(path))
    except AvanpError as error:
        raise AvanpError(f"{error}; run the sweep again") from None


def _opened(path: Path) -> "Image":
    from PIL import Image

    return Image.fromarray(read_strip(path))


def _strip(image: "Image", image_width: int, height: int, quality: int) -> Strip:
    content = _encoded(image, height, quality)
    number = max(1, image.width // max(1, image_width))
    return Strip(data_uri(content, "webp"), number, image.width // number, image.height)


def _encoded(image: "Image", height: int, quality: int) -> bytes:
    """The smaller of a picture without and with loss: small or flat ones lose nothing."""
    from PIL import Image

    scale = min(height / image.height, WIDEST / image.width)
    if scale < 1:
        size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        image = image.resize(size, Image.Resampling.LANCZOS)
    without, with_loss = BytesIO(), BytesIO()
    image.save(without, "WEBP", lossless=True, quality=0, method=0)
    image.save(with_loss, "WEBP", quality=quality, method=2)
    return min(without.getvalue(), with_loss.getvalue(), key=len)
