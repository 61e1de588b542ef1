"""Where a trainer is, as a checkpoint keeps it, and a trainer that goes on from there."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from avanp.errors import AvanpError
from avanp.training import checkpoint
from avanp.training.fill import check_fits
from avanp.training.means import Means

if TYPE_CHECKING:
    from avanp.training.trainer import Trainer

T = TypeVar("T", bound="Trainer")
OPTIONS = ("batch_size", "save_every", "log_every", "checkpoint")
PLACES = ("about", "epoch", "step", "stopped", "until", "until_step", "rated")


def state_of(trainer: "Trainer") -> dict[str, Any]:
    """Return where a trainer is: what JSON can hold, and the best weights."""
    state = {name: getattr(trainer, name) for name in (*OPTIONS, *PLACES)}
    state |= {"train_seed": trainer.seed, "metric": trainer.monitored}
    state["streams"] = {k: s.bit_generator.state for k, s in trainer.streams.items()}
    state["position"] = trainer.position
    if trainer.batches is not None:
        state["streams"]["data"], state["position"] = trainer.batches.state()
    means = trainer.means
    state["means"] = means.state() if isinstance(means, Means) else means
    if trainer.best is not None:
        state |= {"patience": trainer.best.patience, "best": trainer.best.state()}
        state["best_weights"] = trainer.best.weights
    if trainer.schedule is not None:
        state["schedule"] = {k: v.item() for k, v in trainer.schedule.state_dict().items()}
    return state


def resumed(
    kind: type[T],
    path: Path | str,
    *,
    out: Path | str | None = None,
    validation: Any = None,
    schedule: Any = None,
    journal: Any = None,
) -> T:
    """Return the trainer that wrote a checkpoint.

    Parameters
    ----------
    kind : type
        Trainer.
    path : path
        The checkpoint.
    out, validation, schedule, journal
        As for a new trainer: a checkpoint does not hold them.

    Raises
    ------
    AvanpError
        For a checkpoint that is damaged, or of no training, or without the schedule it had.
    """
    system, state = checkpoint.load(path)
    try:
        trainer = kind(
            system,
            seed=state["train_seed"],
            out=out,
            validation=validation,
            patience=state.get("patience"),
            keep_best="best" in state,
            schedule=schedule,
            about=state["about"],
            journal=journal,
            **{name: state[name] for name in OPTIONS if name in state},
        )
        trainer.epoch, trainer.step = int(state["epoch"]), int(state["step"])
        trainer.until, trainer.stopped = int(state.get("until", 0)), bool(state["stopped"])
        trainer.until_step = int(state.get("until_step", 0))
        trainer.rated = int(state.get("rated", trainer.epoch - 1))
        trainer.position, trainer.means = int(state.get("position", 0)), state.get("means")
        if trainer.means:
            Means(1).load(trainer.means)  # refused here, and not when the first step is done
        trainer.monitored = state["metric"]
        for purpose, generator in trainer.streams.items():
            generator.bit_generator.state = state["streams"][purpose]
        if trainer.best is not None and "best" in state:
            if state["best_weights"]:
                check_fits(system.parameters(), state["best_weights"], "weights")
            trainer.best.load(state["best"], state["best_weights"])
        if schedule is None and "schedule" in state:
            raise AvanpError(f"{str(path)!r} was trained by a schedule: give it again")
        if schedule is not None and "schedule" in state:
            arrays = {k: np.array(v) for k, v in state["schedule"].items()}
            schedule.load_state_dict(arrays)
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError) as error:
        if isinstance(error, AvanpError):
            raise
        raise AvanpError(
            f"{str(path)!r} has no training to go on with: {type(error).__name__} {error}"
        ) from None
    return trainer
