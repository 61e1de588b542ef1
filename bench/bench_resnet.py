"""A step of a ResNet-8 classifier beside PyTorch, on one thread: CPU time of whole steps.

    python bench/bench_resnet.py [--side 32] [--batch 64] [--rounds 15] [--no-compiler]

Widths 16, 32, 64, batch norm, ten classes, Adam. Peers: PyTorch in eager mode, and what its
compiler makes of the net. All start from the same weights; the loss of one batch is asserted equal
first, and in float64 every gradient's length.
"""

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse
from functools import partial

import numpy as np
import torch
import torch_resnet
from timing import compare

from avanp.doctor.machine import processor
from avanp.memory import keep_freed_memory
from avanp.rng import stream
from avanp.systems import build

CLASSES, RATE = 10, 1e-3


def both(o, dtype, n, compiled=False):
    """Return a system, its peer, and n images and labels for either."""
    shape = (o.side, o.side, 3)
    system = build("classifier", shape=shape, arch="resnet", classes=CLASSES, lr=RATE, dtype=dtype)
    rng = np.random.default_rng(0)
    batch = rng.random((n, *shape)).astype(dtype), rng.integers(0, CLASSES, n)
    # NHWC as NCHW in channels_last memory, turned round.
    images = torch.from_numpy(batch[0][:, ::-1, ::-1].copy()).permute(0, 3, 1, 2)
    peer = torch_resnet.Peer(net_of(system, dtype), RATE, compiled)
    return system, peer, batch, (images, torch.from_numpy(batch[1]))


def net_of(system, dtype):
    """Return the PyTorch twin of a system's net, with its weights."""
    params = system.nets["classifier"].params
    kernels = [w for key, w in params.items() if key.endswith("W") and w.ndim == 4]
    first, *rest = kernels
    blocks = []
    while rest:
        a, b, *rest = rest
        short = rest.pop(0) if rest and rest[0].shape[0] == 1 else None
        blocks.append((a, b, short))
    w, b = [p for key, p in params.items() if key[-2:] in (".W", ".b")][-2:]
    return torch_resnet.ResNet(first, blocks, (w, b)).to(getattr(torch, dtype))


def assert_equal(system, peer, batch, theirs, of_loss, of_gradients=None):
    """One batch: the loss to a part `of_loss` of it, the gradients' lengths to a part of each."""
    grads, terms = system.gradients(batch, stream(0, "noise"))
    loss = peer.loss(*theirs)
    np.testing.assert_allclose(terms["loss"], loss.item(), rtol=of_loss)
    if of_gradients is None:
        return
    of_theirs = torch.autograd.grad(loss, list(peer.net.parameters()))
    ours = [g.to_array() if hasattr(g, "to_array") else g for g in grads["classifier"].values()]
    lengths = [sorted(float(np.linalg.norm(g)) for g in side) for side in (ours, of_theirs)]
    np.testing.assert_allclose(*lengths, rtol=of_gradients)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name, default in (("side", 32), ("batch", 64), ("rounds", 15)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--no-compiler", action="store_true")
    o = parser.parse_args()
    torch.set_num_threads(1)
    keep_freed_memory()
    # Rounding turns units at a kink on and off: in float32 gradients differ by some 1e-3 of them.
    assert_equal(*both(o, "float64", 4), 1e-9, 1e-7)
    system, eager, batch, theirs = both(o, "float32", o.batch)
    peers = {"PyTorch": eager}
    if not o.no_compiler:
        peers["PyTorch, its compiler"] = both(o, "float32", o.batch, compiled=True)[1]
    for peer in peers.values():
        assert_equal(system, peer, batch, theirs, 1e-5)
    print(f"equal: loss, and in float64 gradients. {o.side}×{o.side}×3, B = {o.batch}")
    print(processor().text)
    calls = {"avanp": partial(system.step, batch, stream(0, "noise"))}
    calls |= {name: partial(peer.step, *theirs) for name, peer in peers.items()}
    compare(calls, "PyTorch", o.rounds)


if __name__ == "__main__":
    main()
