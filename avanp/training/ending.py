"""How a training ended: with its last epoch or step, or before, and why."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from avanp.errors import AvanpError
from avanp.locks import is_held
from avanp.systems.base import System
from avanp.systems.find import find
from avanp.training.checkpoint import describe

LOST = "diverged.npz"  # the weights before the step that was not finite
DIVERGED, EARLY, COLLAPSED = "Diverged", "Stopped early", "Stopped at a collapse"
STOPPED, RUNNING = "Stopped", "In training:"
SAME = ("system", "config", "seed", "nets", "about")


class Ending(NamedTuple):
    """In which way, one of the words above, and in more words: where, and why if that is known."""

    how: str
    says: str


class Length(NamedTuple):
    """How far a training is, in what it was asked for: epochs, or steps; `end` 0 if not known."""

    unit: str
    done: int
    end: int

    def __str__(self) -> str:
        return f"{self.done:,} of {self.end:,}" if self.end >= self.done else f"{self.done:,}"


def length(described: Mapping[str, Any]) -> Length:
    """Return how far the training of a checkpoint is, as `describe` returned it."""
    unit, end = ("step", "until_step") if _count(described, "until_step") else ("epoch", "until")
    return Length(unit, _count(described, unit), _count(described, end))


def looks(described: Mapping[str, Any]) -> tuple[str, int]:
    """Return what the rows of a training's log are counted by, and how many lie between two."""
    steps = _count(described, "log_every")
    return ("step", steps) if steps else ("epoch", 1)


def monitored(described: Mapping[str, Any]) -> str:
    """Return what early stopping looks at, as a row of the log names it."""
    kind = _kind(described)
    if kind is None:
        return "monitored value"
    return f"{'validation.' * (kind.measure is not System.measure)}{kind.monitor}"


def best_at(described: Mapping[str, Any]) -> str | None:
    """Return the epoch or step of the best weights, in words; None where a training keeps none."""
    best = described.get("best")
    if not isinstance(best, dict) or not isinstance(best.get("loss"), int | float):
        return None
    unit, each = looks(described)
    seen = _count(described, unit) // each
    return f"{unit} {max(1, seen - _count(best, 'waited')) * each:,}"


def ending(checkpoint: Path) -> Ending | None:
    """Return how the training of a checkpoint ended.

    None where it had all its epochs, was no training, or does not tell, as checkpoints of old.
    """
    described = describe(checkpoint)
    lost = _lost(checkpoint, described)
    if lost is not None:
        return Ending(DIVERGED, _diverged(lost))
    far, patience = length(described), _count(described, "patience")
    if described.get("stopped") is True:
        best = described.get("best")
        waited = _count(best, "waited") if isinstance(best, dict) else patience
        if patience and waited >= patience:
            why = f"no lower {monitored(described)} in {_rows(described, patience)}"
            return Ending(EARLY, f"after {far.unit} {far}: {why}")
        kind = _kind(described)
        if kind is not None and "collapse" in kind.can:
            return Ending(COLLAPSED, f"at {far.unit} {far}")
    if far.done < far.end:
        if is_held(checkpoint.parent):
            return Ending(RUNNING, f"{far.unit} {far} is done")
        return Ending(STOPPED, f"at {far.unit} {far}")
    return None


def _kind(described: Mapping[str, Any]) -> type[System] | None:
    """Return the class of a system; None of one from outside that is not loaded."""
    try:
        return find(described["system"])
    except AvanpError:
        return None


def _rows(described: Mapping[str, Any], rows: int) -> str:
    unit, each = looks(described)
    if rows * each == 1:
        return "an epoch" if unit == "epoch" else "a step"
    return f"{rows * each:,} {unit}s"


def _lost(checkpoint: Path, described: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return what is said by the weights before a divergence, if this training has diverged."""
    if "diverged" in described:
        return described
    path = checkpoint.parent / LOST
    if not path.is_file():
        return None
    try:
        lost = describe(path)
    except AvanpError:  # damaged: the checkpoint is still good
        return None
    # A training that went on beyond it, as one with more --threads may, has not diverged there.
    there, then = ([_count(one, key) for key in ("epoch", "step")] for one in (described, lost))
    other = any(described.get(key) != lost.get(key) for key in SAME)
    return None if there > then or other else lost


def _diverged(lost: Mapping[str, Any]) -> str:
    far = length(lost)
    where = f"in {far.unit} {far._replace(done=far.done + 1)}"
    why = lost.get("diverged")
    return f"{where}: {why}" if isinstance(why, str) and why else where


def _count(described: Mapping[str, Any], key: str) -> int:
    """Return a number of the description, 0 where there is none: files may say anything."""
    value = described.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
