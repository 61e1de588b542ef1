"""From what the user wrote after ``--data`` to an `ImageSet`, and the line that says which."""

import os
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np

from avanp.data.card import card
from avanp.data.decode import resize
from avanp.data.describe import describe
from avanp.data.grouping import TooFew
from avanp.data.images import ImageSet
from avanp.data.orbit import find_orbit, is_paper_set
from avanp.data.parts import Division, divided, limited, tell_of_lost
from avanp.data.readers.labels import check_links, read_label_table
from avanp.data.reading import read_files
from avanp.data.size import Size, check_size, check_total, parse_size
from avanp.data.stored import from_npz
from avanp.data.tree import Choice, read_tree
from avanp.errors import AvanpError, Note
from avanp.registry import DATASETS, load
from avanp.rng import stream

__all__ = ["data_spec", "describe", "is_paper_set", "load_splits", "resolve"]

TABLE = "labels.csv"
DARK = 16  # masks are 0 and 1, and some sets 0..16: no photograph is so dark


def resolve(
    spec: str | None = None,
    size: Size | str | int | None = None,
    *,
    split: str = "all",
    channels: int | None = None,
) -> ImageSet:
    """Return the images that `spec` names.

    Parameters
    ----------
    spec : str, optional
        A registered name, a folder (``./jungle`` for one called like a registered name), or an
        ``.npz`` file of ``images`` and perhaps ``labels``, or of Keras' arrays. None takes the
        paper's set where it is found and the built-in one where not. The folders in a folder
        without images of its own are classes; a ``labels.csv`` in it (file, label, and perhaps
        group) says what is read.
    size : (width, height), "WxH", or a number for a square, optional
        Resize the images to it.
    split : {"all", "train", "validation", "test"}
        A part. A set without parts of its own is divided: a fixed fifth, whole groups only, is
        "test".
    channels : {1, 3}, optional
        Grey or RGB, whatever the set is.

    Raises
    ------
    AvanpError
        If `spec` is neither, or its images cannot be had.
    """
    if split == "all":
        return _converted(_read(spec, _size(size), channels), _size(size), channels)
    images = divided(_read(spec, _size(size), channels), Division(stratified=_own(spec)))
    return _converted(images.part(split), _size(size), channels)


def load_splits(
    spec: str | None = None,
    size: Size | str | None = None,
    *,
    channels: int | None = None,
    validation: float = 0.0,
    seed: int = 0,
    limit: int | None = None,
    stratified: bool = True,
) -> dict[str, ImageSet]:
    """Return "train", "test", and where there is one "validation", read once.

    Parameters
    ----------
    spec, size, channels
        As in `resolve`.
    validation : float
        For a set without a validation part: the share of "train" to hold out, whole groups only;
        0 for none.
    seed : int
        Which images are held out for validation.
    limit : int, optional
        The most images of each part, taken at random. Of a folder no others are decoded.
    stratified : bool
        Whether images of one's own that have classes are divided so that each part has its share
        of them. False is how earlier versions divided, and limited the training part alone.
    """
    division = Division(validation, limit, stratified and _own(spec))
    choose = division.rows if stratified else None
    images = divided(_read(spec, _size(size), channels, choose), division)
    parts = {split: images.part(split) for split in images.splits}
    if validation and "validation" not in parts:
        try:
            parts["train"], parts["validation"] = parts["train"].hold_out(
                division.share("validation"), stream(seed, "parts"), stratified=division.stratified
            )
        except TooFew as error:
            raise AvanpError(
                f"for training and validation {error} besides those for testing, or --validation 0"
            ) from None
    for name in parts if stratified else ("train",):
        parts[name] = limited(parts[name], limit)
    tell_of_lost(parts)
    return {name: _converted(part, _size(size), channels) for name, part in parts.items()}


def _own(spec: str | os.PathLike[str] | None) -> bool:
    """Whether a set is the user's own: what is registered is divided as it always was."""
    return spec is not None and os.fspath(spec) not in DATASETS


def _size(size: Size | str | int | None) -> Size | None:
    return parse_size(str(size)) if isinstance(size, str | int) else size


def _read(
    spec: str | os.PathLike[str] | None,
    size: Size | None,
    channels: int | None,
    choose: Choice | None = None,
) -> ImageSet:
    """Read a set; of files in a folder those that `choose` takes, at `size` and with `channels`."""
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
        names = ", ".join(DATASETS)
        raise AvanpError(f"no data set or folder {spec!r}: choose {names} or a folder of images")
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


def _converted(images: ImageSet, size: Size | None, channels: int | None) -> ImageSet:
    images = images if channels is None else images.with_channels(channels)
    return _resized(images, size)


def _resized(image_set: ImageSet, size: Size | None) -> ImageSet:
    if size is None or check_size(size) == (image_set.width, image_set.height):
        return image_set
    check_total(len(image_set), size, repr(image_set.name))
    images = np.empty((len(image_set), size[1], size[0], image_set.channels), np.uint8)
    for i, image in enumerate(image_set.images):
        images[i] = resize(image, size)
    return replace(image_set, pixels=images)


def data_spec(data: str) -> str:
    """Return a name as it is, and a path from the root of the file system."""
    return data if data in DATASETS else str(Path(os.path.expanduser(data)).absolute())
