"""Taking a named set from the network: download, verify, import."""

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from avanp.data.card import Download, card
from avanp.data.find import user_folder
from avanp.data.images import ImageSet
from avanp.data.importing import import_set
from avanp.errors import AvanpError, extra
from avanp.files import make_folder, writing

Progress = Callable[[str, int, int], None]
CHUNK = 1 << 16  # bytes
TIMEOUT = 30  # seconds without a byte


def fetch_set(name: str, mirror: str | None = None, progress: Progress | None = None) -> ImageSet:
    """Download a named set, verify it, and put it below the user's data folder.

    Parameters
    ----------
    name : str
        The set.
    mirror : str, optional
        The address of a folder that has the same files, in place of their own servers;
        ``AVANP_MIRROR`` in the environment if not given.
    progress : function of (file, bytes there, bytes in all), optional

    Raises
    ------
    AvanpError
        pooch is not installed, the set cannot be fetched, a server fails, or what it sends does
        not have the registered SHA-256. Whole files are kept for the next time.
    """
    known = card(name)
    if not known.downloads:
        what = "is built in" if known.built_in else f"cannot be fetched: {known.how_to_get}"
        raise AvanpError(f"{name} {what}")
    target, folder = Path(user_folder(), name), Path(user_folder(), ".downloads", name)
    if os.path.lexists(target):
        raise AvanpError(f"{str(target)!r} is there already: remove it to fetch {name} anew")
    mirror = mirror or os.environ.get("AVANP_MIRROR") or None
    if mirror is not None and not mirror.startswith(("http://", "https://")):
        raise AvanpError(f"a mirror's address begins with http:// or https://, not {mirror!r}")
    try:
        paths = [_download(file, folder, mirror, progress) for file in known.downloads]
        images, _ = import_set(paths, name)
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        for empty in (folder, folder.parent):  # what is there is kept for the next time
            with suppress(OSError):
                empty.rmdir()
    return images


def _download(file: Download, folder: Path, mirror: str | None, progress: Progress | None) -> str:
    """Return the path of a verified download."""
    try:
        import pooch
        from requests import RequestException
    except ImportError:
        raise AvanpError(f"fetch needs pooch: {extra('data')}") from None
    pooch.get_logger().setLevel("ERROR")
    url = file.url if mirror is None else f"{mirror.rstrip('/')}/{file.file}"
    other = "name another server by --mirror, or import the file"
    bar: Any = _Bar(file, progress)
    downloader = pooch.HTTPDownloader(progressbar=bar, chunk_size=CHUNK, timeout=TIMEOUT)
    make_folder(folder)
    with writing(folder):
        try:
            return pooch.retrieve(
                url, f"sha256:{file.sha256}", file.file, folder, downloader=downloader
            )
        except RequestException as error:
            answer = error.response
            said = type(error).__name__ if answer is None else str(answer.status_code)
            raise AvanpError(f"{url} does not give the file ({said}): {other}") from None
        except AvanpError:
            raise
        except ValueError:  # pooch's for another hash; it has removed the file
            raise AvanpError(
                f"{url} does not have the registered SHA-256 {file.sha256[:12]}…: try again, or "
                f"{other}"
            ) from None


class _Bar:
    """Passes on how far pooch is; more bytes than the file has are another file."""

    total = 0  # which pooch sets
    reset = close = staticmethod(lambda: None)

    def __init__(self, file: Download, progress: Progress | None) -> None:
        self.file, self.tell, self.done = file, progress or (lambda *_: None), 0

    def update(self, count: int) -> None:
        """Take note of a further chunk; after the last one pooch gives the total once more."""
        name, size = self.file.file, self.file.size
        if self.done > size and count == CHUNK:
            raise AvanpError(f"{name} is longer than {size} bytes: another file")
        if not self.done:
            self.tell(name, 0, size)
        self.done += count
        self.tell(name, min(self.done, size), size)
