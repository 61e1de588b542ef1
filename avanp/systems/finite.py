"""A watch over what is not finite, and the clipping of gradients."""

import math
from typing import Any

from avanp.errors import AvanpError
from avanp.layers.factored import Factors
from avanp.optim.clip import clip_norm


class NotFinite(AvanpError):
    """A loss or a gradient became infinite or NaN; `net` and `term` say which."""

    def __init__(self, net: str, term: str, what: str) -> None:
        super().__init__(f"{what}: use a smaller lr, or clip the gradients")
        self.net, self.term, self.what = net, term, what

    def __reduce__(self) -> tuple[Any, ...]:
        # An exception is made again from its message alone, between processes, unless told how.
        return type(self), (self.net, self.term, self.what)


def finite(
    system: Any, grads: dict[str, dict[str, Any]], terms: dict[str, float]
) -> dict[str, float]:
    """Write clipped arrays into the gradients of an update; return each net's norm before that.

    Raises
    ------
    NotFinite
        At a term or a norm that is not.
    """
    for net in grads:
        for term in _descended(system, net, terms):
            if not math.isfinite(terms[term]):
                what = f"the loss term {term!r} of {system.name}.{net} is {terms[term]}"
                raise NotFinite(net, term, what)
    limit = math.inf if system.config.clip is None else system.config.clip
    norms = {}
    for net, g in grads.items():
        # Multiplied out once, for the norm and the optimiser.
        arrays = {k: v.to_array() if isinstance(v, Factors) else v for k, v in g.items()}
        grads[net], norms[net] = clip_norm(arrays, limit)
        if not math.isfinite(norms[net]):
            term = " + ".join(_descended(system, net, terms))
            what = f"the gradient of {term} in {system.name}.{net} is {norms[net]}"
            raise NotFinite(net, term, what)
    return norms


def _descended(system: Any, net: str, terms: dict[str, float]) -> list[str]:
    """Return the terms that a net descends: those declared for it, or all where none is."""
    own = [name for name, term in system.terms.items() if net in term.nets and name in terms]
    return own or list(terms)
