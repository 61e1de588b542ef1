"""A training in a folder: begun, or gone on with by the same words."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from avanp.errors import AvanpError
from avanp.optim.schedules import Constant
from avanp.runs.journal import opened
from avanp.systems.base import System
from avanp.systems.parts import Part
from avanp.training import earlier_names
from avanp.training.checkpoint import describe, load_best
from avanp.training.ending import LOST
from avanp.training.log import TRAINING
from avanp.training.trainer import NAME, Trainer

MOST_MEANT = 3


@contextmanager
def training_in(
    folder: Path,
    options: dict[str, Any],
    build: Callable[[], System],
    *,
    schedule: Constant | None = None,
    validation: Any = None,
    about: dict[str, Any] | None = None,
    log_every: int | None = None,
    keep_best: bool = False,
) -> Iterator[Trainer]:
    """Hold a folder; yield a new trainer, or the one whose checkpoint is in the folder.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    options : dict
        All that the result depends on, as JSON can hold it; "batch", "seed" and "patience" are the
        trainer's. What is in the folder must have come from equal ones.
    build : callable
        Makes the untrained system.
    schedule, validation, log_every, keep_best
        As for a `Trainer`.
    about : dict, optional
        Further notes for the checkpoint.

    Raises
    ------
    AvanpError
        Where the folder holds another training, and in what it differs; or is in use.
    """
    path = folder / NAME
    given = {"schedule": schedule, "validation": validation, "out": folder}

    def new() -> Trainer:
        return Trainer(
            build(),
            batch_size=options["batch"],
            seed=options["seed"],
            patience=options["patience"],
            log_every=log_every,
            keep_best=keep_best,
            about={**(about or {}), "order": options},
            **given,
        )

    # What cannot be is said before there is a folder.
    trainer = None if path.exists() else new()
    with opened(folder, TRAINING) as journal:
        before = _options_of(path, options) if path.exists() else None
        journal.resume(options, before)
        if before is not None:
            trainer = Trainer.resume(path, **given)
        trainer = trainer or new()
        trainer.output.journal = journal
        yield trainer


def order_in(folder: Path) -> dict[str, Any]:
    """Return the options of the training in a folder, as it wrote them; empty where none is."""
    path = folder / NAME
    order = (describe(path).get("about") or {}).get("order") if path.exists() else None
    return order if isinstance(order, dict) else {}


def _options_of(path: Path, asked: dict[str, Any]) -> dict[str, Any]:
    """Return the options that a checkpoint was trained with, those of earlier versions as now."""
    before = (describe(path).get("about") or {}).get("order")
    if not isinstance(before, dict):
        raise AvanpError(f"{str(path)!r} was not made by this command: name another --out")
    if before.get("model") != asked["model"]:  # of another model the other options tell nothing
        return {**asked, "model": before.get("model")}
    return earlier_names.options(before, asked)


def checkpoint_in(path: str) -> str:
    """Return the checkpoint itself where `path` is the folder of a training."""
    if not os.path.isdir(path):
        if not os.path.lexists(path):
            raise AvanpError(f"no checkpoint {path!r}: give one, or the folder of a training")
        return path
    inside = os.path.join(path, NAME)
    if not os.path.exists(inside):
        if os.path.exists(os.path.join(path, LOST)):
            raise AvanpError(
                f"the training in {path!r} diverged before its first checkpoint: "
                "train again with a smaller --lr"
            )
        otherwise = meant(path, NAME) or "give a folder that avanp train has made as its --out"
        raise AvanpError(f"the folder {path!r} has no {NAME}: {otherwise}")
    return inside


def meant(path: str, *names: str) -> str:
    """Return "did you mean …?" with folders in `path` that hold one of these files, else ""."""
    try:
        inside = sorted(os.path.normpath(entry.path) for entry in os.scandir(path))
    except OSError:
        return ""
    runs = [run for run in inside if any(os.path.isfile(os.path.join(run, n)) for n in names)]
    if not runs:
        return ""
    more = f" or {len(runs) - MOST_MEANT} more" if len(runs) > MOST_MEANT else ""
    return f"did you mean {', '.join(runs[:MOST_MEANT])}{more}?"


def parts_of(kind: type[System], config: Any, seed: int, dtype: Any = "float32") -> dict[str, Part]:
    """Return the parts of a new system, by `System.own_parts`; a run is named by its path.

    Parameters
    ----------
    kind : type
        A system.
    config : Config
        Of that system.
    seed : int
        Of parts that are drawn at random.
    dtype : numpy dtype
    """
    return kind.own_parts(config, seed, dtype, lambda run: load_best(checkpoint_in(run))[0])
