"""A layer of your own, checked: y = x / (1 + |x|).

Run it: python examples/own_layer.py
"""

import numpy as np

import avanp
from avanp.layers.base import Layer


class Softsign(Layer):
    """y = x / (1 + |x|), with the derivative 1 / (1 + |x|)^2."""

    def forward(self, x, *, train=False, rng=None):
        denominator = 1 + np.abs(x)
        # What backward needs is returned, not kept: one layer may have many passes under way.
        return x / denominator, denominator

    def backward(self, dy, cache, *, wrt="both"):
        # No parameters, so no gradients but the input's; and that only where it is asked for.
        return None if wrt == "params" else dy / cache**2, {}


class Wrong(Softsign):
    """The same with the square forgotten."""

    def backward(self, dy, cache, *, wrt="both"):
        return None if wrt == "params" else dy / cache, {}


def main():
    x = np.random.default_rng(0).standard_normal((4, 3))
    print(f"Softsign: worst relative error {avanp.check_grad(Softsign(), x).error:.0e}")
    try:
        avanp.check_grad(Wrong(), x)
    except avanp.GradientError as error:
        print(f"Wrong: {error}")


if __name__ == "__main__":
    main()
