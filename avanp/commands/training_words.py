"""What `avanp train` says: before it trains, of its rows, and when it is interrupted."""

import os
from collections.abc import Iterator
from typing import Any

import click

from avanp.commands.work import Work
from avanp.data.decode import image_size
from avanp.progress import clear
from avanp.systems.auto import FEW_STEPS, GAMES, follows
from avanp.systems.options import value_words
from avanp.training.checkpoint import describe
from avanp.training.epoch_table import EpochTable
from avanp.training.trainer import NAME, Trainer

MOST = 100  # or so, of however many in the log
# Pixels of the longer side that train soon; so many times their time, and so much off the shape of
# the images, are worth a word.
SIDE, TIMES, OFF = 64, 4, 1.05
NEGATIVE = "note: a loss below 0 is no fault: the density of a Gaussian may be above 1"


class TrainingRows:
    """A trainer's watcher that prints the first row, every so many, and those with a new hint.

    Parameters
    ----------
    trainer : Trainer
    n_rows : int
        The rows of the whole training.
    """

    def __init__(self, trainer: Trainer, n_rows: int) -> None:
        self.trainer, self.every = trainer, -(-n_rows // MOST)
        self.table: EpochTable | None = None
        self.last: dict[str, Any] = {}
        self.shown: dict[str, Any] = {}
        likelihood = getattr(trainer.system.config, "likelihood", None)
        self.may_surprise = likelihood == "optimal-gaussian"

    def __call__(self, _: Any, row: dict[str, Any]) -> None:
        """Print a row, or leave it out."""
        each = self.trainer.log_every
        number = row["step"] // each if each else row["epoch"]
        hint = row.get("hint")
        new = hint and self.last.get("hint") != hint  # once is enough
        self.last = row
        if not self.shown or number % self.every == 0 or new:
            self._show()
        if new:
            click.echo(f"note: {hint}")
        if self.may_surprise and row.get("loss", 0.0) < 0:
            self.may_surprise = False
            clear()
            click.echo(NEGATIVE)

    def end(self) -> None:
        """Print the last row, where it was left out."""
        if self.last and self.last is not self.shown:
            self._show()

    def _show(self) -> None:
        clear()
        if self.table is None:
            of, by_step = self.trainer.system, self.trainer.log_every is not None
            self.table = EpochTable(self.last, of.terms, of.monitor, stepwise=by_step)
            click.echo(self.table.heading())
        click.echo(self.table.line(self.last))
        self.shown = self.last


def introduction(trainer: Trainer, work: Work) -> Iterator[str]:
    """Yield what is trained on what, where it stands, and a note where it will not be enough."""
    images, system = work.images, trainer.system
    train = images["train"]
    colour = "grey" if train.channels == 1 else "RGB"
    counts = ", ".join(f"{len(part):,} {name}" for name, part in images.items())
    yield f"data: {train.name}, {train.width}x{train.height} {colour}: {counts}"
    config = system.config
    nets = ", ".join(
        f"{name} {sum(p.size for p in net.params.values()):,}" for name, net in system.nets.items()
    )
    widths = "-".join(map(str, config.hidden))
    code = f", codes of {config.latent}" if "generate" in system.can else ""
    net = f"{system.name}, {config.arch} {widths}{code}"
    yield f"{net}: {system.n_parameters:,} parameters ({nets})"
    for name, part in system.parts.items():
        size = sum(p.size for p in part.net.params.values())
        yield f"{name}: {size:,} parameters from {part.origin}, not trained"
    rate = f"{config.optimiser}, rate {config.lr:g}, batches of {trainer.batch_size}"
    yield f"{rate}, seed {trainer.seed}"
    if work.chosen:
        said = ", ".join(f"--{name} {value_words(value)}" for name, value in work.chosen.items())
        yield f"chosen for these images, where you gave nothing else: {said}"
    if not work.left(trainer):
        return
    if trainer.step:
        where = f"step {trainer.step}" if work.asked.steps else f"epoch {trainer.epoch}"
        yield f"goes on after {where}"
    if note := size_words(work):
        yield note
    game = system.name in GAMES
    if work.steps < FEW_STEPS[game] and "generate" in system.can:
        yield (
            f"note: few steps in all ({work.steps}): a {system.name} shows shapes after some "
            f"{FEW_STEPS[game]}; give more --epochs or a smaller --batch"
        )


def size_words(work: Work) -> str | None:
    """Return a note where another --size keeps the images' shape, or takes far less time.

    Of images in files, whose first stands for all; of models whose defaults follow the images.
    """
    train = work.images["train"]
    file = os.path.join(train.source, train.names[0])
    if not follows(work.kind.name, train.shape) or not os.path.isfile(file):
        return None
    width, height = image_size(file)
    if work.asked.size is None:
        less = _within(width, height, SIDE)
        times = width * height // (less[0] * less[1])
        said = f"take some {times} times the time of --size {less[0]}x{less[1]}"
        return f"note: images of {width}x{height} {said}" if times >= TIMES else None
    off = width * train.height / (height * train.width)
    if max(off, 1 / off) <= OFF:
        return None
    w, h = _within(width, height, max(train.width, train.height))
    of = f"images of {width}x{height} lose their shape at {train.width}x{train.height}"
    return f"note: {of}; --size {w}x{h} keeps it"


def _within(width: int, height: int, side: int) -> tuple[int, int]:
    longer = max(width, height)
    return max(1, round(width * side / longer)), max(1, round(height * side / longer))


def kept(work: Work) -> str:
    """Return what an interrupted training has left, in words."""
    out = work.out
    if not (out / NAME).exists():
        return "nothing kept"
    described = describe(out / NAME)
    return f"steps up to {described['step']} are in {out}; the same command goes on"
