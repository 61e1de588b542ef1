"""One process that tries inputs of one target, and says in shared memory where it is."""

import ctypes
import hashlib
import re
import time
from pathlib import Path
from typing import Any

from fuzz.guard import Guard
from fuzz.mutate import LONGEST, make
from fuzz.target import Target

KEPT = 3  # inputs of one kind of violation


class Board(ctypes.Structure):
    """What the process tells its parent: which input it is at, and what there was so far."""

    _fields_ = (
        ("index", ctypes.c_int64),
        ("done", ctypes.c_int64),
        ("violations", ctypes.c_int64),
        ("longest", ctypes.c_double),
        ("kilobytes", ctypes.c_int64),
        ("promised", ctypes.c_int64),
        ("size", ctypes.c_int64),
        ("input", ctypes.c_char * LONGEST),
    )

    def show(self, index: int, data: bytes) -> None:
        """Tell which input is tried now."""
        self.index, self.size = index, len(data)
        ctypes.memmove(ctypes.addressof(self) + Board.input.offset, data, len(data))

    @property
    def shown(self) -> bytes:
        """The input that was tried last."""
        return ctypes.string_at(ctypes.addressof(self) + Board.input.offset, self.size)


def work(target: Target, board: Any, seed: int, start: int, stop: int, root: Path, keep: Path):
    """Try the inputs `start` … `stop` below `root`, and keep those that violate the property."""
    guard, seeds = ready(target, root)
    told: dict[str, int] = {}
    for index in range(start, stop):
        data = make(target, seeds, seed, index)
        board.show(index, data)
        begun = time.process_time()
        wrong = guard.read(data)
        board.longest = max(board.longest, time.process_time() - begun)
        board.done += 1
        board.kilobytes = max(board.kilobytes, guard.kilobytes)
        board.promised = max(board.promised, guard.promised)
        if wrong:
            board.violations += 1
            kind = re.sub(r"\d+", "#", wrong[0])[:120]
            told[kind] = told.get(kind, 0) + 1
            if told[kind] <= KEPT:
                store(keep, target, data, wrong)
        if guard.full():
            return  # a new process begins with the memory of an idle one


def ready(target: Target, root: Path) -> tuple[Guard, list[bytes]]:
    """Return a guard whose process has loaded what the target loads, and the target's seeds."""
    guard = Guard(target, root)
    seeds = [data for data in target.seeds() if len(data) <= LONGEST]
    for data in (b"no file of any form", *seeds):
        guard.warm(data)
    guard.settle()
    return guard, seeds


def store(keep: Path, target: Target, data: bytes, wrong: list[str]) -> None:
    """Keep an input that violates the property, and beside it what was wrong."""
    folder = keep / target.name
    folder.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256(data).hexdigest()[:12]
    (folder / name).write_bytes(data)
    (folder / f"{name}.txt").write_text("\n".join(wrong) + "\n", "utf-8", "backslashreplace")
