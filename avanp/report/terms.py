"""What a training logs, each quantity in a few words, as its system declares them."""

from collections.abc import Iterable, Mapping
from typing import Any

from avanp.errors import AvanpError
from avanp.systems.find import find

TAKEN = (
    "A training value is the mean over the images of {these}, taken while the weights change; a "
    "validation value, of images held out, is taken after {it}."
)
SUMMED = (
    "The terms reconstruction and kl are sums over the pixels of an image and over the numbers of "
    "its code, not averages. A nat is 1.44 bits."
)
# What the trainer adds to a system's own terms.
TRAINING = {
    "lr": "learning rate",
    "active_units": "numbers of a code in use: variance of μ over 0.01",
    "latent": "numbers in a code",
    "step": "updates of the weights so far",
    "seconds": "time that the epoch or these steps took",
}


def how_taken(names: Iterable[str], steps: int = 0) -> str:
    """Return how the values of a log that holds these quantities are taken.

    `steps` lie between two of its rows; 0 where a row is an epoch's.
    """
    these, it = (f"{steps:,} steps", "them") if steps else ("an epoch", "it")
    taken = TAKEN.format(these=these, it=it)
    return f"{taken} {SUMMED}" if {"reconstruction", "kl"} <= set(names) else taken


def meaning(name: str, system: str, config: Mapping[str, Any]) -> str:
    """Return what a quantity of a log is, in some fifty characters; "" for one not known.

    Parameters
    ----------
    name : str
        A key of a row of ``metrics.jsonl``.
    system, config
        As `avanp.training.checkpoint.describe` returns them.
    """
    what, _, net = name.partition(".")
    if what == "validation":
        return ""
    if what == "grad_norm" and net:
        before = ", before clipping" if config.get("clip") else ""
        return f"length of the gradient of the {net.replace('_', ' ')}{before}"
    try:
        kind = find(system)
        term = kind.terms.get(name)
        made = kind.config_class.from_options(**config) if term else None
    except AvanpError:  # a system from outside, or options of an earlier version
        term = None
    return term.meaning(made) if term else TRAINING.get(name, "")
