"""From what the user wrote after ``--data`` to an `ImageSet`, and the line that says which."""

import os

import numpy as np

from avanp.data.decode import resize
from avanp.data.folder import read_folder
from avanp.data.images import ImageSet
from avanp.data.orbit import SHORT_HOW_TO_GET, find_orbit, is_paper_set
from avanp.data.size import Size, check_size, check_total, parse_size
from avanp.errors import AvanpError
from avanp.registry import DATASETS, load

__all__ = ["describe", "is_paper_set", "resolve"]


def resolve(spec: str | None = None, size: Size | str | None = None) -> ImageSet:
    """Return the images that `spec` names.

    Parameters
    ----------
    spec : str, optional
        A registered name, or a folder (``./jungle`` for one called like a registered name). None
        takes the paper's set where it is found and the built-in one where not.
    size : (width, height) or "WxH", optional
        Resize the images to it.

    Raises
    ------
    AvanpError
        If `spec` is neither, or its images cannot be had.
    """
    if isinstance(size, str):
        size = parse_size(size)
    if spec is not None and not isinstance(spec, str | os.PathLike):
        raise AvanpError(f"data must be a name or a folder, not {type(spec).__name__}")
    spec = None if spec is None else os.fspath(spec)
    if spec is None:
        found = find_orbit()
        return _resized(load("data set", "jungle")() if found is None else found, size)
    if spec in DATASETS:
        return _resized(load("data set", spec)(), size)
    folder = os.path.expanduser(spec)
    if not spec or not os.path.lexists(folder):
        names = ", ".join(DATASETS)
        raise AvanpError(f"no data set or folder {spec!r}: choose {names} or a folder of images")
    return read_folder(folder, size)


def describe(image_set: ImageSet, default: bool) -> str:
    """Return one line: which set, how many, their size, and how to get the other one.

    Parameters
    ----------
    image_set : ImageSet
        What `resolve` returned.
    default : bool
        Whether the user named no set.
    """
    name = image_set.name if image_set.name.isprintable() else repr(image_set.name)
    source = image_set.source if image_set.source.isprintable() else repr(image_set.source)
    count = f"{len(image_set)} image" + ("s" if len(image_set) > 1 else "")
    line = f"data: {name}, {count} {image_set.width}x{image_set.height}, "
    if is_paper_set(image_set):
        other = " (the built-in set: --data jungle)" if default else ""
        return line + f"the paper's own{other}, in {source}"
    if source != "built in":
        return line + f"in {source}"
    if not default:
        return line + "built in"
    if os.environ.get("AVANP_DATA"):
        return line + "built in (the paper's 36 images are not below AVANP_DATA)"
    return line + f"built in; the paper's: {SHORT_HOW_TO_GET}"


def _resized(image_set: ImageSet, size: Size | None) -> ImageSet:
    if size is None or check_size(size) == (image_set.width, image_set.height):
        return image_set
    check_total(len(image_set), size, repr(image_set.name))
    images = np.stack([resize(image, size) for image in image_set.images])
    return ImageSet(image_set.name, images, image_set.names, image_set.source)
