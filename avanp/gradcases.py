"""One gradient check for everything registered that has a derivative.

A row is a name, the registered one where there is one, and a function of a random generator that
makes the target and its inputs for `avanp.gradcheck.check_grad`. What it draws keeps away from
kinks by far more than a difference's step.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from avanp.ava.exact import ExactRules
from avanp.ava.nets import NetConfig, build
from avanp.errors import AvanpError
from avanp.gradcheck import GradReport, check_grad, check_scalar
from avanp.registry import MODELS, load
from avanp.rng import stream

Rng = np.random.Generator
Draw = Callable[[Rng, tuple[int, ...]], np.ndarray]
# A layer and its input, or a loss and its arguments.
Case = tuple[Any, tuple[np.ndarray, ...]]
# The first three arguments of check_scalar: a model's loss, its parameters, their gradients.
ScalarCase = tuple[Callable[[], float], Mapping[str, np.ndarray], Mapping[str, Any]]


def normal(rng: Rng, shape: tuple[int, ...]) -> np.ndarray:
    """Return standard normal numbers."""
    return rng.standard_normal(shape)


def off_zero(rng: Rng, shape: tuple[int, ...]) -> np.ndarray:
    """Return numbers of both signs, at least 0.1 from zero."""
    x = rng.standard_normal(shape)
    return x + np.copysign(0.1, x)


def positive(rng: Rng, shape: tuple[int, ...]) -> np.ndarray:
    """Return numbers from 0.3 to 3, such as variances."""
    return rng.uniform(0.3, 3.0, shape)


def probability(rng: Rng, shape: tuple[int, ...]) -> np.ndarray:
    """Return numbers from 0 to 1."""
    return rng.uniform(0.0, 1.0, shape)


def _activation(name: str, **options: float) -> Callable[[Rng], Case]:
    return lambda rng: (load("layer", name)(**options), (off_zero(rng, (2, 4, 6)),))


def _loss(name: str, *draws: Draw) -> Callable[[Rng], Case]:
    return lambda rng: (load("loss", name), tuple(draw(rng, (4, 6)) for draw in draws))


def _dense(rng: Rng) -> Case:
    layer = load("layer", "dense")(7, 5, rng=rng, dtype=np.float64)
    layer.params["b"][...] = rng.standard_normal(5)
    return layer, (rng.standard_normal((4, 7)),)


def _dense_groups(rng: Rng) -> Case:
    layer = load("layer", "dense")(7, 5, groups=3, rng=rng, dtype=np.float64)
    layer.params["b"][...] = rng.standard_normal((3, 5))
    return layer, (rng.standard_normal((3, 4, 7)),)


def _sequential(rng: Rng) -> Case:
    dense, tanh = load("layer", "dense"), load("layer", "tanh")
    first = dense(7, 6, rng=rng, dtype=np.float64)
    second = dense(6, 3, rng=rng, dtype=np.float64)
    return load("layer", "sequential")([first, tanh(), second]), (rng.standard_normal((4, 7)),)


CASES: dict[str, Callable[[Rng], Case]] = {
    # Layers with parameters.
    "dense": _dense,
    "dense-groups": _dense_groups,
    "sequential": _sequential,
    # Activations; their options away from the values that would hide a missing factor.
    "identity": _activation("identity"),
    "logistic": _activation("logistic", slope=0.7, midpoint=0.4),
    "sigmoid": _activation("sigmoid"),
    "tanh": _activation("tanh"),
    "relu": _activation("relu"),
    "leaky-relu": _activation("leaky-relu", slope=0.2),
    "elu": _activation("elu", alpha=1.7),
    "softplus": _activation("softplus", beta=2.5),
    "softmax": _activation("softmax"),
    # Losses.
    "squared-error": _loss("squared-error", normal, normal),
    "bernoulli-logits": _loss("bernoulli-logits", normal, probability),
    "kl-variance": _loss("kl-variance", normal, positive),
    "kl-logvar": _loss("kl-logvar", normal, normal),
    "log-d": _loss("log-d", normal),
    "log-one-minus-d": _loss("log-one-minus-d", normal),
    "minus-log-d": _loss("minus-log-d", normal),
}

# Models under `exact`: a net's parameters against the loss it descends, or ascends.
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


SCALAR_CASES: dict[str, Callable[[Rng], ScalarCase]] = {
    f"{model}.{net}": _exact(model, net) for model in MODELS for net in _has(model)
}


def run(names: Sequence[str] | None = None) -> list[GradReport]:
    """Check the named rows, or all of them, and return a report for each, failed ones too.

    A model's name stands for all its nets: ``AVA1`` for ``AVA1.encoder``, ``AVA1.decoder``, ….

    Raises
    ------
    AvanpError
        At an unknown name, before anything is run.
    """
    known = [*CASES, *SCALAR_CASES]
    chosen: list[str] = known if names is None else []
    for name in names or ():
        rows = [row for row in known if row == name or row.startswith(f"{name}.")]
        if not rows:
            choice = ", ".join([*CASES, *MODELS])
            raise AvanpError(f"no gradient check {name!r}: choose from {choice}")
        chosen += rows
    return [_check(name) for name in dict.fromkeys(chosen)]


def _check(name: str) -> GradReport:
    rng = stream(0, "data")
    if name in CASES:
        target, inputs = CASES[name](rng)
        report = check_grad(target, *inputs, raise_on_fail=False)
    else:
        report = check_scalar(*SCALAR_CASES[name](rng), raise_on_fail=False)
    return replace(report, name=name)
