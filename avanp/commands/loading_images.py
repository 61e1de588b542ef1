"""The images that go with a checkpoint: those it was trained on, or others that fit."""

from pathlib import Path
from typing import Any

import click

from avanp.commands.chosen import Chosen
from avanp.commands.trained_images import parts_of_images, wanted_images
from avanp.console import one_line
from avanp.data.images import ImageSet
from avanp.data.resolve import resolve
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
    """Return one image file, converted to the size and the channels of a system."""
    from avanp.data.decode import read_image

    height, width, channels = system.config.shape
    pixels = read_image(path, (width, height))[None]
    return ImageSet(Path(path).name, pixels, (path,), path).with_channels(channels)


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
