"""The property: a result, or an `AvanpError` of one printable line, and nothing else besides.

What Python tells its audit hooks is watched while an input is read: files, processes, sockets,
pickles and code. A hook cannot be taken away; it does nothing where no guard is at work.
"""

import os
import re
import resource
import shutil
import signal
import sys
import traceback
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

from avanp.errors import AvanpError, Note
from avanp.memory import CONTAINER
from fuzz.target import Target

SECONDS = 5.0  # of a processor's time for one input
WAITING = 60.0  # of the clock, for a reader that waits for something
LONGEST_LINE = 2000  # characters of a message
FORBIDDEN = ("pickle.find_class", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn",
             "subprocess.Popen", "socket.connect", "socket.bind", "ctypes.dlopen", "shutil.move",
             "webbrowser.open", "urllib.Request")  # fmt: skip
CHANGES = {"os.remove": 1, "os.rename": 2, "os.mkdir": 1, "os.rmdir": 1, "os.link": 2,
           "os.symlink": 2, "os.truncate": 1, "os.chmod": 1, "os.chown": 1}  # fmt: skip
AT = ("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link")  # their last words: folders
LIBRARIES = tuple({os.path.realpath(p) + os.sep for p in (sys.base_prefix, *sys.path) if p})
PACKAGE = os.path.realpath(Path(sys.modules["avanp"].__file__ or "").parent) + os.sep
CODE = (*LIBRARIES, PACKAGE)
# Where it is asked how much memory there is.
ASKED = {"/proc/meminfo", *(path for paths in CONTAINER for path in paths)}

_active: "Guard | None" = None
_hooked = False


