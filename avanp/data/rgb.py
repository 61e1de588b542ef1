"""A decoded image of any mode to RGB bytes, as a viewer shows it."""

from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np

if TYPE_CHECKING:
    from PIL import Image

BAND = 1 << 20  # pixels converted at a time
BITS, PHOTOMETRIC = 258, 262  # tags of a TIFF


class Scale(NamedTuple):
    """What grey values of more than 8 bits mean: that of white, of black, and of none at all."""

    white: float
    black: float
    clear: int | None = None


def scale_of(image: "Image.Image") -> Scale:
    """Return the scale of an image's grey values, where they are not bytes.

    Pillow makes 16 bits of the 12 of a TIFF without scaling them, does not turn those round whose 0
    is white, and knows nothing of the one value that is transparent in a PNG of 16 bits.
    """
    top = 65535.0
    tags: Any = getattr(image, "tag_v2", {})
    if image.mode == "F":
        _, most = cast(tuple[float, float], image.getextrema())
        top = 255.0 if most > 1 else 1.0
    elif image.mode.startswith("I;16"):
        top = 2.0 ** min(16, tags.get(BITS, (16,))[0]) - 1
    clear = image.info.get("transparency")
    return Scale(
        *((0.0, top) if tags.get(PHOTOMETRIC) == 0 else (top, 0.0)),
        clear if isinstance(clear, int) else None,
    )


def rgb_of(image: "Image.Image", scale: Scale) -> np.ndarray:
    """Return RGB bytes (H, W, 3), made a band of rows at a time: a copy takes much memory."""
    if image.mode == "RGB" and not image.has_transparency_data:
        return np.asarray(image)
    out = np.empty((image.height, image.width, 3), np.uint8)
    rows = max(1, BAND // image.width)
    for start in range(0, image.height, rows):
        band = image
        if rows < image.height:
            band = image.crop((0, start, image.width, min(start + rows, image.height)))
        out[start : start + rows] = _band(band, scale)
    return out


def _band(image: "Image.Image", scale: Scale) -> np.ndarray:
    if image.mode.startswith("I") or image.mode == "F":
        return _grey(np.asarray(image), scale)
    if not image.has_transparency_data:
        return np.asarray(image.convert("RGB"))
    rgba = np.asarray(image.convert("RGBA"))
    rgb, alpha = rgba[..., :3], rgba[..., 3:].astype(np.int32)
    return ((rgb * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)


def _grey(found: np.ndarray, scale: Scale) -> np.ndarray:
    """Return RGB bytes of (H, W) values between black and white."""
    values, top = found.astype(np.float64), max(scale.white, scale.black)
    if not ((values >= 0) & (values <= top)).all():
        raise ValueError(f"its grey values are outside 0..{top:g}")
    if scale.black:
        values = top - values
    grey = np.floor(values * (255 / top) + 0.5).astype(np.uint8)
    if scale.clear is not None:
        grey[found == scale.clear] = 255
    return np.repeat(grey[:, :, None], 3, axis=2)
