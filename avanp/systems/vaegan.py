"""The VAE/GAN of Larsen et al. 2016: reconstruction measured in a discriminator's features."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from avanp.layers.base import Array, Layer
from avanp.layers.gaussian_sample import reparameterise, reparameterise_backward
from avanp.layers.leaky_relu import LeakyReLU
from avanp.layers.sequential import Sequential
from avanp.layers.two_heads import halves
from avanp.losses.kl import kl_logvar
from avanp.losses.squared_error import squared_error
from avanp.systems.base import Draw, Gradients, Rng, Terms
from avanp.systems.encoding import EncodingSystem
from avanp.systems.game import FORMS, added, score
from avanp.systems.likelihood import reconstruction, to_images, to_output
from avanp.systems.vaegan_config import TERMS, VAEGANConfig


class VAEGAN(EncodingSystem):
    """Encoder: KL + feature error. Decoder: feature error against d's loss. d: its own loss.

    d sees images x, reconstructions x~ and images x_p of prior codes. Of d's loss nothing reaches
    the encoder, of the feature error nothing the weights of d.
    """

    name = "VAEGAN"
    config_class = VAEGANConfig
    checked_with = {"beta": 0.7, "gating": False}
    terms = TERMS

    def build(self, streams: Mapping[str, Rng]) -> dict[str, Layer]:
        """Return encoder, decoder and discriminator."""
        discriminator = self.net("discriminator", streams["discriminator"])
        return {**super().build(streams), "discriminator": discriminator}

    def updates(self, draw: Draw, rng: Rng) -> Iterator[tuple[Gradients, Terms]]:
        """Yield the gradients of the nets whose gate is open; the encoder has none."""
        grads, terms = self.gradients(draw(), rng)
        yield {net: g for net, g in grads.items() if terms.get(f"{net}_updated", 1.0)}, terms

    def gradients(self, batch: Array, rng: Rng) -> tuple[Gradients, Terms]:
        """Return the gradients of all nets; costs are means of -log d(x) and -log(1 - d(x'))."""
        x, c = batch, self.config
        encoder, decoder, d = (self.nets[n] for n in ("encoder", "decoder", "discriminator"))
        assert isinstance(d, Sequential)
        code, encoder_cache = encoder.forward(x, train=True, rng=rng)
        mu, logvar = halves(code)
        eps, prior = self.noise(len(x), rng), self.noise(len(x), rng)
        output, decoder_cache = decoder.forward(
            reparameterise(mu, logvar, eps), train=True, rng=rng
        )
        prior_output, prior_cache = decoder.forward(prior, train=True, rng=rng)
        x_again = to_images(output, c.pixel_range)
        x_prior = to_images(prior_output, c.pixel_range)

        tap = _hidden_layers(d)[c.tap]
        u, seen, cache = d.forward_taps(x, (tap,), train=True, rng=rng)
        u_again, seen_again, again_cache = d.forward_taps(x_again, (tap,), train=True, rng=rng)
        u_prior, d_prior_cache = d.forward(x_prior, train=True, rng=rng)
        losses = FORMS["log"]
        real_cost, du = losses.real(u)
        again_cost, du_again = losses.fake(u_again)
        prior_cost, du_prior = losses.fake(u_prior)
        _, of_real = d.backward(du, cache, wrt="params")
        # dx in d's loss; the decoder ascends it.
        dx_again, of_again = d.backward(du_again, again_cache)
        dx_prior, of_prior = d.backward(du_prior, d_prior_cache)
        feature, dfeature = squared_error(seen_again[tap], seen[tap])
        dx_feature, _ = d.backward_taps(
            np.zeros_like(u_again), {tap: dfeature}, again_cache, wrt="input"
        )
        assert dx_again is not None
        assert dx_prior is not None
        assert dx_feature is not None

        def back(dx: Array, images: Array, cache: Any, wrt: Any) -> Any:
            return decoder.backward(to_output(dx, images, c.pixel_range), cache, wrt=wrt)

        w = c.weight
        dz, _ = back(dx_feature, x_again, decoder_cache, "input")
        mixed = w * dx_feature - (1 - w) * dx_again
        _, of_mixed = back(mixed, x_again, decoder_cache, "params")
        _, of_prior_code = back(-(1 - w) * dx_prior, x_prior, prior_cache, "params")

        kl, dmu, dlogvar = kl_logvar(mu, logvar)
        dmu, dlogvar = c.beta * dmu, c.beta * dlogvar
        through_z = reparameterise_backward(dz, logvar, eps)
        dcode = np.concatenate([through_z[0] + dmu, through_z[1] + dlogvar], axis=-1)
        _, of_encoder = encoder.backward(dcode, encoder_cache, wrt="params")
        grads = {
            "encoder": of_encoder,
            "decoder": added(of_mixed, of_prior_code),
            "discriminator": added(of_real, of_again, of_prior),
        }
        fake_cost = (again_cost + prior_cost) / 2
        terms = {"loss": feature + c.beta * kl, "feature": feature, "kl": kl}
        terms |= {"real_cost": real_cost, "fake_cost": fake_cost}
        scores = {
            "discriminator_real": score(u, "log"),
            "discriminator_fake": score(u_prior, "log"),
        }
        return grads, terms | scores | self._gates(real_cost, fake_cost)

    def _gates(self, *costs: float) -> Terms:
        """Return 1 for a net of the game that is to be updated, else 0."""
        c = self.config
        d = not c.gating or min(costs) >= c.equilibrium - c.margin
        decoder = not c.gating or max(costs) <= c.equilibrium + c.margin
        neither = not d and not decoder
        updated = {"discriminator": d or neither, "decoder": decoder or neither}
        return {f"{net}_updated": float(yes) for net, yes in updated.items()}

    def descends(self, terms: Terms) -> Terms:
        """Return each net's own sum; d descends the costs of x, x~ and x_p."""
        w, fakes = self.config.weight, 2 * terms["fake_cost"]
        return {
            "encoder": terms["loss"],
            "decoder": w * terms["feature"] - (1 - w) * fakes,
            "discriminator": terms["real_cost"] + fakes,
        }

    @property
    def reconstruction_in(self) -> Terms:
        """How often each term of `measure` has -log p(x | z) in it: none is descended."""
        return {"reconstruction": 1.0, "elbo": -1.0}

    def measure(self, batch: Array, rng: Rng) -> Terms:
        """Return what the encoder descends as "loss", its terms, and the ELBO, of one draw of z."""
        c, d = self.config, self.nets["discriminator"]
        assert isinstance(d, Sequential)
        mu, logvar = halves(self._encode(batch))
        z = reparameterise(mu, logvar, self.noise(len(batch), rng))
        output, _ = self.decoder.forward(z)
        recon, _ = reconstruction(output, batch, c)
        tap = _hidden_layers(d)[c.tap]
        seen = d.forward_taps(batch, (tap,))[1][tap]
        again = d.forward_taps(to_images(output, c.pixel_range), (tap,))[1][tap]
        feature, kl = squared_error(again, seen)[0], kl_logvar(mu, logvar)[0]
        terms = {"loss": feature + c.beta * kl, "feature": feature, "kl": kl}
        return terms | {"reconstruction": recon, "elbo": -(recon + kl)}


def _hidden_layers(d: Sequential) -> list[int]:
    return [i for i, layer in enumerate(d.layers) if isinstance(layer, LeakyReLU)]
