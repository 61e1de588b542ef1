"""A step of the DFC-VAE beside PyTorch, on one thread: CPU time of whole training steps.

    python bench/bench_dfc.py [--taps 5] [--batch 32] [--rounds 10] [--features vgg16]

64×64 colour images, widths 32, 64, 128, 256; features are VGG16's up to relu3_1 with --taps 3, to
relu5_1 with 5. Both sides start from the same weights; the loss and its terms of one batch are
asserted equal first, and in float64 every gradient.
"""

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse
from functools import partial

import numpy as np
import torch
import torch_dfc
from timing import compare

from avanp.doctor.machine import processor
from avanp.layers.conv import Conv2d
from avanp.layers.relu import ReLU
from avanp.memory import keep_freed_memory
from avanp.rng import stream
from avanp.systems import build

SHAPE, WIDTHS, RATE = (64, 64, 3), (32, 64, 128, 256), 1e-3
TERMS = ("loss", "reconstruction", "perceptual", "kl")


def peer_of(system):
    """Return the PyTorch twin of a system."""
    layers = []
    for layer in system.perceptual.net.layers:
        if isinstance(layer, Conv2d):
            layers.append(("conv", layer.params["W"], layer.params["b"]))
        else:
            layers.append(("relu",) if isinstance(layer, ReLU) else ("pool",))
    c = system.config
    return torch_dfc.Peer(
        system.nets["encoder"].params,
        system.nets["decoder"].params,
        torch_dfc.Features(layers, system.perceptual.taps),
        (c.w_rec, c.w_perc, c.w_kl),
        RATE,
    )


def both(options, dtype, n):
    """Return a system, its peer, n images and the first step's noise, on either side's terms."""
    system = build(
        "DFC-VAE",
        shape=SHAPE,
        widths=WIDTHS,
        features=options.features,
        taps=options.taps,
        lr=RATE,
        dtype=dtype,
    )
    x = np.random.default_rng(0).random((n, *SHAPE)).astype(dtype)
    images = torch.from_numpy(x).permute(0, 3, 1, 2).contiguous()
    eps = torch.from_numpy(system.noise(n, stream(0, "noise")))
    return system, peer_of(system), x, images, eps


def assert_equal(system, peer, x, images, eps, of_loss, of_gradients=None):
    """One batch: every term to a part `of_loss` of it; gradients to a part of the largest."""
    grads, terms = system.gradients(x, stream(0, "noise"))
    theirs, of_theirs = peer.gradients(images, eps)
    np.testing.assert_allclose([terms[name] for name in TERMS], theirs, rtol=of_loss)
    if of_gradients is None:
        return
    ours = [(net, grads[net][key]) for net, layer in system.nets.items() for key in layer.params]
    for (net, our), their in zip(ours, of_theirs, strict=True):
        if their.ndim == 4:
            their = their.permute((2, 3, 1, 0) if net == "encoder" else (2, 3, 0, 1))
        our, their = our.to_array() if hasattr(our, "to_array") else our, their.numpy()
        assert np.abs(our - their).max() <= of_gradients * np.abs(their).max()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name, default in (("taps", 5), ("batch", 32), ("rounds", 10)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--features", default="vgg16", help="vgg16, vgg16:FILE or random")
    o = parser.parse_args()
    torch.set_num_threads(1)
    keep_freed_memory()
    # Rounding turns units at a kink on and off: in float32 gradients differ by some 1e-3 of them.
    assert_equal(*both(o, "float64", 4), 1e-9, 1e-9)
    system, peer, x, images, eps = both(o, "float32", o.batch)
    assert_equal(system, peer, x, images, eps, 1e-5)
    print(f"equal: loss and terms, and in float64 gradients. {o.taps} taps, B = {o.batch}")
    print(processor().text)
    calls = {
        "avanp": partial(system.step, x, stream(0, "noise")),
        "PyTorch": partial(peer.step, images, eps),
    }
    compare(calls, "PyTorch", o.rounds)


if __name__ == "__main__":
    main()
