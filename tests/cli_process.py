"""The command in a process of its own, and what the tests of it share."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

import forked

COMMAND = (sys.executable, "-m", "avanp")

# A change to the program is a sitecustomize, so that the processes of --jobs 2 change as well.
ALTERED = """
import sys
# Started by the sweep, or by a Dask cluster of this machine.
WORKER = any(name in " ".join(sys.orig_argv) for name in ("places.process", "spawn_main"))
"""
SLOW = """
import time
import avanp.papers.ava.cell as cells
real = cells.run_cell
def slow(*args, **kwargs):
    time.sleep(0.05)
    return real(*args, **kwargs)
cells.run_cell = slow
"""
# matplotlib takes longer to load than a small sweep to run.
NO_FIGURES = "sys.modules['matplotlib'] = None\n"
NO_TRAINING = """
import avanp.papers.ava.cell as cells
def trained(*args, **kwargs):
    raise AssertionError("a cell was trained")
cells.run_cell = trained
"""


class Done(NamedTuple):
    code: int
    out: str
    err: str


def environment(tmp: Path, **changes: str) -> dict[str, str]:
    """Return an environment in which the paper's images are not found and nothing compiles."""
    env = {name: value for name, value in os.environ.items() if name not in ("AVANP_DATA", "TERM")}
    env |= {"XDG_DATA_HOME": str(tmp / "no-data"), "AVANP_KERNELS": "numpy", "TERM": "xterm"}
    return env | changes


def avanp(
    tmp: Path, *args: str | bytes, command: Sequence[str] | None = None, **changes: str
) -> Done:
    """Run the command in the folder `tmp` to its end.

    Forked from one that has loaded the libraries, unless `command` says how it is started, or the
    environment changes.
    """
    if command is None and not changes:
        words = [os.fsdecode(word) for word in args]
        code, *said = forked.run(words, tmp, environment(tmp), 300)
        return Done(code, *(text.decode("utf-8", "replace") for text in said))
    command = COMMAND if command is None else command
    done = subprocess.run(
        [*command, *args],
        cwd=tmp,
        env=environment(tmp, **changes),
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        stdin=subprocess.DEVNULL,
        timeout=300,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def started(tmp: Path, *args: str, command: Sequence[str] = COMMAND) -> "subprocess.Popen[str]":
    """Start the command in a group of its own, with pipes."""
    return subprocess.Popen(
        [*command, *args],
        cwd=tmp,
        env=environment(tmp),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    )


def on_a_terminal(
    place: Path, *words: str, columns: int, command: Sequence[str] = COMMAND, code: int = 0
) -> str:
    """Run the command on a terminal of so many columns and return what it wrote."""
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen(
        [*command, *words], cwd=place, env=environment(place), stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    said = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # Linux' way of saying that the other side has been closed
            part = b""
        if not part:
            break
        said += part
    os.close(ours)
    assert process.wait(timeout=60) == code
    return said.decode()


def altered(tmp: Path, change: str) -> tuple[str, ...]:
    """Return the command with a change to the program made before it starts."""
    folder = tmp / "altered"
    folder.mkdir(exist_ok=True)
    (folder / "sitecustomize.py").write_text(ALTERED + change)
    return "env", f"PYTHONPATH={folder}", *COMMAND


def write_images(folder: Path, sizes: Sequence[tuple[int, int]] = ((6, 5),) * 4) -> Path:
    """Write one PNG of noise for each (width, height)."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    for i, (width, height) in enumerate(sizes):
        pixels = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{i}.png")
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder, and every folder, by its path."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b""
        for path in folder.rglob("*")
    }
