"""The files of a folder, an archive, or a single file, one after another and within bounds."""

import gzip
import os
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from avanp.data.bounded import MAX_TOTAL, Bounded
from avanp.data.readers.guard import CHUNK, opened, told_of
from avanp.data.readers.labels import inside
from avanp.errors import AvanpError

MAX_MEMBERS = 200_000
MAX_UNZIPPED = 2**30  # bytes of a gzipped file in it
GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class Member:
    """A file: its path relative to the source, its size, and how to open it while it is there."""

    path: str
    size: int
    open: Callable[[], Any]

    def chunks(self, *, unzip: bool) -> Iterator[bytes]:
        """Yield the content, where `unzip` of a gzipped file what is in it, within bounds."""
        total = 0
        with told_of(self.path), self.open() as raw:
            zipped = unzip and raw.read(2) == GZIP
            raw.seek(0)
            stream: Any = gzip.GzipFile(fileobj=raw) if zipped else raw
            while chunk := stream.read(CHUNK):
                total += len(chunk)
                if zipped and total > MAX_UNZIPPED:
                    raise AvanpError(f"{self.path!r} inflates beyond {MAX_UNZIPPED >> 30} GiB")
                yield chunk


def members(source: str | os.PathLike[str]) -> Iterator[Member]:
    """Yield every file of a folder, of a tar or zip archive (.tgz, .whl), or the file itself.

    Nothing is written. A member can be opened until the next is asked for.

    Raises
    ------
    AvanpError
        An archive with a path that leads out of it, a link, a device, an encrypted file, or with
        more files or bytes than the limits; a source that is missing or damaged.
    """
    path = os.path.expanduser(os.fspath(source))
    if not os.path.lexists(path):
        raise AvanpError(f"no such file or folder: {path!r}")
    if os.path.isdir(path):
        yield from _counted(path, _of_folder(path))
        return
    with opened(path) as file:
        if zipfile.is_zipfile(file) and not path.endswith(".npz"):
            with zipfile.ZipFile(file) as archive:
                yield from _counted(path, _of_zip(path, archive))
            return
        file.seek(0)
        zipped = file.read(2) == GZIP
        file.seek(0)
        stream = Bounded(gzip.GzipFile(fileobj=file) if zipped else file, path)
        if _is_tar(stream):
            with tarfile.open(fileobj=cast(Any, stream), mode="r:") as tar:
                yield from _counted(path, _of_tar(path, tar))
            return
    yield Member(os.path.basename(path), os.path.getsize(path), partial(open, path, "rb"))


def _counted(source: str, found: Iterator[Member]) -> Iterator[Member]:
    count = total = 0
    for member in found:
        count, total = count + 1, total + member.size
        if count > MAX_MEMBERS or total > MAX_TOTAL:
            raise AvanpError(
                f"{source!r} holds more than {MAX_MEMBERS} files or {MAX_TOTAL >> 30} GiB: "
                "name the set alone"
            )
        yield member


def _of_folder(folder: str) -> Iterator[Member]:
    for top, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = os.path.join(top, name)
            if os.path.isfile(path):
                relative = os.path.relpath(path, folder).replace(os.sep, "/")
                yield Member(relative, os.path.getsize(path), partial(open, path, "rb"))


def _of_zip(source: str, archive: zipfile.ZipFile) -> Iterator[Member]:
    for info in archive.infolist():
        kind = stat.S_IFMT(info.external_attr >> 16)
        if info.is_dir():
            continue
        if kind not in (0, stat.S_IFREG) or info.flag_bits & 1:
            what = "encrypted" if info.flag_bits & 1 else "a link or a device"
            raise AvanpError(f"{source!r}: {info.filename!r} is {what}, and is not unpacked")
        name = inside(info.filename, f"{source!r}")
        yield Member(name, info.file_size, partial(archive.open, info))


def _of_tar(source: str, archive: tarfile.TarFile) -> Iterator[Member]:
    while (info := archive.next()) is not None:
        cast(Any, archive).members = []  # of 200,000 files nothing need be remembered
        if info.isdir():
            continue
        if not info.isreg():
            raise AvanpError(f"{source!r}: {info.name!r} is a link or a device: not unpacked")
        name = inside(info.name.removeprefix("./"), f"{source!r}")
        yield Member(name, info.size, partial(archive.extractfile, info))


def _is_tar(stream: "Bounded") -> bool:
    try:
        head = stream.read(tarfile.BLOCKSIZE)
        tarfile.TarInfo.frombuf(head, "utf-8", "surrogateescape")  # checks its sum
    except (OSError, EOFError, tarfile.HeaderError):
        return False
    stream.seek(0)
    return True
