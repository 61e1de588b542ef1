"""Rows of the losses."""

from collections.abc import Callable

from avanp.gradcases.draws import Case, Draw, Rng, normal, positive, probability
from avanp.registry import load


def _loss(name: str, *draws: Draw) -> Callable[[Rng], Case]:
    return lambda rng: (load("loss", name), tuple(draw(rng, (4, 6)) for draw in draws))


CASES: dict[str, Callable[[Rng], Case]] = {
    "squared-error": _loss("squared-error", normal, normal),
    "bernoulli-logits": _loss("bernoulli-logits", normal, probability),
    "kl-variance": _loss("kl-variance", normal, positive),
    "kl-logvar": _loss("kl-logvar", normal, normal),
    "log-d": _loss("log-d", normal),
    "log-one-minus-d": _loss("log-one-minus-d", normal),
    "minus-log-d": _loss("minus-log-d", normal),
}
