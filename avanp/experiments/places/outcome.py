"""A cell to be computed, and what came of it."""

import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from avanp.errors import one_line
from avanp.experiments.result import Result

LONGEST_REASON = 300


class Outcome(NamedTuple):
    """A cell's result, the machine it ran on, and the fingerprint of that machine's arithmetic.

    `fingerprint` is "" where nobody asked, and the same for two workers that give the same rows.
    """

    result: Result
    host: str
    fingerprint: str


@dataclass(frozen=True)
class Task:
    """A cell to be computed: ``run(cell, data, **shared)``; see `Experiment.run`.

    `key` tells it from the others.
    """

    key: tuple[Any, ...]
    run: Callable[..., Result]
    cell: Mapping[str, Any]
    shared: Mapping[str, Any]


def failed(why: str) -> Result:
    """Return the result of a task that gave none, for a reason of one line."""
    return Result({}, "failed", why)


def reason(error: BaseException) -> str:
    """Return an error as one line: its type, what it says, and where it arose."""
    name = "MemoryError" if isinstance(error, MemoryError) else type(error).__name__
    said = one_line(" ".join(f"{name}: {error}".split())).removesuffix(":")
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    return said[:LONGEST_REASON] + where
