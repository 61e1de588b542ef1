"""Lesson 3. A net of two layers by hand, that learns to read digits.

    h = relu(x W1ᵀ + b1)      u = h W2ᵀ + b2      p = softmax(u)      l = -log p[label], mean

(log is the natural one, so l is in nats; a bit is 0.69 of them).

The backward pass is the forward pass read from below, each line turned into its derivative:

    du = (p - onehot) / B                                    (softmax and -log, together)
    dW2 = duᵀ h      db2 = sum du      dh = du W2
    dv = dh where h > 0, else 0                              (relu lets through what it passed on)
    dW1 = dvᵀ x      db1 = sum dv

Run it: python examples/03_mlp.py
"""

import numpy as np

import avanp
from avanp.layers.dense import Dense
from avanp.layers.relu import ReLU
from avanp.layers.sequential import Sequential
from avanp.losses.cross_entropy import softmax_cross_entropy

try:
    import matplotlib.pyplot as plt
except ImportError:
    raise SystemExit("the picture needs matplotlib: pip install '.[plot]'") from None

HIDDEN, BATCH, RATE, EPOCHS = 32, 32, 0.3, 30
train, test = (avanp.load_images("digits", split=part) for part in ("train", "test"))
x_train, x_test = (part.as_float(np.float64).reshape(len(part), -1) for part in (train, test))

rng = np.random.default_rng(0)
params = {
    "W1": rng.normal(0, np.sqrt(2 / 64), (HIDDEN, 64)),
    "b1": np.zeros(HIDDEN),
    "W2": rng.normal(0, np.sqrt(2 / HIDDEN), (10, HIDDEN)),
    "b2": np.zeros(10),
}


def forward(params, x):
    h = np.maximum(x @ params["W1"].T + params["b1"], 0)
    u = h @ params["W2"].T + params["b2"]
    e = np.exp(u - u.max(axis=1, keepdims=True))
    return h, e / e.sum(axis=1, keepdims=True)


def backward(params, x, h, p, labels):
    du = p.copy()
    du[np.arange(len(x)), labels] -= 1
    du /= len(x)
    dh = du @ params["W2"]
    dv = dh * (h > 0)
    return {"W1": dv.T @ x, "b1": dv.sum(axis=0), "W2": du.T @ h, "b2": du.sum(axis=0)}


def loss(params, x, labels):
    _, p = forward(params, x)
    return -np.log(p[np.arange(len(x)), labels]).mean()


# First the same net of avanp's layers with the same weights: one gradient, twice computed.
net = Sequential(
    [
        Dense(64, HIDDEN, init="zeros", dtype=np.float64),
        ReLU(),
        Dense(HIDDEN, 10, init="zeros", dtype=np.float64),
    ]
)
names = {"0.W": "W1", "0.b": "b1", "2.W": "W2", "2.b": "b2"}
for theirs, ours in names.items():
    net.params[theirs][:] = params[ours]
x, labels = x_train[:BATCH], train.labels[:BATCH]
u, cache = net.forward(x)
_, du = softmax_cross_entropy(u, labels)
_, grads = net.backward(du, cache)
by_hand = backward(params, x, *forward(params, x), labels)
for theirs, ours in names.items():
    g = grads[theirs].to_array() if theirs.endswith("W") else grads[theirs]
    assert np.allclose(g, by_hand[ours], rtol=1e-10, atol=1e-14)
print("the gradients by hand are avanp's, to rounding")

curves = []
for _ in range(EPOCHS):
    order = rng.permutation(len(x_train))
    for start in range(0, len(order), BATCH):
        rows = order[start : start + BATCH]
        x, labels = x_train[rows], train.labels[rows]
        grads = backward(params, x, *forward(params, x), labels)
        for name, g in grads.items():
            params[name] -= RATE * g
    parts = ((x_train, train.labels), (x_test, test.labels))
    curves.append([loss(params, *part) for part in parts])
_, p = forward(params, x_test)
right = p.argmax(axis=1) == test.labels
print(
    f"digits read rightly that it has never seen: {right.mean():.1%} of {len(right)}; "
    "guessing gives 10%"
)
assert right.mean() > 0.9

figure = plt.figure(figsize=(9, 3.6), layout="constrained")
learning, neurons = figure.subfigures(1, 2, width_ratios=[1, 1])
axis = learning.subplots()
axis.plot(np.arange(1, EPOCHS + 1), curves, label=["images it learns from", "images it never sees"])
axis.set(xlabel="epochs", ylabel="loss, nats", yscale="log", title="Learning")
axis.legend()
neurons.suptitle("What 32 hidden neurons look for\n(weights W1: red +, blue −)", fontsize=11)
limit = np.abs(params["W1"]).max()
for axis, weights in zip(neurons.subplots(4, 8).ravel(), params["W1"], strict=True):
    axis.imshow(weights.reshape(8, 8), cmap="RdBu_r", vmin=-limit, vmax=limit)
    axis.axis("off")
figure.savefig("03_mlp.png", dpi=110)
print("saved 03_mlp.png")
