"""Lesson 9. Write your own layer: y = x / (1 + |x|), "softsign".

A layer is a class with two methods. forward returns y and whatever backward will need; backward
takes dl/dy and returns dl/dx with a gradient for each parameter. Nothing is kept in the layer, so
one layer can have many passes under way. The derivative here is 1 / (1 + |x|)².

Run it: python examples/09_own_layer.py
"""

from functools import partial

import numpy as np

import avanp
from avanp.layers.base import Layer
from avanp.layers.dense import Dense
from avanp.layers.sequential import Sequential
from avanp.losses.squared_error import squared_error
from avanp.optim.adam import Adam

try:
    import matplotlib.pyplot as plt
except ImportError:
    raise SystemExit("the picture needs matplotlib: pip install '.[plot]'") from None


class Softsign(Layer):
    """y = x / (1 + |x|)."""

    def forward(self, x, *, train=False, rng=None):
        denominator = 1 + np.abs(x)
        return x / denominator, denominator

    def backward(self, dy, cache, *, wrt="both"):
        # No parameters, so no gradients but the input's; and that only where it is asked for.
        return None if wrt == "params" else dy / cache**2, {}


class Wrong(Softsign):
    """The same with the square forgotten."""

    def backward(self, dy, cache, *, wrt="both"):
        return None if wrt == "params" else dy / cache, {}


# The check: random inputs, a random dl/dy, central differences. Do this before anything else.
x = np.random.default_rng(0).standard_normal((4, 3))
print(f"Softsign: worst relative error {avanp.check_grad(Softsign(), x).error:.0e}")
try:
    avanp.check_grad(Wrong(), x)
    raise SystemExit("the check has missed the mistake")
except avanp.GradientError as error:
    print(f"refused: {str(error).splitlines()[0]}")


def fitted(layer, steps=1500):
    """Train a small net with this layer on one wave, and return it with its last loss."""
    dense = partial(Dense, rng=np.random.default_rng(0), dtype=np.float64)
    net = Sequential([dense(1, 30), layer, dense(30, 30), layer, dense(30, 1)])
    adam, loss = Adam(0.01), 0.0
    for step in range(steps):
        adam.lr = 0.01 * (1 - step / steps)  # ever smaller, so that the end is a calm one
        y, cache = net.forward(wave_x)
        loss, dy = squared_error(y, wave_y)
        _, grads = net.backward(dy, cache)
        adam.step(net.params, grads)
    return net, loss


# It serves in a net like any other: here one that learns a wave from 64 points.
wave_x = np.linspace(-2, 2, 64)[:, None]
wave_y = np.sin(3 * wave_x) * np.cos(wave_x)
net, loss = fitted(Softsign())
_, wrong_loss = fitted(Wrong())
start = np.mean(wave_y**2) / 2
print(f"half the mean square: {start:.4f} before learning, {loss:.6f} after")
print(f"with the wrong derivative {wrong_loss:.6f}: it learns too, which is why one has to check")
assert loss < wrong_loss / 2 < 0.01 * start

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
line = np.linspace(-5, 5, 201)
y, cache = Softsign().forward(line)
dx, _ = Softsign().backward(np.ones_like(line), cache)
tried = (Softsign().forward(line + 1e-5)[0] - Softsign().forward(line - 1e-5)[0]) / 2e-5
left.plot(line, y, color="black", label="y = x / (1 + |x|)")
left.plot(line, dx, color="#0072B2", label="backward")
left.plot(line[::10], tried[::10], "o", color="#D55E00", ms=4, label="by trying")
left.set(title="The layer and its derivative", xlabel="x")
left.legend()
right.plot(wave_x, wave_y, "o", color="#999999", ms=4, label="64 points")
right.plot(wave_x, net.forward(wave_x)[0], color="#0072B2", label="a net with softsign")
right.set(title="It learns", xlabel="x")
right.legend()
figure.savefig("09_own_layer.png", dpi=100)
print("saved 09_own_layer.png")
