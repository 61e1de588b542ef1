"""Many image files to one array: kept in the cache, or in memory."""

import mmap
import os
import warnings
from collections.abc import Sequence

import numpy as np

from avanp.data import cache, cache_folder
from avanp.data.decoding import decode_files
from avanp.data.looked_at import looked_at, shape_of
from avanp.data.pixels import Pixels
from avanp.data.size import Size, check_size, check_total
from avanp.data.wanted_files import HELPED, KEPT, Files, Found, Shape
from avanp.errors import Note

LARGE = 1 << 28  # bytes of pixels


def read_files(
    folder: str,
    files: Sequence[str],
    size: Size | None = None,
    channels: int = 3,
    rows: np.ndarray | None = None,
) -> Pixels:
    """Return the (N, H, W, channels) pixels of files.

    After a broken file others are looked at as well, so that one message names them, up to
    `NAMED`. What takes long is kept in the cache (`avanp.data.cache`), and decoded on all
    processors; the result does not depend on either.

    Parameters
    ----------
    folder : str
        Where the files are.
    files : sequence of str
        Their names, relative to `folder`; at least one.
    size : (width, height), optional
        Resize each image to it.
    channels : {3, 1}
        RGB or grey.
    rows : (n,) int64, optional
        Which of the files are wanted: no other is decoded.

    Raises
    ------
    AvanpError
        Sizes that differ where no `size` is given; a set for which there is no room, before
        anything is decoded; what cannot be read.
    """
    if size is not None:
        check_size(size)
    what = looked_at(folder, files, size, channels)
    kept = _known(what)
    if kept is not None:
        return kept if rows is None else kept.select(rows)
    if rows is not None:
        what = looked_at(folder, [files[i] for i in rows], size, channels, some=True)
        kept = _known(what)
        if kept is not None:
            return kept
    if what.at_least(KEPT):
        entry = _kept(what)
        if entry is not None:
            _tell_of_frames(folder, entry.header.paged)
            return Pixels(entry.array, stored=entry, facts=entry.facts)
    shape, unknown = shape_of(what)
    check_total(shape[0], (shape[2], shape[1]), repr(folder), channels)
    return _in_memory(what, shape, unknown)


def _known(what: Files) -> Pixels | None:
    """Return the images if they are in the cache; grey ones are there too where RGB ones are."""
    if not what.at_least(KEPT):
        return None
    for channels in {what.channels, 3}:
        entry = cache.known(what.key_of(channels), what.source)
        if entry is not None and (channels == what.channels or entry.facts.grey):
            _tell_of_frames(what.folder, entry.header.paged)
            found = Pixels(entry.array, stored=entry, facts=entry.facts)
            return found if channels == what.channels else found.first_channel()
    return None


def _kept(what: Files) -> "cache.Entry | None":
    """Return the images in the cache, put there; None, with a note, where that cannot be."""
    if cache_folder.place() is None:
        return None
    shape, unknown = shape_of(what)

    def fill(file: int, at: int) -> Found:
        return decode_files(what, shape, unknown, file, at)

    try:
        return cache.entry(what.key_of(what.channels), what.source, shape, fill)
    except cache.Unusable as error:
        warnings.warn(f"the images are not kept in the cache: {error}", Note, stacklevel=4)
        return None


def _in_memory(what: Files, shape: Shape, unknown: bool) -> Pixels:
    total = int(np.prod(shape, dtype=object))
    if total < LARGE or not what.at_least(HELPED) or not hasattr(os, "memfd_create"):
        images = np.empty(shape, np.uint8)
        found = decode_files(what, shape, unknown, images, 0)
    else:  # memory that other processes can write into
        file = os.memfd_create("avanp")
        try:
            os.ftruncate(file, total)
            found = decode_files(what, shape, unknown, file, 0)
            mapped = mmap.mmap(file, total, access=mmap.ACCESS_READ)
        finally:
            os.close(file)
        images = np.frombuffer(mapped, np.uint8).reshape(shape)
    _tell_of_frames(what.folder, found.paged)
    return Pixels(images, facts=found.facts)


def _tell_of_frames(folder: str, count: int) -> None:
    if count:
        files = "1 file" if count == 1 else f"{count} files"
        text = f"of {files} in {folder!r} with several pages or frames the first is read"
        warnings.warn(text, Note, stacklevel=4)
