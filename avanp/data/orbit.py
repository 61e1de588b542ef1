"""`orbit`: the paper's own images, known by their pixels and never by a folder's name."""

import os
from contextlib import suppress

from avanp.data.card import Card
from avanp.data.decode import image_size
from avanp.data.find import search_folders, walk
from avanp.data.folder import is_image_name, read_folder
from avanp.data.images import ImageSet
from avanp.errors import AvanpError

__all__ = ["find_orbit", "is_paper_set", "orbit", "search_folders"]

ORBIT_SHA256 = "4a2a691f9f4c5b10554f50f762f81e7b2c5fd321b26c719f8af4bb278258193a"
ORBIT_COUNT = 36
ORBIT_SIZE = (100, 64)

ORIGIN = "3_implementation/datasets/orbit/base-100x64 of github.com/ngphloc/ai"
HOW_TO_GET = f"put {ORIGIN} below ~/.local/share/avanp or point AVANP_DATA at it"
SHORT_HOW_TO_GET = "AVANP_DATA=<clone of github.com/ngphloc/ai>"  # a line of 100 columns holds it

CARD = Card(
    name="orbit",
    what="the paper's own: a dragon and a tiger in a bamboo jungle",
    origin=ORIGIN,
    licence="MIT",
    count=ORBIT_COUNT,
    width=ORBIT_SIZE[0],
    height=ORBIT_SIZE[1],
    channels=3,
    pixel_sha256=ORBIT_SHA256,
    images=".",
    inside=r"orbit/base-100x64/[^/]+\.png$",
    by_hand="clone github.com/ngphloc/ai and point AVANP_DATA at the clone",
)


def orbit() -> ImageSet:
    """Return the paper's set, or raise `AvanpError` saying how to get it."""
    found = find_orbit()
    if found is None:
        raise AvanpError(f"the paper's images are not on this machine: {HOW_TO_GET} (MIT licence)")
    return found


def find_orbit() -> ImageSet | None:
    """Look for the paper's 36 images in `search_folders` and return them, or None.

    Cheap: only the image whose folder holds exactly 36 of them, the first being 100x64, is read.
    What cannot be read is passed over.
    """
    for root in search_folders():
        for folder, files in walk(root):
            images = sorted(filter(is_image_name, files))
            first = os.path.join(folder, images[0]) if len(images) == ORBIT_COUNT else ""
            with suppress(AvanpError):
                if os.path.isfile(first) and image_size(first) == ORBIT_SIZE:
                    found = read_folder(folder, name="orbit")
                    if is_paper_set(found):
                        return found
    return None


def is_paper_set(image_set: ImageSet) -> bool:
    """Whether these are the paper's 36 images, pixel by pixel and in order, wherever they lie."""
    return image_set.sha256 == ORBIT_SHA256
