"""What `avanp train` does: read, build, train, draw."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from avanp.commands.training_words import TrainingRows
from avanp.commands.work import Work
from avanp.data.images import ImageSet
from avanp.data.resolve import data_spec
from avanp.errors import AvanpError
from avanp.kernels.compiling import CLOCK
from avanp.progress import clear, shown, tell_of_compiling
from avanp.signals import interruptible
from avanp.systems.base import System
from avanp.systems.streams import count_weights
from avanp.training.checkpoint import describe
from avanp.training.collapse import CollapseWatch, SampleSheets
from avanp.training.conclusion import conclude
from avanp.training.ending import best_at, monitored
from avanp.training.folder import training_in
from avanp.training.rates import THEN, parse_schedule
from avanp.training.trainer import NAME, Trainer

STOPPING = "stopping: what was learned is drawn and kept; Ctrl-C again ends at once"
MOST_WEIGHTS = 2**28  # 4 GiB with their gradients and Adam's moments


@contextmanager
def opened(work: Work) -> Iterator[Trainer]:
    """Hold the folder of a stage, and yield its trainer, begun or gone on with."""
    asked, config, train = work.asked, work.config, work.images["train"]
    if count_weights(work.kind, config, work.parts) > MOST_WEIGHTS:
        n = count_weights(work.kind, config, work.parts)
        raise AvanpError(
            f"a net of {n:.3g} weights does not fit in memory: "
            "give a smaller --size, --widths or --latent"
        )
    schedule = work.schedule
    wanted = {"spec": data_spec(asked.data), "size": asked.size, "channels": asked.channels}
    of = {"validation": asked.validation, "limit": asked.limit}
    length = f"{asked.steps} steps" if asked.steps else f"{asked.epochs} epochs"
    said = f"cosine of {length}" if schedule == "cosine" else schedule
    old = str(work.before.get("schedule"))
    after_cosine = schedule == "constant" and old.startswith("cosine")
    options = {
        "model": work.kind.name,
        **config.to_json(),
        "data": wanted["spec"],
        "size": asked.size,
        "channels": asked.channels,
        **of,
        "batch": asked.batch,
        "seed": asked.seed,
        "schedule": old if after_cosine else said,
        "patience": asked.patience,
        "log_every": asked.log_every,
        "parts": {name: part.sha256 for name, part in work.parts.items()},
        "pixels": train.sha256,
    }
    if work.kind.takes_unlabelled:
        options["labels"] = asked.labels
    about = {
        "data": {
            **wanted,
            "name": train.name,
            "images": len(train),
            **of,
            "stratified": asked.stratified,
        },
        "classes": list(train.classes),
    }
    held = work.images.get("validation")
    with training_in(
        work.out,
        options,
        lambda: work.kind(config, asked.seed, parts=work.parts),
        schedule=None if schedule is None else parse_schedule(schedule, config.lr, work.n_rows),
        validation=None if held is None else _batch(held, work.labels is not None),
        about=about,
        log_every=asked.log_every,
        keep_best=work.keep_best,
    ) as trainer:
        if after_cosine:
            trainer.about["order"]["schedule"] = old.removesuffix(THEN) + THEN
        yield trainer


def run(trainer: Trainer, work: Work) -> None:
    """Train what is left to train, and print a line for each row of the log."""
    train, asked, todo = work.images["train"], work.asked, work.left(trainer)
    if not todo:
        why = "stopped early" if trainer.stopped else "done before"
        done = f"{trainer.step} steps" if asked.steps else f"{trainer.epoch} epochs"
        click.echo(f"{done}, {why}: nothing to train")
        return
    rows = TrainingRows(trainer, work.n_rows)
    trainer.watchers += [*_watchers(trainer.system, work), rows]
    with shown(trainer.system.config.counted_in) as progress, interruptible() as pressed:
        total = todo if asked.steps else work.steps_of(todo)
        compiled = CLOCK.seconds
        tell_of_compiling()

        def update(done: int, total: int) -> None:
            progress(done, total, CLOCK.seconds - compiled)
            trainer.paused = pressed()

        update(0, total)
        amount = {"steps": todo} if asked.steps else {"epochs": todo}
        trainer.fit(train.pixels, **amount, labels=work.labels, progress=update)
        if trainer.paused and trainer.step:
            # The steps of an unfinished epoch are kept, and can be looked at.
            clear()
            click.echo(STOPPING, err=True)
            conclude(trainer, train.pixels)
            trainer.save(work.out / NAME)
        elif not (trainer.stopped or trainer.paused):
            update(total, total)
        rows.end()
    described = describe(work.out / NAME) if (work.out / NAME).exists() else {}
    if trainer.best is not None and (best := best_at(described)) is not None:
        loss = f"{monitored(described)} {trainer.best.loss:.4f}"
        if trainer.best.patience is None:
            click.echo(f"best {best} kept: {loss}")
        else:
            how = "stopped early" if trainer.stopped else "not stopped early"
            click.echo(f"{how}: the best weights had {loss}, of {best}")


def _watchers(system: System, work: Work) -> list[Any]:
    """Return what looks on while it trains, and draws, keeps or stops."""
    asked = work.asked
    watchers: list[Any] = []
    if asked.stop_on_collapse and "validation" not in work.images:
        raise AvanpError("--stop-on-collapse looks at validation images: give --validation 0.1")
    if "collapse" in system.can:
        watchers.append(CollapseWatch(stop=asked.stop_on_collapse))
    if asked.sheets is not None and "generate" in system.can:
        watchers.append(SampleSheets(asked.sheets))
    return watchers


def _batch(images: ImageSet, labelled: bool) -> Any:
    return (images.pixels, images.labels) if labelled else images.pixels
