"""Many images to a sheet, a folder of PNGs, or an archive of arrays."""

import io
import math
from pathlib import Path

import numpy as np

from avanp.data.sheet import WRITERS, contact_sheet, save_image
from avanp.errors import AvanpError
from avanp.files import write_whole
from avanp.pictures.pixels import to_bytes, to_rgb


def save_sheet(images: np.ndarray, out: str | Path) -> None:
    """Write one sheet of images (N, H, W, C), 8×8 where they are 64."""
    side = math.isqrt(len(images))
    square = side * side == len(images)
    save_image(contact_sheet(to_rgb(images), columns=side if square else None), out)


def save_images(images: np.ndarray, out: str, **arrays: np.ndarray) -> None:
    """Write images (N, H, W, C) to what the name `out` asks for.

    Parameters
    ----------
    out : str
        ``.npz``: the arrays `images`, uint8, and `arrays`. A picture's suffix: one sheet of all. No
        suffix: a folder of PNGs, numbered from 0; it may be there, but not such files in it.
    """
    suffix = Path(out).suffix.lower()
    if suffix == ".npz":
        save_arrays(Path(out), images=to_bytes(images), **arrays)
    elif suffix in WRITERS:
        save_sheet(images, out)
    elif suffix:
        raise AvanpError(f"cannot write {out!r}: give .png, .npz, or a folder without a suffix")
    else:
        _save_singly(to_bytes(images), Path(out))


def save_arrays(path: Path, **arrays: np.ndarray) -> None:
    """Write an .npz archive whole or not at all."""
    if path.is_dir():
        raise AvanpError(f"cannot write {str(path)!r}: it is a folder; name a file in it")
    content = io.BytesIO()
    np.savez_compressed(content, **arrays)  # type: ignore[arg-type]
    write_whole(path, content.getvalue())


def _save_singly(images: np.ndarray, folder: Path) -> None:
    from PIL import Image

    digits = max(4, len(str(len(images) - 1)))
    paths = [folder / f"{i:0{digits}}.png" for i in range(len(images))]
    there = next((path for path in paths if path.exists()), None)
    if there is not None or folder.is_file():
        raise AvanpError(f"{str(there or folder)!r} is there already: name another folder")
    for path, image in zip(paths, images, strict=True):
        content = io.BytesIO()
        Image.fromarray(image[..., 0] if image.shape[2] == 1 else image).save(content, "PNG")
        write_whole(path, content.getvalue())
