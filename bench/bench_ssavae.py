"""Both stages of SSAVAE beside PyTorch, on one thread: CPU time of whole training steps.

    python bench/bench_ssavae.py [--net S] [--latent 2] [--rounds 20]

Both sides start from the same weights; every loss and every gradient of one batch are asserted
equal first. PyTorch is timed as its users write it: nothing flows into frozen nets, what is
constant is computed without a graph.
"""

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse
from functools import partial

import numpy as np
import torch
from timing import compare
from torch_ssavae import SSAVAEPeer, VECPeer

from avanp.memory import keep_freed_memory
from avanp.rng import stream
from avanp.systems import build
from avanp.systems.ssavae import SSAVAE

SHAPE, CLASSES, BATCH = (28, 28, 1), 10, 128
_rng = np.random.default_rng(0)
IMAGES = _rng.random((BATCH, *SHAPE), dtype=np.float32)
LABELS = _rng.integers(0, CLASSES, BATCH)


def to_torch(x):
    """(B, H, W, C) as NCHW in channels_last memory: the same bytes."""
    return torch.from_numpy(x).permute(0, 3, 1, 2)


def noise(system, rng):
    return torch.from_numpy(rng.standard_normal((len(IMAGES), system.config.latent), system.dtype))


def check(system, grads, value, loss, weights):
    """The losses to 1e-5 of them; in float64 to 1e-10, and the gradients to 1e-7 of their size.

    In float32 twelve layers and their batch norms leave three digits of some gradients on either
    side. That of a block's last bias is 0 but for rounding where a batch norm takes it away again.
    """
    exact = system.dtype == np.float64
    np.testing.assert_allclose(value, loss.item(), rtol=1e-10 if exact else 1e-5)
    if not exact:
        return
    ours = [grads[net][key] for net in grads for key in system.nets[net].params]
    for our, their in zip(ours, torch.autograd.grad(loss, weights), strict=True):
        our = our.to_array() if hasattr(our, "to_array") else our
        their = (their.permute(2, 3, 1, 0) if their.ndim == 4 else their).numpy()
        assert np.abs(our - their).max() <= max(1e-7 * np.abs(their).max(), 1e-15)


def vec_and_peer(o, dtype):
    """Return both, once they are equal."""
    vec = build("VEC", shape=SHAPE, classes=CLASSES, net=o.net, latent=o.latent, dtype=dtype)
    encoder, classifier = vec.nets["encoder"], vec.nets["classifier"]
    peer = VECPeer(encoder, classifier, vec.config.kl_weight, vec.config.lr)
    x = IMAGES.astype(dtype)
    grads, terms = vec.gradients((x, LABELS), stream(0, "noise"))
    eps = noise(vec, stream(0, "noise"))
    loss = peer.loss(to_torch(x), torch.from_numpy(LABELS), eps)
    check(vec, grads, terms["loss"], loss, peer.weights)
    return vec, peer


def ssavae_and_peer(vec, beta, gamma):
    """Return both, once all updates of a step are equal; no weight is moved between them."""
    settled = SSAVAE.options_from(vec)
    config = SSAVAE.config_class(shape=SHAPE, beta=beta, gamma=gamma, **settled)
    system = SSAVAE(config, dtype=vec.dtype, parts=SSAVAE.parts_from(vec, "VEC"))
    peer = SSAVAEPeer(system)
    x, rng = IMAGES.astype(vec.dtype), stream(0, "noise")
    images = to_torch(x)
    of_dis, of_dec = list(peer.discriminator.parameters()), list(peer.decoder.parameters())
    for grads, terms in system.updates(lambda: x, stream(0, "noise")):
        if "real_cost" in terms:
            check(system, grads, terms["real_cost"], peer.loss_dis(images, 1.0), of_dis)
        elif "fake_cost" in terms:
            loss = peer.loss_dis(peer.fakes(images, noise(system, rng)), -1.0)
            check(system, grads, terms["fake_cost"], loss, of_dis)
        else:
            loss = peer.loss_dec(images, noise(system, rng))
            check(system, grads, terms["loss"], loss, of_dec)
    return system, peer


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--net", choices=("S", "M"), default="S")
    for name, default in (("latent", 2), ("rounds", 20)):
        parser.add_argument(f"--{name}", type=int, default=default)
    o = parser.parse_args()
    torch.set_num_threads(1)
    keep_freed_memory()
    exact, _ = vec_and_peer(o, np.float64)
    vec, peer = vec_and_peer(o, np.float32)
    print(f"VEC, size {o.net}, Kz = {o.latent}, B = {BATCH}; equal: loss and gradients")
    images, labels, draws = to_torch(IMAGES), torch.from_numpy(LABELS), stream(1, "noise")
    ours = partial(vec.step, (IMAGES, LABELS), draws)
    compare({"avanp": ours, "PyTorch": partial(peer.step, images, labels)}, "PyTorch", o.rounds)
    for beta, gamma in ((0.005, 0.1), (0.0, 0.0)):
        ssavae_and_peer(exact, beta, gamma)
        system, peer = ssavae_and_peer(vec, beta, gamma)
        print(f"\nSSAVAE at β = {beta:g}, γ = {gamma:g}; equal: losses and gradients")
        ours = partial(system.step, IMAGES, draws)
        compare({"avanp": ours, "PyTorch": partial(peer.step, images)}, "PyTorch", o.rounds)


if __name__ == "__main__":
    main()
