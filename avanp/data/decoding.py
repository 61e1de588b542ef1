"""Many files decoded, on as many processes as there are processors, and what is wrong with them."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack

import numpy as np

from avanp.data.chunks import NAMED, Chunk, Read, decode_chunk, rows_a_block, write_at
from avanp.data.facts import Facts
from avanp.data.grouping import first_of
from avanp.data.helpers import Helpers
from avanp.data.reading_progress import tell
from avanp.data.size import Size
from avanp.data.wanted_files import HELPED, Files, Found, Shape
from avanp.errors import AvanpError
from avanp.processors import usable


def decode_files(
    what: Files, shape: Shape, unknown: bool, target: int | np.ndarray, at: int
) -> Found:
    """Decode files into an array, or into an open file from `at` on.

    Parameters
    ----------
    what : Files
    shape : (N, H, W, C)
        Of all images.
    unknown : bool
        The first file is broken, and `shape` only a guess: the broken ones are looked for.
    target : array or int
    at : int

    Raises
    ------
    AvanpError
        Naming up to `NAMED` broken files; two files of different sizes; what cannot be read. Which
        does not depend on the number of processes.
    """
    image = shape[1] * shape[2] * shape[3]
    chunks = _chunks(what, shape, unknown)
    count = 1
    if what.at_least(HELPED) and isinstance(target, int):
        count = min(usable(), len(chunks))
    reads: list[Read] = []
    done = 0
    tell(0, shape[0])
    with ExitStack() as stack:
        found: Iterator[Read] | Helpers
        if count > 1 and isinstance(target, int):
            places = [at + chunk.start * image for chunk in chunks]
            found = stack.enter_context(Helpers(chunks, places, target, count))
        else:
            found = _one_by_one(chunks, target, at, image)
        for read in found:
            reads.append(read)
            done += len(read.equal)
            tell(done, shape[0])
            if _enough(reads):
                if not isinstance(found, Helpers):
                    break
                found.stop()
    reads.sort(key=lambda read: read.start)
    _refuse(what, (shape[2], shape[1]), reads)
    facts = Facts(
        first_of([digest for read in reads for digest in read.equal]),
        max(read.most for read in reads),
        all(read.grey for read in reads),
    )
    return Found(facts, [read.total for read in reads], sum(read.paged for read in reads))


def _chunks(what: Files, shape: Shape, unknown: bool) -> list[Chunk]:
    n, height, width, channels = shape
    step = rows_a_block(height * width * channels)
    paths = [os.path.join(what.folder, file) for file in what.files]
    size = (1, 1) if unknown else what.size
    return [
        Chunk(start, paths[start : start + step], size, (width, height), channels)
        for start in range(0, n, step)
    ]


def _one_by_one(
    chunks: Sequence[Chunk], target: int | np.ndarray, at: int, image: int
) -> Iterator[Read]:
    for chunk in chunks:

        def put(images: np.ndarray, start: int = chunk.start) -> None:
            if isinstance(target, int):
                write_at(target, images, at + start * image)
            else:
                target[start : start + len(images)] = images

        yield decode_chunk(chunk, put)


def _enough(reads: Sequence[Read]) -> bool:
    """Whether it is known what the error will be."""
    kinds = [kind for read in reads for _, kind, _ in read.events]
    return len(kinds) >= NAMED or "error" in kinds or "size" in kinds


def _refuse(what: Files, first: Size, reads: Sequence[Read]) -> None:
    """Raise what was found first: of one broken file why, of several their names."""
    broken: dict[str, tuple[str, str]] = {}
    for read in reads:
        for i, kind, text in read.events:
            file = what.files[read.start + i]
            if kind == "error":
                raise AvanpError(text)
            if kind == "size" and not broken:
                raise AvanpError(
                    f"images in {what.folder!r} differ in size: {what.files[0]!r} is "
                    f"{first[0]}x{first[1]}, {file!r} is {text}: give --size WxH to resize them all"
                )
            if kind != "size" and len(broken) < NAMED:
                broken[file] = kind, text
    if len(broken) == 1:
        ((kind, text),) = broken.values()
        more = "; move it out of the folder, or replace it" if kind == "damaged" else ""
        raise AvanpError(text + more)
    if broken:
        raise _several(what.folder, broken)


def _several(folder: str, broken: Mapping[str, object]) -> AvanpError:
    *names, last = map(repr, broken)
    more = " and perhaps more" if len(broken) == NAMED else ""
    listed = f"{', '.join(names)}{',' if more else ' and'} {last}{more}"
    return AvanpError(
        f"{listed} in {folder!r} are damaged, or no images: "
        "move them out of the folder, or replace them"
    )
