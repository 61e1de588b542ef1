"""The search for the codes of images by what is known of them: an energy, and its descent."""

from collections.abc import Callable
from typing import Any

import numpy as np

from avanp.layers.base import Array
from avanp.losses.optimal_gaussian import LEAST_VARIANCE
from avanp.optim.adam import Adam
from avanp.systems.gaussian_mixture import energies
from avanp.systems.likelihood import to_images, to_output
from avanp.systems.mixture import kept

LOWEST_RATE = 0.05  # of the learning rate, at the end


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
