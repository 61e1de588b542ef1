"""The VAE that SSAVAE is compared with: the same encoder and decoder, trained as one."""

from typing import Any

from avanp.layers.base import Layer
from avanp.nets import ssavae as nets
from avanp.systems.base import Rng
from avanp.systems.vae import VAE


class SameNets(VAE):
    """A VAE of the encoder and the decoder of SSAVAE."""

    def net(self, kind: str, rng: Rng, *sizes: Any) -> Layer:
        """Return a new "encoder" or "decoder"."""
        c = self.config
        b = nets.Build(c.shape, c.hidden, rng, c.batch_norm, self.dtype, latent=c.latent)
        made: Layer = getattr(nets, kind)(b)
        return made


def build_vae(shape: tuple[int, int, int], latent: int, seed: int) -> SameNets:
    """Return the untrained VAE, size S: cross-entropy of the pixels, and KL of weight 1.

    Parameters
    ----------
    shape : (int, int, int)
        Of one image, (H, W, C).
    latent : int
        Numbers in a code.
    seed : int
    """
    config = SameNets.config_class(
        shape=shape, arch="conv", widths=nets.SIZES["S"], latent=latent, batch_norm=True
    )
    return SameNets(config, seed)
