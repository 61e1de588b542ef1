"""Write layers.npz: the layers that are not in the other files, by PyTorch, in float64.

Run by hand: ``python tests/golden/make_layers.py``; needs torch. Images are (B, H, W, C) there, as
here, and weights as `avanp` keeps them. Keys: "<case>.y", ".dy", ".dx", and ".d<weight>".
"""

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

ROWS, IMAGES, N = (6, 4), (3, 5, 6, 4), 4


def weights(rng):
    """The weights of all cases; W (out, in), kernels (kh, kw, in, out)."""
    shapes = {"w0": (N, N), "b0": (N,), "w1": (N, N), "b1": (N,)}
    shapes |= {"k0": (3, 3, N, N), "k1": (3, 3, N, N), "g0": (N,), "g1": (N,), "eps": (6, 2)}
    return {name: rng.standard_normal(shape) for name, shape in shapes.items()}


def linear(x, t, i):
    return F.linear(x, t[f"w{i}"], t[f"b{i}"])


def conv(x, kernel):
    return F.conv2d(x.movedim(-1, 1), kernel.permute(3, 2, 0, 1), padding=1).movedim(1, -1)


def norm(x, gain):
    return F.batch_norm(x.movedim(-1, 1), None, None, gain, training=True).movedim(1, -1)


def residual_conv_norm(x, t):
    h = F.leaky_relu(norm(conv(x, t["k0"]), t["g0"]), 0.2)
    return x + norm(conv(h, t["k1"]), t["g1"])


def heads(x, t):
    return torch.cat([linear(x, t, 0), torch.clamp(linear(x, t, 1), -1.5, 1.5)], dim=-1)


def sample(x, t):
    mu, logvar = x.chunk(2, dim=-1)
    return mu + torch.exp(logvar / 2) * t["eps"]


def padded(x, t):
    return F.pad(x.movedim(-1, 1), (2, 1, 1, 0), mode="replicate").movedim(1, -1)


# name: (input, function of (x, weights), the weights it uses)
CASES = {
    "sigmoid": (ROWS, lambda x, t: torch.sigmoid(x), ()),
    "logistic": (ROWS, lambda x, t: torch.sigmoid(0.7 * (x - 0.3)), ()),
    "tanh": (ROWS, lambda x, t: torch.tanh(x), ()),
    "relu": (ROWS, lambda x, t: F.relu(x), ()),
    "leaky-relu": (ROWS, lambda x, t: F.leaky_relu(x, 0.2), ()),
    "elu": (ROWS, lambda x, t: F.elu(x, 1.3), ()),
    "softplus": (ROWS, lambda x, t: F.softplus(x, 2.0), ()),
    "softmax": (ROWS, lambda x, t: F.softmax(x, dim=-1), ()),
    "flatten": (IMAGES, lambda x, t: torch.flatten(x, 1), ()),
    "reshape": (IMAGES, lambda x, t: x.reshape(3, 10, 12), ()),
    "crop": (IMAGES, lambda x, t: x[:, :3, :4], ()),
    "replication-pad": (IMAGES, padded, ()),
    "dense": (ROWS, lambda x, t: linear(x, t, 0), ("w0", "b0")),
    "sequential": (
        ROWS, lambda x, t: linear(torch.tanh(linear(x, t, 0)), t, 1), ("w0", "b0", "w1", "b1"),
    ),
    "frozen": (ROWS, lambda x, t: linear(torch.tanh(linear(x, t, 0)), t, 1), ()),
    "concat": (
        ROWS, lambda x, t: torch.cat([linear(x, t, 0), x, linear(x, t, 1)], dim=-1),
        ("w0", "b0", "w1", "b1"),
    ),
    "two-heads": (ROWS, heads, ("w0", "b0", "w1", "b1")),
    "gaussian-sample": (ROWS, sample, ()),
    "residual-dense": (
        ROWS, lambda x, t: x + linear(F.leaky_relu(linear(x, t, 0), 0.2), t, 1),
        ("w0", "b0", "w1", "b1"),
    ),
    "residual-conv": (
        IMAGES, lambda x, t: x + conv(F.leaky_relu(conv(x, t["k0"]), 0.2), t["k1"]), ("k0", "k1"),
    ),
    "residual-conv-norm": (IMAGES, residual_conv_norm, ("k0", "k1", "g0", "g1")),
}  # fmt: skip


def main():
    rng = np.random.default_rng(20261126)
    arrays = weights(rng)
    arrays |= {"rows": 2 * rng.standard_normal(ROWS), "images": rng.standard_normal(IMAGES)}
    for name, (shape, function, used) in CASES.items():
        t = {key: torch.tensor(arrays[key], requires_grad=key in used) for key in weights(rng)}
        x = torch.tensor(arrays["rows" if shape == ROWS else "images"], requires_grad=True)
        y = function(x, t)
        dy = torch.tensor(rng.standard_normal(tuple(y.shape)))
        dx, *grads = torch.autograd.grad(y, [x, *(t[key] for key in used)], dy)
        found = {"y": y.detach(), "dy": dy, "dx": dx}
        found |= {f"d{key}": grad for key, grad in zip(used, grads, strict=True)}
        arrays |= {f"{name}.{key}": value.numpy() for key, value in found.items()}
    np.savez_compressed(Path(__file__).with_name("layers.npz"), **arrays)


if __name__ == "__main__":
    main()
