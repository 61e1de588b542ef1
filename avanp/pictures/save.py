"""Images to a picture, a sheet, a folder of PNGs, or an archive of arrays."""

import io
import math
import os
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from avanp.errors import AvanpError
from avanp.files import write_all, write_whole
from avanp.pictures.pixels import to_bytes, to_rgb
from avanp.pictures.sheets import contact_sheet

if TYPE_CHECKING:
    from PIL import Image

Progress = Callable[[int, int], None]

WRITERS = {
    ".png": "PNG",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".webp": "WEBP",
    ".bmp": "BMP",
    ".tif": "TIFF",
    ".tiff": "TIFF",
}


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


def save_sheet(images: np.ndarray, out: str | Path) -> None:
    """Write one sheet of images (N, H, W, C), 8×8 where they are 64."""
    side = math.isqrt(len(images))
    square = side * side == len(images)
    save_image(contact_sheet(to_rgb(images), columns=side if square else None), out)


def save_strip(
    images: np.ndarray, ends: np.ndarray | None, out: str, names: tuple[str, str] = ("", "")
) -> None:
    """Write images in one row, of which one becomes the next.

    Parameters
    ----------
    images : (N, H, W, C) array
        uint8, or floats in [0, 1].
    ends : (2, H, W, C) array, optional
        Stand at its ends.
    out : str
        The file; its suffix is its format.
    names : (str, str)
        Above the two ends.
    """
    drawn = to_rgb(images)
    labels = None
    if ends is not None:
        first, last = to_rgb(ends)
        drawn = np.concatenate([first[None], drawn, last[None]])
        labels = [names[0], *[""] * len(images), names[1]]
    save_image(contact_sheet(drawn, columns=len(drawn), labels=labels), out)


def save_images(
    images: np.ndarray, out: str, progress: Progress | None = None, **arrays: np.ndarray
) -> None:
    """Write images (N, H, W, C) to what the name `out` asks for.

    Parameters
    ----------
    out : str
        ``.npz``: the arrays `images`, uint8, and `arrays`. A picture's suffix: one sheet of all. No
        suffix: a folder of PNGs, numbered from 0; it may be there, but not such files in it.
    progress : callable, optional
        Called with the number of PNGs written and in all.
    """
    suffix = Path(out).suffix.lower()
    if suffix == ".npz":
        save_arrays(Path(out), images=to_bytes(images), **arrays)
    elif suffix in WRITERS:
        save_sheet(images, out)
    elif suffix:
        raise AvanpError(f"cannot write {out!r}: give .png, .npz, or a folder without a suffix")
    else:
        _save_singly(to_bytes(images), Path(out), progress)


def save_arrays(path: Path, **arrays: np.ndarray) -> None:
    """Write an .npz archive whole or not at all."""
    if path.is_dir():
        raise AvanpError(f"cannot write {str(path)!r}: it is a folder; name a file in it")
    content = io.BytesIO()
    np.savez_compressed(content, **arrays)  # type: ignore[arg-type]
    write_whole(path, content.getvalue())


def _save_singly(images: np.ndarray, folder: Path, progress: Progress | None) -> None:
    from PIL import Image

    digits = max(4, len(str(len(images) - 1)))
    paths = [folder / f"{i:0{digits}}.png" for i in range(len(images))]
    there = next((path for path in paths if path.exists()), None)
    if there is not None or folder.is_file():
        raise AvanpError(f"{str(there or folder)!r} is there already: name another folder")

    def png(image: np.ndarray) -> bytes:
        content = io.BytesIO()
        Image.fromarray(image[..., 0] if image.shape[2] == 1 else image).save(content, "PNG")
        return content.getvalue()

    named = ((path.name, png(image)) for path, image in zip(paths, images, strict=True))
    for done in chain([0], write_all(folder, named)):
        if progress is not None:
            progress(done, len(paths))
