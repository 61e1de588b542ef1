"""The pictures of a trained model, and what they look like."""

import json
import textwrap
from typing import Any

import click

from avanp.commands.work import Work
from avanp.console import one_line
from avanp.evaluation.codes import drawn
from avanp.evaluation.looks import looks, told
from avanp.evaluation.subsets import spread
from avanp.files import write_whole
from avanp.pictures.save import save_image, save_sheet
from avanp.pictures.sheets import labelled_rows
from avanp.training.trainer import NAME, Trainer

LOOKS = "looks.json"
SHEET = 64  # generated images
PAIRS = 24


def draw(trainer: Trainer, work: Work) -> list[str]:
    """Write the pictures of a trained model; return the names of all files there are."""
    system: Any = trainer.system
    out = work.out
    if trainer.best is not None:  # as in every use of the checkpoint
        trainer.best.restore(system)
    names = [NAME, "metrics.jsonl"]
    seen: dict[str, Any] = {}
    unseen = spread(work.images.get("validation", work.images["test"]), SHEET)
    if "generate" in system.can:
        images, seen["generated"] = drawn(system, SHEET, trainer.seed)
        save_sheet(images, out / "samples.png")
        names.append("samples.png")
    if "reconstruct" in system.can:
        known = spread(work.images["train"], len(unseen)).images
        seen["again"] = system.reconstruct(unseen.images)
        seen["known"] = (known, system.reconstruct(known))
    if seen and len(unseen) > 1:
        lines = told(looks(system, unseen.images, **seen, steps=trainer.step), str(out))
        write_whole(out / LOOKS, json.dumps(lines).encode(), within=out)
    if "reconstruct" in system.can:
        unseen = spread(unseen, PAIRS)
        rows = {"original": unseen.images, "reconstruction": system.reconstruct(unseen.images)}
        save_image(labelled_rows(rows), out / "reconstructions.png")
        names.append("reconstructions.png")
    return names


def say_looks(work: Work) -> None:
    """Print what the pictures of a training look like, and what to change."""
    path = work.out / LOOKS
    for line in json.loads(path.read_bytes()) if path.exists() else ():
        said = one_line(f"note: {line}")
        click.echo(textwrap.fill(said, 100, subsequent_indent="  ", break_on_hyphens=False))
