"""A set of images in a line: what it is, and where it comes from."""

import os

from avanp.data.images import ImageSet
from avanp.data.orbit import SHORT_HOW_TO_GET, is_paper_set


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
    grey = "grey " if image_set.channels == 1 else ""
    count = f"{len(image_set)} {grey}image" + ("s" if len(image_set) > 1 else "")
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
