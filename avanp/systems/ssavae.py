"""SSAVAE: a decoder trained against a discriminator, under an encoder that is frozen."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from avanp.layers.base import Array, Layer
from avanp.layers.batch_norm import batch_norm_mode
from avanp.layers.gaussian_sample import reparameterise
from avanp.layers.two_heads import halves
from avanp.losses.least_squares import least_squares
from avanp.losses.ssavae import eq9, eq11
from avanp.optim.adam import Adam
from avanp.optim.base import Optimiser
from avanp.systems import class_gaussians
from avanp.systems.base import Draw, Gradients, Rng, Terms
from avanp.systems.consistency import compared, consistency
from avanp.systems.likelihood import to_images, to_output
from avanp.systems.over_vec import OverVEC
from avanp.systems.ssavae_config import TERMS, SSAVAEConfig
from avanp.systems.structured import build_net

DISCRIMINATOR_BETAS = (0.5, 0.999)


class SSAVAE(OverVEC):
    """Decoder: L_rec + β L_adv + γ L_latent; discriminator: ±1, squared (Zemouri 2020, Eq. 8).

    Encoder and classifier are those of a VEC, frozen. A step is n_dis times two updates of the
    discriminator, on images and on the decoder's, and one of the decoder, each on a new batch. A
    term of weight zero is not computed; without β there are no updates of the discriminator.
    """

    name = "SSAVAE"
    config_class = SSAVAEConfig
    can = OverVEC.can | {"generate by class", "classify"}
    monitor = "reconstruction"
    checked_with = {"classes": 3, "widths": (2, 3, 2), "alphas": (0.9, 0.3, 0.2)}
    checked_with |= {"beta": 0.7, "gamma": 0.6}
    terms = TERMS

    def build(self, streams: Mapping[str, Rng]) -> dict[str, Layer]:
        """Return decoder and discriminator; the codes of the classes are the state."""
        self.state = class_gaussians.empty(self.config.classes, self.config.latent)
        nets = ("decoder", "discriminator")
        return {net: build_net(net, self.config, streams, self.dtype) for net in nets}

    def lr_of(self, net: str) -> float:
        """Return the learning rate of a net."""
        c = self.config
        rate: float = c.discriminator_lr if net == "discriminator" else c.lr
        return rate

    def optimiser_of(self, net: str) -> Optimiser:
        """Return a new optimiser; Adam's first decay rate is 0.5 for the discriminator."""
        made = super().optimiser_of(net)
        if net == "discriminator" and isinstance(made, Adam):
            made.betas = DISCRIMINATOR_BETAS
        return made

    def updates(self, draw: Draw, rng: Rng) -> Iterator[tuple[Gradients, Terms]]:
        """Yield Algorithm 2's updates: of the discriminator twice, n_dis times; of the decoder."""
        c = self.config
        for _ in range(c.n_dis if c.beta else 0):
            yield self._discriminator(draw(), "real", rng)
            z = self._drawn(*halves(self._encode(draw())), rng)
            # The batch's moments, as in the decoder's own update, and the running ones left alone.
            with batch_norm_mode(self.decoder, "no-update"):
                output, _ = self.decoder.forward(z, train=True, rng=rng)
            yield self._discriminator(to_images(output, c.pixel_range), "fake", rng)
        yield self._decoder(draw(), rng)

    def _drawn(self, mu: Array, logvar: Array, rng: Rng) -> Array:
        return reparameterise(mu, logvar, rng.standard_normal(mu.shape, dtype=self.dtype))

    def noise(self, n: int, rng: Rng) -> Array:
        """Return n codes of the images' classes, as often as they were seen in training.

        The codes of images fill but a part of the prior, and a decoder knows no other; only
        before any training are they standard normal.
        """
        seen = self.state["seen"]
        if not seen.any():
            return super().noise(n, rng)
        return self.noise_of(rng.choice(len(seen), n, p=seen / seen.sum()), rng)

    @property
    def classes_seen(self) -> Array:
        """The classes whose codes training has seen, which `noise_of` can draw."""
        return np.flatnonzero(self.state["seen"])

    def noise_of(self, labels: Array, rng: Rng) -> Array:
        """Return a code for each label (n,), of the Gaussian fitted to its class's mu."""
        return class_gaussians.draw(self.state, np.asarray(labels), rng).astype(self.dtype)

    def _discriminator(self, x: Array, kind: str, rng: Rng) -> tuple[Gradients, Terms]:
        net = self.nets["discriminator"]
        scores, cache = net.forward(x, train=True, rng=rng)
        value, dscores = least_squares(scores, 1.0 if kind == "real" else -1.0)
        _, grads = net.backward(dscores, cache, wrt="params")
        mean = float(scores.mean(dtype=np.float64))
        return {"discriminator": grads}, {f"{kind}_cost": value, f"discriminator_{kind}": mean}

    def _decoder(self, x: Array, rng: Rng) -> tuple[Gradients, Terms]:
        c = self.config
        code, wanted, _ = self.encoder.forward_taps(x, compared(self.encoder, c))
        mu, logvar = halves(code)
        z = self._drawn(mu, logvar, rng)
        output, cache = self.decoder.forward(z, train=True, rng=rng)
        again = to_images(output, c.pixel_range)
        classes = self.class_of_code(mu)
        class_gaussians.add(self.state, mu, classes.argmax(axis=1))
        terms, dx = consistency(self.encoder, self.classifier, c, again, wanted, classes)
        if c.beta:
            net = self.nets["discriminator"]
            scores, dis_cache = net.forward(again)
            adversarial, dscores = least_squares(scores, net.forward(x)[0])
            back, _ = net.backward(c.beta * dscores, dis_cache, wrt="input")
            assert back is not None
            dx = dx + back
            terms["adversarial"] = adversarial
            terms["loss"] += c.beta * adversarial
        doutput = to_output(dx, again, c.pixel_range)
        _, grads = self.decoder.backward(doutput, cache, wrt="params")
        return {"decoder": grads}, terms

    def descends(self, terms: Terms) -> Terms:
        """Return L_Dec, or what the discriminator pays in the update at hand."""
        if "loss" in terms:
            return {"decoder": terms["loss"]}
        return {"discriminator": terms.get("real_cost", terms.get("fake_cost", 0.0))}

    def measure(self, batch: Array, rng: Rng) -> Terms:
        """Return L_rec and L_latent with mu in the place of a draw."""
        c, weights = self.config, compared(self.encoder, self.config)
        code, wanted, _ = self.encoder.forward_taps(batch, weights)
        mu = halves(code)[0]
        code, seen, _ = self.encoder.forward_taps(self._decode(mu), weights)
        one, other = self.class_of_code(mu), self.class_of_code(halves(code)[0])
        return {
            "reconstruction": eq9(wanted.values(), seen.values(), weights.values()),
            "latent_loss": eq11(one, other, reduction=c.latent_reduction),
        }

    def notice(self, rows: list[dict[str, Any]]) -> str:
        """Return nothing: what the code lacks, the first stage has said."""
        return ""
