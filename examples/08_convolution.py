"""Lesson 8. A convolution as a matrix product, and faster.

A 3×3 convolution looks at every place of an image through a window of 9 pixels with C channels:

    y[place, out] = sum over the window's 9 C numbers of x[place + offset, in] W[offset, in, out]

Write the windows of all places under each other, as rows of a matrix: then y = windows W is one
product, with dW = windowsᵀ dy and d(windows) = dy Wᵀ as in any dense layer (lesson 2). A pixel is
in nine windows, so dx adds up nine numbers for it.

Run it: python examples/08_convolution.py
"""

import timeit
from functools import partial

import numpy as np

from avanp.layers.conv import Conv2d

try:
    import matplotlib.pyplot as plt
except ImportError:
    raise SystemExit("the picture needs matplotlib: pip install '.[plot]'") from None

B, H, C, N = 8, 28, 32, 32  # images of H×H, channels in and out
rng = np.random.default_rng(0)
x = rng.standard_normal((B, H, H, C)).astype(np.float32)
W = (rng.standard_normal((3, 3, C, N)) / np.sqrt(9 * C)).astype(np.float32)
dy = rng.standard_normal((B, H, H, N)).astype(np.float32)
OFFSETS = [(i, j) for i in range(3) for j in range(3)]


def place_by_place(x):
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    y = np.zeros((B, H, H, N), np.float32)
    for u in range(H):
        for v in range(H):
            window = padded[:, u : u + 3, v : v + 3]
            y[:, u, v] = np.einsum("bijc,ijcn->bn", window, W)
    return y


def apart(one, other):
    return np.abs(one - other).max() / np.abs(other).max()


def windows_of(x):
    """(B, H, H, C) to a matrix with a row of 9 C numbers for each place."""
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    shifted = [padded[:, i : i + H, j : j + H] for i, j in OFFSETS]
    return np.concatenate(shifted, axis=-1).reshape(-1, 9 * C)


def as_one_product(x):
    return (windows_of(x) @ W.reshape(9 * C, N)).reshape(B, H, H, N)


def backward(x, dy):
    rows = dy.reshape(-1, N)
    dW = (windows_of(x).T @ rows).reshape(W.shape)
    dwindows = (rows @ W.reshape(9 * C, N).T).reshape(B, H, H, 9, C)
    dx = np.zeros((B, H + 2, H + 2, C), np.float32)
    for k, (i, j) in enumerate(OFFSETS):
        dx[:, i : i + H, j : j + H] += dwindows[..., k, :]
    return dx[:, 1:-1, 1:-1], dW


layer = Conv2d(C, N, 3, init="zeros")
layer.params["W"][:] = W


def by_avanp(x):
    return layer.forward(x)[0]


y = place_by_place(x)
dx, grads = layer.backward(dy, x)
ours = backward(x, dy)
pairs = [(as_one_product(x), y), (by_avanp(x), y), (ours[0], dx), (ours[1], grads["W"])]
worst = max(apart(*pair) for pair in pairs)
print(f"y by three ways, dx and dW by two: largest relative difference {worst:.0e}")
assert worst < 2e-5  # float32 has 7 digits

# Fewer multiplications still. Two neighbouring outputs of a 3-tap filter cost 6 of them, or, after
# Winograd (1980), 4: sums of pixels and of weights first, then products, then sums. avanp takes 4×4
# places at once, from 32 channels on: 36 products in place of 144.
p, w = rng.standard_normal(4), rng.standard_normal(3)
a, b = (p[0] - p[2]) * w[0], (p[1] + p[2]) * (w[0] + w[1] + w[2]) / 2
c, d = (p[2] - p[1]) * (w[0] - w[1] + w[2]) / 2, (p[1] - p[3]) * w[2]
assert np.allclose([a + b + c, b - c - d], [p[:3] @ w, p[1:] @ w], rtol=1e-12)
print(f"multiplications for 2×2 places of a 3×3 filter: {4 * 9} plain, {4 * 4} after Winograd")

seconds = {}
for way in (place_by_place, as_one_product, by_avanp):
    seconds[way.__name__.replace("_", " ")] = min(timeit.repeat(partial(way, x), number=1))
work = 2 * B * H * H * 9 * C * N / 1e9
for way, t in seconds.items():
    print(f"{way:15} {1000 * t:7.1f} ms, {work / t:6.1f} thousand million operations a second")
print("(operations that the windows need; Winograd does with fewer)")

places = {"left": 0.02, "right": 0.97, "bottom": 0.16, "top": 0.88, "wspace": 0.55}
figure, (left, middle, right) = plt.subplots(1, 3, figsize=(11, 3.6), gridspec_kw=places)
small = np.arange(25).reshape(5, 5)
left.imshow(small, cmap="viridis")
left.add_patch(plt.Rectangle((0.5, 0.5), 3, 3, fill=False, ec="#D55E00", lw=3))
left.set(title="A window on 5×5 pixels", xticks=[], yticks=[])
rows = np.array([small[u : u + 3, v : v + 3].ravel() for u in range(3) for v in range(3)])
middle.imshow(rows, cmap="viridis", vmin=0, vmax=24)
middle.add_patch(plt.Rectangle((-0.5, 3.5), 9, 1, fill=False, ec="#D55E00", lw=3))
middle.set(title="All windows, a row each", xticks=[], yticks=[], xlabel="9 weights per output")
bars = right.barh(list(seconds), [1000 * t for t in seconds.values()], color="#0072B2")
right.bar_label(bars, fmt="%.1f", padding=3)
right.set(xlabel="milliseconds", title="The same numbers, three ways", xscale="log")
right.margins(x=0.2)
right.invert_yaxis()
figure.savefig("08_convolution.png", dpi=100)
print("saved 08_convolution.png")
