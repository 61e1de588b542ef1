"""The VAE/GAN of Larsen et al. 2016: reconstruction measured in a discriminator's features."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from avanp.errors import AvanpError
from avanp.layers.base import Array, Layer
from avanp.layers.gaussian_sample import reparameterise, reparameterise_backward
from avanp.layers.leaky_relu import LeakyReLU
from avanp.layers.sequential import Sequential
from avanp.layers.two_heads import halves
from avanp.losses.kl import kl_logvar
from avanp.losses.squared_error import squared_error
from avanp.systems.base import Gradients, Rng, Terms
from avanp.systems.config import Config, flag, number
from avanp.systems.encoding import EncodingSystem
from avanp.systems.game import FORMS, added, score
from avanp.systems.likelihood import to_images, to_output


@dataclass(frozen=True, kw_only=True)
class VAEGANConfig(Config):
    """A VAE/GAN's; RMSprop at 3e-4 as in the paper.

    Parameters
    ----------
    weight : float
        w of what the decoder descends: w feature error - (1 - w) d's loss on the fakes.
    beta : float
        Weight of the KL term.
    tap : int
        Which hidden layer of d gives the features; -1 is the last.
    gating : bool
        Leave out a net's update where it is far ahead, or behind.
    equilibrium, margin : float
        d is not updated where its mean loss on real or on fake images is below equilibrium -
        margin, the decoder not where it is above equilibrium + margin; but never neither.
    """

    lr: float = 3e-4
    optimiser: Literal["adam", "rmsprop", "momentum", "sgd"] = "rmsprop"
    weight: float = 1e-2
    beta: float = 1.0
    tap: int = -1
    gating: bool = True
    equilibrium: float = 0.68
    margin: float = 0.4

    def __post_init__(self) -> None:
        super().__post_init__()
        number("weight", self.weight, least=0, below=1)
        number("beta", self.beta, least=0)
        n = len(self.hidden)
        if isinstance(self.tap, bool) or not isinstance(self.tap, int) or not -n <= self.tap < n:
            raise AvanpError(f"tap must be a hidden layer of d, from {-n} to {n - 1}")
        flag("gating", self.gating)
        number("equilibrium", self.equilibrium, above=0)
        number("margin", self.margin, least=0)

    def normed(self) -> bool:
        """Return whether there is batch norm if nothing is said about it."""
        return self.arch == "conv"


class VAEGAN(EncodingSystem):
    """Encoder: KL + feature error. Decoder: feature error against d's loss. d: its own loss.

    d sees images x, reconstructions x~ and images x_p of prior codes. Of d's loss nothing reaches
    the encoder, of the feature error nothing the weights of d.
    """

    name = "VAEGAN"
    config_class = VAEGANConfig
    terms_of = {  # noqa: RUF012
        "encoder": ("feature", "kl"),
        "decoder": ("feature", "fake_cost"),
        "d": ("real_cost", "fake_cost"),
    }

    def build(self, streams: dict[str, Rng]) -> dict[str, Layer]:
        """Return encoder, decoder and discriminator."""
        return {**super().build(streams), "d": self.net("discriminator", streams["d"])}

    def gradients(self, batch: Array, rng: Rng) -> tuple[Gradients, Terms]:
        """Return the gradients of all nets; costs are means of -log d(x) and -log(1 - d(x'))."""
        x, c = batch, self.config
        encoder, decoder, d = self.nets["encoder"], self.nets["decoder"], self.nets["d"]
        assert isinstance(d, Sequential)
        code, encoder_cache = encoder.forward(x, train=True)
        mu, logvar = halves(code)
        eps, prior = self.noise(len(x), rng), self.noise(len(x), rng)
        output, decoder_cache = decoder.forward(reparameterise(mu, logvar, eps), train=True)
        prior_output, prior_cache = decoder.forward(prior, train=True)
        x_again = to_images(output, c.pixel_range)
        x_prior = to_images(prior_output, c.pixel_range)

        tap = _hidden_layers(d)[c.tap]
        u, seen, cache = d.forward_taps(x, (tap,), train=True)
        u_again, seen_again, again_cache = d.forward_taps(x_again, (tap,), train=True)
        u_prior, d_prior_cache = d.forward(x_prior, train=True)
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
            "d": added(of_real, of_again, of_prior),
        }
        fake_cost = (again_cost + prior_cost) / 2
        terms = {"feature": feature, "kl": kl}
        terms |= {"real_cost": real_cost, "fake_cost": fake_cost}
        terms |= {"d_real": score(u, "log"), "d_fake": score(u_prior, "log")}
        return grads, terms | self._gates(real_cost, fake_cost)

    def _gates(self, *costs: float) -> Terms:
        """Return 1 for a net of the game that is to be updated, else 0."""
        c = self.config
        d = not c.gating or min(costs) >= c.equilibrium - c.margin
        decoder = not c.gating or max(costs) <= c.equilibrium + c.margin
        neither = not d and not decoder
        return {"d_updated": float(d or neither), "decoder_updated": float(decoder or neither)}

    def chosen(self, terms: Terms) -> list[str]:
        """Return the nets whose gate is open; the encoder has none."""
        return [net for net in self.nets if terms.get(f"{net}_updated", 1.0)]

    def descends(self, terms: Terms) -> Terms:
        """Return each net's own sum; d descends the costs of x, x~ and x_p."""
        w, fakes = self.config.weight, 2 * terms["fake_cost"]
        return {
            "encoder": terms["feature"] + self.config.beta * terms["kl"],
            "decoder": w * terms["feature"] - (1 - w) * fakes,
            "d": terms["real_cost"] + fakes,
        }


def _hidden_layers(d: Sequential) -> list[int]:
    return [i for i, layer in enumerate(d.layers) if isinstance(layer, LeakyReLU)]
