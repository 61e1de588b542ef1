"""Where things are kept here, and how much room there is: kernels, images, sets of them."""

import os
import shutil
from typing import Any

from avanp.doctor.line import Line

LEAST_DISK = 2**29


def cache() -> Line:
    """Say where compiled kernels are kept; where nothing can be written they compile every time."""
    from avanp.kernels import jit_logistic

    compiled: Any = jit_logistic._logistic32
    folder = compiled._cache.cache_path
    if folder is not None:
        return Line("kernel cache", folder, True)
    advice = "set NUMBA_CACHE_DIR to a folder that can be written"
    return Line("kernel cache", "no folder can be written", False, advice)


def _existing(folder: str) -> str:
    """Return the folder, or the nearest above it that is there."""
    while not os.path.isdir(folder) and folder != os.path.dirname(folder):
        folder = os.path.dirname(folder)
    return folder


def disk() -> Line:
    """Say how much room there is where sets of images are put, and whether it can be written."""
    from avanp.data.find import user_folder

    folder = user_folder()
    there = _existing(folder)
    free = shutil.disk_usage(there).free
    said = f"{free / 2**30:.1f} GiB free for {folder}"
    if not os.access(there, os.W_OK):
        said, free = f"{there} cannot be written", 0
    return Line("disk", said, free >= LEAST_DISK, "make room, or set XDG_DATA_HOME to another disk")


def image_cache() -> Line:
    """Say where decoded images are kept, how many bytes of them, and whether that can be done."""
    from avanp.data.cache_folder import entries, place

    folder = place()
    if folder is None:
        return Line("image cache", "off: images are decoded by every command", None)
    sizes = [size for _, _, size in entries(folder)]
    said = f"{folder}: {len(sizes)} sets, {sum(sizes) / 2**30:.2f} GiB (avanp data cache)"
    there = _existing(str(folder))
    advice = "set AVANP_CACHE to a folder that can be written, or to off"
    return Line("image cache", said, os.access(there, os.W_OK), advice)


def data() -> Line:
    """Say which sets of images are here, and whether the folders of AVANP_DATA are."""
    from avanp.data.card import card
    from avanp.data.listing import where
    from avanp.registry import DATASETS

    given = [folder for folder in os.environ.get("AVANP_DATA", "").split(os.pathsep) if folder]
    lost = [folder for folder in given if not os.path.isdir(os.path.expanduser(folder))]
    if lost:
        return Line("data", f"AVANP_DATA names {lost[0]!r}", False, "no such folder: mend or unset")
    here = [name for name in DATASETS if where(card(name)) in ("built in", "here")]
    return Line("data", f"{', '.join(here)} (others: avanp data list)", True)
