"""The DFC-VAE: a VAE whose images are compared in the features of a frozen net as well.

Hou et al. 2017 (deep feature consistent VAE); here with the three terms of Ahlawat et al. 2021,
Eq. 6, and its nets.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from avanp.dfc.equations import eq6
from avanp.errors import AvanpError
from avanp.layers.base import Array, Layer
from avanp.layers.gaussian_sample import reparameterise, reparameterise_backward
from avanp.layers.sequential import Sequential
from avanp.layers.two_heads import halves
from avanp.losses.feature import FeatureLoss
from avanp.losses.kl import kl_logvar
from avanp.nets import dfc
from avanp.systems.base import Gradients, Rng, Terms
from avanp.systems.dfc_vae_config import TERMS, DFCVAEConfig
from avanp.systems.encoding import EncodingSystem
from avanp.systems.features import feature_part, found_part, tap_places
from avanp.systems.likelihood import reconstruction, to_images, to_output
from avanp.systems.parts import Load, Part, no_runs
from avanp.systems.random_features import net_to_check, random_net
from avanp.systems.streams import Streams

PART = "features"
BATCH = 32  # the paper's program's: its last batch is what as_released validates on
COLLAPSED = 1.0  # nats
WIDE = 0.8


class DFCVAE(EncodingSystem):
    """A VAE that also compares images in the features of a frozen net (DFC-VAE).

    Both nets descend w_rec L_rec + w_perc L_perc + w_kl KL (Eq. 6). L_rec is summed over pixels
    and a mean over channels. Of the frozen net no parameter has a gradient.
    """

    name = "DFC-VAE"
    config_class = DFCVAEConfig
    keeps_best = True
    part_names = (PART,)
    checked_with = {"w_rec": 0.7, "w_perc": 30.0, "w_kl": 0.6}
    terms = TERMS

    def __init__(self, config: Any, seed: int = 0, **given: Any) -> None:
        super().__init__(config, seed, **given)
        net = self.parts[PART].net
        assert isinstance(net, Sequential)
        places = tap_places(net, config.shape)
        if (config.taps or 1) > len(places):
            height, width, _ = config.shape
            raise AvanpError(
                f"taps={config.taps}: features {config.features!r} have {len(places)} layers to "
                f"tap in images of {height}×{width}"
            )
        taps = places[: config.taps]
        self.perceptual = FeatureLoss(net, taps, [1] * len(taps), reduction=config.perc_reduction)

    def net(self, kind: str, rng: Rng, *sizes: Any) -> Layer:
        """Return a new "encoder" or "decoder" of images."""
        c = self.config
        if c.arch == "mlp":
            return super().net(kind, rng, *sizes)
        if kind == "encoder":
            return dfc.encoder(self.net_build(rng), *sizes)
        return dfc.decoder(self.net_build(rng), *sizes, upsampling=c.arch == "upsample")

    def gradients(self, batch: Array, rng: Rng) -> tuple[Gradients, Terms]:
        """Return the gradients of both nets, and the terms, unweighted."""
        encoder, decoder, c = self.nets["encoder"], self.nets["decoder"], self.config
        code, encoder_cache = encoder.forward(batch, train=True, rng=rng)
        mu, logvar = halves(code)
        eps = self.noise(len(batch), rng)
        output, decoder_cache = decoder.forward(
            reparameterise(mu, logvar, eps), train=True, rng=rng
        )
        terms, drec, dperc = self._compared(output, batch)
        kl, dmu, dlogvar = self._kl(mu, logvar)
        drec *= c.w_rec
        dperc *= c.w_perc
        dz, of_decoder = decoder.backward(drec + dperc, decoder_cache)
        assert dz is not None
        through_z = reparameterise_backward(dz, logvar, eps)
        dcode = [through_z[0] + c.w_kl * dmu, through_z[1] + c.w_kl * dlogvar]
        _, of_encoder = encoder.backward(
            np.concatenate(dcode, axis=-1), encoder_cache, wrt="params"
        )
        terms |= {"kl": kl, "sigma": _sigma(logvar), "loss": self._loss(terms, kl)}
        terms |= {"reconstruction_at_logits": _norm(drec), "perceptual_at_logits": _norm(dperc)}
        return {"encoder": of_encoder, "decoder": of_decoder}, terms

    @property
    def reconstruction_in(self) -> Terms:
        """How often each term of `measure` has -log p(x | z) in it."""
        share = 1 / self.config.shape[2]
        return {"loss": self.config.w_rec * share, "reconstruction": share, "elbo": -1.0}

    def measure(self, batch: Array, rng: Rng) -> Terms:
        """Return what is descended as "loss", its terms, and the ELBO, of one draw of z."""
        mu, logvar = halves(self._encode(batch))
        z = reparameterise(mu, logvar, self.noise(len(batch), rng))
        terms, _, _ = self._compared(self.decoder.forward(z)[0], batch)
        kl = self._kl(mu, logvar)[0]
        elbo = -(self.config.shape[2] * terms["reconstruction"] + kl_logvar(mu, logvar)[0])
        terms |= {"kl": kl, "sigma": _sigma(logvar), "loss": self._loss(terms, kl)}
        return terms | {"elbo": elbo}

    def validate(self, batch: Any, rng: Rng) -> Terms:
        """Return `measure` of all images, or of the last batch where the program is followed."""
        if self.config.last_batch:
            batch = batch[-(len(batch) % BATCH or BATCH) :]
        return super().validate(batch, rng)

    def notice(self, rows: list[dict[str, Any]]) -> str:
        """Return advice where codes hold little of their images."""
        kl, sigma = ([row[name] for row in rows[-2:] if name in row] for name in ("kl", "sigma"))
        # They begin near 0 and 1: what still moves away from there is no sign.
        if len(kl) > 1 and kl[-1] < COLLAPSED and kl[-1] <= kl[0]:
            return f"KL is {kl[-1]:.2g} nats: the codes say nothing (collapse); a smaller w_kl"
        if len(sigma) > 1 and sigma[-1] > WIDE and sigma[-1] >= sigma[0]:
            return f"σ of the codes is {sigma[-1]:.2g}, near the prior's 1: a smaller w_kl"
        return super().notice(rows)

    @classmethod
    def own_parts(cls, config: Any, seed: int, dtype: Any, load: Load = no_runs) -> dict[str, Part]:
        """Return the frozen net that the option `features` names."""
        rng, normalise = Streams(seed)[PART], not config.as_released
        part = feature_part(config.features, config.shape, rng, dtype, load, normalise=normalise)
        return {PART: part}

    @classmethod
    def parts_to_check(cls, config: Any) -> dict[str, Part]:
        """Return a random net without kinks."""
        return {PART: Part(net_to_check(config.shape), "random")}

    @classmethod
    def build_part(cls, part: str, config: Any, streams: Mapping[str, Rng], dtype: Any) -> Layer:
        """Return an untrained random net."""
        return random_net(config.shape, streams[part], dtype)

    @classmethod
    def find_part(cls, part: str, config: Any, origin: str, dtype: Any) -> Part:
        """Return VGG16 from its file."""
        return found_part(origin, config.shape, dtype, normalise=not config.as_released)

    def _compared(self, output: Array, x: Array) -> tuple[Terms, Array, Array]:
        """Return L_rec and L_perc, and their gradients at the decoder's output, unweighted."""
        c = self.config
        images = to_images(output, c.pixel_range)
        rec, drec = reconstruction(output, x, c, images)
        perc, dimages = 0.0, np.zeros_like(images)
        if c.w_perc:
            perc, dimages = self.perceptual(images, x)
        if c.as_released:  # a sum over the batch
            perc, dimages = perc * len(x), dimages * len(x)
        drec /= c.shape[2]
        dperc = to_output(dimages, images, c.pixel_range)
        return {"reconstruction": rec / c.shape[2], "perceptual": perc}, drec, dperc

    def _kl(self, mu: Array, logvar: Array) -> tuple[float, Array, Array]:
        """Return KL and its gradients; of mu alone where mu is taken for logvar."""
        if not self.config.mu_as_logvar:
            return kl_logvar(mu, logvar)
        value, dmu, dlogvar = kl_logvar(mu, mu)
        return value, dmu + dlogvar, np.zeros_like(logvar)

    def _loss(self, terms: Terms, kl: float) -> float:
        c = self.config
        rec, perc = terms["reconstruction"], terms["perceptual"]
        return eq6(rec, perc, kl, w_rec=c.w_rec, w_perc=c.w_perc, w_kl=c.w_kl)


def _sigma(logvar: Array) -> float:
    return float(np.mean(np.exp(0.5 * logvar), dtype=np.float64))


def _norm(gradient: Array) -> float:
    return float(np.sqrt(np.sum(np.square(gradient, dtype=np.float64))))
