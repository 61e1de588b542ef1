"""What is to be trained: the words of `avanp train`, read and looked at, a stage at a time."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import numpy as np

from avanp.commands.loading import load_any
from avanp.commands.work import Asked, Work
from avanp.console import one_line
from avanp.data.images import ImageSet
from avanp.data.resolve import load_splits
from avanp.errors import AvanpError
from avanp.evaluation.subsets import some_labels
from avanp.registry import DATASETS
from avanp.systems import auto
from avanp.systems.base import System
from avanp.systems.find import find
from avanp.systems.options import options_of
from avanp.systems.structured import UNLABELLED
from avanp.training.checkpoint import describe
from avanp.training.folder import order_in, parts_of
from avanp.training.rates import going_on
from avanp.training.trainer import NAME


def stages(kind: type[System], given: dict[str, Any], asked: Asked) -> Iterator[Work]:
    """Yield what is to be trained, a stage after the other; each is trained before the next.

    Parameters
    ----------
    kind : type
        The system that was asked for.
    given : dict
        Options of its configuration, and of its first stage's.
    asked : Asked
        The other words of the command.
    """
    if asked.from_run is not None and kind.first_stage is None:
        raise AvanpError(f"--from is for models of two stages, and {kind.name} has one")
    if asked.stop_on_collapse and "collapse" not in kind.can:
        raise AvanpError(f"--stop-on-collapse: the log of a {kind.name} does not show a collapse")
    if asked.sheets is not None and "generate" not in kind.can:
        raise AvanpError(f"--sheets: a {kind.name} generates nothing to draw")
    kinds = [kind] if kind.first_stage is None else [find(kind.first_stage), kind]
    if asked.labels is not None and not kinds[0].takes_unlabelled:
        raise AvanpError(f"--labels: {kind.name} learns nothing from images without a label")
    if asked.labels is not None and asked.from_run is not None:
        raise AvanpError(f"--labels is for training the {kinds[0].name}, and --from has one")
    for one in kinds:  # a wrong word is told before anything is read
        _config(one, given, (1, 1, 1), 2)
    asked = replace(asked, stratified=_stratified(kinds, asked))
    images = read(asked)
    if asked.channels is None and all(part.pixels.grey for part in images.values()):
        # Photographs without colour are trained on as what they are.
        images = {name: part.with_channels(1) for name, part in images.items()}
        asked = replace(asked, channels="1")
    out = Path(asked.out)
    if kind.first_stage is None:
        yield _work(kind, given, asked, images, out)
        return
    first = kinds[0]
    folder = out / first.name.lower()
    if asked.from_run is None:
        yield _work(first, given, asked, images, folder)
    origin = asked.from_run or str(folder)
    trained, _ = load_any(origin)
    if trained.name != first.name:
        raise AvanpError(f"--from {origin} holds a {trained.name}, not a {first.name}")
    settled = kind.options_from(trained)
    for name, value in settled.items():
        if given.get(name, value) != value:
            flag = "--" + name.replace("_", "-")
            raise AvanpError(f"{flag} is settled by the {first.name} of {origin}: leave it out")
    if trained.config.shape != images["train"].shape:
        height, width, channels = trained.config.shape
        raise AvanpError(
            f"the {first.name} of {origin} is for images of {width}x{height} with {channels} "
            f"channels: give --size {width}x{height} --channels {channels}"
        )
    work = _work(kind, {**given, **settled}, asked, images, out)
    work.parts = kind.parts_from(trained, first.name)
    yield work


def read(asked: Asked) -> dict[str, ImageSet]:
    """Return the parts of the images."""
    _check_apart(asked)
    click.echo(one_line(f"reading {asked.data}"))
    channels = None if asked.channels is None else int(asked.channels)
    parts = load_splits(
        asked.data,
        asked.size,
        channels=channels,
        validation=asked.validation,
        limit=asked.limit,
        stratified=asked.stratified,
    )
    parts["train"].check(value_range=(0.0, 1.0))
    return parts


def _check_apart(asked: Asked) -> None:
    """Raise `AvanpError` where pictures would be written among the images of the next reading."""
    if asked.data in DATASETS:
        return
    data, out = (Path(os.path.realpath(os.path.expanduser(p))) for p in (asked.data, asked.out))
    if data.is_dir() and (out.is_relative_to(data) or data.is_relative_to(out)):
        raise AvanpError(
            f"--out {asked.out} and the images of --data {asked.data} lie in one another: name a "
            "folder beside them, such as --out runs/one"
        )


def _stratified(kinds: list[type[System]], asked: Asked) -> bool:
    """Whether a new training, or the one that is in the folder, has parts stratified by class."""
    out = Path(asked.out)
    begun = [folder / NAME for folder in (out, *(out / one.name.lower() for one in kinds))]
    said = [(describe(path).get("about") or {}).get("data") for path in begun if path.exists()]
    return all(isinstance(data, dict) and data.get("stratified") is True for data in said)


def _work(
    kind: type[System], given: dict[str, Any], asked: Asked, images: dict[str, ImageSet], out: Path
) -> Work:
    train = images["train"]
    needs_labels = kind.needs_labels or bool(given.get("conditional"))
    if needs_labels and train.labels is None:
        raise AvanpError(f"{train.name} has no labels for a {kind.name} to learn")
    if needs_labels and len(train.classes) < 2:
        raise AvanpError(
            f"all images of {train.name} are of one class, {train.classes[0]!r}, and a {kind.name} "
            "needs two: give a folder with a sub-folder for each class"
        )
    before = order_in(out)
    if before.get("model") != kind.name:
        before = {}
    # What follows the images is settled once, by the first command in a folder.
    settles = before if auto.follows(kind.name, train.shape) else {}
    plan = auto.plan(kind.name, train.shape, len(train), asked.batch or settles.get("batch"))
    epochs = None if asked.steps else asked.epochs or plan.epochs
    asked = replace(asked, batch=plan.batch, epochs=epochs)
    updates = asked.steps or (epochs or 0) * -(-len(train) // plan.batch)
    settled = auto.options(kind, given, train.shape, len(train), updates)
    for name in settled.keys() - given.keys() if settles else ():
        # What an earlier version had no option for it did not do.
        there = settles.get(name, options_of(kind.config_class)[name].default)
        settled[name] = tuple(there) if isinstance(there, list) else there
    config = _config(kind, settled, train.shape, len(train.classes), train.labels)
    labels = train.labels if needs_labels else None
    if labels is not None and kind.takes_unlabelled and asked.labels is not None:
        labels = some_labels(labels, asked.labels, asked.seed, UNLABELLED)
    parts = parts_of(kind, config, asked.seed)
    chosen = {name: value for name, value in settled.items() if name not in given}
    schedule = asked.schedule or kind.schedule
    if schedule is None:
        schedule = going_on(settles["schedule"]) if "schedule" in settles else plan.schedule
        chosen |= {} if schedule is None else {"schedule": schedule}
    return Work(kind, config, asked, images, out, parts, labels, schedule, chosen, before)


def _config(
    kind: type[System],
    given: dict[str, Any],
    shape: tuple[int, int, int],
    classes: int,
    labels: np.ndarray | None = None,
) -> Any:
    """Return a configuration; what the data decides is not `given`.

    Parameters
    ----------
    kind : type
    given : dict
        Options, of other systems too.
    shape : (H, W, C)
    classes : int
    labels : array (N,), optional
        Of the training images: how many each class has, where classes are to be balanced.
    """
    known = options_of(kind.config_class)
    options: dict[str, Any] = {"shape": shape}
    if "classes" in known and ("conditional" not in known or given.get("conditional")):
        options["classes"] = classes
    if "counts" in known and given.get("balanced") and labels is not None:
        counts = np.bincount(labels, minlength=classes)
        options["counts"] = tuple(int(max(count, 1)) for count in counts)
    options |= {name: value for name, value in given.items() if name in known}
    return kind.config_class.from_options(**options)
