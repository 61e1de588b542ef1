"""What BEGAN, BEGAN-CS and BEGAN v3 share: their step, and what they can do."""

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

import numpy as np

from avanp.layers.base import Array, Layer
from avanp.layers.sequential import Sequential
from avanp.layers.two_heads import halves
from avanp.layers.vanishing import carry_of, set_carry
from avanp.losses.began import eq10_k
from avanp.metrics.collapse import sign
from avanp.metrics.convergence import Units, units
from avanp.metrics.diversity import diversity
from avanp.nets.began import Topology, autoencoder, decoder
from avanp.systems.base import Draw, Gradients, Rng, Terms
from avanp.systems.boundary import (
    Error,
    Round,
    Weights,
    balance,
    discriminate,
    in_unit,
    of_images,
    through,
)
from avanp.systems.encoding import DecodingSystem
from avanp.systems.equilibrium_config import TERMS, EquilibriumConfig
from avanp.systems.images import as_rows, chunks, in_chunks

# Validation images that a row of the log and a diversity rest on, and numbers in a map of a layer.
LOOK, PIECE = 500, 2**22


class EquilibriumSystem(DecodingSystem):
    """An auto-encoder D that tells images from a generator's by how well it gives them back.

    D descends L(x) - k L(G(z)) and what its form adds, the generator L(G(z)), and k follows
    γ L(x) - L(G(z)). Inside, images are in [-1, 1]; G's output is linear, and cut to that to be
    looked at.
    """

    config_class = EquilibriumConfig
    can = frozenset({"generate", "encode", "reconstruct", "collapse"})
    decoder_net = "generator"
    monitor = "m"
    keeps_best = True
    checked_with = {"k_start": 0.3, "loss": "mse"}
    terms = TERMS
    early: ClassVar[bool] = False
    variational: ClassVar[bool] = False

    def build(self, streams: Mapping[str, Rng]) -> dict[str, Layer]:
        """Return the auto-encoder and the generator; k is `state`."""
        c = self.config
        topology = Topology(
            shape=c.shape,
            width=c.width,
            latent=c.latent,
            arch=c.arch,
            activation=c.activation,
            early=self.early,
            skips=c.skips,
            vanishing=c.vanishing > 0,
        )
        self.state["k"] = np.array(min(c.k_start, 1.0))
        heads: dict[str, Any] = (
            {"variational": True, "clamp": c.kl_clamp} if self.variational else {}
        )
        d = autoencoder(topology, **heads, rng=streams["discriminator"], dtype=self.dtype)
        g = decoder(topology, rng=streams["generator"], dtype=self.dtype)
        return {"discriminator": d, "generator": g}

    @property
    def d(self) -> Sequential:
        """The auto-encoder."""
        net = self.nets["discriminator"]
        assert isinstance(net, Sequential)
        return net

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
        for rows in chunks(n, self._piece()):
            v = images(rows)
            e = units(self.d.forward(v, rng=rng)[0] - v)
            absolute += e.mean * len(v) / n
            squared += e.rms**2 * len(v) / n
        found = Units(absolute, squared**0.5)
        return Error(in_unit(self.config.loss, found, math.prod(self.config.shape)), found)

    def _in_pieces(self, function: Callable[[Array], Array], x: Array) -> Array:
        """Return ``function(x)``, so few images at a time that a layer's map stays small."""
        return in_chunks(function, x, self._piece())

    def _piece(self) -> int:
        c = self.config
        return max(1, PIECE // (c.shape[0] * c.shape[1] * c.width))

    def notice(self, rows: list[dict[str, Any]]) -> str:
        """Return a warning where the log shows collapse, or its early sign."""
        return sign(rows).value

    def noise(self, n: int, rng: Rng) -> Array:
        """Return n codes, uniform in [-1, 1] or normal."""
        if self.config.prior == "normal":
            return super().noise(n, rng)
        return rng.uniform(-1, 1, (n, self.config.latent)).astype(self.dtype)

    def encode(self, x: Array) -> tuple[Array, Array]:
        """Return mu and logvar of images by D, (B, latent) each; logvar is -inf without one."""
        encoder = self.d.layers[0]
        codes = self._in_pieces(
            lambda part: encoder.forward(self._signed(self.check_images(part)))[0], as_rows(x)
        )
        if not self.variational:
            return codes, np.full_like(codes, -np.inf)
        mu, logvar = halves(codes)
        return mu.copy(), logvar.copy()

    def from_codes(self, mu: Array) -> Array:
        """Return images (B, H, W, C) of codes that `encode` made, by D's decoder."""
        last = self.d.layers[-1]
        return self._in_pieces(lambda part: self._images(last.forward(part)[0]), mu)

    def reconstruct(self, x: Array) -> Array:
        """Return D's images of the codes mu(x)."""
        return self.from_codes(self.encode(x)[0])

    def _decode(self, z: Array) -> Array:
        return self._in_pieces(lambda part: self._images(self.decoder.forward(part)[0]), z)

    def _signed(self, x: Array) -> Array:
        """Return images in [-1, 1]; those of pixel_range "real" stay what they are."""
        return x if self.config.pixel_range == "real" else 2 * x - 1

    def _images(self, y: Array) -> Array:
        return y if self.config.pixel_range == "real" else np.clip((y + 1) / 2, 0, 1)
