"""The variational autoencoder."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from avanp.layers.base import Array, Layer
from avanp.layers.gaussian_sample import reparameterise, reparameterise_backward
from avanp.layers.two_heads import halves
from avanp.losses.kl import kl_logvar
from avanp.systems.base import Draw, Gradients, Rng, Terms
from avanp.systems.conditional_config import ConditionalConfig
from avanp.systems.conditional_encoding import ConditionalEncodingSystem
from avanp.systems.likelihood import reconstruction
from avanp.systems.likelihood_config import LikelihoodConfig
from avanp.systems.options import option
from avanp.systems.term import Term
from avanp.systems.words import ELBO, KL, RECONSTRUCTION, bound


@dataclass(frozen=True, kw_only=True)
class VAEConfig(LikelihoodConfig, ConditionalConfig):
    """A VAE's."""

    beta: float = option(
        1.0, least=0, help="Weight of the KL term; 1 for the ELBO (Higgins et al. 2017 for others)."
    )
    kl_reduction: Literal["sum", "mean"] = option(
        "sum", help="Of the KL over a code; mean makes its weight beta / latent."
    )
    free_nats: float = option(
        0.0,
        least=0,
        help="Free bits: nats of KL that each number of a code has free (Kingma et al. 2016).",
    )
    warmup: int = option(
        0, least=0, help="Steps over which the weight of the KL term grows from 0 to beta."
    )


def _plain(c: VAEConfig) -> bool:
    """Return whether KL is descended as it is."""
    return (c.beta, c.kl_reduction, c.free_nats, c.warmup) == (1, "sum", 0, 0)


def _loss(config: VAEConfig) -> str:
    if _plain(config):
        return bound(config)
    return "reconstruction + weighted kl: what both nets descend"


class VAE(ConditionalEncodingSystem):
    """Encoder and decoder descend reconstruction + beta KL (Kingma, Welling 2014)."""

    name = "VAE"
    config_class = VAEConfig
    checked_with = {"beta": 0.7, "likelihood": "optimal-gaussian"}
    terms = {
        "loss": Term(_loss, "nats", "loss"),
        "reconstruction": RECONSTRUCTION,
        "kl": KL,
        "elbo": ELBO,
        "kl_weight": Term("what kl is multiplied by, after a warm-up beta"),
    }

    def build(self, streams: Mapping[str, Rng]) -> dict[str, Layer]:
        """Return encoder and decoder; a warm-up has the KL's weight as state."""
        if self.config.warmup:
            self.state["kl_weight"] = np.zeros(())
        return super().build(streams)

    def update(self, draw: Draw, rng: Rng) -> Terms:
        """Run a step; one that is not finite, and changes nothing, does not warm up either."""
        terms = super().update(draw, rng)
        if self.config.warmup:
            now, beta = self.state["kl_weight"], self.config.beta
            now[...] = min(beta, float(now) + beta / self.config.warmup)
        return terms

    def gradients(self, batch: Any, rng: Rng) -> tuple[Gradients, Terms]:
        """Return the gradients of both nets; reconstruction and KL in nats, unweighted."""
        encoder, decoder, c = self.nets["encoder"], self.nets["decoder"], self.config
        x, of = self.parted(batch)
        self.see(of)
        code, encoder_cache = encoder.forward(self.beside(x, of), train=True, rng=rng)
        mu, logvar = halves(code)
        eps = self.noise(len(x), rng)
        z = self.coded(reparameterise(mu, logvar, eps), of)
        output, decoder_cache = decoder.forward(z, train=True, rng=rng)
        recon, doutput = reconstruction(output, x, c)
        weight = float(self.state["kl_weight"] if c.warmup else c.beta)
        penalty, dmu, dlogvar = self._kl(mu, logvar, weight)
        dz, of_decoder = decoder.backward(doutput, decoder_cache)
        assert dz is not None
        through_z = reparameterise_backward(self.coded_dz(dz), logvar, eps)
        dcode = np.concatenate([through_z[0] + dmu, through_z[1] + dlogvar], axis=-1)
        _, of_encoder = encoder.backward(dcode, encoder_cache, wrt="params")
        kl = penalty if _plain(c) else kl_logvar(mu, logvar)[0]
        terms = {"loss": recon + penalty, "reconstruction": recon, "kl": kl}
        return {"encoder": of_encoder, "decoder": of_decoder}, terms

    def measure(self, batch: Any, rng: Rng) -> Terms:
        """Return what is descended as "loss", its terms, and the ELBO, of one draw of z.

        KL weighs as it does after a warm-up.
        """
        c = self.config
        x, of = self.parted(batch)
        mu, logvar = halves(self._encode(self.beside(x, of)))
        z = self.coded(reparameterise(mu, logvar, self.noise(len(x), rng)), of)
        recon, _ = reconstruction(self.decoder.forward(z)[0], x, c)
        penalty, kl = self._kl(mu, logvar, c.beta)[0], kl_logvar(mu, logvar)[0]
        terms = {"loss": recon + penalty, "reconstruction": recon, "kl": kl}
        return terms | {"elbo": -(recon + kl)}

    def _kl(self, mu: Array, logvar: Array, weight: float) -> tuple[float, Array, Array]:
        c = self.config
        return kl_logvar(mu, logvar, weight=weight, reduction=c.kl_reduction, free_nats=c.free_nats)
