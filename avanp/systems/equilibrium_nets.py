"""The nets of BEGAN, BEGAN-CS and BEGAN v3, and the images and codes that they make."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np

from avanp.layers.base import Array, Layer
from avanp.layers.sequential import Sequential
from avanp.layers.two_heads import halves
from avanp.nets.began import autoencoder, decoder
from avanp.nets.began_topology import Topology
from avanp.systems.base import Rng
from avanp.systems.decoding import DecodingSystem
from avanp.systems.equilibrium_config import EquilibriumConfig
from avanp.systems.images import as_rows, in_chunks

PIECE = 2**22  # numbers in a map of a layer


class EquilibriumNets(DecodingSystem):
    """An auto-encoder of images and a generator.

    Inside, images are in [-1, 1]; the generator's output is linear, and cut to that to be looked
    at.
    """

    config_class = EquilibriumConfig
    decoder_net = "generator"
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

    def _in_pieces(self, function: Callable[[Array], Array], x: Array) -> Array:
        """Return ``function(x)``, so few images at a time that a layer's map stays small."""
        return in_chunks(function, x, self.piece())

    def piece(self) -> int:
        """Return how many images go through the nets at a time."""
        c = self.config
        return max(1, PIECE // (c.shape[0] * c.shape[1] * c.width))
