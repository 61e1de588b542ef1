"""The generative adversarial network."""

from dataclasses import dataclass
from typing import Literal

from avanp.layers.base import Array, Layer
from avanp.systems.base import Gradients, Rng, Terms
from avanp.systems.config import Config, choice
from avanp.systems.encoding import DecodingSystem
from avanp.systems.game import FORMS, play, watch
from avanp.systems.likelihood import to_images, to_output


@dataclass(frozen=True, kw_only=True)
class GANConfig(Config):
    """A GAN's; its rates are those of Radford et al. 2016.

    Parameters
    ----------
    loss : {"log", "non-saturating", "least-squares"}
        What the decoder descends: log(1 - d(x')) (Eq. 2 of the AVA paper), -log d(x'), or
        (d(x') - 1)² (Mao et al. 2017).
    """

    lr: float = 2e-4
    betas: tuple[float, float] = (0.5, 0.999)
    loss: Literal["log", "non-saturating", "least-squares"] = "non-saturating"

    def __post_init__(self) -> None:
        super().__post_init__()
        choice("loss", self.loss, tuple(FORMS))

    def normed(self) -> bool:
        """Return whether there is batch norm if nothing is said about it."""
        return self.arch == "conv"


class GAN(DecodingSystem):
    """A decoder that is to fool a discriminator d of images (Goodfellow et al. 2014)."""

    name = "GAN"
    config_class = GANConfig
    has_encoder = False
    terms_of = {"decoder": ("decoder_loss",), "d": ("d_loss",)}  # noqa: RUF012

    def build(self, streams: dict[str, Rng]) -> dict[str, Layer]:
        """Return decoder and discriminator."""
        decoder = self.net("decoder", streams["decoder"], self.config.latent)
        return {"decoder": decoder, "d": self.net("discriminator", streams["d"])}

    def gradients(self, batch: Array, rng: Rng) -> tuple[Gradients, Terms]:
        """Return the gradients of both nets, as many fakes as images."""
        decoder, c = self.nets["decoder"], self.config
        output, cache = decoder.forward(self.noise(len(batch), rng), train=True)
        fake = to_images(output, c.pixel_range)
        game = play(self.nets["d"], batch, fake, c.loss)
        doutput = to_output(game.dfake, fake, c.pixel_range)
        _, of_decoder = decoder.backward(doutput, cache, wrt="params")
        terms = {"decoder_loss": game.fool, "d_loss": game.d_loss}
        terms |= {"d_real": game.d_real, "d_fake": game.d_fake}
        return {"decoder": of_decoder, "d": game.grads}, terms

    def descends(self, terms: Terms) -> Terms:
        """Return each net's own loss."""
        return {"decoder": terms["decoder_loss"], "d": terms["d_loss"]}

    def measure(self, batch: Array, rng: Rng) -> Terms:
        """Return both losses; there is none to stop by."""
        fake = self._decode(self.noise(len(batch), rng))
        terms = watch(self.nets["d"], batch, fake, self.config.loss)
        return {"decoder_loss": terms.pop("fool"), **terms}
