"""Lesson 2. A layer's backward pass, and how to check it.

A dense layer takes a batch of rows x (B, n) to rows y (B, m):

    y = x Wᵀ + b

Someone above tells it dy = dl/dy, an array like y. It answers with three arrays, each the sum of
dy times how y depends on the thing in question, and each of the shape of that thing:

    dW = dyᵀ x  (m, n)         db = sum of dy over the rows  (m)         dx = dy W  (B, n)

How can one check such a formula for any dy? By making up a loss: l = sum of (r * y) with random
numbers r. Then dl/dy = r, and all three answers can be compared with what trying finds.

Run it: python examples/02_backward.py
"""

import numpy as np

import avanp
from avanp.layers.dense import Dense

try:
    import matplotlib.pyplot as plt
except ImportError:
    raise SystemExit("the picture needs matplotlib: pip install '.[plot]'") from None

rng = np.random.default_rng(0)
x, W, b = rng.standard_normal((6, 4)), rng.standard_normal((4, 4)), rng.standard_normal(4)
r = rng.standard_normal((6, 4))


def forward():
    return x @ W.T + b


def backward(dy):
    return {"W": dy.T @ x, "b": dy.sum(axis=0), "x": dy @ W}


def tried(array, dy, h=1e-6):
    """dl/d(array) for l = sum(dy * y), one element after the other."""
    slopes = np.zeros_like(array)
    for i in np.ndindex(array.shape):
        before = array[i]
        array[i] = before + h
        up = np.sum(dy * forward())
        array[i] = before - h
        down = np.sum(dy * forward())
        array[i] = before
        slopes[i] = (up - down) / (2 * h)
    return slopes


def worst(one, other):
    return np.abs(one - other).max() / np.abs(other).max()


by_hand = backward(r)
for name, array in (("W", W), ("b", b), ("x", x)):
    print(f"d{name}: largest relative error {worst(by_hand[name], tried(array, r)):.1e}")
numeric = tried(W, r)
error = worst(by_hand["W"], numeric)

# Two mistakes that shapes do not show, because this layer is square: a transpose forgotten ...
wrong = (r.T @ x).T
print(f"dW with a transpose forgotten: largest relative error {worst(wrong, numeric):.1e}")
assert error < 1e-7 < 0.1 < worst(wrong, numeric)


# ... and r all ones, which is what l = sum(y) amounts to. Take the layer y = x - mean(x) of each
# row. Its sum is always 0, so dx = 0 whatever x is: a backward pass that returns zeros passes.
def centred(dy):
    return dy - dy.mean(axis=1, keepdims=True)


print(
    f"centring, r all ones: |dx| = {np.abs(centred(np.ones((6, 4)))).max():.1f}, "
    f"r random: |dx| = {np.abs(centred(r)).max():.1f}"
)

# The same with avanp. Its Dense keeps dW as the two factors until somebody needs the matrix.
layer = Dense(4, 4, init="zeros", dtype=np.float64)
layer.params["W"][:], layer.params["b"][:] = W, b
y, cache = layer.forward(x)
dx, grads = layer.backward(r, cache)
assert np.allclose(y, forward(), rtol=1e-13)
assert np.allclose(grads["W"].to_array(), by_hand["W"], rtol=1e-13)
assert np.allclose(grads["b"], by_hand["b"], rtol=1e-13)
assert np.allclose(dx, by_hand["x"], rtol=1e-13)
print(f"avanp.check_grad(Dense): worst relative error {avanp.check_grad(layer, x).error:.1e}")


class Forgetful(Dense):
    """Dense with the transpose forgotten."""

    def backward(self, dy, cache, *, wrt="both"):
        dx, grads = super().backward(dy, cache, wrt=wrt)
        return dx, grads | ({"W": grads["W"].to_array().T} if grads else {})


try:
    avanp.check_grad(Forgetful(4, 4, rng=rng, dtype=np.float64), x)
    raise SystemExit("the check has missed the mistake")
except avanp.GradientError as mistake:
    print(f"avanp.check_grad(Forgetful): {str(mistake).splitlines()[0]}")

figure, axes = plt.subplots(1, 2, figsize=(8, 3.9), layout="constrained", sharey=True)
for axis, values, title in ((axes[0], by_hand["W"], "dW = dyᵀ x"), (axes[1], wrong, "transposed")):
    axis.axline((0, 0), slope=1, color="#999999")
    axis.plot(
        numeric.ravel(), values.ravel(), "o", color="#0072B2" if values is not wrong else "#D55E00"
    )
    axis.set(xlabel="dW by trying", title=f"{title}: worst error {worst(values, numeric):.0e}")
axes[0].set_ylabel("dW by formula")
figure.suptitle("A dot for each weight; a right formula lies on the line")
figure.savefig("02_backward.png", dpi=110)
print("saved 02_backward.png")
