"""Contact sheets: many small images on one page, large enough to be seen."""

import io
import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from avanp.errors import AvanpError
from avanp.files import write_whole

if TYPE_CHECKING:
    from PIL import Image, ImageFont

PAGE_WIDTH = 1400  # pixels: sheets are about this wide
PAGE_RATIO = 1.4  # width to height of a pleasant sheet
MIN_CELL = 32  # pixels: large images are never reduced to less than this width
MAX_SHEET = 100_000_000  # pixels
PAPER, TEXT = (250, 250, 248), (40, 44, 48)
LABEL_HEIGHT, FONT_SIZE = 17, 13

WRITERS = {
    ".png": "PNG",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".webp": "WEBP",
    ".bmp": "BMP",
    ".tif": "TIFF",
    ".tiff": "TIFF",
}


def contact_sheet(
    images: np.ndarray,
    *,
    columns: int | None = None,
    scale: int | None = None,
    labels: Sequence[str] | None = None,
    pad: int = 4,
) -> "Image.Image":
    """Lay out images row by row on one page.

    Parameters
    ----------
    images : (N, H, W, 3) uint8
        RGB images, N >= 1.
    columns : int, optional
        Images a row; chosen for a page a little wider than high if not given.
    scale : int, optional
        Each pixel becomes scale x scale pixels. If not given, small images are enlarged so, and
        large ones reduced, to a page about 1400 pixels wide.
    labels : sequence of N str, optional
        A line above each image, shortened to its width.
    pad : int
        Pixels between the images and around them.

    Raises
    ------
    AvanpError
        If the page would have more than `MAX_SHEET` pixels, or an argument does not fit.
    """
    from PIL import Image, ImageDraw, ImageFont

    if images.ndim != 4 or images.shape[3] != 3 or images.dtype != np.uint8 or not len(images):
        raise AvanpError(f"a sheet needs (N, H, W, 3) uint8, not {images.shape} {images.dtype}")
    if labels is not None and len(labels) != len(images):
        raise AvanpError(f"{len(images)} images need as many labels, not {len(labels)}")
    count, height, width = images.shape[:3]
    head = 0 if labels is None else LABEL_HEIGHT
    if columns is None:
        columns = _columns(count, width, height)
    if columns < 1 or pad < 0 or (scale is not None and scale < 1):
        raise AvanpError(f"a sheet of {columns} columns, scale {scale}, pad {pad} holds no image")
    if scale is None:
        w, h = _fit(width, height, columns, pad)
    else:
        w, h = width * scale, height * scale
    rows = -(-count // columns)
    page = (columns * (w + pad) + pad, rows * (h + head + pad) + pad)
    if page[0] * page[1] > MAX_SHEET:
        raise AvanpError(
            f"a sheet of {count} images would be {page[0]}x{page[1]} pixels, more than "
            f"{MAX_SHEET // 10**6} megapixels: show fewer images, or at a smaller scale"
        )
    sheet = Image.new("RGB", page, PAPER)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(FONT_SIZE)
    filter_ = Image.Resampling.NEAREST if w >= width else Image.Resampling.LANCZOS
    for i, image in enumerate(images):
        x = pad + i % columns * (w + pad)
        y = pad + i // columns * (h + head + pad)
        if labels is not None:
            draw.text((x, y), _shortened(labels[i], w, font), fill=TEXT, font=font)
        sheet.paste(Image.fromarray(image).resize((w, h), filter_), (x, y + head))
    return sheet


def save_image(image: "Image.Image", path: str | os.PathLike[str]) -> None:
    """Write an image in the format of the path's suffix, whole or not at all.

    Raises
    ------
    AvanpError
        If the suffix is unknown, `path` is a folder, or its folder is missing or read-only.
    """
    target = os.fspath(path)
    suffix = check_picture(target)
    content = io.BytesIO()
    try:
        image.save(content, WRITERS[suffix])
    except (OSError, ValueError) as error:  # WebP and JPEG have a largest side
        raise AvanpError(f"cannot write {target!r} as {WRITERS[suffix]}: {error}") from None
    write_whole(Path(target), content.getvalue())


def check_picture(target: str) -> str:
    """Return the suffix of a picture's name; one that cannot be written is an `AvanpError`.

    A command that computes for long asks before it does.
    """
    suffix = os.path.splitext(target)[1].lower()
    if suffix not in WRITERS:
        raise AvanpError(f"cannot write {target!r}: its name must end in {' '.join(WRITERS)}")
    if os.path.isdir(target):
        raise AvanpError(f"cannot write {target!r}: it is a folder; name a file in it")
    folder = os.path.dirname(target)
    if folder and not os.path.isdir(folder):
        raise AvanpError(f"cannot write {target!r}: there is no folder {folder!r}")
    return suffix


def _columns(count: int, width: int, height: int) -> int:
    """Return the number of columns nearest to `PAGE_RATIO` that leaves few cells empty."""

    def cost(columns: int) -> float:
        rows = -(-count // columns)
        ratio = columns * width / (rows * height)
        return abs(math.log(ratio / PAGE_RATIO)) + 1.5 * (rows * columns - count) / count

    ideal = math.sqrt(PAGE_RATIO * count * height / width)
    low, high = max(1, int(ideal / 2)), min(count, int(2 * ideal) + 1)
    return min(range(min(low, count), high + 1), key=cost)


def _fit(width: int, height: int, columns: int, pad: int) -> tuple[int, int]:
    """Return the size of a cell: a whole multiple, or a reduction of images that are too large."""
    room = max(PAGE_WIDTH // columns - pad, 1)
    scale = min(room // width, max(1, PAGE_WIDTH // height))
    if scale >= 1:
        return width * scale, height * scale
    w = min(max(room, MIN_CELL), width)
    return w, max(1, round(height * w / width))


def _shortened(label: str, width: int, font: "ImageFont.FreeTypeFont | ImageFont.ImageFont") -> str:
    """Return as much of `label` as fits in `width` pixels, in characters that can be drawn."""
    text = "".join(c if c.isprintable() else "?" for c in label)
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(text + "...") > width:
        text = text[:-1]
    return text + "..." if text else ""
