"""What `avanp train` does: read, build, train, draw."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import click

from avanp.commands.loading import data_spec
from avanp.console import one_line
from avanp.data.images import ImageSet
from avanp.data.resolve import load_splits
from avanp.errors import AvanpError
from avanp.evaluation.choice import limited, spread
from avanp.memory import keep_freed_memory
from avanp.pictures.save import save_image, save_sheet
from avanp.pictures.sheets import labelled_rows
from avanp.progress import clear, shown
from avanp.report.epochs import heading, line
from avanp.rng import stream
from avanp.systems import build, config_class
from avanp.systems.encoding import DecodingSystem, EncodingSystem
from avanp.training.checkpoint import describe
from avanp.training.folder import open_training, parse_schedule
from avanp.training.trainer import NAME, Trainer, batch_sizes

SHEET = 64  # generated images
PAIRS = 24
FEW_STEPS = 300
MOST_WEIGHTS = 2**28  # 4 GiB with their gradients and Adam's moments


class Job(NamedTuple):
    """A trainer, the parts of its images, and where it writes."""

    trainer: Trainer
    parts: dict[str, ImageSet]
    out: Path


def prepare(
    model: str,
    data: str,
    out: Path,
    given: dict[str, Any],
    *,
    size: str | None,
    channels: str | None,
    limit: int | None,
    validation: float,
    epochs: int,
    batch: int,
    schedule: str | None,
    patience: int | None,
    seed: int,
) -> Job:
    """Return what is to be trained; `given` are options of the system's configuration."""
    if epochs < 1:
        raise AvanpError(f"--epochs must be at least 1, not {epochs}")
    if not 0 <= validation < 1:
        raise AvanpError(f"--validation must be at least 0 and below 1, not {validation:g}")
    kind = config_class(model)  # a wrong word is told before anything is read
    wanted = {"spec": data_spec(data), "size": size, "channels": channels}
    kind.from_options(**_with_classes(model, (1, 1, 1), 2), **given)

    click.echo(one_line(f"reading {data}"))
    parts = load_splits(
        data,
        size,
        channels=None if channels is None else int(channels),
        validation=validation,
    )
    train = parts["train"] = limited(parts["train"], limit)
    train.check(value_range=(0.0, 1.0))
    if model == "classifier" and train.labels is None:
        raise AvanpError(f"{train.name} has no labels for a classifier to learn")
    given = {**_with_classes(model, train.shape, len(train.classes)), **given}
    config = kind.from_options(**given)
    if config.least_weights() > MOST_WEIGHTS:
        raise AvanpError(
            f"a net of {config.least_weights():.3g} weights or more does not fit in memory: "
            "give a smaller --size, --widths or --latent"
        )
    schedules = None if schedule is None else parse_schedule(schedule, config.lr, epochs)
    order = {
        "model": model,
        **config.to_json(),
        "data": wanted["spec"],
        "size": size,
        "channels": channels,
        "limit": limit,
        "validation": validation,
        "batch": batch,
        "seed": seed,
        "schedule": f"{schedule} of {epochs} epochs" if schedule == "cosine" else schedule,
        "patience": patience,
        "pixels": train.sha256,
    }
    about = {
        "data": {
            **wanted,
            "name": train.name,
            "images": len(train),
            "validation": validation,
            "limit": limit,
        },
        "classes": list(train.classes),
    }
    held = parts.get("validation")
    trainer = open_training(
        out,
        order,
        lambda: build(model, seed=seed, **given),
        schedule=schedules,
        validation=None if held is None else _batch(held, model),
        about=about,
    )
    return Job(trainer, parts, out)


def parse_widths(text: str) -> tuple[int, ...]:
    """Return the numbers of ``"32,64,128"``."""
    if not re.fullmatch(r" *[0-9]{1,6} *(, *[0-9]{1,6} *)*", text):
        raise AvanpError(f"widths {text!r} are not whole numbers such as 32,64,128")
    return tuple(map(int, text.split(",")))


