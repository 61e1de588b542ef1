"""A folder of image files as an `ImageSet`."""

import os
import warnings
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from avanp.data.images import ImageSet
from avanp.data.reading import read_files
from avanp.data.size import Size, parse_size
from avanp.errors import AvanpError, Note

__all__ = ["SUFFIXES", "image_files", "is_image_name", "parse_size", "read_folder"]

SUFFIXES = (
    ".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm",
    ".pgm", ".pbm", ".pnm",
)  # fmt: skip
# Images elsewhere, whose decoders are not always there, or not bounded.
UNREAD = (
    ".avif", ".heic", ".heif", ".jp2", ".j2k", ".jxl", ".tga", ".psd", ".svg", ".exr", ".dcm",
    ".ico",
)  # fmt: skip


def is_image_name(name: str) -> bool:
    """Whether a file of this name is read: an image's suffix in any case, and not hidden."""
    return not name.startswith(".") and name.lower().endswith(SUFFIXES)


def image_files(path: str | os.PathLike[str]) -> list[str]:
    """Return the names of a folder's image files, sorted; none is an empty list."""
    folder = os.fspath(path)
    try:
        with os.scandir(folder) as entries:
            return sorted(e.name for e in entries if is_image_name(e.name) and not e.is_dir())
    except NotADirectoryError:
        raise AvanpError(f"{folder!r} is a file: give the folder that holds the images") from None
    except FileNotFoundError:
        raise AvanpError(f"no such folder: {folder!r}") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise AvanpError(f"folder {folder!r} cannot be read: {reason}") from None


def tell_of_unread(folder: str, below: Iterable[str] = ()) -> None:
    """Warn of files in a folder, and in those `below` it, that are images and are not read."""
    counts: Counter[str] = Counter()
    for name in ("", *below):
        with suppress(OSError), os.scandir(os.path.join(folder, name)) as entries:
            counts.update(os.path.splitext(entry.name)[1].lower() for entry in entries)
    found = {suffix: counts[suffix] for suffix in UNREAD if counts[suffix]}
    if found:
        files = ", ".join(f"{count} {suffix}" for suffix, count in found.items())
        total = sum(found.values())
        warnings.warn(
            f"{total} file{'s' * (total > 1)} in {folder!r} not read ({files}): "
            "convert them to PNG or JPEG",
            Note,
            stacklevel=3,
        )


def read_folder(
    path: str | os.PathLike[str], size: Size | None = None, name: str | None = None
) -> ImageSet:
    """Read every image of a folder (not of its sub-folders) in the order of their names.

    Parameters
    ----------
    path : str or path
        A folder. Read are the files with a suffix in `SUFFIXES`, in any case, not hidden ones.
    size : (width, height), optional
        Resize each image to it (Lanczos). Without it all images must be of one size.
    name : str, optional
        Name of the set; the folder's name if not given.

    Raises
    ------
    AvanpError
        In one line naming the file: an empty folder, mixed sizes, a file that cannot be read, up
        to five that cannot be decoded, an image or a set beyond the limits of `avanp.data.size`.
    """
    folder = os.fspath(path)
    files = image_files(folder)
    if not files:
        raise AvanpError(f"no images in {folder!r}: files ending in {' '.join(SUFFIXES)} are read")
    tell_of_unread(folder)
    images = read_files(folder, files, size)
    return ImageSet(folder_name(folder) if name is None else name, images, tuple(files), folder)


def folder_name(folder: str) -> str:
    """Return what a set is called that is read from a folder."""
    name = Path(os.path.abspath(folder)).name or folder
    return name.encode(errors="replace").decode()  # bytes of another encoding
