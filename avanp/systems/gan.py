"""The generative adversarial network."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from avanp.layers.base import Layer
from avanp.systems.base import Gradients, Rng, Terms
from avanp.systems.conditional import ConditionalSystem
from avanp.systems.conditional_config import ConditionalConfig
from avanp.systems.game import play, watch
from avanp.systems.likelihood import to_images, to_output
from avanp.systems.options import option
from avanp.systems.term import Term
from avanp.systems.words import GAME, fool_d


@dataclass(frozen=True, kw_only=True)
class GANConfig(ConditionalConfig):
    """A GAN's; its rates are those of Radford et al. 2016."""

    lr: float = option(2e-4, above=0, help="Learning rate.")
    betas: tuple[float, float] = option(
        (0.5, 0.999), least=0, below=1, help="The two decay rates of adam and adamw."
    )
    loss: Literal["log", "non-saturating", "least-squares"] = option(
        "non-saturating",
        help="What the decoder descends: log(1 - d(x')) (Eq. 2 of the AVA paper), -log d(x'), or "
        "(d(x') - 1)² (Mao et al. 2017).",
    )

    def normed(self) -> bool:
        """Return whether there is batch norm if nothing is said about it."""
        return self.arch != "mlp"


class GAN(ConditionalSystem):
    """A decoder that is to fool a discriminator d of images (Goodfellow et al. 2014)."""

    name = "GAN"
    config_class = GANConfig
    monitor = None
    terms = {
        "decoder_loss": Term(fool_d, "nats", "decoder_loss", ("decoder",)),
        **GAME,
    }

    def build(self, streams: Mapping[str, Rng]) -> dict[str, Layer]:
        """Return decoder and discriminator."""
        decoder = self.net("decoder", streams["decoder"], self.config.latent)
        discriminator = self.net("discriminator", streams["discriminator"])
        return {"decoder": decoder, "discriminator": discriminator}

    def gradients(self, batch: Any, rng: Rng) -> tuple[Gradients, Terms]:
        """Return the gradients of both nets, as many fakes as images, of the same classes."""
        decoder, c = self.nets["decoder"], self.config
        x, of = self.parted(batch)
        self.see(of)
        z = self.coded(self.noise(len(x), rng), of)
        output, cache = decoder.forward(z, train=True, rng=rng)
        fake = to_images(output, c.pixel_range)
        real, made = self.beside(x, of), self.beside(fake, of)
        game = play(self.nets["discriminator"], real, made, c.loss, rng)
        doutput = to_output(self.beside_dx(game.dfake), fake, c.pixel_range)
        _, of_decoder = decoder.backward(doutput, cache, wrt="params")
        terms = {"decoder_loss": game.fool, "discriminator_loss": game.d_loss}
        terms |= game.scores("discriminator")
        return {"decoder": of_decoder, "discriminator": game.grads}, terms

    def descends(self, terms: Terms) -> Terms:
        """Return each net's own loss."""
        return {net: terms[f"{net}_loss"] for net in self.nets}

    def measure(self, batch: Any, rng: Rng) -> Terms:
        """Return both losses; there is none to stop by."""
        x, of = self.parted(batch)
        fake = self._decode(np.concatenate([self.noise(len(x), rng), of], axis=1))
        real, made = self.beside(x, of), self.beside(fake, of)
        fooled, terms = watch(self.nets["discriminator"], real, made, self.config.loss)
        return {"decoder_loss": fooled, **terms}
