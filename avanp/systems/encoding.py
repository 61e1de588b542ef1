"""Systems that have an encoder beside their decoder."""

import math
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from avanp.layers.base import Array, Layer
from avanp.layers.gaussian_sample import reparameterise
from avanp.layers.two_heads import halves
from avanp.losses import optimal_gaussian
from avanp.losses.kl import kl_logvar
from avanp.systems import mixture, texture
from avanp.systems.base import Rng, Terms
from avanp.systems.config import LatentConfig
from avanp.systems.decoding import DecodingSystem
from avanp.systems.gaussian_mixture import draw
from avanp.systems.images import as_rows, in_chunks
from avanp.systems.likelihood import reconstruction
from avanp.systems.likelihood_config import LikelihoodConfig


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
        if getattr(c, "texture", 0):
            self.state |= texture.empty_state(c.shape, self.dtype)
        return {net: self.net(net, streams[net], c.latent) for net in ("encoder", "decoder")}

    def conclude(self, images: Array, rng: Rng) -> None:
        """Fit mixture and texture, where there are some, to the training images."""
        if len(images) < 2:
            return
        if mixture.NAMES[0] in self.state:
            k = len(self.state[mixture.NAMES[0]])
            mixture.keep(self.state, mixture.fit(self._some_codes(images, rng), k, rng))
        self._fit_texture(images, None, rng)

    def _fit_texture(self, images: Array, labels: Array | None, rng: Rng) -> None:
        if texture.NAMES[0] not in self.state or len(images) < 2:
            return
        some = np.sort(rng.choice(len(images), min(len(images), texture.MOST_IMAGES), False))
        x = self.check_images(images[some])
        given = () if labels is None else (labels[some],)
        texture.keep(self.state, texture.fit(x, self.decode(self.encode(x, *given)[0])))

    def follow(self, images: Array, rng: Rng, share: float) -> None:
        """Let the mixture follow the codes of further images, this share of all.

        The texture is fitted anew, as what decoders leave out changes with their weights.
        """
        fitted = mixture.kept(self.state)
        if fitted is None:
            return self.conclude(images, rng)
        mixture.keep(self.state, mixture.followed(fitted, self._some_codes(images, rng), share))
        self._fit_texture(images, None, rng)

    def _some_codes(self, images: Array, rng: Rng) -> Array:
        if len(images) > (most := mixture.most_codes(self.config.latent)):
            images = images[np.sort(rng.choice(len(images), most, False))]
        return self.encode(images)[0]

    def codes(self, n: int, rng: Rng) -> Array:
        """Return n codes (n, latent) for new images: of the mixture, or else of the prior."""
        fitted = mixture.kept(self.state)
        if fitted is None:
            return self.noise(n, rng)
        return self.settled(draw(fitted, n, rng).astype(self.dtype, copy=False))

    def settled(self, z: Array) -> Array:
        """Return codes (n, latent) after `settle` passes through decoder and encoder.

        An auto-encoder that learned with noise moves what lies between images' codes towards them
        (Bengio, Yao, Alain, Vincent 2013).
        """
        for _ in range(getattr(self.config, "settle", 0)):
            z = self.encode(self.decode(z))[0]
        return z

    def textured(self, images: Array, rng: Rng) -> Array:
        """Return images (n, H, W, C) with a draw of the texture, where there is one."""
        fitted = texture.kept(self.state)
        if fitted is None:
            return images
        return in_chunks(lambda x: texture.draw(fitted, x, rng, self.config.texture), images)

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
