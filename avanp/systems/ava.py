"""AVA1-AVA5 of Nguyen et al. 2024 under `exact`: the gradients of the losses the paper states.

Encoder and decoder descend l (Eq. 3 or 12), the discriminators descend -b (Eq. 4 or 9) and -B
(Eq. 11 or 15), each by the full chain rule. As `avanp.ava.exact` does for the paper's own nets;
here the nets are any, and the encoder gives the log-variance. The leaning terms of (9) and (15)
do not depend on the weights of d and D, so AVA2 learns what AVA1 does, and AVA4 what AVA3 does.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from avanp.ava import variants
from avanp.layers.base import Layer
from avanp.layers.batch_norm import batch_norm_mode
from avanp.layers.gaussian_sample import reparameterise, reparameterise_backward
from avanp.layers.two_heads import halves
from avanp.losses.kl import kl_logvar
from avanp.losses.squared_error import squared_error
from avanp.nets import mlp
from avanp.nets.build import Build
from avanp.systems.ava_config import AVAConfig
from avanp.systems.ava_equations import eq3, eq4, eq9, eq11, eq12, eq15
from avanp.systems.base import Gradients, Rng, Terms
from avanp.systems.conditional_encoding import ConditionalEncodingSystem
from avanp.systems.game import added, play
from avanp.systems.likelihood import reconstruction, to_images, to_output
from avanp.systems.term import Term
from avanp.systems.words import BOTH, ELBO, GAME, KL, RECONSTRUCTION, bound, fool_D, fool_d

# Hidden units of D, as in the paper.
CODE_WIDTHS = (100,)


def _gain(d: str, of: str, eq: int) -> Term:
    net = "discriminator" if d == "d" else "code_discriminator"
    words = f"log {d}({of.format('x')}) + log(1 − {d}({of.format('x′')})), which {d} ascends"
    return Term(f"{words} (Eq. {eq})", "nats", "", (net,))


class AVA(ConditionalEncodingSystem):
    """What the five share; `variant` says which nets and terms each has.

    The validation loss is that of Eq. 1, minus the ELBO: the adversarial terms are relative to
    discriminators that move.
    """

    config_class = AVAConfig
    variant: ClassVar[variants.Variant]
    terms = {
        "loss": Term(bound, "nats", "loss"),
        "reconstruction": RECONSTRUCTION,
        "kl": KL,
        "elbo": ELBO,
        "fool_discriminator": Term(fool_d, "nats", "fool_disc", BOTH),
        "fool_code_discriminator": Term(fool_D, "nats", "fool_code_disc", BOTH),
        "discriminator_real": GAME["discriminator_real"],
        "discriminator_fake": GAME["discriminator_fake"],
        "discriminator_gain": _gain("d", "{}", 4),
        "lean_discriminator": Term("½ |x − x′|² of Eq. 9; moves no weight of d"),
        "code_discriminator_gain": _gain("D", "μ({})", 11),
        "code_discriminator_real": Term("mean of D on codes of images; 1: taken for real"),
        "code_discriminator_fake": Term(
            "mean of D on codes of the decoder’s images; 0: seen through"
        ),
        "lean_code_discriminator": Term("½ |μ(x) − μ(x′)|² of Eq. 15; moves no weight of D"),
    }

    def build(self, streams: Mapping[str, Rng]) -> dict[str, Layer]:
        """Return encoder, decoder, and the variant's discriminators."""
        nets = super().build(streams)
        if self.variant.d:
            nets["discriminator"] = self.net("discriminator", streams["discriminator"])
        if self.variant.D:
            c = self.config
            codes = Build(
                (c.latent,), CODE_WIDTHS, streams["code_discriminator"], c.batch_norm, self.dtype
            )
            nets["code_discriminator"] = mlp.discriminator(codes)
        return nets

    def gradients(self, batch: Any, rng: Rng) -> tuple[Gradients, Terms]:
        """Return the gradients of all nets, and the terms of the paper's losses."""
        v, c = self.variant, self.config
        x, of = self.parted(batch)
        self.see(of)
        encoder, decoder = self.nets["encoder"], self.nets["decoder"]
        form = "non-saturating" if c.non_saturating else "log"
        code, encoder_cache = encoder.forward(self.beside(x, of), train=True, rng=rng)
        mu, logvar = halves(code)
        eps = self.noise(len(x), rng)
        z = self.coded(reparameterise(mu, logvar, eps), of)
        output, decoder_cache = decoder.forward(z, train=True, rng=rng)
        x_gen = to_images(output, c.pixel_range)
        recon, doutput = reconstruction(output, x, c, x_gen)
        kl, dmu, dlogvar = kl_logvar(mu, logvar)
        grads: Gradients = {}
        terms = {"loss": recon + kl, "reconstruction": recon, "kl": kl}
        reencoded = None
        if v.d:
            real, made = self.beside(x, of), self.beside(x_gen, of)
            game = play(self.nets["discriminator"], real, made, form, rng)
            doutput += to_output(self.beside_dx(game.dfake), x_gen, c.pixel_range)
            grads["discriminator"] = game.grads
            terms |= {"fool_discriminator": game.fool, "discriminator_gain": -game.d_loss}
            terms |= game.scores("discriminator")
            if v.lean_d:
                terms["lean_discriminator"] = squared_error(x_gen, x)[0]
        if v.D:
            # The running moments are those of images alone, not of x' too.
            with batch_norm_mode(encoder, "no-update"):
                code_gen, cache = encoder.forward(self.beside(x_gen, of), train=True, rng=rng)
            mu_gen, logvar_gen = halves(code_gen)
            game = play(self.nets["code_discriminator"], mu, mu_gen, form, rng)
            dcode = np.concatenate([game.dfake, np.zeros_like(logvar_gen)], axis=-1)
            dx_gen, reencoded = encoder.backward(dcode, cache)
            assert dx_gen is not None
            doutput += to_output(self.beside_dx(dx_gen), x_gen, c.pixel_range)
            grads["code_discriminator"] = game.grads
            terms["fool_code_discriminator"] = game.fool
            terms["code_discriminator_gain"] = -game.d_loss
            terms |= game.scores("code_discriminator")
            if v.lean_D:
                terms["lean_code_discriminator"] = squared_error(mu_gen, mu)[0]
        dz, grads["decoder"] = decoder.backward(doutput, decoder_cache)
        assert dz is not None
        through_z = reparameterise_backward(self.coded_dz(dz), logvar, eps)
        dcode = np.concatenate([through_z[0] + dmu, through_z[1] + dlogvar], axis=-1)
        _, direct = encoder.backward(dcode, encoder_cache, wrt="params")
        grads["encoder"] = direct if reencoded is None else added(direct, reencoded)
        return grads, terms

    def descends(self, terms: Terms) -> Terms:
        """Return l for encoder and decoder, -b for d and -B for D."""
        v = self.variant
        l_ava = eq12(terms) if v.D else eq3(terms)
        values = {"encoder": l_ava, "decoder": l_ava}
        if v.d:
            values["discriminator"] = -(eq9(terms) if v.lean_d else eq4(terms))
        if v.D:
            values["code_discriminator"] = -(eq15(terms) if v.lean_D else eq11(terms))
        return values
