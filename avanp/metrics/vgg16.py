"""The convolutions of VGG16 (Simonyan, Zisserman 2015), with weights that the user brings."""

from pathlib import Path
from typing import Any

import numpy as np

from avanp.data.readers.npz import read_npz
from avanp.errors import AvanpError
from avanp.layers.base import Layer
from avanp.layers.conv import Conv2d
from avanp.layers.max_pool import MaxPool2d
from avanp.layers.relu import ReLU
from avanp.layers.sequential import Sequential
from avanp.metrics.arrays import Array
from avanp.metrics.features import Features, tap_means

BLOCKS = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))
CONVS = [
    (f"{block}_{i}", width)
    for block, widths in enumerate(BLOCKS, 1)
    for i, width in enumerate(widths, 1)
]
TAPS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")


class VGG16(Features):
    """The means over places of some layers of VGG16: 1472 numbers for the usual five.

    Parameters
    ----------
    path : path-like
        An .npz file, as for `vgg16_net`.
    taps : sequence of str
        Names such as "relu3_1".
    """

    def __init__(self, path: str | Path, taps: tuple[str, ...] = TAPS) -> None:
        known = [f"relu{name}" for name, _ in CONVS]
        if not taps or not set(taps) <= set(known):
            raise AvanpError(f"unknown layers among {', '.join(taps)}: choose from relu1_1 …")
        self.net, places = vgg16_net(path, max(taps, key=known.index))
        self.taps = {places[name] for name in taps}
        self.about = f"vgg16 of {Path(path).name}: means of {', '.join(taps)}"

    def of_batch(self, x: Array) -> Array:
        """Return the features (B, D) of a batch (B, H, W, 3 or 1) of floats in [0, 1]."""
        if x.shape[3] not in (1, 3):
            raise AvanpError(f"vgg16 takes images of 3 channels (or 1), not {x.shape[3]}")
        x = np.broadcast_to(x, (*x.shape[:3], 3))
        return tap_means(list(self.net), np.ascontiguousarray(x, np.float32), self.taps)


def vgg16_net(
    path: str | Path, last: str = "relu5_1", dtype: Any = np.float32
) -> tuple[Sequential, dict[str, int]]:
    """Return VGG16 up to the layer `last`, and the place of every ReLU in it by name.

    It takes images (B, H, W, 3) in [0, 1] as they are, without the means of ImageNet.

    Parameters
    ----------
    path : path-like
        An .npz file of float arrays: kernels ``"conv1_1.W"`` (3, 3, in, out) and biases
        ``"conv1_1.b"`` (out,), up to the layer that is asked for.

    Raises
    ------
    AvanpError
        Where the file cannot be read, or an array is missing or of another shape.
    """
    layers: list[Layer] = []
    places: dict[str, int] = {}
    n_in, before = 3, "1"
    names = [name for name, _ in CONVS]
    used = CONVS[: names.index(last.removeprefix("relu")) + 1]
    try:
        arrays = read_npz(path, [f"conv{name}.{key}" for name, _ in used for key in "Wb"])
    except AvanpError as error:
        raise AvanpError(
            f"no VGG16 weights, an .npz with conv1_1.W, conv1_1.b, …: {error}"
        ) from None
    for name, width in used:
        if name[0] != before:
            layers.append(MaxPool2d())
        conv = Conv2d(n_in, width, 3, init="zeros", dtype=dtype)
        for key, array in conv.params.items():
            array[...] = _checked(arrays, f"conv{name}.{key}", array.shape)
        layers += [conv, ReLU()]
        places[f"relu{name}"] = len(layers) - 1
        n_in, before = width, name[0]
    return Sequential(layers), places


def _checked(arrays: dict[str, Array], key: str, shape: tuple[int, ...]) -> Array:
    if key not in arrays:
        raise AvanpError(f"the VGG16 weights have no array {key!r}")
    array = arrays[key]
    if array.shape != shape or array.dtype.kind != "f":
        raise AvanpError(
            f"{key} of the VGG16 weights is {array.dtype}{array.shape}, not float{shape}: "
            "kernels are (3, 3, in, out)"
        )
    return array
