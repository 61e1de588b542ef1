"""A set of images of one size, and the hash that identifies its pixels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from avanp.data.grouping import hold_out, whole_numbers
from avanp.data.pixels import Pixels, Rows, luma
from avanp.data.size import Size
from avanp.errors import AvanpError

__all__ = ["UNIT", "ImageSet", "Rows", "numbered"]

UNIT = (0.0, 1.0)


@dataclass(frozen=True, eq=False, repr=False)
class ImageSet:
    """Images of one size in a fixed order, held as bytes and read-only.

    Parameters
    ----------
    name : str
        What the set is called: a registered name, or the name of its folder.
    pixels : (N, H, W, C) uint8, or Pixels
        N >= 1; C is 3 (RGB) or 1 (grey). Held as `Pixels`; `images` is the array itself.
    names : sequence of N str
        The file names where there are files, or `numbered`.
    source : str
        Where the set comes from: a folder, or ``"built in"``.
    labels : (N,) whole numbers, optional
        The class of each image, an index of `classes`.
    classes : tuple of str
        Names of the classes, empty where there are no labels.
    groups : (N,) whole numbers, optional
        What an image is of (a lesion, a person): images of one group are never divided between
        the parts of a set.
    splits : mapping of str to slice or (n,) indices
        The set's own parts, such as ``{"train": ..., "test": ...}``; empty where it has none.
    value_range : (low, high)
        What bytes 0 and 255 become in `as_float`: what a model of this set sees.
    """

    name: str
    pixels: Any
    names: Sequence[str]
    source: str
    labels: np.ndarray | None = field(default=None)
    classes: tuple[str, ...] = field(default=())
    groups: np.ndarray | None = field(default=None)
    splits: Mapping[str, Rows] = field(default_factory=dict)
    value_range: tuple[float, float] = field(default=UNIT)

    def __post_init__(self) -> None:
        given = self.pixels
        images = given if isinstance(given, Pixels) else np.asarray(given)
        if images.dtype != np.uint8:
            of = "255 * x" if np.issubdtype(images.dtype, np.floating) else "x"
            how = f"numpy.uint8({of}) of values in {'[0, 1]' if of != 'x' else '0..255'}"
            raise AvanpError(f"images must be uint8 (bytes 0..255), not {images.dtype}: give {how}")
        if images.ndim != 4 or images.shape[3] not in (1, 3) or 0 in images.shape:
            raise AvanpError(
                f"images must have the shape (N, H, W, 3), or (N, H, W, 1) for grey ones, "
                f"not {images.shape}"
            )
        if len(self.names) != len(images):
            raise AvanpError(f"{len(images)} images need as many names, not {len(self.names)}")
        if isinstance(images, np.ndarray):
            images = np.ascontiguousarray(images).view()
            images.flags.writeable = False
            images = Pixels(images)
        put = object.__setattr__
        put(self, "pixels", images)
        put(self, "names", tuple(self.names))
        put(self, "labels", whole_numbers("labels", self.labels, len(images)))
        put(self, "groups", whole_numbers("groups", self.groups, len(images)))
        put(self, "classes", tuple(self.classes))
        labels = self.labels
        if labels is not None and not (labels.min() >= 0 and labels.max() < len(self.classes)):
            raise AvanpError(f"labels must be 0..{len(self.classes) - 1}, one for each class")
        low, high = self.value_range
        if not low < high:
            raise AvanpError(f"a value range of {low:g} to {high:g} holds nothing")

    def __len__(self) -> int:
        return len(self.pixels)

    def __repr__(self) -> str:
        shape = "x".join(map(str, (len(self), *self.shape)))
        classes = f", {len(self.classes)} classes" if self.classes else ""
        return f"ImageSet({self.name!r}, {shape}{classes})"

    @property
    def images(self) -> np.ndarray:
        """All images, (N, H, W, C) uint8; of a part a copy, where `pixels` copies none."""
        return self.pixels.whole

    @property
    def width(self) -> int:
        """Width of every image in pixels."""
        return int(self.pixels.shape[2])

    @property
    def height(self) -> int:
        """Height of every image in pixels."""
        return int(self.pixels.shape[1])

    @property
    def channels(self) -> int:
        """1 for grey images, 3 for RGB."""
        return int(self.pixels.shape[3])

    @property
    def shape(self) -> tuple[int, int, int]:
        """(H, W, C) of every image."""
        return self.height, self.width, self.channels

    @property
    def sha256(self) -> str:
        """Hex SHA-256 over ASCII ``"N,H,W,C;"`` and the pixel bytes: independent of encoding."""
        return self.pixels.sha256

    @property
    def distinct(self) -> int:
        """Number of pixel-distinct images."""
        return len(np.unique(self.pixels.equal))

    def as_float(self, dtype: Any = np.float32, rows: Rows | None = None) -> np.ndarray:
        """Return (n, H, W, C) values in `dtype`: byte/255 in [0, 1], each correctly rounded.

        `rows`, a slice or indices, takes those images only: a batch of a large set. Another
        `value_range` than (0, 1) is reached by low + (high - low) * byte/255.
        """
        low, high = self.value_range
        table = (low + (high - low) * (np.arange(256) / 255)).astype(dtype)
        return table[self.images if rows is None else self.pixels[rows]]

    def select(self, rows: Rows) -> "ImageSet":
        """Return the images of `rows`, a slice or indices, with their names, labels and groups."""
        chosen = np.arange(len(self))[rows]
        return replace(
            self,
            pixels=self.pixels.select(rows),
            names=[self.names[i] for i in chosen],
            labels=None if self.labels is None else self.labels[rows],
            groups=None if self.groups is None else self.groups[rows],
            splits={},
        )

    def part(self, split: str) -> "ImageSet":
        """Return the images of one part: "all", or a name in `splits`."""
        if split == "all":
            return self
        if split not in self.splits:
            there = ", ".join(["all", *self.splits])
            raise AvanpError(f"{self.name} has no part {split!r}: choose {there}")
        return self.select(self.splits[split])

    def hold_out(
        self, share: float, rng: np.random.Generator, *, stratified: bool = False
    ) -> "tuple[ImageSet, ImageSet]":
        """Divide the images into the rest and `share` of them, or `stratified` of each class."""
        labels = self.labels if stratified else None
        rest, held = hold_out(self.pixels, self.groups, share, rng, labels)
        return self.select(rest), self.select(held)

    def with_channels(self, channels: int) -> "ImageSet":
        """Return RGB images as grey ones (ITU-R 601 luma) or grey ones as RGB."""
        if channels not in (1, 3):
            raise AvanpError(f"images have 1 channel (grey) or 3 (RGB), not {channels}")
        if channels == self.channels:
            return self
        if channels == 1 and self.pixels.grey:
            return replace(self, pixels=self.pixels.first_channel())
        if channels == 3:
            return replace(self, pixels=np.repeat(self.images, 3, axis=3))
        return replace(self, pixels=luma(self.images))

    def with_range(self, low: float, high: float) -> "ImageSet":
        """Return the same pixels, declared to be `low` to `high` as floating-point values."""
        return replace(self, value_range=(float(low), float(high)))

    def check(
        self,
        *,
        channels: int | None = None,
        size: Size | None = None,
        value_range: tuple[float, float] | None = None,
    ) -> None:
        """Raise `AvanpError` where the set is not what a model wants; None is not looked at."""
        if channels is not None and channels != self.channels:
            kinds = {1: "grey (1 channel)", 3: "RGB (3 channels)"}
            raise AvanpError(
                f"{self.name} is {kinds[self.channels]}, and the model wants "
                f"{kinds.get(channels, f'{channels} channels')}: convert the images"
            )
        if size is not None and tuple(size) != (self.width, self.height):
            raise AvanpError(
                f"{self.name} has images of {self.width}x{self.height}, and the model wants "
                f"{size[0]}x{size[1]}: give --size {size[0]}x{size[1]}"
            )
        if value_range is not None and tuple(value_range) != tuple(self.value_range):
            low, high = self.value_range
            raise AvanpError(
                f"{self.name} has values in [{low:g}, {high:g}], and the model wants "
                f"[{value_range[0]:g}, {value_range[1]:g}]: declare it with with_range"
            )


def numbered(count: int) -> tuple[str, ...]:
    """Return the names 0 … count-1, with leading zeros, for images that have none."""
    return tuple(str(i).zfill(len(str(count - 1))) for i in range(count))
