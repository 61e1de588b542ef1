"""Systems that have a decoder, and those that have an encoder too."""

import math
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from avanp.errors import AvanpError
from avanp.layers.base import Array, Layer
from avanp.layers.gaussian_sample import reparameterise
from avanp.layers.two_heads import halves
from avanp.losses import optimal_gaussian
from avanp.losses.kl import kl_logvar
from avanp.nets import builders
from avanp.nets.build import Build
from avanp.systems import mixture
from avanp.systems.base import Rng, System, Terms
from avanp.systems.config import LatentConfig, LikelihoodConfig
from avanp.systems.gaussian_mixture import draw
from avanp.systems.images import as_rows, in_chunks
from avanp.systems.likelihood import reconstruction, to_images


class DecodingSystem(System):
    """A system that makes images of codes z ~ N(0, I)."""

    config_class: ClassVar[type[LatentConfig]] = LatentConfig
    can = frozenset({"generate", "recover"})
    # The net that makes images of codes.
    decoder_net: ClassVar[str] = "decoder"

    @property
    def decoder(self) -> Layer:
        """The net that makes images of codes."""
        return self.nets[self.decoder_net]

    def net(self, kind: str, rng: Rng, *sizes: Any) -> Layer:
        """Return a new "encoder", "decoder" or "discriminator" of images."""
        made: Layer = getattr(builders(self.config.arch), kind)(self.net_build(rng), *sizes)
        return made

    def net_build(self, rng: Rng) -> Build:
        """Return what the nets of images are built from."""
        c = self.config
        return Build(c.shape, c.hidden, rng, c.batch_norm, self.dtype)

    def noise(self, n: int, rng: Rng) -> Array:
        """Return n standard normal codes."""
        return rng.standard_normal((n, self.config.latent), dtype=self.dtype)

    def decode(self, z: Array) -> Array:
        """Return the images (B, H, W, C) of codes (B, latent)."""
        z = np.asarray(z)
        latent = self.config.latent
        if z.ndim != 2 or z.shape[1] != latent or len(z) == 0:
            raise AvanpError(f"codes must be (n, {latent}), not {z.shape}")
        return in_chunks(self._decode, z.astype(self.dtype, copy=False))

    def _decode(self, z: Array) -> Array:
        return to_images(self.decoder.forward(z)[0], self.config.pixel_range)

    def codes(self, n: int, rng: Rng) -> Array:
        """Return n codes (n, latent) for new images: of the prior."""
        return self.noise(n, rng)

    def generate(self, n: int, rng: Rng) -> Array:
        """Return n images of new codes."""
        if n < 1:
            raise AvanpError(f"the number of images must be at least 1, not {n}")
        return self.decode(self.codes(n, rng))


class EncodingSystem(DecodingSystem):
    """A system with an encoder: what a VAE can do."""

    config_class: ClassVar[type[LatentConfig]] = LikelihoodConfig
    can = frozenset({"generate", "recover", "encode", "reconstruct"})
    encoder_net: ClassVar[str] = "encoder"

    @property
    def encoder(self) -> Layer:
        """The net that makes codes of images."""
        return self.nets[self.encoder_net]

    def build(self, streams: Mapping[str, Rng]) -> dict[str, Layer]:
        """Return encoder and decoder."""
        c = self.config
        if k := getattr(c, "mixture", 0):
            self.state |= mixture.empty_state(k, c.latent, self.dtype)
        return {net: self.net(net, streams[net], c.latent) for net in ("encoder", "decoder")}

    def conclude(self, images: Array, rng: Rng) -> None:
        """Fit the mixture, where there is one, to the codes of the training images."""
        if mixture.NAMES[0] in self.state and len(images) > 1:
            k = len(self.state[mixture.NAMES[0]])
            mixture.keep(self.state, mixture.fit(self._some_codes(images, rng), k, rng))

    def follow(self, images: Array, rng: Rng, share: float) -> None:
        """Let the mixture follow the codes of further images, this share of all."""
        fitted = mixture.kept(self.state)
        if fitted is None:
            return self.conclude(images, rng)
        mixture.keep(self.state, mixture.followed(fitted, self._some_codes(images, rng), share))

    def _some_codes(self, images: Array, rng: Rng) -> Array:
        if len(images) > mixture.MOST_CODES:
            images = images[np.sort(rng.choice(len(images), mixture.MOST_CODES, False))]
        return self.encode(images)[0]

    def codes(self, n: int, rng: Rng) -> Array:
        """Return n codes (n, latent) for new images: of the mixture, or else of the prior."""
        fitted = mixture.kept(self.state)
        drawn = self.noise(n, rng) if fitted is None else draw(fitted, n, rng)
        return drawn.astype(self.dtype, copy=False)

    def encode(self, x: Array) -> tuple[Array, Array]:
        """Return mu and logvar, each (B, latent), of images."""
        x = as_rows(x)
        codes = in_chunks(lambda part: self._encode(self.check_images(part)), x)
        mu, logvar = halves(codes)
        return mu.copy(), logvar.copy()

    def _encode(self, x: Array) -> Array:
        return self.encoder.forward(x)[0]

    def from_codes(self, mu: Array) -> Array:
        """Return the images of codes that `encode` made."""
        return self.decode(mu)

    def reconstruct(self, x: Array) -> Array:
        """Return the images of the codes mu(x)."""
        return self.decode(self.encode(x)[0])

    @property
    def reconstruction_in(self) -> Terms:
        """How often each term of `measure` has -log p(x | z) in it."""
        return {"loss": 1.0, "reconstruction": 1.0, "elbo": -1.0}

    def pooled(self, means: Terms, parts: list[tuple[int, Terms]]) -> Terms:
        """Return the means over parts, but one best variance is that of all their images."""
        if getattr(self.config, "likelihood", None) != "optimal-gaussian" or len(parts) == 1:
            return means
        times = self.reconstruction_in
        nats = [terms["reconstruction"] / times["reconstruction"] for _, terms in parts]
        whole = optimal_gaussian.pooled(nats, [n for n, _ in parts], math.prod(self.config.shape))
        more = whole - means["reconstruction"] / times["reconstruction"]
        return means | {term: means[term] + many * more for term, many in times.items()}

    def measure(self, batch: Any, rng: Rng) -> Terms:
        """Return reconstruction and KL of one draw of z, the ELBO, and as "loss" minus the ELBO."""
        mu, logvar = halves(self._encode(batch))
        z = reparameterise(mu, logvar, self.noise(len(batch), rng))
        recon, _ = reconstruction(self.decoder.forward(z)[0], batch, self.config)
        kl = kl_logvar(mu, logvar)[0]
        return {"loss": recon + kl, "reconstruction": recon, "kl": kl, "elbo": -(recon + kl)}
