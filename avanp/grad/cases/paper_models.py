"""Rows of the paper's models under `exact`: a net's parameters against the loss it optimises."""

from collections.abc import Callable

import numpy as np

from avanp.ava.exact import ExactRules
from avanp.ava.nets import NetConfig, build
from avanp.grad.cases.draws import Rng, ScalarCase
from avanp.registry import MODELS, load

NETS = ("encoder", "decoder", "d", "D")


def _exact(model: str, net: str) -> Callable[[Rng], ScalarCase]:
    """Return the case of one net of one model; small, of two channels and two images."""

    def case(rng: Rng) -> ScalarCase:
        config = NetConfig(
            n_pixels=5, n_channels=2, hidden=4, latent=3, init="glorot", factored=False
        )
        nets = build(load("model", model), config, rng, np.float64)
        x, r = rng.random((2, 2, 5)), rng.standard_normal((2, 3))
        rules = ExactRules()
        arrays = nets.named()[net].params
        return lambda: rules.losses(nets, x, r)[net], arrays, rules.gradients(nets, x, r)[net]

    return case


def _has(model: str) -> list[str]:
    variant = load("model", model)
    has = {"encoder": variant.encoder, "decoder": True, "d": variant.d, "D": variant.D}
    return [net for net in NETS if has[net]]


CASES: dict[str, Callable[[Rng], ScalarCase]] = {
    f"{model}.{net}": _exact(model, net) for model in MODELS for net in _has(model)
}
