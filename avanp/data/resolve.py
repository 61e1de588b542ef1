"""From what the user wrote after ``--data`` to an `ImageSet`, and the line that says which."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np

from avanp.data.decode import resize
from avanp.data.describe import describe
from avanp.data.grouping import TooFew
from avanp.data.images import ImageSet
from avanp.data.named import is_own, read_named
from avanp.data.orbit import is_paper_set
from avanp.data.size import Size, check_size, check_total, parse_size
from avanp.data.splits import Division, divided, limited, tell_of_lost
from avanp.errors import AvanpError
from avanp.registry import DATASETS
from avanp.rng import stream

__all__ = ["data_spec", "describe", "is_paper_set", "load_splits", "resolve"]


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
        return _converted(read_named(spec, _size(size), channels), _size(size), channels)
    images = divided(read_named(spec, _size(size), channels), Division(stratified=is_own(spec)))
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
    division = Division(validation, limit, stratified and is_own(spec))
    choose = division.rows if stratified else None
    images = divided(read_named(spec, _size(size), channels, choose), division)
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


def _size(size: Size | str | int | None) -> Size | None:
    return parse_size(str(size)) if isinstance(size, str | int) else size


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
