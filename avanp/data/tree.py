"""A folder of images, or of folders of images that are classes, as an `ImageSet`."""

import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

import numpy as np

from avanp.data.folder import (
    SUFFIXES,
    folder_name,
    image_files,
    is_image_name,
    tell_of_unread,
)
from avanp.data.images import ImageSet
from avanp.data.reading import read_files
from avanp.data.size import Size
from avanp.errors import AvanpError, Note

Choice = Callable[[int, np.ndarray | None, np.ndarray | None], np.ndarray | None]
NAMED = 3  # folders that a warning names
RULE = "a folder holds images, or one level of sub-folders, which are classes"


def read_tree(
    path: str | os.PathLike[str],
    size: Size | None = None,
    name: str | None = None,
    channels: int = 3,
    choose: Choice | None = None,
) -> ImageSet:
    """Read a folder of images, or one of folders of images, each of which is a class.

    A folder that has images itself is read as by `read_folder`, without labels. The classes are
    in the order of their names; hidden folders and folders without images are passed over. A
    warning names the folders whose images lie too deep to be read.

    Parameters
    ----------
    path : str or path
        The folder.
    size : (width, height), optional
        Resize each image to it; without it all images must be of one size.
    name : str, optional
        Name of the set; the folder's name if not given.
    channels : {3, 1}
        RGB or grey.
    choose : callable of (n, labels, groups), optional
        Returns which of n images are read, before any is; None for all.

    Raises
    ------
    AvanpError
        As `read_folder`; where there are no images, with the folder that has some.
    """
    folder = os.fspath(path)
    files = image_files(folder)
    below = _folders(folder)
    classes: list[str] = []
    labels: list[int] = []
    if files:
        deeper: Iterable[str] = below
    else:
        for label in below:
            inside = image_files(os.path.join(folder, label))
            if inside:
                files += [os.path.join(label, file) for file in inside]
                labels += [len(classes)] * len(inside)
                classes.append(label)
        deeper = (
            os.path.join(label, deep)
            for label in below
            for deep in _folders(os.path.join(folder, label))
        )
    unread = list(islice(_with_images(folder, deeper), NAMED + 1))
    if not files:
        raise _no_images(folder, unread)
    numbers = np.array(labels) if labels else None
    rows = choose and choose(len(files), numbers, None)
    images = read_files(folder, files, size, channels, rows)
    if rows is not None:
        files = [files[i] for i in rows]
        numbers = None if numbers is None else numbers[rows]
    tell_of_unread(folder, below if classes else ())
    if unread:
        names = ", ".join(map(repr, unread[:NAMED])) + ", …" * (len(unread) > NAMED)
        rule = "a folder holds images, or sub-folders of them as classes"
        warnings.warn(f"images in {names} are not read: {rule}", Note, stacklevel=2)
    return ImageSet(
        folder_name(folder) if name is None else name,
        images,
        files,
        folder,
        labels=numbers,
        classes=tuple(classes),
    )


def _no_images(folder: str, deeper: Sequence[str]) -> AvanpError:
    """Return the error for a folder without images, itself or in its sub-folders."""
    if deeper:
        return AvanpError(
            f"no images in {folder!r} or its sub-folders, but in {deeper[0]!r}: "
            f"give {os.path.dirname(deeper[0])!r} ({RULE})"
        )
    return AvanpError(
        f"no images in {folder!r}: {RULE}; files ending in {' '.join(SUFFIXES)} are read"
    )


def _with_images(folder: str, names: Iterable[str]) -> Iterator[str]:
    """Yield the paths of those of some folders that hold images, where they may be read."""
    for name in names:
        path = os.path.join(folder, name)
        try:
            with os.scandir(path) as entries:
                holds = any(is_image_name(e.name) and not e.is_dir() for e in entries)
        except OSError:
            continue
        if holds:
            yield path


def _folders(folder: str) -> list[str]:
    with os.scandir(folder) as entries:
        return sorted(e.name for e in entries if e.is_dir() and not e.name.startswith("."))
