"""Rule set `exact`: the gradients of the losses the paper states, by the full chain rule.

Encoder and decoder descend l (Eq. 1, 3 or 12), d ascends b (Eq. 4 or 9) and D ascends B (Eq. 11
or 15), each differentiated along every path: the reconstruction reaches the encoder through z,
log(1 - d(x')) reaches decoder and encoder through d's weights, log(1 - D(mu(x'))) through D, the
encoder and the decoder. The leaning terms of (9) and (15) do not depend on the weights of d and
D: their gradient is zero, so here AVA2 is AVA1 and AVA4 is AVA3.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from avanp.ava import objectives
from avanp.ava.nets import Nets
from avanp.ava.printed import Moments, PrintedRules, latent
from avanp.errors import AvanpError
from avanp.layers.factored import Factors
from avanp.layers.logistic import Logistic
from avanp.layers.sequential import Sequential
from avanp.losses.gan import log_d, log_one_minus_d, minus_log_d
from avanp.losses.kl import kl_variance
from avanp.losses.squared_error import squared_error
from avanp.optim.update import add_scaled

Array = np.ndarray
BATCH = -2
PATHS = ("z", "reencoder")


@dataclass(frozen=True)
class ExactRules:
    """Gradient descent on the stated losses.

    Parameters
    ----------
    non_saturating : bool
        Decoder and encoder minimise -log d(x') and -log D(mu(x')) in place of log(1 - ·).
    stop : tuple of {"z", "reencoder"}
        Paths along which no gradient flows: "z" from the decoder's input to the encoder;
        "reencoder" from D(mu(x')) to the weights of the encoder that made mu(x').
    """

    non_saturating: bool = False
    stop: tuple[str, ...] = ()
    name = "exact"

    def __post_init__(self) -> None:
        unknown = [path for path in self.stop if path not in PATHS]
        if unknown:
            raise AvanpError(f"unknown path {unknown[0]!r} to stop: choose from {', '.join(PATHS)}")

    def step(self, nets: Nets, x: Array, r: Array, r2: Array, gamma: float) -> Moments:
        """One update: all gradients first, then encoder and decoder descend, d and D ascend."""
        grads = self.gradients(nets, x, r)
        for name, net in nets.named().items():
            sign = 1 if name in ("d", "D") else -1
            add_scaled(net.params, grads[name], sign * gamma)
        return None

    def moments(self, nets: Nets, x: Array, last: Moments) -> Moments:
        """Return the encoder's mu and Sigma of the last training image, final parameters."""
        return PrintedRules().moments(nets, x, last)

    def losses(self, nets: Nets, x: Array, r: Array) -> dict[str, float]:
        """Return the value that each net descends (encoder, decoder) or ascends (d, D)."""
        v = nets.variant
        values: dict[str, float] = {}
        mu = var = u_fake = U_fake = None
        if v.encoder:
            mu, var, _ = nets.encode(x)
        x_gen, _ = nets.decoder.forward(latent(mu, var, r, nets.config.groups))
        if nets.d is not None:
            u_real, u_fake = _logits(nets.d, x)[0], _logits(nets.d, x_gen)[0]
            values["d"] = objectives.eq4(u_real, u_fake)
            if v.lean_d:
                values["d"] = objectives.eq9(x, x_gen, u_real, u_fake)
        if nets.D is not None and mu is not None:
            mu_gen = nets.encode(x_gen)[0]
            U_real, U_fake = _logits(nets.D, mu)[0], _logits(nets.D, mu_gen)[0]
            values["D"] = objectives.eq11(U_real, U_fake)
            if v.lean_D:
                values["D"] = objectives.eq15(mu, mu_gen, U_real, U_fake)
        values["decoder"] = self._l(x, x_gen, mu, var, u_fake, U_fake)
        return values | ({"encoder": values["decoder"]} if v.encoder else {})

    def _l(
        self,
        x: Array,
        x_gen: Array,
        mu: Array | None,
        var: Array | None,
        d_fake: Array | None,
        D_fake: Array | None,
    ) -> float:
        """The loss of encoder and decoder: Eq. 1, 3 or 12; a GAN's is the last term of Eq. 2."""
        vae = 0.0 if mu is None or var is None else objectives.eq1(x, x_gen, mu, var)
        if self.non_saturating:
            fakes = [u for u in (d_fake, D_fake) if u is not None]
            return vae + sum(minus_log_d(u, batch_axis=BATCH)[0] for u in fakes)
        if mu is None or var is None:
            assert d_fake is not None
            return log_one_minus_d(d_fake, batch_axis=BATCH)[0]
        if D_fake is not None:
            return objectives.eq12(x, x_gen, mu, var, d_fake, D_fake)
        return vae if d_fake is None else objectives.eq3(x, x_gen, mu, var, d_fake)

    def gradients(self, nets: Nets, x: Array, r: Array) -> dict[str, dict[str, Any]]:
        """Return each net's gradients of its own loss, all at the same parameters."""
        grads: dict[str, dict[str, Any]] = {}
        mu = var = None
        if nets.variant.encoder:
            mu, var, encoder_cache = nets.encode(x)
        z = latent(mu, var, r, nets.config.groups)
        x_gen, decoder_cache = nets.decoder.forward(z)

        # dx: cotangent of x' in the loss l of encoder and decoder
        dx = np.zeros_like(x_gen)
        if nets.variant.encoder:
            _, dx = squared_error(x_gen, x, batch_axis=BATCH)
        dmu = dvar = None
        if mu is not None and var is not None:
            _, dmu, dvar = kl_variance(mu, var, batch_axis=BATCH)
        if nets.d is not None:
            grads["d"], dx_d = self._discriminator(nets.d, x, x_gen)
            dx = dx + dx_d
        reencoded: dict[str, Any] = {}
        if nets.D is not None and mu is not None:
            mu_gen, var_gen, cache = nets.encode(x_gen)
            grads["D"], dmu_gen = self._discriminator(nets.D, mu, mu_gen)
            assert nets.encoder is not None
            dy = np.concatenate([dmu_gen, np.zeros_like(var_gen)], axis=-1)
            dx_D, reencoded = nets.encoder.backward(dy, cache)
            dx = dx + dx_D
        dz, grads["decoder"] = nets.decoder.backward(dx, decoder_cache)

        if mu is not None and var is not None and nets.encoder is not None:
            if "z" not in self.stop:
                # Eq. 8: z = mu + Sigma^(1/2) r
                assert dz is not None
                dmu = dmu + dz
                dvar = dvar + dz * r / (2 * np.sqrt(var))
            dy = np.concatenate([dmu, dvar], axis=-1)
            _, direct = nets.encoder.backward(dy, encoder_cache, wrt="params")
            if reencoded and "reencoder" not in self.stop:
                direct = _sum(direct, reencoded)
            grads["encoder"] = direct
        return grads

    def _discriminator(
        self, net: Sequential, real: Array, fake: Array
    ) -> tuple[dict[str, Any], Array]:
        """Return the weights' gradients of b or B, and the cotangent of `fake` in l."""
        k = _output(net).slope
        trunk = Sequential(net.layers[:-1])
        u_real, real_cache = _logits(net, real)
        u_fake, fake_cache = _logits(net, fake)
        _, du_real = log_d(u_real, batch_axis=BATCH)
        _, du_fake = log_one_minus_d(u_fake, batch_axis=BATCH)
        _, of_real = trunk.backward(k * du_real, real_cache, wrt="params")
        _, of_fake = trunk.backward(k * du_fake, fake_cache, wrt="params")
        if self.non_saturating:
            _, du_fake = minus_log_d(u_fake, batch_axis=BATCH)
        dfake, _ = trunk.backward(k * du_fake, fake_cache, wrt="input")
        assert dfake is not None
        return _sum(of_real, of_fake), dfake


def _logits(net: Sequential, x: Array) -> tuple[Array, list[Any]]:
    """Return the logits u = kappa (v - c) of a discriminator's output, and the cache below it."""
    v, cache = Sequential(net.layers[:-1]).forward(x)
    out = _output(net)
    return out.slope * (v - out.midpoint), cache


def _output(net: Sequential) -> Logistic:
    out = net.layers[-1]
    assert isinstance(out, Logistic)
    return out


def _sum(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Add the gradients of two passes through one net; factors are stacked, not multiplied."""
    return {
        key: Factors(
            np.concatenate([g.x, other[key].x], axis=-2),
            np.concatenate([g.dy, other[key].dy], axis=-2),
        )
        if isinstance(g, Factors)
        else g + other[key]
        for key, g in one.items()
    }