def introduction(job: Job, epochs: int) -> Iterator[str]:
    """Yield what is trained on what, where it stands, and a note where it will not be enough."""
    train, system = job.parts["train"], job.trainer.system
    colour = "grey" if train.channels == 1 else "RGB"
    counts = ", ".join(f"{len(part):,} {name}" for name, part in job.parts.items())
    yield f"data: {train.name}, {train.width}x{train.height} {colour}: {counts}"
    config = system.config
    nets = ", ".join(
        f"{name} {sum(p.size for p in net.params.values()):,}" for name, net in system.nets.items()
    )
    widths = "-".join(map(str, config.hidden))
    code = f", codes of {config.latent}" if isinstance(system, DecodingSystem) else ""
    net = f"{system.name}, {config.arch} {widths}{code}"
    yield f"{net}: {system.n_parameters:,} parameters ({nets})"
    rate = f"{config.optimiser}, rate {config.lr:g}, batches of {job.trainer.batch_size}"
    yield f"{rate}, seed {job.trainer.seed}"
    if not _todo(job, epochs):
        return
    if job.trainer.epoch:
        yield f"goes on after epoch {job.trainer.epoch}"
    steps = epochs * _steps_an_epoch(job)
    if steps < FEW_STEPS and isinstance(system, DecodingSystem):
        yield (
            f"note: few steps in all ({steps}): a VAE shows shapes after some 300, a GAN after "
            "some 1500; give more --epochs or a smaller --batch"
        )


def kept(job: Job) -> str:
    """Return what an interrupted training has left, in words."""
    if not (job.out / NAME).exists():
        return "nothing kept"
    epoch = describe(job.out / NAME)["epoch"]
    return f"epochs up to {epoch} are in {job.out}; the same command goes on"


def run(job: Job, epochs: int) -> None:
    """Train up to `epochs` epochs in all, and print a line for each."""
    trainer, train = job.trainer, job.parts["train"]
    done = trainer.epoch
    todo = _todo(job, epochs)
    if not todo:
        why = "stopped early" if trainer.stopped else "done before"
        click.echo(f"{done} epochs, {why}: nothing to train")
        return
    keep_freed_memory()
    told: list[dict[str, Any]] = []

    def tell() -> None:
        for row in trainer.rows[done + len(told) :]:
            clear()
            if not told:
                click.echo(heading(row))
            click.echo(line(row))
            hint = row.get("hint")
            if hint and not (told and told[-1].get("hint") == hint):  # once is enough
                click.echo(f"note: {hint}")
            told.append(row)

    labels = train.labels if trainer.system.needs_labels else None
    with shown("batches") as progress:

        def update(batches: int, total: int) -> None:
            tell()
            progress(batches, total)

        total = todo * _steps_an_epoch(job)
        progress(0, total)
        trainer.fit(train.images, todo, labels=labels, progress=update)
        tell()
        if not trainer.stopped:
            progress(total, total)
    if trainer.best is not None:
        how = "stopped early" if trainer.stopped else "not stopped early"
        click.echo(f"{how}: the best weights had validation.loss {trainer.best.loss:.4f}")


def draw(job: Job) -> list[str]:
    """Write the pictures of a trained model; return the names of all files there are."""
    system, out = job.trainer.system, job.out
    if job.trainer.best is not None:  # as in every use of the checkpoint
        job.trainer.best.restore(system)
    names = [NAME, "metrics.jsonl"]
    if isinstance(system, DecodingSystem):
        images = system.generate(SHEET, stream(job.trainer.seed, "sample"))
        save_sheet(images, out / "samples.png")
        names.append("samples.png")
    if isinstance(system, EncodingSystem):
        unseen = spread(job.parts.get("validation", job.parts["test"]), PAIRS)
        rows = {"original": unseen.images, "reconstruction": system.reconstruct(unseen.images)}
        save_image(labelled_rows(rows), out / "reconstructions.png")
        names.append("reconstructions.png")
    return names


def _todo(job: Job, epochs: int) -> int:
    """Return how many epochs are left of `epochs` in all."""
    return 0 if job.trainer.stopped else max(0, epochs - job.trainer.epoch)


def _steps_an_epoch(job: Job) -> int:
    join_last = job.trainer.system.config.batch_norm
    return len(batch_sizes(len(job.parts["train"]), job.trainer.batch_size, join_last=join_last))


def _with_classes(name: str, shape: tuple[int, int, int], classes: int) -> dict[str, Any]:
    options: dict[str, Any] = {"shape": shape}
    return {**options, "classes": classes} if name == "classifier" else options


def _batch(images: ImageSet, name: str) -> Any:
    return (images.images, images.labels) if name == "classifier" else images.images
