"""Patches of images for Winograd's transforms, those that stick out of an image too."""

import numpy as np

from avanp.kernels.compiled import inner
from avanp.kernels.engine.emit import fetch_floats
from avanp.kernels.engine.transform import call_transform

AHEAD = 8  # places from a patch to the one after next, which is fetched while this one is read


@inner(error_model="numpy", nogil=True)
def places_apart(x, strides, side):  # type: ignore
    """Return how many bytes after its first the places of a patch of x lie, row by row."""
    apart = np.empty(side * side, np.int64)
    for i in range(side):
        for j in range(side):
            apart[i * side + j] = 4 * x.shape[3] * (i * strides[0] * x.shape[2] + j * strides[1])
    return apart


@inner(error_model="numpy", nogil=True)
def transform_places(  # type: ignore
    x, n, h, w, strides, side, apart, transform, target, steps, outside, sources, targets, lanes
):
    """Transform the patch of image n that begins at (h, w), `outside` where it sticks out.

    The numbers of its points go `steps` bytes after `target`; `sources` and `targets` are memory
    for the tables of the transform.
    """
    sh, sw = strides
    _, height, width, channels = x.shape
    first = x.ctypes.data + 4 * ((n * height + h) * width + w) * channels
    for k in range(len(apart)):
        sources[k] = first + apart[k]
    for k in range(len(steps)):
        targets[k] = target + steps[k]
    for i in range(side):
        fetch_floats(sources[i * side] + 4 * channels * AHEAD * sw, 4 * channels)
    if h < 0 or w < 0 or h + sh * (side - 1) >= height or w + sw * (side - 1) >= width:
        for i in range(side):
            below = h + sh * i
            for j in range(side):
                across = w + sw * j
                if not (0 <= below < height and 0 <= across < width):
                    sources[i * side + j] = outside.ctypes.data
    call_transform(transform, sources.ctypes.data, targets.ctypes.data, channels // lanes, 0)
