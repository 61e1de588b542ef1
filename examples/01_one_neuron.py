"""Lesson 1. One neuron and its derivative.

A neuron weighs its input, adds a bias and bends the sum; a loss says how far it is off:

    v = w x + b        y = s(v) = 1 / (1 + e^(-v))        l = 1/2 (y - t)²

How does l change with w? Walk back from l, one step at a time, and multiply (the chain rule):

    dl/dy = y - t      dy/dv = y (1 - y)      dv/dw = x      dl/dw = (y - t) y (1 - y) x

The second factor is a function of the output alone: nothing but y has to be kept.

Run it: python examples/01_one_neuron.py
"""

import numpy as np

from avanp.layers.dense import Dense
from avanp.layers.logistic import Logistic
from avanp.losses.squared_error import squared_error

try:
    import matplotlib.pyplot as plt
except ImportError:
    raise SystemExit("the picture needs matplotlib: pip install '.[plot]'") from None

x, t = 1.5, 0.9
w, b = -1.0, 0.2


def s(v):
    return 1 / (1 + np.exp(-v))


def loss(w):
    return (s(w * x + b) - t) ** 2 / 2


# By hand.
y = s(w * x + b)
dw = (y - t) * y * (1 - y) * x

# By trying: move w a little to both sides. This needs no mathematics, and finds our mistakes.
h = 1e-5
tried = (loss(w + h) - loss(w - h)) / (2 * h)
difference = abs(dw - tried) / abs(dw)
print(f"dl/dw by hand {dw:.8f}, by trying {tried:.8f}")
print(f"relative difference: {difference:.1e} (h² = {h * h:.0e}, and rounding: nothing is wrong)")
assert difference < 1e-8

# A smaller h is not a better one: below some 1e-5 the computer's rounding takes over. One-sided
# differences are wrong by about h, two-sided ones by about h².
steps = 10.0 ** np.arange(-13, 0)
one_sided = [abs((loss(w + h) - loss(w)) / h - dw) / abs(dw) for h in steps]
two_sided = [abs((loss(w + h) - loss(w - h)) / (2 * h) - dw) / abs(dw) for h in steps]

# What the derivative is for: go down, against it.
path = [w]
for _ in range(25):
    y = s(path[-1] * x + b)
    path.append(path[-1] - 2.0 * (y - t) * y * (1 - y) * x)
print(
    f"25 steps down: w from {w} to {path[-1]:.2f}, loss from {loss(w):.4f} to {loss(path[-1]):.4f}"
)

# The same with avanp: a layer of one neuron, and a logistic of slope 1 around 0. Each layer's
# backward pass takes dl/d(its output) and returns dl/d(its input) and dl/d(its parameters).
dense, logistic = Dense(1, 1, init="zeros", dtype=np.float64), Logistic(slope=1, midpoint=0)
dense.params["W"][:], dense.params["b"][:] = w, b
v, dense_cache = dense.forward(np.array([[x]]))
y, logistic_cache = logistic.forward(v)
_, dy = squared_error(y, np.array([[t]]))
dv, _ = logistic.backward(dy, logistic_cache)
_, grads = dense.backward(dv, dense_cache)
avanps = grads["W"].to_array().item()
print(f"dl/dw by avanp {avanps:.8f}")
assert abs(avanps - dw) < 1e-15

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
ws = np.linspace(-2, 3, 200)
left.plot(ws, loss(ws), color="#0072B2", label="loss l(w)")
near = np.array([w - 0.7, w + 0.7])
left.plot(near, loss(w) + dw * (near - w), color="#D55E00", lw=2, label=f"slope dl/dw = {dw:.3f}")
left.plot(path, [loss(w) for w in path], "o", color="black", ms=4, label="25 steps down")
left.set(xlabel="w", title="A derivative is a slope")
left.legend()
right.loglog(steps, one_sided, "o-", color="#E69F00", label="(l(w + h) − l(w)) / h")
right.loglog(steps, two_sided, "o-", color="#009E73", label="(l(w + h) − l(w − h)) / 2h")
right.text(3e-13, 3e-9, "rounding")
right.text(3e-4, 1e-10, "curvature")
right.set(xlabel="h", ylabel="relative error", title="How well trying can check it")
right.legend(loc="upper center")
figure.savefig("01_one_neuron.png", dpi=110)
print("saved 01_one_neuron.png")
