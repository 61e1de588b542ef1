"""How a training ended: with its last epoch, or before, and why."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from avanp.errors import AvanpError
from avanp.locks import is_held
from avanp.training.checkpoint import describe

LOST = "diverged.npz"  # the weights before the step that was not finite
DIVERGED, EARLY, STOPPED, RUNNING = "Diverged", "Stopped early", "Stopped", "In training:"
SAME = ("system", "config", "seed", "nets", "about")


class Ending(NamedTuple):
    """In which way, one of the words above, and in more words: where, and why if that is known."""

    how: str
    says: str


def ending(checkpoint: Path) -> Ending | None:
    """Return how the training of a checkpoint ended.

    None where it had all its epochs, was no training, or does not tell, as checkpoints of old.
    """
    described = describe(checkpoint)
    lost = _lost(checkpoint, described)
    if lost is not None:
        return Ending(DIVERGED, _diverged(lost))
    epoch, until, patience = (_count(described, key) for key in ("epoch", "until", "patience"))
    if described.get("stopped") is True and patience:
        epochs = "an epoch" if patience == 1 else f"{patience} epochs"
        why = f"no lower validation.loss in {epochs}"
        return Ending(EARLY, f"after epoch {_of(epoch, until)}: {why}")
    step, until_step = (_count(described, key) for key in ("step", "until_step"))
    unit, done, end = ("step", step, until_step) if until_step else ("epoch", epoch, until)
    if done < end:
        if is_held(checkpoint.parent):
            return Ending(RUNNING, f"{unit} {_of(done, end)} is done")
        return Ending(STOPPED, f"at {unit} {_of(done, end)}")
    return None


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
    beyond = _count(described, "epoch") > _count(lost, "epoch")
    other = any(described.get(key) != lost.get(key) for key in SAME)
    return None if beyond or other else lost


def _diverged(lost: Mapping[str, Any]) -> str:
    where = f"in epoch {_of(_count(lost, 'epoch') + 1, _count(lost, 'until'))}"
    why = lost.get("diverged")
    return f"{where}: {why}" if isinstance(why, str) and why else where


def _of(epoch: int, until: int) -> str:
    return f"{epoch:,} of {until:,}" if until >= epoch else f"{epoch:,}"


def _count(described: Mapping[str, Any], key: str) -> int:
    """Return a number of the description, 0 where there is none: files may say anything."""
    value = described.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
