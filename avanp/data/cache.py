"""Decoded images on the disk, for every later command: a folder an entry, with one writer."""

import os
import shutil
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import numpy as np

from avanp.data.cache_folder import BUSY, drop_older, place
from avanp.data.chunks import rows_a_block
from avanp.data.entry import FILE, HEAD, Entry, Header, Shape, digest_of, read_entry
from avanp.data.pixels import Facts
from avanp.errors import AvanpError, Note
from avanp.files import check_inside, make_folder, sync_folder
from avanp.inside import open_own
from avanp.locks import held
from avanp.temporary import new_file, remove_leftovers

SPARE = 1 << 28  # bytes of a disk that are left free


# Of an open file and an offset: what was found, as `entry` says.
Fill = Callable[[int, int], tuple[Facts, list[int], int]]


class Unusable(AvanpError):
    """Why nothing can be kept in the cache."""


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
    with _told():
        found = _there(folder, key, source)
        if found is not None:
            return found
        make_folder(folder, root)
    with _alone(folder, source):
        with _told():
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
    with _told():
        free = shutil.disk_usage(folder).free
        if free < bare.size + SPARE:
            raise Unusable(f"{bare.size / 2**30:.1f} GiB are needed, {free / 2**30:.1f} are free")
        file, temporary = new_file(folder / FILE)
    try:
        # Else it could be full in the middle.
        with _told():
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file, 0, bare.size)
        try:
            facts, sums, paged = fill(file, HEAD)
        except OSError as error:
            raise Unusable(error.strerror or str(error)) from None
        tail = facts.equal.astype(np.int64).tobytes() + np.array(sums, np.uint64).tobytes()
        header = replace(bare, most=facts.most, grey=facts.grey, paged=paged, tail=digest_of(tail))
        with _told():
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


@contextmanager
def _told() -> Iterator[None]:
    """Make what the disk says the reason why nothing is kept."""
    try:
        yield
    except Unusable:
        raise
    except OSError as error:
        raise Unusable(error.strerror or str(error)) from None
    except AvanpError as error:
        raise Unusable(str(error)) from None


@contextmanager
def _alone(folder: Path, source: str) -> Iterator[None]:
    """Hold an entry's folder, as soon as no other process does."""
    waited = False
    with ExitStack() as stack:
        while True:
            try:
                stack.enter_context(held(folder, BUSY))
                break
            except AvanpError as error:
                if str(error) != BUSY:
                    raise Unusable(str(error)) from None
            except OSError as error:
                raise Unusable(error.strerror or str(error)) from None
            if not waited:
                text = f"another process is reading {source} into the cache: waiting"
                warnings.warn(text, Note, stacklevel=4)
            waited = True
            time.sleep(0.2)
        yield
