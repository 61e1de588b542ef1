"""A set of images by its name, its folder or its file."""

import os
import warnings
from pathlib import Path

import numpy as np

from avanp.data.card import card
from avanp.data.images import ImageSet
from avanp.data.npz_sets import from_npz
from avanp.data.orbit import find_orbit
from avanp.data.readers.labels import check_links, read_label_table
from avanp.data.reading import read_files
from avanp.data.size import Size
from avanp.data.tree import Choice, read_tree
from avanp.errors import AvanpError, Note, unknown
from avanp.registry import DATASETS, load

TABLE = "labels.csv"
DARK = 16  # masks are 0 and 1, and some sets 0..16: no photograph is so dark


def is_own(spec: str | os.PathLike[str] | None) -> bool:
    """Whether a set is the user's own: what is registered is divided as it always was."""
    return spec is not None and os.fspath(spec) not in DATASETS


def read_named(
    spec: str | os.PathLike[str] | None,
    size: Size | None,
    channels: int | None,
    choose: Choice | None = None,
) -> ImageSet:
    """Read a set; what does not lie in files is of its own size and channels.

    Parameters
    ----------
    spec : str or path, optional
        As of `avanp.data.resolve.resolve`.
    size : (width, height), optional
        Of the images of files.
    channels : {1, 3}, optional
        Of the images of files; RGB where nothing is said.
    choose : callable, optional
        Which files of a folder are read; all by default.
    """
    if spec is not None and not isinstance(spec, str | os.PathLike):
        raise AvanpError(f"data must be a name or a folder, not {type(spec).__name__}")
    if spec is None:
        found = find_orbit()
        return load("data set", "jungle")() if found is None else found
    spec = os.fspath(spec)
    if spec in DATASETS:
        reader = load("data set", spec)
        # Sets of files in a folder are resized as they are read: whole they may be too large.
        return reader(size) if card(spec).resizes else reader()
    path = os.path.expanduser(spec)
    if not spec or not os.path.lexists(path):
        where = f"there is no {os.path.abspath(path)!r}; " if spec else ""
        raise AvanpError(
            f"no data set or folder {unknown(spec, [*DATASETS, *_folders_beside(spec)])}: {where}"
            f"choose {', '.join(DATASETS)} or a folder of images"
        )
    if path.endswith(".npz") and os.path.isfile(path):
        images = from_npz(path)
    elif os.path.isfile(os.path.join(path, TABLE)):
        images = _from_table(path, size, channels or 3, choose)
    else:
        images = read_tree(path, size, channels=channels or 3, choose=choose)
    most = images.pixels.most
    if 0 < most <= DARK:
        warnings.warn(
            f"no value in {path!r} is above {most} of 255, so that its images are nearly black: "
            f"if {most} means white, save them multiplied by {255 // most}",
            Note,
            stacklevel=2,
        )
    return images


def _folders_beside(spec: str) -> list[str]:
    """Return the folders where one was looked for, written as it was."""
    written = os.path.dirname(spec)
    try:
        with os.scandir(os.path.expanduser(written) or os.curdir) as entries:
            return [os.path.join(written, entry.name) for entry in entries if entry.is_dir()]
    except (OSError, ValueError):
        return []


def _from_table(folder: str, size: Size | None, channels: int, choose: Choice | None) -> ImageSet:
    table = read_label_table(os.path.join(folder, TABLE))
    check_links(folder, table.files)
    rows = choose and choose(len(table.files), table.labels, table.groups)
    some = np.arange(len(table.files)) if rows is None else rows
    return ImageSet(
        Path(os.path.abspath(folder)).name,
        read_files(folder, table.files, size, channels, rows),
        [table.files[i] for i in some],
        folder,
        labels=table.labels[some],
        classes=table.classes,
        groups=None if table.groups is None else table.groups[some],
    )
