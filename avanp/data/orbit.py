"""`orbit`: the paper's own images, known by their pixels and never by a folder's name."""

import os
from collections.abc import Iterator

from avanp.data.card import Card
from avanp.data.decode import image_size
from avanp.data.find import search_folders
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

MAX_DEPTH = 6  # folders below a searched one: a clone of the authors' repository has five
MAX_FOLDERS = 2_000  # looked into below each searched one
MAX_ENTRIES = 200_000  # directory entries looked at below each searched one

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
        for folder in _candidates(root):
            try:
                found = read_folder(folder, name="orbit")
            except AvanpError:
                continue
            if is_paper_set(found):
                return found
    return None


def is_paper_set(image_set: ImageSet) -> bool:
    """Whether these are the paper's 36 images, pixel by pixel and in order, wherever they lie."""
    return image_set.sha256 == ORBIT_SHA256


def _candidates(root: str) -> Iterator[str]:
    """Yield the folders at or below `root`, nearest first, that may hold the paper's images."""
    level, entries_left, folders_left = [root], MAX_ENTRIES, MAX_FOLDERS
    for _ in range(MAX_DEPTH + 1):
        below: list[str] = []
        for folder in level:
            if entries_left <= 0 or folders_left <= 0:
                return
            folders_left -= 1
            images: list[str] = []
            try:
                with os.scandir(folder) as entries:
                    for entry in entries:
                        entries_left -= 1
                        if entries_left <= 0:
                            return
                        if is_image_name(entry.name):
                            images.append(entry.name)
                        elif not entry.name.startswith(".") and entry.is_dir():
                            below.append(entry.path)
            except (OSError, ValueError):
                continue
            if _may_be_orbit(folder, images):
                yield folder
        level = sorted(below)


def _may_be_orbit(folder: str, images: list[str]) -> bool:
    if len(images) != ORBIT_COUNT:
        return False
    first = os.path.join(folder, min(images))
    try:
        return os.path.isfile(first) and image_size(first) == ORBIT_SIZE
    except AvanpError:
        return False
