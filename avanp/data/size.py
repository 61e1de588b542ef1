"""Sizes of images: reading ``WxH``, and the bounds that keep images from filling the memory."""

import re

from avanp.errors import AvanpError
from avanp.memory import available

Size = tuple[int, int]  # (width, height) in pixels

MAX_PIXELS = 64_000_000  # an image
MAX_BYTES = 2 * 2**30  # a file that holds many images, decoded
SHARE = 0.75  # of the memory that is free, for the images of a set that are held in it

MAX_RATIO = 1040  # deflate makes nothing more than 1032 times smaller, beside some headers


def parse_size(text: str) -> Size:
    """Return (width, height) from ``"WxH"`` in pixels, or from ``"W"`` of a square.

    Anything else is an `AvanpError`.
    """
    match = re.fullmatch(r"([0-9]{1,9})(?:[xX×]([0-9]{1,9}))?", text.strip())
    if match is None:
        raise AvanpError(f"size {text!r} is not WxH in pixels, such as 100x64")
    return check_size((int(match[1]), int(match[2] or match[1])))


def check_size(size: Size) -> Size:
    """Return `size`; one without pixels, or with more than `MAX_PIXELS`, is an `AvanpError`."""
    width, height = size
    if width < 1 or height < 1:
        raise AvanpError(f"size {width}x{height} has no pixels: both sides must be at least 1")
    if width * height > MAX_PIXELS:
        limit = f"{MAX_PIXELS // 10**6} megapixels"
        raise AvanpError(f"size {width}x{height} is too large: at most {limit} an image")
    return size


def check_total(count: int, size: Size, what: str, channels: int = 3) -> None:
    """Raise `AvanpError` if `count` images of `size` are more than there is memory for.

    Parameters
    ----------
    count : int
        Images.
    size : (width, height)
        Of each, in pixels.
    what : str
        What the message calls them.
    channels : int
        Bytes a pixel.
    """
    width, height = size
    total, room = count * width * height * channels, int(available() * SHARE)
    if total > room:
        raise AvanpError(
            f"{what}: {count} images of {width}x{height} are {total / 2**30:.1f} GiB decoded, "
            f"more than the {room / 2**30:.1f} GiB of memory that may be used: give a smaller "
            "--size WxH or fewer images"
        )
