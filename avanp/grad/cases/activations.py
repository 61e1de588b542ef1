"""Rows of the activations; their options away from the values that would hide a missing factor."""

from collections.abc import Callable

from avanp.grad.cases.draws import Case, Rng, off_zero
from avanp.registry import load


def _activation(name: str, **options: float) -> Callable[[Rng], Case]:
    return lambda rng: (load("layer", name)(**options), (off_zero(rng, (2, 4, 6)),))


CASES: dict[str, Callable[[Rng], Case]] = {
    "identity": _activation("identity"),
    "logistic": _activation("logistic", slope=0.7, midpoint=0.4),
    "sigmoid": _activation("sigmoid"),
    "tanh": _activation("tanh"),
    "relu": _activation("relu"),
    "leaky-relu": _activation("leaky-relu", slope=0.2),
    "elu": _activation("elu", alpha=1.7),
    "softplus": _activation("softplus", beta=2.5),
    "softmax": _activation("softmax"),
}
