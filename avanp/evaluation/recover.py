"""Fill what is missing in images: the code that explains the known pixels explains the others."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from avanp.errors import AvanpError
from avanp.evaluation.damage import filled
from avanp.evaluation.seamless import seamless
from avanp.evaluation.search import Search
from avanp.layers.base import Array

CHUNK = 256  # codes at a time


class Recovered(NamedTuple):
    """Images (N, H, W, C) with their holes filled, what the decoder made, codes, and energies.

    `energies` (N,) are what was minimised, in nats.
    """

    images: Array
    decoded: Array
    codes: Array
    energies: Array


def recover(
    system: Any,
    images: Array,
    known: Array,
    rng: np.random.Generator,
    *,
    steps: int = 300,
    starts: int | None = None,
    lr: float = 0.1,
    noise: float | None = None,
    keep: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> Recovered:
    """Return images whose unknown pixels the model has filled in.

    For each image the code z that minimises ``E(z) = -log p(known pixels | z) + 1/2 |z|²`` is
    sought by Adam, with the gradient taken back through the frozen decoder: the most probable
    code, given what is known. p is the model's own likelihood, or N(decoded, noise²); of a model
    with a mixture its -log stands in the place of 1/2 |z|². The first start is the encoder's mu of
    the image with its holes at the mean of the known pixels, further starts are new codes, and the
    code of the lowest energy is kept (Yeh et al. 2017 for GANs).

    Parameters
    ----------
    system : System
        A trained model with pixels in [0, 1].
    images : array (N, H, W, C)
        Values at unknown pixels are never looked at.
    known : array (N, H, W) of bool
    steps : int
        Of Adam for each start; the rate falls along half a cosine.
    starts : int, optional
        Starts an image; 1 where there is an encoder and 8 where not, if not given.
    noise : float, optional
        Standard deviation of normal noise in the images, whose values may then be any.
    keep : bool
        Whether known pixels stay as they are, and the decoder's image in the holes is moved by a
        smooth amount that lets it meet them. Where they are noisy, they should not.
    progress : callable, optional
        Called with (done, in all) steps.
    """
    if known.shape != images.shape[:3] or known.dtype != bool:
        raise AvanpError(f"known must be bool {images.shape[:3]}, not {known.dtype} {known.shape}")
    # What stands at unknown pixels may be anything, NaN too.
    images = np.where(known[..., None], images, images.dtype.type(0))
    x = system.check_images(images if noise is None else np.clip(images, 0, 1))
    if starts is None:
        starts = 1 if "encode" in system.can else 8
    if starts < 1 or steps < 1:
        raise AvanpError(f"needs at least one start and one step, not {starts} and {steps}")
    n, latent = len(x), system.config.latent
    z = getattr(system, "codes", system.noise)(n * starts, rng).reshape(n, starts, latent)
    if "encode" in system.can:
        z[:, 0] = system.encode(filled(x, known))[0]
    if noise is not None:
        x = np.asarray(images, x.dtype)
    z = z.reshape(n * starts, latent)
    lowest = np.empty(n * starts)
    parts = [slice(i, i + CHUNK) for i in range(0, len(z), CHUNK)]
    for i, rows in enumerate(parts):
        of = np.arange(len(z))[rows] // starts  # the image of each code
        search = Search(system, x[of], known[of], noise)
        done = (lambda s, i=i: progress(i * steps + s, len(parts) * steps)) if progress else None
        z[rows], lowest[rows] = search.minimise(z[rows], steps, lr, done)
    energies = lowest.reshape(n, starts)
    best = energies.argmin(axis=1)
    codes = z.reshape(n, starts, latent)[np.arange(n), best]
    decoded, lowest_found = system.decode(codes), energies[np.arange(n), best]
    return Recovered(_whole(system, x, decoded, known, keep), decoded, codes, lowest_found)


def _whole(system: Any, x: Array, decoded: Array, known: Array, keep: bool) -> Array:
    """Return the images that are to be shown: what is known as it is, holes without a seam."""
    if not keep:
        return decoded
    if min(known.shape[1:]) == 1:  # the columns of a table are no neighbours
        return np.where(known[..., None], x, decoded)
    whole = seamless(x, decoded, known)
    return whole.clip(0, 1) if system.config.pixel_range == "unit" else whole
