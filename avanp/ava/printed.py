"""Rule set `printed`: equations (5)-(16) exactly as the paper prints them."""

from dataclasses import dataclass

import numpy as np

from avanp.ava import equations as eq
from avanp.ava.backprop import ascend
from avanp.ava.nets import Nets

Array = np.ndarray
Moments = tuple[Array, Array] | None


@dataclass(frozen=True)
class PrintedRules:
    """All errors of a step are evaluated at the same parameters, then all are applied."""

    name = "printed"

    def step(self, nets: Nets, x: Array, r: Array, r2: Array, gamma: float) -> Moments:
        """One update from the images x (C, B, pixels) with the noise r (B, latent).

        Returns None: generation asks the encoder again (`moments`). `r2` is not used.
        """
        v, k = nets.variant, nets.config.slope
        mu = var = None
        if v.encoder:
            mu, var, encoder_cache = nets.encode(x)
        z = latent(mu, var, r, nets.config.groups)
        x_gen, decoder_cache = nets.decoder.forward(z)

        errors = []
        if nets.d is None:
            e_decoder = eq.reconstruction(x, x_gen, k)
        else:
            # One pass over x and x' stacked along the batch axis.
            y, cache = nets.d.forward(np.concatenate([x, x_gen], axis=-2))
            d_real, d_fake = np.split(y, 2, axis=-2)
            e_d = eq.eq10(x, x_gen, d_real, d_fake, k) if v.lean_d else eq.eq7(d_real, d_fake, k)
            errors.append((nets.d, np.concatenate(e_d, axis=-2), cache))
            if v.encoder:
                e_decoder = eq.eq6(x, x_gen, d_fake, k)
            else:
                e_decoder = eq.eq2_decoder(x_gen, d_fake, k)
        errors.append((nets.decoder, e_decoder, decoder_cache))

        if mu is not None and var is not None:
            e_mu = eq.eq5_mu(mu, k)
            if nets.D is not None:
                mu_gen, _, _ = nets.encode(x_gen)
                y, cache = nets.D.forward(np.concatenate([mu, mu_gen], axis=-2))
                real, fake = np.split(y, 2, axis=-2)
                e_D = eq.eq16(mu, mu_gen, real, fake, k) if v.lean_D else eq.eq13(real, fake, k)
                errors.append((nets.D, np.concatenate(e_D, axis=-2), cache))
                e_mu = eq.eq14(mu, fake, k)
            e_encoder = np.concatenate([e_mu, eq.eq5_var(var, k)], axis=-1)
            assert nets.encoder is not None
            errors.append((nets.encoder, e_encoder, encoder_cache))

        for net, e, cache in errors:
            ascend(net, e, cache, gamma / x.shape[-2])
        return None

    def moments(self, nets: Nets, x: Array, last: Moments) -> Moments:
        """Return the encoder's mu and Sigma of the last training image, final parameters."""
        return nets.encode(x)[:2] if nets.variant.encoder else None


def latent(mu: Array | None, var: Array | None, r: Array, groups: int) -> Array:
    """Return z (C, B, latent): Eq. 8 of an encoder, N(0, I) of a GAN; the colours share r.

    Parameters
    ----------
    mu, var : arrays (C, B, latent), or None
        Of the encoder; None of a GAN.
    r : array (B, latent)
        Standard normal noise.
    groups : int
        C, where there is no mu.
    """
    if mu is None or var is None:
        return np.broadcast_to(r, (groups, *r.shape))
    return eq.eq8(mu, var, r)
