"""A set of images of one size, and the hash that identifies its pixels."""

import hashlib
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from avanp.errors import AvanpError


@dataclass(frozen=True, eq=False)
class ImageSet:
    """Images of one size in a fixed order, held as bytes and read-only.

    Parameters
    ----------
    name : str
        What the set is called: a registered name, or the name of its folder.
    images : (N, H, W, 3) uint8
        RGB pixels, N >= 1.
    names : tuple of str
        N names, the file names where there are files.
    source : str
        Where the set comes from: a folder, or ``"built in"``.
    """

    name: str
    images: np.ndarray = field(repr=False)
    names: tuple[str, ...]
    source: str

    def __post_init__(self) -> None:
        images = np.asarray(self.images)
        if images.dtype != np.uint8:
            raise AvanpError(f"images must be uint8 (bytes 0..255), not {images.dtype}")
        if images.ndim != 4 or images.shape[3] != 3 or 0 in images.shape:
            raise AvanpError(f"images must have the shape (N, H, W, 3), not {images.shape}")
        if len(self.names) != len(images):
            raise AvanpError(f"{len(images)} images need as many names, not {len(self.names)}")
        images = np.ascontiguousarray(images).view()
        images.flags.writeable = False
        object.__setattr__(self, "images", images)
        object.__setattr__(self, "names", tuple(self.names))

    def __len__(self) -> int:
        return len(self.images)

    @property
    def width(self) -> int:
        """Width of every image in pixels."""
        return int(self.images.shape[2])

    @property
    def height(self) -> int:
        """Height of every image in pixels."""
        return int(self.images.shape[1])

    @cached_property
    def sha256(self) -> str:
        """Hex SHA-256 over ASCII ``"N,H,W,C;"`` and the pixel bytes: independent of encoding."""
        digest = hashlib.sha256((",".join(map(str, self.images.shape)) + ";").encode("ascii"))
        digest.update(self.images.data)
        return digest.hexdigest()

    @cached_property
    def distinct(self) -> int:
        """Number of pixel-distinct images."""
        return len({hashlib.sha256(image.data).digest() for image in self.images})

    def as_float(self, dtype: type[np.floating] = np.float32) -> np.ndarray:
        """Return (N, H, W, 3) values byte/255 in `dtype`, each correctly rounded."""
        table = (np.arange(256) / 255).astype(dtype)
        return table[self.images]
