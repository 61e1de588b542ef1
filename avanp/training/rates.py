"""The learning rates of a training: a schedule by its words, and asking it."""

import re
from typing import TYPE_CHECKING

from avanp.errors import AvanpError
from avanp.optim.plateau import Plateau
from avanp.optim.schedules import Constant, Cosine, InverseTime, StepDecay

if TYPE_CHECKING:
    from avanp.training.trainer import Trainer

SCHEDULES = "constant, cosine, step[:N[:FLOOR]], inverse-time[:N], plateau[:N[:FLOOR]]"
NAMES = ("constant", "cosine", "inverse-time", "step", "plateau")
WORDS = re.compile(rf"({'|'.join(NAMES)})(?::([1-9][0-9]{{0,8}})(?::([^:]+))?)?")


def set_rate(trainer: "Trainer") -> None:
    """Ask a trainer's schedule for an epoch's rate, once, and give it to all optimisers.

    Where a row of the log is some steps, a row takes the place of an epoch. The rate is that of the
    configuration; a net whose own is another keeps the ratio.
    """
    schedule, system = trainer.schedule, trainer.system
    now = trainer.step // trainer.log_every if trainer.log_every else trainer.epoch
    if schedule is None or trainer.rated == now:
        return
    if isinstance(schedule, Plateau) and now and trainer.monitored is None:
        name = system.name
        raise AvanpError(f"{name} has no loss for a plateau to see: choose another schedule")
    rate = float(schedule.lr(now, trainer.monitored))
    for net, optimiser in system.optimisers.items():
        optimiser.lr = rate * (system.lr_of(net) / system.config.lr)
    trainer.rated = now


THEN = ", then constant"


def going_on(said: str | None) -> str | None:
    """Return the schedule, as `parse_schedule` takes it, of what a training wrote of its own."""
    if said is not None and said.endswith(THEN):
        return "constant"
    return "cosine" if said is not None and said.startswith("cosine of") else said


def parse_schedule(text: str, lr: float, times: int) -> Constant:
    """Return the schedule that `text` names.

    Parameters
    ----------
    text : str
        "constant". "cosine": down to 0 at the last epoch. "step:N": halved every N epochs.
        "inverse-time:N": half after N epochs, a third after 2N. "plateau:N": halved after N epochs
        without a lower loss. N is 10 if not given, for "plateau" 5. "step:N:FLOOR" and
        "plateau:N:FLOOR" go no lower than FLOOR. With rows of some steps, rows in the place of
        epochs.
    lr : float
        At the start.
    times : int
        Epochs, or rows, in all.
    """
    found = WORDS.fullmatch(text)
    name = text.partition(":")[0]
    if found is None and name in NAMES:
        raise AvanpError(f"schedule {text!r} is not one of {SCHEDULES}, N a whole number of epochs")
    number, floor = (found[2], found[3]) if found else (None, None)
    lowest = _floor(text, floor) if floor else 0.0
    if name == "constant" and not number:
        return Constant(lr)
    if name == "cosine" and not number:
        return Cosine(lr, times)
    if name == "step":
        return StepDecay(lr, int(number or 10), floor=lowest)
    if name == "inverse-time" and not floor:
        return InverseTime(lr, 1 / int(number or 10))
    if name == "plateau":
        return Plateau(lr, int(number or 5), floor=lowest)
    raise AvanpError(f"unknown schedule {text!r}: choose from {SCHEDULES}")


def _floor(text: str, floor: str) -> float:
    try:
        value = float(floor)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise AvanpError(f"schedule {text!r}: {floor!r} is no rate to stop at")
    return value
