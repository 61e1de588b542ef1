"""Layers other than convolutions, losses, and an Adam step, forward and backward beside PyTorch.

    python bench/bench_layers.py [NAME ...] [--rounds 40]

NAME keeps the rows whose name begins with it. Whole calls, as a user makes them; images are
channels-last on both sides. Every row is asserted equal first. Both sides keep freed memory
(`avanp.memory`), as training does.
"""

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from timing import interleaved

from avanp.layers.avg_pool import AvgPool2d
from avanp.layers.batch_norm import BatchNorm
from avanp.layers.dense import Dense
from avanp.layers.dropout import Dropout
from avanp.layers.elu import ELU
from avanp.layers.global_pool import GlobalAvgPool, GlobalMaxPool
from avanp.layers.leaky_relu import LeakyReLU
from avanp.layers.max_pool import MaxPool2d
from avanp.layers.relu import ReLU
from avanp.layers.sigmoid import Sigmoid
from avanp.layers.softmax import Softmax
from avanp.layers.tanh import Tanh
from avanp.layers.upsample import Upsample2
from avanp.losses.bernoulli import bernoulli_logits
from avanp.losses.cross_entropy import softmax_cross_entropy
from avanp.losses.kl import kl_logvar
from avanp.losses.squared_error import squared_error
from avanp.memory import keep_freed_memory
from avanp.optim.adam import Adam

BIG, SMALL, FEATURES = (32, 32, 32, 64), (32, 14, 14, 64), (128, 400)
SAME = 2e-5  # relative to the largest element
NORM, POOL = 0.75, 0.5  # what is asked of batch norm and of max pooling


class Row(NamedTuple):
    """One line of the table: calls that return lists of arrays to be equal."""

    name: str
    ours: object
    theirs: object
    limit: float | None = None
    equal: bool = True


def normal(shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape, dtype=np.float32)


def to_torch(x):
    """The same memory; images (B, H, W, C) as PyTorch's channels-last (B, C, H, W)."""
    t = torch.from_numpy(x)
    return t.permute(0, 3, 1, 2) if x.ndim == 4 else t


def to_numpy(t):
    t = t.detach()
    return (t.permute(0, 2, 3, 1) if t.ndim == 4 else t).numpy()


def layer_row(name, layer, function, shape, limit=None, weights=(), keys=(), equal=True):
    """Forward and backward with respect to the input and all weights."""
    rng = np.random.default_rng(1)
    x = normal(shape)
    dy = normal(layer.forward(x, train=True, rng=rng)[0].shape, seed=1)
    tensor, cotangent = to_torch(x).requires_grad_(), to_torch(dy)
    inputs = (tensor, *weights)

    def ours():
        y, cache = layer.forward(x, train=True, rng=rng)
        dx, grads = layer.backward(dy, cache)
        written = (grads[k] for k in keys)
        return [y, dx, *(g.to_array() if hasattr(g, "to_array") else g for g in written)]

    def theirs():
        y = function(tensor)
        return [y, *torch.autograd.grad(y, inputs, cotangent)]

    return Row(name, ours, theirs, limit, equal)


def norm_row(name, shape):
    n = shape[-1]
    gamma, beta = (torch.full((n,), value, requires_grad=True) for value in (1.0, 0.0))
    mean, var = torch.zeros(n), torch.ones(n)

    def function(x):
        return F.batch_norm(x, mean, var, gamma, beta, True, 0.1, 1e-5)

    keys = ("gamma", "beta")
    return layer_row(name, BatchNorm(n), function, shape, NORM, (gamma, beta), keys)


def dense_row(rows, n_in, n_out, limit):
    layer = Dense(n_in, n_out, rng=np.random.default_rng(2))
    w, b = (torch.from_numpy(layer.params[k]).requires_grad_() for k in ("W", "b"))
    name = f"dense {n_in} → {n_out}, N={rows}"
    return layer_row(
        name, layer, lambda x: F.linear(x, w, b), (rows, n_in), limit, (w, b), ("W", "b")
    )


def loss_row(name, loss, function, *arrays, wanted=1):
    """Value and gradients with respect to the first `wanted` arguments."""
    tensors = [torch.from_numpy(a) for a in arrays]
    for tensor in tensors[:wanted]:
        tensor.requires_grad_()

    def ours():
        value, *grads = loss(*arrays)
        return [np.float32(value), *grads]

    def theirs():
        value = function(*tensors) / len(arrays[0])
        return [value, *torch.autograd.grad(value, tensors[:wanted])]

    return Row(name, ours, theirs)


def torch_kl(mu, logvar):
    return -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())


def adam_row(kind, size=1_000_000):
    p, g = {"W": normal(size)}, {"W": normal(size, seed=1)}
    parameter = torch.nn.Parameter(torch.from_numpy(p["W"].copy()))
    parameter.grad = torch.from_numpy(g["W"].copy())
    optimiser, peer = Adam(1e-3), torch.optim.Adam([parameter], lr=1e-3, **{kind: True})

    def ours():
        optimiser.step(p, g)
        return [p["W"]]

    def theirs():
        peer.step()
        return [parameter]

    return Row(f"Adam step, 1 M parameters ({kind})", ours, theirs)


