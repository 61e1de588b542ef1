"""A folder of image files as an `ImageSet`."""

import os
import warnings
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

from avanp.data.decode import Broken, Damaged, image_size, read_image
from avanp.data.images import ImageSet, luma
from avanp.data.size import Size, check_size, check_total, parse_size
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
NAMED = 5  # broken files that a message names


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
        to `NAMED` that cannot be decoded, an image or a set beyond the limits of `avanp.data.size`.
    """
    folder = os.fspath(path)
    files = image_files(folder)
    if not files:
        raise AvanpError(f"no images in {folder!r}: files ending in {' '.join(SUFFIXES)} are read")
    tell_of_unread(folder)
    images = read_files(folder, files, size)
    return ImageSet(folder_name(folder) if name is None else name, images, tuple(files), folder)


def read_files(
    folder: str, files: Sequence[str], size: Size | None = None, channels: int = 3
) -> np.ndarray:
    """Return the (N, H, W, channels) uint8 pixels of files.

    Headers are read first. After a broken file the others are looked at as well, so that one
    message names them, up to `NAMED`.

    Parameters
    ----------
    folder : str
        Where the files are.
    files : sequence of str
        Their names, relative to `folder`; at least one.
    size : (width, height), optional
        Resize each image to it.
    channels : {3, 1}
        RGB or grey.

    Raises
    ------
    AvanpError
        Sizes that differ where no `size` is given, and a set beyond the limits of
        `avanp.data.size`, before anything is decoded; what cannot be read.
    """
    paths = [os.path.join(folder, file) for file in files]
    if size is not None:
        check_total(len(files), check_size(size), repr(folder))
    sizes: list[Size] = []
    broken: dict[str, Broken] = {}
    for file, file_path in zip(files, paths, strict=True):
        # A named pipe would wait for ever, a broken link has nothing to show.
        if not os.path.isfile(file_path):
            raise AvanpError(f"{file_path!r} cannot be read: not a regular file")
        try:
            sizes.append(image_size(file_path))
        except Broken as error:
            broken[file] = error
            if len(broken) == NAMED:
                break
        if size is None and not broken and sizes[-1] != sizes[0]:
            raise AvanpError(
                f"images in {folder!r} differ in size: {files[0]!r} is {_text(sizes[0])}, "
                f"{file!r} is {_text(sizes[-1])}: give --size WxH to resize them all"
            )
    _refuse(folder, broken)
    width, height = size or sizes[0]
    check_total(len(files), (width, height), repr(folder))
    images = np.empty((len(files), height, width, channels), np.uint8)
    for i, file_path in enumerate(paths):
        try:
            pixels = read_image(file_path, size)
        except Broken as error:
            broken[files[i]] = error
            if len(broken) == NAMED:
                break
        if broken:  # what is whole is of no use any more
            continue
        if pixels.shape[:2] != images.shape[1:3]:  # the file changed, or its header lied
            decoded = _text((pixels.shape[1], pixels.shape[0]))
            raise AvanpError(f"{file_path!r} is {decoded}, but its header says {_text(sizes[i])}")
        images[i] = pixels if channels == 3 else luma(pixels[None])[0]
    _refuse(folder, broken)
    return images


def _refuse(folder: str, broken: Mapping[str, Broken]) -> None:
    """Raise what was found: of one file why it cannot be decoded, of several their names."""
    if len(broken) == 1:
        (error,) = broken.values()
        if isinstance(error, Damaged):
            raise AvanpError(f"{error}; move it out of the folder, or replace it")
        raise error
    if broken:
        *names, last = map(repr, broken)
        more = " and perhaps more" if len(broken) == NAMED else ""
        listed = f"{', '.join(names)}{',' if more else ' and'} {last}{more}"
        raise AvanpError(
            f"{listed} in {folder!r} are damaged, or no images: "
            "move them out of the folder, or replace them"
        )


def folder_name(folder: str) -> str:
    """Return what a set is called that is read from a folder."""
    name = Path(os.path.abspath(folder)).name or folder
    return name.encode(errors="replace").decode()  # bytes of another encoding


def _text(size: Size) -> str:
    return f"{size[0]}x{size[1]}"
