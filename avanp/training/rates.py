"""The learning rates of a training: a schedule by its words, and asking it."""

import re
from typing import TYPE_CHECKING

from avanp.errors import AvanpError
from avanp.optim.schedules import Constant, Cosine, InverseTime, Plateau, StepDecay

if TYPE_CHECKING:
    from avanp.training.trainer import Trainer

SCHEDULES = "constant, cosine, step[:EPOCHS], inverse-time[:EPOCHS], plateau[:EPOCHS]"


def set_rate(trainer: "Trainer") -> None:
    """Ask a trainer's schedule for an epoch's rate, once, and give it to all optimisers.

    The rate is that of the configuration; a net whose own is another keeps the ratio.
    """
    schedule, system = trainer.schedule, trainer.system
    if schedule is None or trainer.rated == trainer.epoch:
        return
    if isinstance(schedule, Plateau) and trainer.epoch and trainer.monitored is None:
        name = system.name
        raise AvanpError(f"{name} has no loss for a plateau to see: choose another schedule")
    rate = float(schedule.lr(trainer.epoch, trainer.monitored))
    for net, optimiser in system.optimisers.items():
        optimiser.lr = rate * (system.lr_of(net) / system.config.lr)
    trainer.rated = trainer.epoch


def parse_schedule(text: str, lr: float, epochs: int) -> Constant:
    """Return the schedule that `text` names.

    Parameters
    ----------
    text : str
        "constant". "cosine": down to 0 at the last epoch. "step:N": halved every N epochs.
        "inverse-time:N": half after N epochs, a third after 2N. "plateau:N": halved after N epochs
        without a lower loss. N is 10 if not given, for "plateau" 5.
    lr : float
        At the start.
    """
    name, _, number = text.partition(":")
    if number and not re.fullmatch(r"[1-9][0-9]{0,8}", number):
        raise AvanpError(f"schedule {text!r}: {number!r} is not a whole number of epochs")
    if name == "constant" and not number:
        return Constant(lr)
    if name == "cosine" and not number:
        return Cosine(lr, epochs)
    if name == "step":
        return StepDecay(lr, int(number or 10))
    if name == "inverse-time":
        return InverseTime(lr, 1 / int(number or 10))
    if name == "plateau":
        return Plateau(lr, int(number or 5))
    raise AvanpError(f"unknown schedule {text!r}: choose from {SCHEDULES}")
