"""From a decoder's output to images, and to the reconstruction term."""

import numpy as np

from avanp.layers.base import Array
from avanp.losses.bernoulli import bernoulli_logits
from avanp.losses.optimal_gaussian import optimal_gaussian
from avanp.losses.squared_error import squared_error
from avanp.systems.likelihood_config import LikelihoodConfig


def to_images(output: Array, pixel_range: str) -> Array:
    """Return images: the sigmoid of the output for "unit", the output itself for "real"."""
    if pixel_range == "real":
        return output
    # sigmoid(u) = (1 + tanh(u / 2)) / 2, which cannot overflow.
    images = np.tanh(0.5 * output)
    images += 1
    images *= 0.5
    return images


def to_output(dimages: Array, images: Array, pixel_range: str) -> Array:
    """Return the cotangent of the decoder's output from that of `images` = `to_images` of it."""
    return dimages if pixel_range == "real" else dimages * images * (1 - images)


def nats_of_each(output: Array, x: Array, config: LikelihoodConfig) -> Array:
    """Return the configured reconstruction term of each image, (B,), float64.

    As `reconstruction` gives of that image alone; parameters as there.
    """
    return np.array(
        [reconstruction(output[i : i + 1], x[i : i + 1], config)[0] for i in range(len(x))]
    )


def reconstruction(
    output: Array, x: Array, config: LikelihoodConfig, images: Array | None = None
) -> tuple[float, Array]:
    """Return ``(value, doutput)`` of the configured reconstruction term: -log p(x | z) or so.

    Summed over pixels, mean over the batch. "bernoulli": cross-entropy. "gaussian":
    1/2 ||x - x'||², which is -log N(x; x', I) without its constant. "optimal-gaussian":
    -log N(x; x', s² I), s² the batch's mean squared error. `images` are those of the output, if
    the caller has them.

    Parameters
    ----------
    output : array (B, H, W, C)
        The decoder's: logits under a unit pixel range.
    x : array (B, H, W, C)
        The images.
    config : LikelihoodConfig
        Which term it is.
    images : array, optional
        Those of `output`, if the caller has them.
    """
    if config.likelihood == "bernoulli":
        return bernoulli_logits(output, x)
    if images is None:
        images = to_images(output, config.pixel_range)
    loss = optimal_gaussian if config.likelihood == "optimal-gaussian" else squared_error
    value, dimages = loss(images, x)
    return value, to_output(dimages, images, config.pixel_range)