class Guard:
    """Reads inputs of one target in a folder below `root`, beside files that must stay as they are.

    Attributes
    ----------
    kilobytes, promised : int
        The largest resident memory and address space that inputs have added so far.
    """

    def __init__(self, target: Target, root: Path) -> None:
        global _hooked
        self.target = target
        self.root, self.folder = Path(os.path.realpath(root)), Path(os.path.realpath(root)) / "in"
        self.folder.mkdir()
        for name in ("canary.png", "canary.txt"):
            (self.root / name).write_bytes(CANARY)
        self.inside = str(self.folder) + os.sep
        self.seen: list[str] = []
        self.before = self._outside()
        if not _hooked:
            sys.addaudithook(_hook)
            _hooked = True
        warnings.simplefilter("always")
        warnings.showwarning = self._warned
        os.chdir(self.folder)

    def warm(self, data: bytes) -> None:
        """Read an input unwatched, so that what is loaded on use is there."""
        with suppress(Exception):
            self.target.read(self.target.put(data, self.folder))
        self._empty()

    def settle(self) -> None:
        """Take the memory of now as that of an idle process, and set the limits."""
        self.resident, self.space = _memory()
        self.kilobytes = self.promised = 0
        limit = (self.space + (self.target.megabytes << 10) + (1 << 20)) << 10
        resource.setrlimit(resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.RLIM_INFINITY))

    def release(self) -> None:
        """Leave the folder, and take the limit back."""
        os.chdir("/")
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    def read(self, data: bytes) -> list[str]:
        """Read one input; return what was wrong, or nothing.

        A hang ends the process by SIGPROF or SIGALRM: also where it is in compiled code.
        """
        global _active
        self.seen = []
        given = self.target.put(data, self.folder)
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        signal.setitimer(signal.ITIMER_REAL, WAITING)
        _active = self
        try:
            self.target.read(given)
        except AvanpError as error:
            self._judge(error)
        except BaseException as error:
            self._note(f"{type(error).__name__}: {error} {_where(error)}")
        finally:
            _active = None
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.setitimer(signal.ITIMER_REAL, 0)
        self._look_around()
        return self.seen

    def _judge(self, error: AvanpError) -> None:
        said = str(error)
        if not said.isprintable() or not said.strip():
            self._note(f"a message that is not one printable line {_where(error)}: {said!r:.300}")
        if len(said) > LONGEST_LINE:
            self._note(f"a message of {len(said)} characters {_where(error)}")
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, MemoryError):
                self._note(f"memory was asked for that is not there {_where(cause)}")
            cause = cause.__cause__ or cause.__context__

    def _warned(self, message: Any, kind: type, *_: Any) -> None:
        if kind is not Note or not str(message).isprintable():
            self._note(f"{kind.__name__}: {message}")

    def _look_around(self) -> None:
        if self._outside() != self.before:
            self._note("something outside the folder has changed")
            self.before = self._outside()
        resident, space = _memory()
        self.kilobytes = max(self.kilobytes, resident - self.resident)
        self.promised = max(self.promised, space - self.space)
        if self.full():
            self._note(f"memory: {self.kilobytes >> 10} MiB, promised {self.promised >> 10} MiB")
        self._empty()

    def full(self) -> bool:
        """Whether more memory was used, or asked for, than the target may."""
        return max(self.kilobytes, self.promised) > self.target.megabytes << 10

    def _empty(self) -> None:
        with os.scandir(self.folder) as entries:
            for entry in list(entries):
                if entry.is_dir(follow_symlinks=False):
                    shutil.rmtree(entry.path)
                else:
                    os.unlink(entry.path)

    def _outside(self) -> list[tuple[str, int, int]]:
        with os.scandir(self.root) as entries:
            stats = [(e.name, e.stat(follow_symlinks=False)) for e in entries if e.name != "in"]
        return sorted((name, s.st_size, s.st_mtime_ns) for name, s in stats)

    def _note(self, what: str) -> None:
        self.seen.append(what)

    def event(self, name: str, args: tuple[Any, ...]) -> None:
        """Look at what Python is about to do, and forbid it where it must not be."""
        if name == "open":
            path, mode, flags = args
            if isinstance(path, int):
                return
            written = flags & (os.O_WRONLY | os.O_RDWR) or any(c in (mode or "") for c in "wax+")
            self._path(path, bool(written), "open")
        elif name in CHANGES:
            paths = CHANGES[name]
            for path, place in zip(args[:paths], args[-paths:], strict=True):
                if not isinstance(path, int):
                    relative = isinstance(place, int) and place >= 0 and name in AT
                    below = os.readlink(f"/proc/self/fd/{place}") if relative else ""
                    self._path(os.path.join(below, os.fsdecode(path)), True, name)
        elif name == "exec":
            file = getattr(args[0], "co_filename", "")
            if not (file.startswith(CODE) or file.startswith("<frozen")):
                self._forbid(f"code was run: {file}")
        elif name in FORBIDDEN and args != (None,):  # dlopen of the process itself
            self._forbid(f"{name} {args!r:.200}")

    def _path(self, path: Any, written: bool, what: str) -> None:
        text = os.fsdecode(path)
        direct = os.path.dirname(text) == str(self.folder) and not os.path.islink(text)
        real = text if direct and text[-2:] != ".." else os.path.realpath(text)
        if real.startswith(self.inside):
            if written and not re.match(self.target.writes, real[len(self.inside) :], re.S):
                self._forbid(f"{what}: {text!r} is not to be written")
        elif real == str(self.folder) and not written:
            return  # opened to be synced
        elif written or not (self.target.anywhere or real.startswith(CODE) or text in ASKED):
            self._forbid(f"{what}: {text!r} is outside the folder")

    def _forbid(self, what: str) -> None:
        self._note(what)
        raise PermissionError(1, f"forbidden: {what}")


def _hook(name: str, args: tuple[Any, ...]) -> None:
    if _active is not None:
        _active.event(name, args)


def _memory() -> tuple[int, int]:
    """Return the largest resident memory and address space of the process so far, in KiB."""
    with open("/proc/self/status", "rb") as file:
        text = file.read()
    peak = int(text.split(b"VmPeak:", 1)[1].split(None, 1)[0])
    return int(text.split(b"VmHWM:", 1)[1].split(None, 1)[0]), peak


def _where(error: BaseException) -> str:
    """Return the last line of the package that an exception went through."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "/avanp/" in f.filename]
    frames = frames or traceback.extract_tb(error.__traceback__)
    return f"({os.path.basename(frames[-1].filename)}:{frames[-1].lineno})" if frames else ""


CANARY = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c63600000"
    "0002000148afa4710000000049454e44ae426082"
)  # a picture of one pixel: readable, if somebody should look at it
