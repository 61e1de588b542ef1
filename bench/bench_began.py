"""A step of BEGAN-CS beside PyTorch, on one thread: CPU time of whole training steps.

    python bench/bench_began.py [--width 16] [--side 32] [--batch 16] [--rounds 20]

Both sides start from the same weights; L_D, L_G and every gradient of one batch are asserted equal
first. PyTorch is timed as its users write it, and at its fastest: the fakes pass through D once,
and Adam is fused.
"""

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse
from functools import partial

import numpy as np
import torch
import torch_began
from bench_vae import assert_close
from timing import compare

from avanp.memory import keep_freed_memory
from avanp.rng import stream
from avanp.systems import build

K, RATE, LATENT = 0.3, 1e-4, 64


def peer_of(system, shared):
    """Return the PyTorch twin of a system."""
    side, c = system.config.shape[0], system.config
    sizes = int(np.log2(side)) - 2
    d, g = system.d.layers, system.decoder
    top = torch_began.decoder_plan(sizes, (8, 8, c.width))
    encoder = torch_began.Net(d[0].params, torch_began.encoder_plan(sizes))
    decoder, generator = (torch_began.Net(net.params, top) for net in (d[-1], g))
    return torch_began.Peer(encoder, decoder, generator, c.alpha, RATE, shared)


def to_torch(x):
    return torch.from_numpy(2 * x - 1).permute(0, 3, 1, 2)


def codes(system, n):
    """The codes that a step draws first."""
    return torch.from_numpy(system.noise(n, stream(0, "noise")))


def assert_equal(system, peer, x):
    """One batch: the losses to 1e-6 of them, the gradients to 1e-4 of their size."""
    grads, terms = next(iter(system.updates(lambda: x, stream(0, "noise"))))
    (l_d, l_g), of_d, of_g = peer.gradients(to_torch(x), codes(system, len(x)), K)
    np.testing.assert_allclose([terms["discriminator_loss"], terms["fake"]], [l_d, l_g], rtol=1e-5)
    ours = [grads[net][key] for net, layer in system.nets.items() for key in layer.params]
    for our, their in zip(ours, [*of_d, *of_g], strict=True):
        assert_close(our.to_array() if hasattr(our, "to_array") else our, their)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name, default in (("width", 16), ("side", 32), ("batch", 16), ("rounds", 20)):
        parser.add_argument(f"--{name}", type=int, default=default)
    o = parser.parse_args()
    torch.set_num_threads(1)
    keep_freed_memory()
    system = build(
        "BEGAN-CS", shape=(o.side, o.side, 3), width=o.width, latent=LATENT, k_start=K, lr=RATE
    )
    x = np.random.default_rng(0).random((o.batch, o.side, o.side, 3), dtype=np.float32)
    peers = {"PyTorch": peer_of(system, False), "PyTorch, at its fastest": peer_of(system, True)}
    for peer in peers.values():
        assert_equal(system, peer, x)
    print(f"equal: losses and gradients. n = {o.width}, {o.side}×{o.side}×3, B = {o.batch}")

    def as_torch(peer):
        noise = torch.Generator().manual_seed(0)
        z = 2 * torch.rand(o.batch, LATENT, generator=noise) - 1
        peer.step(to_torch(x), z, K)

    rng = stream(0, "noise")
    calls = {"avanp": partial(system.step, x, rng)}
    calls |= {name: partial(as_torch, peer) for name, peer in peers.items()}
    compare(calls, "PyTorch", o.rounds)


if __name__ == "__main__":
    main()
