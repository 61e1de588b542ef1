"""Fill what is missing in images: the code that explains the known pixels explains the others."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from avanp.errors import AvanpError
from avanp.evaluation.damage import filled
from avanp.evaluation.seamless import seamless
from avanp.layers.base import Array
from avanp.losses.optimal_gaussian import LEAST_VARIANCE
from avanp.optim.adam import Adam
from avanp.systems.likelihood import to_images, to_output
from avanp.systems.mixture import energies, kept

CHUNK = 256  # codes at a time
LOWEST_RATE = 0.05  # of the learning rate, at the end


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


class Search:
    """The search for the codes of some images at once; no image hears of another.

    Parameters
    ----------
    x : array (B, H, W, C)
    known : array (B, H, W) of bool
    """

    def __init__(self, system: Any, x: Array, known: Array, noise: float | None = None) -> None:
        self.decoder, self.config = system.decoder, system.config
        self.mixture = kept(system.state)
        # The Gaussian's; None for Bernoulli pixels, a GAN's too.
        likelihood = getattr(self.config, "likelihood", "bernoulli")
        self.variance = None if likelihood == "bernoulli" else 1.0
        if noise is not None:
            self.variance = noise**2
        # Whether each image's is the one that suits its known pixels best.
        self.best_variance = noise is None and likelihood == "optimal-gaussian"
        self.known = known[..., None].astype(x.dtype)
        self.x = x * self.known

    def minimise(
        self, z: Array, steps: int, lr: float, done: Callable[[int], None] | None = None
    ) -> tuple[Array, Array]:
        """Return the codes (B, n) of the lowest energies seen on the way, and these (B,).

        Parameters
        ----------
        z : array (B, n)
            Where the search begins; written in place.
        steps : int
            Of Adam.
        lr : float
            Its rate.
        done : callable, optional
            Called with the number of each step that is done.
        """
        z = z.copy()
        best, lowest = z.copy(), np.full(len(z), np.inf)
        adam = Adam(lr)
        for step in range(steps + 1):
            energies, dz = self.energy(z)
            better = energies < lowest
            best[better], lowest[better] = z[better], energies[better]
            if done:
                done(step)
            if step < steps:
                share = (1 + np.cos(np.pi * step / steps)) / 2
                adam.lr = lr * (LOWEST_RATE + (1 - LOWEST_RATE) * float(share))
                adam.step({"z": z}, {"z": dz})
        return best, lowest

    def energy(self, z: Array) -> tuple[Array, Array]:
        """Return E (B,) in nats, and its gradient dz (B, n)."""
        output, cache = self.decoder.forward(z)
        error, doutput = self._misfit(output)
        dz, _ = self.decoder.backward(doutput, cache, wrt="input")
        assert dz is not None
        if self.mixture is None:
            return error + 0.5 * np.sum(np.square(z), axis=1, dtype=np.float64), dz + z
        prior, dprior = energies(z, self.mixture)
        return error + prior, dz + dprior.astype(dz.dtype)

    def _misfit(self, output: Array) -> tuple[Array, Array]:
        """Return -log p(known pixels | z) of each image, and the cotangent of the output."""
        axes = (1, 2, 3)
        images = to_images(output, self.config.pixel_range)
        if self.variance is not None:
            error = (images - self.x) * self.known
            squares = np.square(error).sum(axis=axes, dtype=np.float64)
            variance: Any = self.variance
            value = squares / (2 * variance)
            if self.best_variance:
                n = np.maximum(self.known.sum(axis=axes) * images.shape[3], 1)
                variance = np.maximum(squares / n, LEAST_VARIANCE)
                value = squares / (2 * variance) + n / 2 * np.log(2 * np.pi * variance)
                variance = variance.astype(error.dtype)[:, None, None, None]
            return value, to_output(error / variance, images, self.config.pixel_range)
        # Of exp(u) and exp(-u) only the one that cannot overflow is evaluated.
        terms = np.maximum(output, 0) - self.x * output + np.log1p(np.exp(-np.abs(output)))
        value = (terms * self.known).sum(axis=axes, dtype=np.float64)
        return value, (images - self.x) * self.known