def rows():
    """Yield all rows, each made when its turn has come."""
    pool, average = (lambda x: F.max_pool2d(x, 2)), (lambda x: F.avg_pool2d(x, 2))
    yield norm_row("batch norm 2d, 32×32×64, N=32", BIG)
    yield norm_row("batch norm 2d, 14×14×64, N=32", SMALL)
    yield norm_row("batch norm 1d, 128×400", FEATURES)
    yield layer_row("max pool 2×2, 32×32×64, N=32", MaxPool2d(), pool, BIG, POOL)
    yield layer_row("max pool 2×2, 14×14×64, N=32", MaxPool2d(), pool, SMALL, POOL)
    yield layer_row("average pool 2×2, 32×32×64, N=32", AvgPool2d(), average, BIG)
    mean, highest = (
        (lambda x: x.mean(dim=(2, 3))),
        (lambda x: F.adaptive_max_pool2d(x, 1)[..., 0, 0]),
    )
    yield layer_row("global average pool, 14×14×64, N=32", GlobalAvgPool(), mean, SMALL)
    yield layer_row("global max pool, 14×14×64, N=32", GlobalMaxPool(), highest, SMALL)
    twice = lambda x: F.interpolate(x, scale_factor=2, mode="nearest")  # noqa: E731
    yield layer_row("upsample ×2, 16×16×64, N=32", Upsample2(), twice, (32, 16, 16, 64))
    for name, layer, function in (
        ("ReLU", ReLU(), F.relu),
        ("leaky ReLU", LeakyReLU(0.2), lambda x: F.leaky_relu(x, 0.2)),
        ("ELU", ELU(), F.elu),
        ("sigmoid", Sigmoid(), torch.sigmoid),
        ("tanh", Tanh(), torch.tanh),
    ):
        yield layer_row(f"{name}, 32×32×64, N=32", layer, function, BIG)
    yield layer_row("softmax, 128×10", Softmax(), lambda x: F.softmax(x, -1), (128, 10))
    for n, limits in ((128, (1.0, 0.95)), (16, (1.2, 1.2))):
        yield dense_row(n, 784, 400, limits[0])
        yield dense_row(n, 400, 784, limits[1])
    drop = lambda x: F.dropout(x, 0.3)  # noqa: E731
    yield layer_row("dropout, 128×400", Dropout(0.3), drop, FEATURES, equal=False)
    x, target = normal((128, 784)), np.random.default_rng(3).random((128, 784), np.float32)
    bce = lambda u, t: F.binary_cross_entropy_with_logits(u, t, reduction="sum")  # noqa: E731
    yield loss_row("BCE from logits, 128×784", bernoulli_logits, bce, x, target)
    half = lambda y, t: 0.5 * F.mse_loss(y, t, reduction="sum")  # noqa: E731
    yield loss_row("squared error, 128×784", squared_error, half, x, target)
    yield loss_row("KL, 128×20", kl_logvar, torch_kl, *normal((2, 128, 20)), wanted=2)
    labels = np.random.default_rng(4).integers(0, 10, 128)
    entropy = lambda u, t: F.cross_entropy(u, t, reduction="sum")  # noqa: E731
    yield loss_row(
        "softmax cross-entropy, 128×10", softmax_cross_entropy, entropy, normal((128, 10)), labels
    )
    yield adam_row("fused")
    yield adam_row("foreach")


def assert_equal(row):
    for ours, theirs in zip(row.ours(), row.theirs(), strict=True):
        theirs = to_numpy(theirs)
        assert ours.shape == theirs.shape, row.name
        worst = np.abs(ours - theirs).max()
        assert worst <= SAME * np.abs(theirs).max(), f"{row.name}: {worst}"


def repeated(call, times):
    def calls():
        for _ in range(times):
            call()

    return calls


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="only rows whose name begins so")
    parser.add_argument("--rounds", type=int, default=40)
    options = parser.parse_args()
    keep_freed_memory()
    torch.set_num_threads(1)
    print("| forward and backward | avanp ms | PyTorch ms | ratio | of minima | asked |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for row in rows():
        if options.names and not row.name.startswith(tuple(options.names)):
            continue
        if row.equal:
            assert_equal(row)
        once = interleaved({"ours": row.ours}, 3)["ours"].minimum
        times = max(1, int(5e-4 / once))
        calls = {"ours": repeated(row.ours, times), "theirs": repeated(row.theirs, times)}
        timed = interleaved(calls, options.rounds)
        ours, theirs = timed["ours"], timed["theirs"]
        ms = " | ".join(f"{1e3 * t.median / times:.3f}" for t in (ours, theirs))
        ratios = f"{ours.median / theirs.median:.2f} | {ours.minimum / theirs.minimum:.2f}"
        limit = "" if row.limit is None else f"≤ {row.limit}"
        print(f"| {row.name} | {ms} | {ratios} | {limit} |", flush=True)


if __name__ == "__main__":
    main()
