"""A picture of a run's folder, inside the page."""

import warnings
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from avanp.data.size import MAX_PIXELS
from avanp.errors import AvanpError
from avanp.report.element import Markup, data_uri, el

if TYPE_CHECKING:
    import PIL.Image

WIDEST = 1400  # pixels
LARGE = 200_000  # bytes; what is larger is encoded anew, with loss
FORMATS = ("PNG", "JPEG", "WEBP")


def embedded(path: Path, alt: str) -> Markup:
    """Return an image element that holds the picture.

    Raises
    ------
    AvanpError
        For a file that is not a PNG, JPEG or WebP.
    """
    from PIL import Image

    try:
        content = path.read_bytes()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            opened = Image.open(BytesIO(content), formats=FORMATS)
        with opened as image:
            if image.width * image.height > MAX_PIXELS:
                raise ValueError(f"more than {MAX_PIXELS} pixels")
            kind = (image.format or "png").lower()
            if len(content) > LARGE or image.width > WIDEST:
                content, kind = _smaller(image), "webp"
            else:
                image.verify()
            width, height = image.size
    except Exception as error:  # a decoder may raise anything on a damaged file
        raise AvanpError(f"{path} is not a readable PNG, JPEG or WebP: remove or replace it") from (
            error
        )
    return el("img", src=data_uri(content, kind), alt=alt, width=width, height=height)


def _smaller(image: "PIL.Image.Image") -> bytes:
    from PIL import Image

    shown = image.convert("RGBA" if "A" in image.getbands() else "RGB")
    shown.thumbnail((WIDEST, 4 * WIDEST), Image.Resampling.LANCZOS)
    written = BytesIO()
    shown.save(written, "WEBP", quality=80, method=4)
    return written.getvalue()
