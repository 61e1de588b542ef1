"""An open image of any mode as RGB bytes."""

from typing import TYPE_CHECKING, cast

import numpy as np

if TYPE_CHECKING:
    from PIL import Image

BAND = 1 << 20  # pixels converted at a time


def rgb_of(image: "Image.Image") -> np.ndarray:
    """Return RGB bytes (H, W, 3), made a band of rows at a time: a copy takes much memory."""
    if image.mode == "RGB" and not image.has_transparency_data:
        return np.asarray(image)
    out = np.empty((image.height, image.width, 3), np.uint8)
    top = 65535.0
    if image.mode == "F":
        _, most = cast(tuple[float, float], image.getextrema())
        top = 255.0 if most > 1 else 1.0
    rows = max(1, BAND // image.width)
    for start in range(0, image.height, rows):
        band = image
        if rows < image.height:
            band = image.crop((0, start, image.width, min(start + rows, image.height)))
        out[start : start + rows] = _band(band, top)
    return out


def _band(image: "Image.Image", top: float) -> np.ndarray:
    if image.mode.startswith("I") or image.mode == "F":
        return _grey(np.asarray(image), top)
    if not image.has_transparency_data:
        return np.asarray(image.convert("RGB"))
    rgba = np.asarray(image.convert("RGBA"))
    rgb, alpha = rgba[..., :3], rgba[..., 3:].astype(np.int32)
    return ((rgb * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)


def _grey(values: np.ndarray, top: float) -> np.ndarray:
    """Return RGB bytes of (H, W) values in 0..top."""
    values = values.astype(np.float64)
    if not ((values >= 0) & (values <= top)).all():
        raise ValueError(f"its grey values are outside 0..{top:g}")
    grey = np.floor(values * (255 / top) + 0.5).astype(np.uint8)
    return np.repeat(grey[:, :, None], 3, axis=2)
