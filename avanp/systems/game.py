"""The game between a discriminator and what it is to be fooled by."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from avanp.layers.base import Array, Layer
from avanp.layers.factored import Factors
from avanp.losses.gan import log_one_minus_d, minus_log_d
from avanp.losses.least_squares import least_squares
from avanp.systems.likelihood import to_images

Loss = Callable[[Array], tuple[float, Array]]


class Form(NamedTuple):
    """What is descended, as functions of the discriminator's output: by it, and by its fooler."""

    real: Loss
    fake: Loss
    fool: Loss


def minus_log_one_minus_d(logits: Array) -> tuple[float, Array]:
    """Return ``(value, dlogits)`` of -log(1 - d)."""
    value, dlogits = log_one_minus_d(logits)
    return -value, -dlogits


FORMS = {
    "log": Form(minus_log_d, minus_log_one_minus_d, log_one_minus_d),
    "non-saturating": Form(minus_log_d, minus_log_one_minus_d, minus_log_d),
    # Mao et al. 2017, with the targets 1 and 0.
    "least-squares": Form(
        lambda u: least_squares(u, 1.0),
        lambda u: least_squares(u, 0.0),
        lambda u: least_squares(u, 1.0),
    ),
}


class Round(NamedTuple):
    """One round of the game, all gradients at the same parameters.

    `grads` are the discriminator's, `dfake` the cotangent of the fakes in the fooler's loss,
    `d_real` and `d_fake` the means of d (of its linear output under least squares).
    """

    grads: dict[str, Any]
    dfake: Array
    d_loss: float
    fool: float
    d_real: float
    d_fake: float

    def scores(self, net: str) -> dict[str, float]:
        """Return the means as terms, under the discriminator's name."""
        return {f"{net}_real": self.d_real, f"{net}_fake": self.d_fake}


def play(
    net: Layer, real: Array, fake: Array, form: str, rng: np.random.Generator | None = None
) -> Round:
    """Return losses and gradients of both sides; batch norm sees real and fake apart.

    Parameters
    ----------
    net : Layer
        The discriminator; its output is (B, 1), before any sigmoid.
    real, fake : ndarray (B, ...)
        What it is to tell apart.
    form : str
        A key of FORMS.
    rng : numpy.random.Generator, optional
        Of noise inside the net.
    """
    losses = FORMS[form]
    u_real, real_cache = net.forward(real, train=True, rng=rng)
    u_fake, fake_cache = net.forward(fake, train=True, rng=rng)
    real_loss, du_real = losses.real(u_real)
    fake_loss, du_fake = losses.fake(u_fake)
    fool, du_fool = losses.fool(u_fake)
    _, of_real = net.backward(du_real, real_cache, wrt="params")
    if form == "log":
        # The fooler descends what d ascends: one pass serves both.
        dfake, of_fake = net.backward(du_fake, fake_cache)
        assert dfake is not None
        dfake = np.negative(dfake)
    else:
        _, of_fake = net.backward(du_fake, fake_cache, wrt="params")
        dfake, _ = net.backward(du_fool, fake_cache, wrt="input")
        assert dfake is not None
    means = (score(u_real, form), score(u_fake, form))
    return Round(added(of_real, of_fake), dfake, real_loss + fake_loss, fool, *means)


def watch(
    net: Layer, real: Array, fake: Array, form: str, name: str = "discriminator"
) -> tuple[float, dict[str, float]]:
    """Return the fooler's loss, and the discriminator's terms by its name, outside training.

    Parameters
    ----------
    net, real, fake, form
        As for `play`.
    name : str
        Of the discriminator.
    """
    losses = FORMS[form]
    u_real, u_fake = net.forward(real)[0], net.forward(fake)[0]
    d_loss = losses.real(u_real)[0] + losses.fake(u_fake)[0]
    scores = {f"{name}_real": score(u_real, form), f"{name}_fake": score(u_fake, form)}
    return losses.fool(u_fake)[0], {f"{name}_loss": d_loss, **scores}


def score(output: Array, form: str) -> float:
    """Return the mean of d, or of the linear output that least squares compares."""
    d = output if form == "least-squares" else to_images(output, "unit")
    return float(d.mean(dtype=np.float64))


def added(one: dict[str, Any], *others: dict[str, Any]) -> dict[str, Any]:
    """Return the sum of gradients of several passes through one net.

    Factors are stacked, not multiplied out.
    """
    total = {}
    for key, first in one.items():
        parts = [first, *(other[key] for other in others)]
        if isinstance(first, Factors):
            x, dy = ([getattr(p, name) for p in parts] for name in ("x", "dy"))
            total[key] = Factors(np.concatenate(x, axis=-2), np.concatenate(dy, axis=-2))
        else:
            total[key] = sum(parts[1:], start=first)
    return total
