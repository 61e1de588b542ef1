"""Decoded images on the disk, for every later command: a folder an entry, with one writer."""

import os
import shutil
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np

from avanp.data.cache_folder import drop_older, place
from avanp.data.cache_hold import Unusable, alone, told
from avanp.data.chunks import rows_a_block
from avanp.data.entry import FILE, Entry, read_entry
from avanp.data.entry_header import HEAD, Header, Shape, digest_of
from avanp.data.facts import Facts
from avanp.errors import AvanpError, Note
from avanp.files import check_inside, make_folder, sync_folder
from avanp.inside import open_own
from avanp.temporary import new_file, remove_leftovers

SPARE = 1 << 28  # bytes of a disk that are left free


# Of an open file and an offset: what was found, as `entry` says.
Fill = Callable[[int, int], tuple[Facts, list[int], int]]


def entry(key: str, source: str, shape: Shape, fill: Fill) -> Entry:
    """Return the entry of a key, made if it is not there or damaged.

    Parameters
    ----------
    key : str
    source : str
        What a person calls it.
    shape : (N, H, W, C)
    fill : callable
        Called with (open file, offset) to write the pixels there; returns (what is known of them,
        sums of blocks, how many files have more frames).

    Raises
    ------
    Unusable
        Where there is no cache, no room in it, or something of somebody else's in its place.
    AvanpError
        `fill`'s.
    """
    root = place()
    if root is None:
        raise Unusable("it is off")
    folder = root / key
    with told():
        found = _there(folder, key, source)
        if found is not None:
            return found
        make_folder(folder, root)
    with alone(folder, source):
        with told():
            found = _there(folder, key, source)  # another process may have made it meanwhile
            if found is not None:
                return found
            remove_leftovers(folder)
            drop_older(root, key, source)
        _write(folder, key, source, shape, fill)
        found = _there(folder, key, source)
        if found is None:
            raise Unusable("what was written is not there")
        return found


def known(key: str, source: str) -> Entry | None:
    """Return the entry of a key if there is one."""
    root = place()
    try:
        return None if root is None else _there(root / key, key, source)
    except (OSError, AvanpError):
        return None


def _there(folder: Path, key: str, source: str) -> Entry | None:
    """Return the entry in a folder if it is there and whole; of a damaged one there is a note."""
    check_inside(folder, folder.parent)
    try:
        file = open_own(folder / FILE, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        return read_entry(folder, file, key)
    except ValueError as error:
        warnings.warn(
            f"the cache of {source} is damaged ({error}): its images are read anew",
            Note,
            stacklevel=2,
        )
        with suppress(OSError):
            (folder / FILE).unlink()
        return None
    finally:
        os.close(file)


def _write(folder: Path, key: str, source: str, shape: Shape, fill: Fill) -> None:
    image = shape[1] * shape[2] * shape[3]
    bare = Header(key, source, shape, rows_a_block(image), 0, False, 0, "")
    with told():
        free = shutil.disk_usage(folder).free
        if free < bare.size + SPARE:
            raise Unusable(f"{bare.size / 2**30:.1f} GiB are needed, {free / 2**30:.1f} are free")
        file, temporary = new_file(folder / FILE)
    try:
        # Else it could be full in the middle.
        with told():
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file, 0, bare.size)
        try:
            facts, sums, paged = fill(file, HEAD)
        except OSError as error:
            raise Unusable(error.strerror or str(error)) from None
        tail = facts.equal.astype(np.int64).tobytes() + np.array(sums, np.uint64).tobytes()
        header = replace(bare, most=facts.most, grey=facts.grey, paged=paged, tail=digest_of(tail))
        with told():
            os.pwrite(file, tail, HEAD + header.pixels)
            os.pwrite(file, header.packed(), 0)
            os.fsync(file)
            os.replace(temporary, folder / FILE)
            sync_folder(folder)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    finally:
        os.close(file)
