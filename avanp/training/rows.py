"""A row of a training's log."""

from typing import TYPE_CHECKING, Any

import numpy as np

from avanp.errors import AvanpError
from avanp.rng import stream
from avanp.training.health import active_units
from avanp.training.means import Means

if TYPE_CHECKING:
    from avanp.training.trainer import Trainer


def measured_row(trainer: "Trainer", images: np.ndarray) -> tuple[dict[str, Any], float | None]:
    """Return the row of what a trainer has just done, and the monitored value.

    The means of the steps, the system's `state`, the rate, and what the validation images say,
    always with the same noise; early stopping looks at the monitored value.
    """
    assert isinstance(trainer.means, Means)
    system, monitor = trainer.system, trainer.system.monitor
    row: dict[str, Any] = {"epoch": trainer.epoch, "step": trainer.step}
    row |= trainer.means.means()
    row |= {name: float(value) for name, value in system.state.items() if value.shape == ()}
    row["lr"] = next(iter(system.optimisers.values())).lr
    monitored = None if monitor is None else row.get(monitor)
    looked_at = images
    with np.errstate(over="ignore", invalid="ignore"):
        if trainer.validation is not None and system.measures:
            measured = system.validate(trainer.validation, stream(trainer.seed, "eval"))
            row |= {f"validation.{term}": value for term, value in measured.items()}
            monitored = None if monitor is None else measured.get(monitor)
            labelled = system.needs_labels
            looked_at = trainer.validation[0] if labelled else trainer.validation
        if trainer.best is not None:
            if monitored is None:
                raise AvanpError(f"{system.name} monitors {monitor!r}, and does not measure it")
            trainer.stopped = trainer.best.see(monitored, system)
        if "encode" in system.can and len(looked_at) > 1:
            row["active_units"] = active_units(system, looked_at)
            row["latent"] = system.config.latent
    if text := system.notice([*trainer.rows, row]):
        row["hint"] = text
    return row, monitored
