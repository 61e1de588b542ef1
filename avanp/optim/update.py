"""Applying gradients to parameters."""

from typing import Any

from avanp.layers.factored import FactoredWeight, Factors, add_product


def add_scaled(params: dict[str, Any], grads: dict[str, Any], scale: float) -> None:
    """``p += scale * g`` in place for every gradient; a factored gradient is never written out.

    The paper's updates ascend with ``scale = +gamma``.
    """
    for name, g in grads.items():
        p = params[name]
        if isinstance(p, FactoredWeight):
            p.add(g, scale)
        elif isinstance(g, Factors):
            add_product(p, g.dy, g.x, scale)
        else:
            p += scale * g
