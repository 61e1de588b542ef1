"""Tries the inputs of one target in a process that may die of them, and keeps what was found."""

import hashlib
import multiprocessing
import os
import re
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fuzz import guard
from fuzz.guard import Guard
from fuzz.mutate import LONGEST, make
from fuzz.target import Target

FORK = multiprocessing.get_context("fork")
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
KEPT = 3  # inputs of one kind of violation
MOST_DEATHS = 20


@dataclass
class Attempt:
    """The inputs of one target, and what came of them; memory in KiB, `longest` in seconds."""

    target: Target
    done: int = 0
    violations: int = 0
    longest: float = 0.0
    kilobytes: int = 0
    promised: int = 0
    seconds: float = 0.0


def attempt(target: Target, inputs: int, seed: int, keep: Path) -> Attempt:
    """Try `inputs` inputs; where one ends the process, another one goes on behind it."""
    one, told, begun = Attempt(target), Counter[str](), time.monotonic()
    deaths = 0
    with tempfile.TemporaryDirectory(prefix="fuzz-", dir=MEMORY) as root:
        while one.done < inputs and deaths < MOST_DEATHS:
            place = Path(root, str(one.done))
            place.mkdir()
            ours, theirs = FORK.Pipe(duplex=False)
            words = (target, seed, range(one.done, inputs), place, theirs)
            process = FORK.Process(target=_work, args=words, daemon=True)
            process.start()
            theirs.close()
            data = None
            with suppress(EOFError):
                while True:
                    data = ours.recv_bytes()
                    wrong, seconds, one.kilobytes, one.promised = ours.recv()
                    _count(one, told, data, wrong, seconds, keep)
                    data = None
            process.join()
            if process.exitcode:
                deaths += 1
                hang = guard.SECONDS if process.exitcode == -signal.SIGPROF else 0.0
                _count(one, told, data or b"", [_ending(process.exitcode)], hang, keep)
                if data is None:
                    break  # it died of no input
    one.seconds = time.monotonic() - begun
    return one


def _work(target: Target, seed: int, indices: Sequence[int], place: Path, parent: Any) -> None:
    """Tell the parent each input, and then what was wrong with it."""
    watch, seeds = ready(target, place)
    for index in indices:
        data = make(target, seeds, seed, index)
        parent.send_bytes(data)
        begun = time.process_time()
        wrong = watch.read(data)
        parent.send((wrong, time.process_time() - begun, watch.kilobytes, watch.promised))
        if watch.full():
            return  # a new process begins with the memory of an idle one


def ready(target: Target, root: Path) -> tuple[Guard, list[bytes]]:
    """Return a guard whose process has loaded what the target loads, and the target's seeds."""
    watch = Guard(target, root)
    seeds = [data for data in target.seeds() if len(data) <= LONGEST]
    for data in (b"no file of any form", *seeds):
        watch.warm(data)
    watch.settle()
    return watch, seeds


def _count(
    one: Attempt, told: Counter[str], data: bytes, wrong: list[str], seconds: float, keep: Path
) -> None:
    """Count an input, and keep it where it violates the property, with what was wrong."""
    one.done += 1
    one.longest = max(one.longest, seconds)
    if not wrong:
        return
    one.violations += 1
    kind = re.sub(r"\d+", "#", wrong[0])[:120]
    told[kind] += 1
    if told[kind] <= KEPT:
        path = keep / one.target.name / hashlib.sha256(data).hexdigest()[:12]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        path.with_suffix(".txt").write_text("\n".join(wrong) + "\n", "utf-8", "backslashreplace")


def _ending(code: int) -> str:
    """Return what the end of a process means: a hang is ended by a signal."""
    if code == -signal.SIGPROF:
        return f"a hang: more than {guard.SECONDS:g} s of a processor"
    if code == -signal.SIGALRM:
        return f"a hang: it waits for more than {guard.WAITING:g} s"
    return f"the process ended by signal {-code}" if code < 0 else f"exit {code}"
