"""Nets whose hidden layers a loss looks at, as parts: VGG16, a classifier's, a random one.

What may stand in the option `features`:

* ``random``: 3×3 convolutions, ReLUs and max pools with He's random weights of the system's seed;
  kept in checkpoints.
* ``vgg16``, ``vgg16:FILE``: the convolutions of VGG16, found again by name; a checkpoint has the
  hash alone.
* ``classifier:RUN``: the net of a classifier that `avanp train` made for images of this shape;
  kept in checkpoints.
"""

from typing import Any

import numpy as np

from avanp.data.vgg16 import find_vgg16
from avanp.errors import AvanpError
from avanp.layers.avg_pool import AvgPool2d
from avanp.layers.conv import Conv2d
from avanp.layers.dense import Dense
from avanp.layers.elu import ELU
from avanp.layers.identity import Identity
from avanp.layers.leaky_relu import LeakyReLU
from avanp.layers.max_pool import MaxPool2d
from avanp.layers.relu import ReLU
from avanp.layers.residual import Residual
from avanp.layers.sequential import Sequential
from avanp.layers.softplus import Softplus
from avanp.layers.tanh import Tanh
from avanp.metrics.vgg16 import vgg16_net
from avanp.systems.parts import Load, Part
from avanp.systems.random_features import random_net

ACTIVATIONS = (ReLU, LeakyReLU, ELU, Softplus, Tanh)
POOLS = (MaxPool2d, AvgPool2d)
KINDS = "random, vgg16, vgg16:FILE, classifier:RUN"
# Of ImageNet, which VGG16's images were normalised by.
MEAN = (0.485, 0.456, 0.406)
DEVIATION = (0.229, 0.224, 0.225)


def feature_part(
    words: str,
    shape: tuple[int, int, int],
    rng: np.random.Generator,
    dtype: Any,
    load: Load,
    *,
    normalise: bool = True,
) -> Part:
    """Return the part that `words` name.

    Parameters
    ----------
    words : str
        See above.
    shape : (H, W, C)
        Of the images.
    rng : numpy.random.Generator
        Of the random net.
    dtype : numpy dtype
    load : callable
        Returns the trained system of a run.
    normalise : bool
        Whether VGG16 sees images with the mean and deviation of ImageNet, as it was trained to.

    Raises
    ------
    AvanpError
        For other words, a file or a run that is not there, or one of other images.
    """
    kind, _, where = words.partition(":")
    if words == "random":
        return Part(random_net(shape, rng, dtype), words)
    if kind == "vgg16" and (where or words == kind):
        return found_part(words, shape, dtype, normalise=normalise)
    if kind == "classifier" and where:
        trained = load(where)
        if "classify" not in trained.can or trained.config.shape != shape:
            raise AvanpError(
                f"features {words!r}: it holds a {trained.name} of images "
                f"{trained.config.shape}, not a classifier of images {shape}"
            )
        if trained.parts:
            raise AvanpError(f"features {words!r}: that is a head over VGG16's; name vgg16")
        of = {"system": trained.name, "config": trained.config.to_json(), "net": "classifier"}
        return Part(trained.nets["classifier"], words, of=of)
    raise AvanpError(f"unknown features {words!r}: choose from {KINDS}")


def found_part(
    words: str, shape: tuple[int, int, int], dtype: Any, *, normalise: bool = True
) -> Part:
    """Return VGG16 up to relu5_1, from a file.

    Parameters
    ----------
    words, shape, dtype, normalise
        As for `feature_part`.
    """
    _, _, file = words.partition(":")
    if shape[2] not in (1, 3):
        raise AvanpError(f"VGG16 looks at grey images or RGB, not at {shape[2]} channels")
    net, _ = vgg16_net(file or find_vgg16(), dtype=dtype)
    return Part(Sequential([_seen(shape[2], normalise, dtype), *net.layers]), words, kept=False)


def tap_places(net: Sequential, shape: tuple[int, int, int]) -> list[int]:
    """Return the numbers of the layers to tap: the first activation at every size of the maps.

    In VGG16 these are relu1_1, relu2_1, …, relu5_1, or as many as images of `shape` can be halved
    for. What a classifier ends with is no activation, and so none of them.
    """
    places, fresh, smallest = [], True, min(shape[:2])
    for i, layer in enumerate(net.layers):
        if isinstance(layer, POOLS):
            smallest //= 2
            if smallest < 1:
                break
        strided = isinstance(layer, Conv2d) and layer.stride != (1, 1)
        strided |= isinstance(layer, Residual) and not isinstance(layer.shortcut, Identity)
        if strided or isinstance(layer, (*POOLS, Dense)):
            fresh = True
        elif fresh and isinstance(layer, ACTIVATIONS):
            places.append(i)
            fresh = False
    return places


def _seen(channels: int, normalise: bool, dtype: Any) -> Conv2d:
    """Return the layer that makes what VGG16 sees of images in [0, 1]: three colours, normalised.

    A grey pixel is three equal colours.
    """
    mean = np.array(MEAN if normalise else (0, 0, 0))
    deviation = np.array(DEVIATION if normalise else (1, 1, 1))
    layer = Conv2d(channels, 3, 1, init="zeros", dtype=dtype)
    layer.params["W"][0, 0] = np.diag(1 / deviation) if channels == 3 else 1 / deviation
    layer.params["b"][...] = -mean / deviation
    return layer
