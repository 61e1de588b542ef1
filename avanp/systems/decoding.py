"""Systems that have a decoder: images of codes."""

from typing import Any, ClassVar

import numpy as np

from avanp.errors import AvanpError
from avanp.layers.base import Array, Layer
from avanp.nets.build import Build, builders
from avanp.systems.base import Rng, System
from avanp.systems.config import LatentConfig
from avanp.systems.images import in_chunks
from avanp.systems.likelihood import to_images


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

    @property
    def code_size(self) -> int:
        """How many numbers `decode` takes, and `encode` gives, for an image."""
        return int(self.config.latent)

    def net(self, kind: str, rng: Rng, *sizes: Any) -> Layer:
        """Return a new "encoder", "decoder" or "discriminator" of images."""
        made: Layer = getattr(builders(self.config.arch), kind)(self.net_build(rng), *sizes)
        return made

    def net_build(self, rng: Rng, labels: int = 0) -> Build:
        """Return what the nets of images are built from; a map beside them for each label."""
        c = self.config
        height, width, channels = c.shape
        return Build((height, width, channels + labels), c.hidden, rng, c.batch_norm, self.dtype)

    def noise(self, n: int, rng: Rng) -> Array:
        """Return n standard normal codes."""
        return rng.standard_normal((n, self.config.latent), dtype=self.dtype)

    def decode(self, z: Array) -> Array:
        """Return the images (B, H, W, C) of codes (B, latent)."""
        z = np.asarray(z)
        latent = self.code_size
        if z.ndim != 2 or z.shape[1] != latent or len(z) == 0:
            raise AvanpError(f"codes must be (n, {latent}), not {z.shape}")
        return in_chunks(self._decode, z.astype(self.dtype, copy=False))

    def _decode(self, z: Array) -> Array:
        return to_images(self.decoder.forward(z)[0], self.config.pixel_range)

    def prior(self, n: int, rng: Rng) -> Array:
        """Return n codes (n, code_size) as `decode` takes them: of the prior."""
        return self.noise(n, rng)

    def codes(self, n: int, rng: Rng) -> Array:
        """Return n codes (n, code_size) for new images: of the prior."""
        return self.prior(n, rng)

    def generate(self, n: int, rng: Rng) -> Array:
        """Return n images of new codes."""
        if n < 1:
            raise AvanpError(f"the number of images must be at least 1, not {n}")
        return self.textured(self.decode(self.codes(n, rng)), rng)
