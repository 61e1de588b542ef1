"""A process for each target, watched: one that dies or hangs has found something."""

import multiprocessing
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from multiprocessing.sharedctypes import RawValue
from pathlib import Path
from typing import Any

from fuzz.engine import Board, store, work
from fuzz.guard import SECONDS, WAITING
from fuzz.target import Target

FORK = multiprocessing.get_context("fork")
MOST_DEATHS = 20


def ends(seconds: float, waiting: float) -> dict[int, str]:
    """Return what the signals mean that end a process."""
    return {
        signal.SIGPROF: f"a hang: more than {seconds:g} s of a processor",
        signal.SIGALRM: f"a hang: it waits for more than {waiting:g} s",
    }


ENDS = ends(SECONDS, WAITING)


@dataclass
class Attempt:
    """The inputs of one target, and what came of them."""

    target: Target
    inputs: int
    board: Any = field(default_factory=lambda: RawValue(Board))
    process: Any = None
    begun: float = 0.0
    seconds: float = 0.0
    deaths: int = 0

    @property
    def violations(self) -> int:
        """Inputs that violated the property, those that ended the process among them."""
        return int(self.board.violations)


def run(
    targets: Sequence[Target],
    inputs: int,
    seed: int,
    jobs: int,
    keep: Path,
    told: Callable[[list[Attempt], Attempt | None], None],
) -> list[Attempt]:
    """Try `inputs` in all, spread over the targets, in `jobs` processes at once.

    `told` is called every second or so with all attempts, and with each one as it ends.
    """
    cuts = list(accumulate((t.share for t in targets), initial=0.0))
    ends = [round(inputs * cut / cuts[-1]) for cut in cuts]
    attempts = [Attempt(t, b - a) for t, (a, b) in zip(targets, pairwise(ends), strict=True)]
    waiting, running = list(attempts), []
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    root = Path(tempfile.mkdtemp(prefix="fuzz-", dir=memory))
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                running.append(waiting.pop(0))
                running[-1].begun = time.monotonic()
                _start(running[-1], seed, 0, root, keep)
            running[0].process.join(0.5)
            for one in list(running):
                if one.process.is_alive():
                    continue
                if _goes_on(one, seed, root, keep):
                    continue
                one.seconds = time.monotonic() - one.begun
                running.remove(one)
                told(attempts, one)
            told(attempts, None)
    finally:
        for one in running:
            one.process.kill()
            one.process.join()
        shutil.rmtree(root, ignore_errors=True)
    return attempts


def _start(one: Attempt, seed: int, start: int, root: Path, keep: Path) -> None:
    place = root / f"{one.target.name}-{start}"
    place.mkdir()
    one.board.index = start - 1
    words = (one.target, one.board, seed, start, one.inputs, place, keep)
    one.process = FORK.Process(target=work, args=words)
    one.process.start()


def _goes_on(one: Attempt, seed: int, root: Path, keep: Path) -> bool:
    """Keep what ended a process, and begin a new one behind it; False where nothing is left."""
    code = one.process.exitcode
    if code != 0:
        one.deaths += 1
        one.board.violations += 1
        one.board.done += 1
        if code == -signal.SIGPROF:
            one.board.longest = max(one.board.longest, SECONDS)
        what = ENDS.get(
            -code, f"the process ended by signal {-code}" if code < 0 else f"exit {code}"
        )
        store(keep, one.target, one.board.shown, [what])
        if one.board.index < 0 or one.deaths >= MOST_DEATHS:
            return False
    if one.board.index + 1 >= one.inputs:
        return False
    _start(one, seed, one.board.index + 1, root, keep)
    return True
