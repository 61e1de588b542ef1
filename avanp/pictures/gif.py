"""A GIF that goes through images and back."""

import io
from pathlib import Path

import numpy as np

from avanp.errors import AvanpError
from avanp.files import write_whole
from avanp.pictures.pixels import to_rgb

LEAST_SIDE = 224  # pixels: smaller images are enlarged to about this
MILLISECONDS = 120  # a frame


def write_gif(images: np.ndarray, path: Path) -> None:
    """Write images (N, H, W, C) as frames of a GIF that repeats for ever, there and back."""
    from PIL import Image

    pixels = to_rgb(images)
    _, height, width, _ = pixels.shape
    scale = max(1, LEAST_SIDE // max(height, width))
    size = (width * scale, height * scale)
    there = [Image.fromarray(p).resize(size, Image.Resampling.NEAREST) for p in pixels]
    frames = [*there, *there[-2:0:-1]]
    if path.parent != Path() and not path.parent.is_dir():
        raise AvanpError(f"cannot write {str(path)!r}: there is no folder {str(path.parent)!r}")
    content = io.BytesIO()
    frames[0].save(
        content, "GIF", save_all=True, append_images=frames[1:], duration=MILLISECONDS, loop=0
    )
    write_whole(path, content.getvalue())
