"""The variational autoencoder."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from avanp.layers.base import Array
from avanp.layers.gaussian_sample import reparameterise, reparameterise_backward
from avanp.layers.two_heads import halves
from avanp.losses.kl import kl_logvar
from avanp.systems.base import Gradients, Rng, Terms
from avanp.systems.config import Config, choice, number
from avanp.systems.encoding import EncodingSystem
from avanp.systems.likelihood import reconstruction


@dataclass(frozen=True, kw_only=True)
class VAEConfig(Config):
    """A VAE's.

    Parameters
    ----------
    beta : float
        Weight of the KL term; 1 for the ELBO (Higgins et al. 2017 for others).
    kl_reduction : {"sum", "mean"}
        Over the units of a code. "mean" makes the weight that of beta / latent.
    free_nats : float
        "Free bits": nats of KL a unit of the code that cost nothing (Kingma et al. 2016).
    """

    beta: float = 1.0
    kl_reduction: Literal["sum", "mean"] = "sum"
    free_nats: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        number("beta", self.beta, least=0)
        choice("kl_reduction", self.kl_reduction, ("sum", "mean"))
        number("free_nats", self.free_nats, least=0)


class VAE(EncodingSystem):
    """Encoder and decoder descend reconstruction + beta KL (Kingma, Welling 2014)."""

    name = "VAE"
    config_class = VAEConfig
    terms_of = {"encoder": ("reconstruction", "kl"), "decoder": ("reconstruction",)}  # noqa: RUF012

    def gradients(self, batch: Array, rng: Rng) -> tuple[Gradients, Terms]:
        """Return the gradients of both nets; reconstruction and KL in nats, unweighted."""
        encoder, decoder, c = self.nets["encoder"], self.nets["decoder"], self.config
        code, encoder_cache = encoder.forward(batch, train=True)
        mu, logvar = halves(code)
        eps = self.noise(len(batch), rng)
        output, decoder_cache = decoder.forward(reparameterise(mu, logvar, eps), train=True)
        recon, doutput = reconstruction(output, batch, c)
        penalty, dmu, dlogvar = kl_logvar(
            mu, logvar, weight=c.beta, reduction=c.kl_reduction, free_nats=c.free_nats
        )
        dz, of_decoder = decoder.backward(doutput, decoder_cache)
        assert dz is not None
        through_z = reparameterise_backward(dz, logvar, eps)
        dcode = np.concatenate([through_z[0] + dmu, through_z[1] + dlogvar], axis=-1)
        _, of_encoder = encoder.backward(dcode, encoder_cache, wrt="params")
        plain = (c.beta, c.kl_reduction, c.free_nats) == (1, "sum", 0)
        kl = penalty if plain else kl_logvar(mu, logvar)[0]
        terms = {"loss": recon + penalty, "reconstruction": recon, "kl": kl}
        return {"encoder": of_encoder, "decoder": of_decoder}, terms

    def descends(self, terms: Terms) -> Terms:
        """Return the same sum for both nets."""
        return {"encoder": terms["loss"], "decoder": terms["loss"]}
