"""A folder of image files as an `ImageSet`."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from avanp.data.decode import image_size, read_image
from avanp.data.images import ImageSet, luma
from avanp.data.size import Size, check_size, check_total, parse_size
from avanp.errors import AvanpError

__all__ = ["SUFFIXES", "image_files", "is_image_name", "parse_size", "read_folder", "read_tree"]

SUFFIXES = (
    ".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm",
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


def read_folder(
    path: str | os.PathLike[str], size: Size | None = None, name: str | None = None
) -> ImageSet:
    """Read every image of a folder (not of its subfolders) in the order of their names.

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
        In one line naming the file: an empty folder, mixed sizes, a file that cannot be read or
        decoded, an image or a set beyond the limits of `avanp.data.size`.
    """
    folder = os.fspath(path)
    files = image_files(folder)
    if not files:
        raise AvanpError(
            f"no images in {folder!r} (subfolders are not looked into): files ending in "
            f"{' '.join(SUFFIXES)} are read"
        )
    images = read_files(folder, files, size)
    return ImageSet(_folder_name(folder) if name is None else name, images, tuple(files), folder)


def read_tree(
    path: str | os.PathLike[str],
    size: Size | None = None,
    name: str | None = None,
    channels: int = 3,
) -> ImageSet:
    """Read a folder of images, or one of folders of images, each of which is a class.

    A folder that has images itself is read as by `read_folder`, without labels. The classes are
    in the order of their names; hidden folders and folders without images are passed over.
    """
    folder = os.fspath(path)
    files = image_files(folder)
    classes: list[str] = []
    labels: list[int] = []
    if not files:
        for below in _folders(folder):
            inside = image_files(os.path.join(folder, below))
            if inside:
                files += [os.path.join(below, file) for file in inside]
                labels += [len(classes)] * len(inside)
                classes.append(below)
    if not files:
        return read_folder(folder, size, name)  # tells what is wrong
    return ImageSet(
        _folder_name(folder) if name is None else name,
        read_files(folder, files, size, channels),
        files,
        folder,
        labels=np.array(labels) if labels else None,
        classes=tuple(classes),
    )


def read_files(
    folder: str, files: Sequence[str], size: Size | None = None, channels: int = 3
) -> np.ndarray:
    """Return the (N, H, W, channels) uint8 pixels of files, named relative to `folder`.

    Headers are read first: sizes that differ (where no `size` is given), and a set beyond the
    limits, are an `AvanpError` before anything is decoded.
    """
    paths = [os.path.join(folder, file) for file in files]
    if size is not None:
        check_total(len(files), check_size(size), repr(folder))
    sizes = []
    for file, file_path in zip(files, paths, strict=True):
        # A named pipe would wait for ever, a broken link has nothing to show.
        if not os.path.isfile(file_path):
            raise AvanpError(f"{file_path!r} cannot be read: not a regular file")
        sizes.append(image_size(file_path))
        if size is None and sizes[-1] != sizes[0]:
            raise AvanpError(
                f"images in {folder!r} differ in size: {files[0]!r} is {_text(sizes[0])}, "
                f"{file!r} is {_text(sizes[-1])}: give --size WxH to resize them all"
            )
    width, height = size or sizes[0]
    check_total(len(files), (width, height), repr(folder))
    images = np.empty((len(files), height, width, channels), np.uint8)
    for i, file_path in enumerate(paths):
        pixels = read_image(file_path, size)
        if pixels.shape[:2] != images.shape[1:3]:  # the file changed, or its header lied
            decoded = _text((pixels.shape[1], pixels.shape[0]))
            raise AvanpError(f"{file_path!r} is {decoded}, but its header says {_text(sizes[i])}")
        images[i] = pixels if channels == 3 else luma(pixels[None])[0]
    return images


def _folders(folder: str) -> list[str]:
    with os.scandir(folder) as entries:
        return sorted(e.name for e in entries if e.is_dir() and not e.name.startswith("."))


def _folder_name(folder: str) -> str:
    name = Path(os.path.abspath(folder)).name or folder
    return name.encode(errors="replace").decode()  # bytes of another encoding


def _text(size: Size) -> str:
    return f"{size[0]}x{size[1]}"
