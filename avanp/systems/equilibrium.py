"""What BEGAN, BEGAN-CS and BEGAN v3 share: their step, and what they measure."""

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from avanp.layers.base import Array
from avanp.layers.vanishing import carry_of, set_carry
from avanp.losses.began import eq10_k
from avanp.metrics.collapse import sign
from avanp.metrics.convergence import Units, units
from avanp.metrics.diversity import diversity
from avanp.systems.autoencoder_pass import of_images, through
from avanp.systems.base import Draw, Gradients, Rng, Terms
from avanp.systems.boundary import Error, Round, Weights, balance, discriminate, in_unit
from avanp.systems.equilibrium_config import TERMS
from avanp.systems.equilibrium_nets import EquilibriumNets
from avanp.systems.images import chunks

LOOK = 500  # validation images that a row of the log and a diversity rest on


class EquilibriumSystem(EquilibriumNets):
    """An auto-encoder D that tells images from a generator's by how well it gives them back.

    D descends L(x) - k L(G(z)) and what its form adds, the generator L(G(z)), and k follows
    γ L(x) - L(G(z)).
    """

    can = frozenset({"generate", "encode", "reconstruct", "collapse"})
    monitor = "m"
    keeps_best = True
    checked_with = {"k_start": 0.3, "loss": "mse"}
    terms = TERMS

    def weights(self) -> Weights:
        """Return the weights of what D descends, at the present k."""
        return Weights(float(self.state["k"]))

    def updates(self, draw: Draw, rng: Rng) -> Iterator[tuple[Gradients, Terms]]:
        """Yield D's gradients and the generator's, together or one after the other; then k."""
        c, d = self.config, self.d
        x = self._signed(draw())
        z = self.noise(len(x), rng)
        fake, cache = self.decoder.forward(z, train=True, rng=rng)
        together = c.order == "simultaneous"
        # Only then is the generator's loss one of the same fakes by the same D.
        shared = together and not c.fresh_codes
        played = discriminate(
            d, x, fake, z, self.weights(), distance=c.loss, rng=rng, of_fake=shared
        )
        terms = self._terms(played)
        grads: Gradients = {"discriminator": played.grads}
        if not together:
            yield grads, terms
            grads = {}
        if c.fresh_codes:
            z = self.noise(len(x), rng)
            fake, cache = self.decoder.forward(z, train=True, rng=rng)
        real, seen, dfake = played.real, played.fake, played.dfake
        if dfake is None:
            seen = through(d, fake, c.loss, rng)
            dfake = of_images(d, seen)
        grads["generator"] = self.decoder.backward(dfake, cache, wrt="params")[1]
        yield grads, {**(terms if together else {}), "fake": seen.value}
        if not together:
            again, _ = self.decoder.forward(z, train=True, rng=rng)
            real, seen = (through(d, v, c.loss, rng) for v in (x, again))
        yield {}, balance(real, seen, c.gamma)
        self._control(real.value, seen.value)

    def _terms(self, played: Round) -> Terms:
        """Return what an update of D measured."""
        return {
            "discriminator_loss": played.loss,
            "real": played.real.value,
            "fake": played.fake.value,
        }

    def _control(self, real: float, fake: float) -> None:
        """Move k, and the carry of vanishing residuals."""
        c = self.config
        k = float(self.state["k"])
        self.state["k"][...] = eq10_k(
            k, real, fake, gamma=c.gamma, rate=c.k_rate, printed=c.printed_sign
        )
        if c.vanishing:
            for net in self.nets.values():
                set_carry(net, max(0.0, carry_of(net) - 1 / c.vanishing))

    def descends(self, terms: Terms) -> Terms:
        """Return each net's own loss, where an update measured it."""
        own = {"discriminator": "discriminator_loss", "generator": "fake"}
        return {net: terms[term] for net, term in own.items() if term in terms}

    def evaluate(self, batch: Array, rng: Rng) -> Terms:
        """Return `measure` of all images: M of the whole is no mean of the M of parts."""
        return self.measure(batch, rng)

    def validate(self, batch: Array, rng: Rng) -> Terms:
        """Return `evaluate` of the first 500 images: what a row of the log needs."""
        return self.evaluate(batch[:LOOK], rng)

    def measure(self, batch: Array, rng: Rng) -> Terms:
        """Return M, its parts, and the diversity of fakes of codes that `rng` draws.

        It does not depend on the pieces in which the images go through the nets. What "l2" makes
        of them, which in a step depends on the size of the batch, is that of batches of one. For
        the diversity the first 500 images are looked at.

        Parameters
        ----------
        batch : ndarray (n, H, W, C)
            As `check_images` takes them, however many.
        rng : numpy.random.Generator
        """
        fakes: list[Array] = []
        z = self.noise(len(batch), rng)

        def fake(rows: slice) -> Array:
            made = self.decoder.forward(z[rows])[0]
            if rows.start < LOOK:
                fakes.append(self._images(made))
            return made

        real = self._error(lambda rows: self._signed(self.check_images(batch[rows])), len(z), rng)
        seen = self._error(fake, len(z), rng)
        terms = {**balance(real, seen, self.config.gamma), "real": real.value, "fake": seen.value}
        x = self.check_images(batch[:LOOK])
        if len(x) > 1 and np.ptp(x, axis=0).any():
            # A generator that diverged makes no images at all.
            flat = np.nan_to_num(np.concatenate(fakes)[:LOOK]).reshape(len(x), -1)
            terms["diversity"] = diversity(flat, x.reshape(len(x), -1))
        return terms

    def _error(self, images: Callable[[slice], Array], n: int, rng: Rng) -> Error:
        """Return L(v) of n images outside training, a piece at a time."""
        absolute = squared = 0.0
        for rows in chunks(n, self.piece()):
            v = images(rows)
            e, share = units(self.d.forward(v, rng=rng)[0] - v), len(v) / n
            absolute, squared = absolute + e.mean * share, squared + e.rms**2 * share
        found = Units(absolute, squared**0.5)
        return Error(in_unit(self.config.loss, found, math.prod(self.config.shape)), found)

    def notice(self, rows: list[dict[str, Any]]) -> str:
        """Return a warning where the log shows collapse, or its early sign."""
        return sign(rows).value
