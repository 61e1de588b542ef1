"""What `avanp train` does: read, build, train, draw."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import click

from avanp.commands.stages import Work
from avanp.data.images import ImageSet
from avanp.data.resolve import data_spec
from avanp.errors import AvanpError
from avanp.evaluation.choice import spread
from avanp.memory import keep_freed_memory
from avanp.pictures.save import save_image, save_sheet
from avanp.pictures.sheets import labelled_rows
from avanp.progress import clear, shown
from avanp.rng import stream
from avanp.systems.base import System
from avanp.systems.streams import count_weights
from avanp.training.checkpoint import describe
from avanp.training.collapse import CollapseWatch, SampleSheets
from avanp.training.epoch_table import EpochTable
from avanp.training.folder import training_in
from avanp.training.rates import parse_schedule
from avanp.training.trainer import NAME, Trainer

SHEET = 64  # generated images
PAIRS = 24
FEW_STEPS = 300
MOST_WEIGHTS = 2**28  # 4 GiB with their gradients and Adam's moments


@dataclass
class Job:
    """A trainer, and what it is to do."""

    trainer: Trainer
    work: Work


@contextmanager
def opened_job(work: Work) -> Iterator[Job]:
    """Hold the folder of a stage, and yield what is to do there."""
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
    length = f"{asked.steps} steps" if asked.steps else f"{asked.n_epochs} epochs"
    options = {
        "model": work.kind.name,
        **config.to_json(),
        "data": wanted["spec"],
        "size": asked.size,
        "channels": asked.channels,
        **of,
        "batch": asked.batch,
        "seed": asked.seed,
        "schedule": f"cosine of {length}" if schedule == "cosine" else schedule,
        "patience": asked.patience,
        "log_every": asked.log_every,
        "parts": {name: part.sha256 for name, part in work.parts.items()},
        "pixels": train.sha256,
    }
    if work.kind.takes_unlabelled:
        options["labels"] = asked.labels
    about = {
        "data": {**wanted, "name": train.name, "images": len(train), **of},
        "classes": list(train.classes),
    }
    held = work.images.get("validation")
    with training_in(
        work.out,
        options,
        lambda: work.kind(config, asked.seed, parts=work.parts),
        schedule=None if schedule is None else parse_schedule(schedule, config.lr, _times(work)),
        validation=None if held is None else _batch(held, work.kind),
        about=about,
        log_every=asked.log_every,
    ) as trainer:
        yield Job(trainer, work)


def introduction(job: Job) -> Iterator[str]:
    """Yield what is trained on what, where it stands, and a note where it will not be enough."""
    images, system, trainer = job.work.images, job.trainer.system, job.trainer
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
    if not _todo(job):
        return
    if trainer.step:
        where = f"step {trainer.step}" if job.work.asked.steps else f"epoch {trainer.epoch}"
        yield f"goes on after {where}"
    steps = job.work.asked.steps or job.work.asked.n_epochs * job.work.steps_an_epoch
    if steps < FEW_STEPS and "generate" in system.can:
        yield (
            f"note: few steps in all ({steps}): a VAE shows shapes after some 300, a GAN after "
            "some 1500; give more --epochs or a smaller --batch"
        )


def kept(job: Job) -> str:
    """Return what an interrupted training has left, in words."""
    out = job.work.out
    if not (out / NAME).exists():
        return "nothing kept"
    described = describe(out / NAME)
    done = f"steps up to {described['step']}" if job.work.asked.steps else None
    done = done or f"epochs up to {described['epoch']}"
    return f"{done} are in {out}; the same command goes on"


def run(job: Job) -> None:
    """Train what is left to train, and print a line for each row of the log."""
    trainer, train, asked = job.trainer, job.work.images["train"], job.work.asked
    todo = _todo(job)
    if not todo:
        why = "stopped early" if trainer.stopped else "done before"
        done = f"{trainer.step} steps" if asked.steps else f"{trainer.epoch} epochs"
        click.echo(f"{done}, {why}: nothing to train")
        return
    keep_freed_memory()
    told: list[dict[str, Any]] = []
    table: list[EpochTable] = []

    def tell(_: Any, row: dict[str, Any]) -> None:
        clear()
        if not table:
            system = trainer.system
            by_step = trainer.log_every is not None
            table.append(EpochTable(row, system.terms, system.monitor, stepwise=by_step))
            click.echo(table[0].heading())
        click.echo(table[0].line(row))
        hint = row.get("hint")
        if hint and not (told and told[-1].get("hint") == hint):  # once is enough
            click.echo(f"note: {hint}")
        told.append(row)

    trainer.watchers += [*_watchers(job), tell]
    with shown(trainer.system.config.counted_in) as progress:
        total = todo if asked.steps else job.work.steps_of(todo)
        progress(0, total)
        amount = {"steps": todo} if asked.steps else {"epochs": todo}
        trainer.fit(train.images, **amount, labels=job.work.labels, progress=progress)
        if not trainer.stopped:
            progress(total, total)
    if trainer.best is not None and trainer.best.patience is not None:
        how = "stopped early" if trainer.stopped else "not stopped early"
        name = f"{'validation.' * trainer.system.measures}{trainer.system.monitor}"
        click.echo(f"{how}: the best weights had {name} {trainer.best.loss:.4f}")


def draw(job: Job) -> list[str]:
    """Write the pictures of a trained model; return the names of all files there are."""
    system, out = job.trainer.system, job.work.out
    if job.trainer.best is not None:  # as in every use of the checkpoint
        job.trainer.best.restore(system)
    names = [NAME, "metrics.jsonl"]
    if "generate" in system.can:
        drawn: Any = system
        images = drawn.generate(SHEET, stream(job.trainer.seed, "sample"))
        save_sheet(images, out / "samples.png")
        names.append("samples.png")
    if "reconstruct" in system.can:
        drawn = system
        parts = job.work.images
        unseen = spread(parts.get("validation", parts["test"]), PAIRS)
        rows = {"original": unseen.images, "reconstruction": drawn.reconstruct(unseen.images)}
        save_image(labelled_rows(rows), out / "reconstructions.png")
        names.append("reconstructions.png")
    return names


def _watchers(job: Job) -> list[Any]:
    """Return what looks on while it trains, and draws, keeps or stops."""
    asked, system = job.work.asked, job.trainer.system
    watchers: list[Any] = []
    if asked.stop_on_collapse and "validation" not in job.work.images:
        raise AvanpError("--stop-on-collapse looks at validation images: give --validation 0.1")
    if "collapse" in system.can:
        watchers.append(CollapseWatch(stop=asked.stop_on_collapse))
    if asked.sheets is not None and "generate" in system.can:
        watchers.append(SampleSheets(asked.sheets))
    return watchers


def _times(work: Work) -> int:
    """Return how many epochs, or rows of --log-every, a training has."""
    asked, epoch = work.asked, work.steps_an_epoch
    steps = asked.steps or asked.n_epochs * epoch
    return -(-steps // (asked.log_every or epoch))


def _todo(job: Job) -> int:
    """Return how many epochs, or steps, are left of those asked for."""
    trainer, asked = job.trainer, job.work.asked
    if trainer.stopped:
        return 0
    if asked.steps:
        return max(0, asked.steps - trainer.step)
    return max(0, asked.n_epochs - trainer.epoch)


def _batch(images: ImageSet, kind: type[System]) -> Any:
    return (images.images, images.labels) if kind.needs_labels else images.images
