"""The images that go with a checkpoint: those it was trained on, or others that fit."""

from pathlib import Path
from typing import Any, NamedTuple

import click

from avanp.commands.chosen import Chosen
from avanp.console import one_line
from avanp.data.images import ImageSet
from avanp.data.resolve import data_spec, load_splits, resolve
from avanp.errors import AvanpError
from avanp.systems.base import System


def images_for(system: System, about: dict[str, Any], chosen: Chosen) -> ImageSet:
    """Return images that fit a system: a part of those it was trained on, or of others.

    Raises
    ------
    AvanpError
        For images of another size or other channels than the model's, unless asked to convert.
    """
    wanted = wanted_images(about, chosen)
    if chosen.split == "all":
        click.echo(one_line(f"reading {wanted.spec}"))
        images = resolve(wanted.spec, wanted.size, channels=wanted.channels)
    else:
        parts = parts_of_images(about, wanted)
        if chosen.split not in parts:
            raise AvanpError("there is no validation part: choose --split test or train")
        images = parts[chosen.split]
    fitting(images, system)
    return images


def image_for(system: System, path: str) -> ImageSet:
    """Return one image file, converted to the size and channels of a system; a line says so."""
    from avanp.data.decode import image_size, read_image

    height, width, channels = system.config.shape
    pixels = read_image(path, (width, height))[None]
    image = ImageSet(Path(path).name, pixels, (path,), path).with_channels(channels)
    own, colours = image_size(path), "grey" if channels == 1 else "RGB"
    brought = f"{width}x{height} {colours}, the model's"
    click.echo(one_line(f"{image.name}: {own[0]}x{own[1]} brought to {brought}"))
    return image


def train_and_test(
    system: System, about: dict[str, Any], chosen: Chosen
) -> tuple[ImageSet, ImageSet]:
    """Return the training and the test images, as `images_for` does."""
    parts = parts_of_images(about, wanted_images(about, chosen))
    for part in ("train", "test"):
        fitting(parts[part], system)
    return parts["train"], parts["test"]


def fitting(images: ImageSet, system: System) -> None:
    """Raise an `AvanpError` that says what to do where images do not fit a system."""
    height, width, channels = system.config.shape
    if images.channels != channels:
        raise AvanpError(
            f"{images.name} has {images.channels} channels and the model wants {channels}: "
            f"give --channels {channels} to convert"
        )
    images.check(size=(width, height), value_range=(0.0, 1.0))


class Wanted(NamedTuple):
    """What images to read, and what was done with them in training."""

    spec: str
    size: str | None
    channels: int | None
    validation: float = 0.0
    limit: int | None = None
    stratified: bool = True


def _trained(about: dict[str, Any]) -> dict[str, Any]:
    """Return what a checkpoint says of its images; nothing, where `train` would not say so."""
    data = about.get("data")
    kinds = {"spec": str, "size": str | None, "validation": int | float, "limit": int | None}
    if not isinstance(data, dict) or data.get("channels") not in (None, "1", "3"):
        return {}
    right = all(isinstance(data.get(key), kind) for key, kind in kinds.items())
    return data if right else {}


def wanted_images(about: dict[str, Any], chosen: Chosen) -> Wanted:
    """Return the words of the command line, filled up with those of the training."""
    trained, (data, size, channels, _) = _trained(about), chosen
    if data is None and "spec" not in trained:
        raise AvanpError("give --data: the checkpoint does not say what it was trained on")
    spec = trained["spec"] if data is None else data
    if data_spec(spec) != trained.get("spec"):
        return Wanted(spec, size, None if channels is None else int(channels))
    channels = channels or trained.get("channels")
    return Wanted(
        spec,
        size or trained.get("size"),
        None if channels is None else int(channels),
        trained.get("validation", 0.0),
        trained.get("limit"),
        trained.get("stratified") is True,
    )


def parts_of_images(about: dict[str, Any], wanted: Wanted) -> dict[str, ImageSet]:
    """Return the parts of the images; of the training's own set, as they were then."""
    click.echo(one_line(f"reading {wanted.spec}"))
    parts = load_splits(
        wanted.spec,
        wanted.size,
        channels=wanted.channels,
        validation=wanted.validation,
        limit=wanted.limit,
        stratified=wanted.stratified,
    )
    _tell_of_changes(about, wanted, parts["train"])
    return parts


def _tell_of_changes(about: dict[str, Any], wanted: Wanted, train: ImageSet) -> None:
    """Say so where a set's training part is no longer what the model was trained on."""
    trained, order = _trained(about), about.get("order")
    before = order.get("pixels") if isinstance(order, dict) else None
    channels = trained.get("channels")
    same = (
        data_spec(wanted.spec) == trained.get("spec")
        and wanted.size == trained.get("size")
        and wanted.channels == (None if channels is None else int(channels))
    )
    if not same or not isinstance(before, str) or before == train.sha256:
        return
    count = trained.get("images")
    counts = f"{count:,} → {len(train):,} training images" if isinstance(count, int) else ""
    click.echo(
        one_line(
            f"note: {train.name} has changed since the training"
            f"{f' ({counts})' if counts else ''}: "
            "its test part may hold images the model was trained on"
        ),
        err=True,
    )
