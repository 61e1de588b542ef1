"""Rule set `program`: the update that made the paper's tables, deviation by deviation.

The author's program differs from the printed equations in eight numbered places, each of which
can be switched off alone; with all of them off this rule set is `printed`.
"""

from dataclasses import dataclass, field

import numpy as np

from avanp.ava import equations as eq
from avanp.ava.backprop import ascend
from avanp.ava.deviations import ALL
from avanp.ava.nets import Nets
from avanp.ava.printed import Moments, PrintedRules, latent
from avanp.errors import AvanpError
from avanp.layers.base import Array


@dataclass(frozen=True)
class ProgramRules:
    """The program's update with the numbered `deviations` from the printed equations."""

    deviations: frozenset[int] = field(default=ALL)
    name = "program"

    def __post_init__(self) -> None:
        unknown = sorted(set(self.deviations) - ALL)
        if unknown:
            raise AvanpError(f"unknown deviation {unknown[0]}: they are numbered 1 to {max(ALL)}")

    def step(self, nets: Nets, x: Array, r: Array, r2: Array, gamma: float) -> Moments:
        """One update from one image; returns the mu, Sigma of the encoder's last forward pass."""
        if x.shape[-2] != 1:
            raise AvanpError("rules 'program' learn from one image at a time: use batch_size=1")
        if nets.variant.encoder:
            return self._step(nets, x, r, gamma)
        self._step_gan(nets, x, r, r2, gamma)
        return None

    def moments(self, nets: Nets, x: Array, last: Moments) -> Moments:
        """Return mu, Sigma for generation: of the last forward pass (8), else as printed."""
        return last if 8 in self.deviations else PrintedRules().moments(nets, x, last)

    def _step(self, nets: Nets, x: Array, r: Array, gamma: float) -> Moments:
        mu, var, encoder_cache = nets.encode(x)
        z = latent(mu, var, r, nets.config.groups)
        x_gen, decoder_cache = nets.decoder.forward(z)
        e_mu = self._mu_error(nets, mu, x_gen)
        e_encoder = np.concatenate([e_mu, self._var_error(nets, var)], axis=-1)
        e_decoder = self._decoder_error(nets, x, x_gen)

        last: Moments = (mu, var)
        if 8 not in self.deviations:
            self._discriminate(nets, x, x_gen, mu, e_mu, e_decoder, gamma)
        self._update(nets, "encoder", e_encoder, encoder_cache, gamma)
        self._update(nets, "decoder", e_decoder, decoder_cache, gamma)
        if 8 in self.deviations and (nets.d is not None or nets.D is not None):
            x_gen, _ = nets.decoder.forward(z)
            last = self._discriminate(nets, x, x_gen, mu, e_mu, e_decoder, gamma) or last
        return last

    def _step_gan(self, nets: Nets, x: Array, r: Array, r2: Array, gamma: float) -> None:
        z = latent(None, None, r, nets.config.groups)
        z_of_d = latent(None, None, r2, nets.config.groups) if 4 in self.deviations else z
        d_first = 4 in self.deviations and 8 in self.deviations
        if d_first:
            self._learn(nets, "d", x, nets.decoder.forward(z_of_d)[0], None, gamma)
        x_gen, cache = nets.decoder.forward(z)
        e = self._decoder_error(nets, x, x_gen)
        if 8 not in self.deviations:
            self._learn(nets, "d", x, nets.decoder.forward(z_of_d)[0], None, gamma)
        self._update(nets, "decoder", e, cache, gamma)
        if 8 in self.deviations and not d_first:
            self._learn(nets, "d", x, nets.decoder.forward(z_of_d)[0], None, gamma)

    def _decoder_error(self, nets: Nets, x: Array, x_gen: Array) -> Array:
        """Eq. 6 (GAN: Eq. 2), with deviations 1 and 4."""
        k = nets.config.slope
        if nets.d is None:
            return eq.reconstruction(x, x_gen, k)
        if 1 in self.deviations:
            adversarial = program_pixel_term(x_gen, k)
        else:
            adversarial = eq.fake_quotient(nets.d.forward(x_gen)[0], k)
        if nets.variant.encoder or 4 in self.deviations:
            adversarial = (x - x_gen) + adversarial
        return adversarial * eq.derivative(x_gen, k)

    def _mu_error(self, nets: Nets, mu: Array, x_gen: Array) -> Array:
        """Eq. 5 or Eq. 14, with deviation 2."""
        k = nets.config.slope
        if nets.D is None:
            return eq.eq5_mu(mu, k)
        if 2 in self.deviations:
            return (-mu + eq.fake_quotient(mu, k)) * eq.derivative(mu, k)
        return eq.eq14(mu, nets.D.forward(nets.encode(x_gen)[0])[0], k)

    def _var_error(self, nets: Nets, var: Array) -> Array:
        """Eq. 5 for Sigma, with deviation 3: a'(Sigma)/(2 Sigma) = kappa/2 (1 - Sigma)."""
        k = nets.config.slope
        return 0.5 * k * (1 - var) if 3 in self.deviations else eq.eq5_var(var, k)

    def _discriminate(
        self, nets: Nets, x: Array, x_gen: Array, mu: Array, e_mu: Array, e: Array, gamma: float
    ) -> Moments:
        """Update d and D; returns the re-encoded mu, Sigma where D asked for them."""
        v, k, whole = nets.variant, nets.config.slope, 7 in self.deviations
        if nets.d is not None:
            lean = (e if whole else eq.reconstruction(x, x_gen, k)) if v.lean_d else None
            self._learn(nets, "d", x, x_gen, lean, gamma)
        if nets.D is None:
            return None
        mu_gen, var_gen, _ = nets.encode(x_gen)
        lean = (e_mu if whole else eq.reconstruction(mu, mu_gen, k)) if v.lean_D else None
        self._learn(nets, "D", mu, mu_gen, lean, gamma)
        return mu_gen, var_gen

    def _learn(
        self, nets: Nets, name: str, real: Array, fake: Array, lean: Array | None, gamma: float
    ) -> None:
        """Eq. 7, 10, 13 or 16 for the discriminator `name`, with deviation 7."""
        k, n = nets.config.slope, real.shape[-2]
        y, cache = getattr(nets, name).forward(np.concatenate([real, fake], axis=-2))
        y_real, y_fake = y[..., :n, :], y[..., n:, :]
        e_real, e_fake = eq.eq7(y_real, y_fake, k)
        if lean is not None:
            e_fake = e_fake + eq.leaning(y_fake, lean, k)
        if 7 in self.deviations:
            # Both terms go through the activations of the generated sample.
            e, cache = e_real + e_fake, [c[..., n:, :] for c in cache]
        else:
            e = np.concatenate([e_real, e_fake], axis=-2)
        self._update(nets, name, e, cache, gamma)

    def _update(self, nets: Nets, name: str, e: Array, cache: list[Array], scale: float) -> None:
        """Back-propagate e and apply, with deviations 5 and 6."""
        twice = 6 in self.deviations and name != "decoder"
        for _ in range(2 if twice else 1):
            ascend(getattr(nets, name), e, cache, scale, through_updated=5 in self.deviations)


def program_pixel_term(x_gen: Array, k: float) -> Array:
    """Deviation 1: a'(x')/(1 - x') = kappa x', dropped for a pixel with a channel exactly 1."""
    saturated = x_gen == 1
    if not saturated.any():
        return k * x_gen
    if x_gen.shape[0] > 1:
        saturated = saturated.any(axis=0, keepdims=True)
    return np.where(saturated, np.zeros_like(x_gen), k * x_gen)
