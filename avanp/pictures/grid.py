"""Images in rows and columns on one page, with names, captions and blanks: the one drawer of it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from avanp.errors import AvanpError
from avanp.pictures.lettering import drawable, shortened
from avanp.pictures.pixels import to_rgb

if TYPE_CHECKING:
    from PIL import Image

PAGE_WIDTH = 1400  # pixels: a page is about this wide
MIN_CELL = 32  # pixels: large images are never reduced to less than this width
MAX_PAGE = 100_000_000  # pixels
PAPER, TEXT, BORDER = (250, 250, 248), (40, 44, 48), (200, 200, 200)
BLANK, DASH = (228, 228, 228), (138, 138, 138)
PAD, BESIDE, WIDE = 4, 8, 16  # pixels: between images, beside a name, between groups and bands
FONT, LINE = 13, 17
TITLE, TITLE_LINE = 20, 30


def draw_grid(
    rows: Sequence[Sequence[np.ndarray | None]],
    size: tuple[int, int],
    *,
    names: Sequence[str] = (),
    heads: Sequence[str] = (),
    captions: Sequence[Sequence[str]] = (),
    title: str = "",
    group: int = 0,
    band: int = 0,
    pad: int = PAD,
    framed: bool = False,
) -> "Image.Image":
    """Draw rows of images under each other.

    Parameters
    ----------
    rows : sequence of sequences of (H, W, C) arrays or None
        uint8, or floats in [0, 1]; None is a grey blank.
    size : (int, int)
        Width and height of every image on the page, in pixels. Images are enlarged pixel by pixel.
    names : sequence of str
        At the left of the rows.
    heads : sequence of str
        Above the groups of columns, or above the columns.
    captions : sequence of sequences of str
        A text above each image, shortened to its width; a newline begins a second line.
    title : str
        Above everything; lines after the first one are small.
    group, band : int
        After so many columns, and rows, there is a wide gap; 0 for none.
    pad : int
        Pixels between the images and around them.
    framed : bool
        Whether images have a thin border, which shows a white one.

    Raises
    ------
    AvanpError
        If the page would have more than `MAX_PAGE` pixels.
    """
    from PIL import ImageDraw, ImageFont

    font, large = ImageFont.load_default(FONT), ImageFont.load_default(TITLE)
    width, height = size
    above = LINE * max((text.count("\n") + 1 for row in captions for text in row), default=0)
    left = max((int(font.getlength(drawable(name))) + 2 * BESIDE for name in names), default=0)
    first, *more = drawable(title).split("\n")
    top = TITLE_LINE * bool(title) + LINE * (len(more) + bool(heads))
    columns = max(map(len, rows))
    lefts = [pad + left + j * (width + pad) + (j // group * WIDE if group else 0)
             for j in range(columns)]  # fmt: skip
    tops = [pad + top + i * (height + above + pad) + (i // band * WIDE if band else 0)
            for i in range(len(rows))]  # fmt: skip
    across = max(
        lefts[-1] + width,
        pad + int(large.getlength(first)),
        *(pad + int(font.getlength(line)) for line in more),
    )
    page = _page(across + pad, tops[-1] + above + height + pad, sum(map(len, rows)))
    draw = ImageDraw.Draw(page)
    draw.text((pad, pad), first, TEXT, large)
    for i, line in enumerate(more):
        draw.text((pad, TITLE_LINE + i * LINE), line, TEXT, font)
    step = group or 1
    for head, x in zip(heads, lefts[::step], strict=False):
        draw.text((x, pad + top - LINE), shortened(head, step * width, font), TEXT, font)
    for i, (row, y) in enumerate(zip(rows, tops, strict=True)):
        if names:
            middle = (pad + left - BESIDE, y + above + height // 2)
            draw.text(middle, drawable(names[i]), TEXT, font, anchor="rm")
        for j, (image, x) in enumerate(zip(row, lefts, strict=False)):
            for n, line in enumerate(captions[i][j].split("\n") if captions else ()):
                draw.text((x, y + n * LINE), shortened(line, width, font), TEXT, font)
            _put(page, draw, image, (x, y + above, width, height), framed)
    return page


def _page(width: int, height: int, count: int) -> "Image.Image":
    from PIL import Image

    if width * height > MAX_PAGE:
        raise AvanpError(
            f"a sheet of {count} images would be {width}x{height} pixels, more than "
            f"{MAX_PAGE // 10**6} megapixels: show fewer images, or at a smaller scale"
        )
    return Image.new("RGB", (width, height), PAPER)


def _put(
    page: "Image.Image", draw: Any, image: np.ndarray | None, box: tuple[int, ...], framed: bool
) -> None:
    from PIL import Image

    x, y, width, height = box
    if image is None:
        draw.rectangle((x, y, x + width - 1, y + height - 1), BLANK)
        middle = x + width // 2, y + height // 2
        draw.line((middle[0] - 8, middle[1], middle[0] + 8, middle[1]), DASH, 2)
        return
    way = Image.Resampling.NEAREST if width >= image.shape[1] else Image.Resampling.LANCZOS
    page.paste(Image.fromarray(to_rgb(image[None])[0]).resize((width, height), way), (x, y))
    if framed:
        draw.rectangle((x - 1, y - 1, x + width, y + height), outline=BORDER)


def cell_size(width: int, height: int, room: int, most: int) -> tuple[int, int]:
    """Return the size at which images of so many pixels are drawn.

    Parameters
    ----------
    width, height : int
        Of the images.
    room : int
        The width that there is for each: the size is the largest whole multiple that fits, or a
        reduction of images that are too large, to at least `MIN_CELL`.
    most : int
        The most height of what is enlarged.
    """
    scale = min(room // width, max(1, most // height))
    if scale >= 1:
        return width * scale, height * scale
    reduced = min(max(room, MIN_CELL), width)
    return reduced, max(1, round(height * reduced / width))
