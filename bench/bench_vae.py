"""VAE training beside PyTorch: whole runs of the PyTorch examples' net, and a convolutional step.

    python bench/bench_vae.py mlp [--data mnist] [--epochs 10]
    python bench/bench_vae.py conv [--rounds 20] [--batch 64]
    python bench/bench_vae.py step [--rounds 20] [--batch 128]

All start from the same weights, on one thread; loss and every gradient of one batch are asserted
equal first (of JAX the loss). `mlp` trains both side by side, an epoch each in turn, and prints
test losses and CPU seconds; `conv` times single steps with Adam (encoder 32-64-128 at 32×32×3).
`step` times ten steps of `mlp`'s net on random images beside PyTorch, its compiler and, where it is
installed, JAX, and then `sample` and `transform` of 10,000 images beside PyTorch.
"""

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse
import importlib.util
import time
from functools import partial

import numpy as np
import torch
import torch_vae
from timing import interleaved, markdown_table

from avanp.data.resolve import load_splits
from avanp.memory import keep_freed_memory
from avanp.rng import stream
from avanp.systems import build
from avanp.training.trainer import Trainer

SEED, BATCH = 0, 128


def assert_equal(system, peer, x, to_torch):
    """One batch: the same loss to 1e-6 of it, and the same gradients to 1e-4 of their size."""
    eps = system.noise(len(x), stream(SEED, "noise"))
    grads, terms = system.gradients(x, stream(SEED, "noise"))
    loss = peer.loss(to_torch(x), torch.from_numpy(eps)) / len(x)
    theirs = torch.autograd.grad(loss, peer.weights)
    np.testing.assert_allclose(terms["reconstruction"] + terms["kl"], loss.item(), rtol=1e-6)
    ours = [grads[net][key] for net, layer in system.nets.items() for key in layer.params]
    for our, their in zip(ours, theirs, strict=True):
        our = our.to_array() if hasattr(our, "to_array") else our
        assert_close(our, their)


def assert_close(our, their):
    if their.ndim == 4:
        orders = [(2, 3, 1, 0), (2, 3, 0, 1)]
        their = next(t for t in map(their.permute, orders) if t.shape == our.shape)
    their = their.numpy()
    assert np.abs(our - their).max() <= 1e-4 * np.abs(their).max()


class Peer:
    """A PyTorch net with its optimiser, and its own noise.

    As the examples write it: BCE of the sigmoid, Adam as it comes. Or in its fastest form: BCE
    from logits, fused Adam.
    """

    def __init__(self, net, fastest, compiled=False):
        self.net = net
        self.loss = net.loss if fastest else net.example_loss
        if compiled:
            self.loss = torch.compile(self.loss)
        self.optimiser = torch.optim.Adam(net.weights, 1e-3, fused=True if fastest else None)
        self.generator = torch.Generator().manual_seed(SEED)

    def step(self, x):
        eps = torch.randn(len(x), LATENT, generator=self.generator)
        self.optimiser.zero_grad()
        loss = self.loss(x, eps) / len(x)
        loss.backward()
        self.optimiser.step()
        return loss.item()

    def epoch(self, images):
        for rows in torch.randperm(len(images), generator=self.generator).split(BATCH):
            self.step(images[rows])


LATENT = 20


def mlp(options):
    sets = load_splits(options.data)
    train, test = sets["train"].images, sets["test"].images
    system = build("VAE", shape=train.shape[1:], widths=(400,), latent=LATENT, seed=SEED)
    nets = [system.nets[net].params for net in ("encoder", "decoder")]

    def flat(x):
        return torch.from_numpy(x.reshape(len(x), -1))

    floats = train.astype(np.float32) / 255
    assert_equal(system, torch_vae.MlpVAE(*nets), floats[:BATCH], flat)
    print("equal: loss and gradients of the first batch")

    images, tested = flat(floats), flat(test.astype(np.float32) / 255)
    trainer = Trainer(system, batch_size=BATCH, seed=SEED)
    peers = {
        "PyTorch, as its example": Peer(torch_vae.MlpVAE(*nets), fastest=False),
        "PyTorch, at its fastest": Peer(torch_vae.MlpVAE(*nets), fastest=True),
    }
    calls = {"avanp": lambda: trainer.fit(train, 1)}
    calls |= {name: partial(peer.epoch, images) for name, peer in peers.items()}
    seconds = dict.fromkeys(calls, 0.0)
    for epoch in range(1, options.epochs + 1):
        for name, call in calls.items():
            start = time.process_time()
            call()
            seconds[name] += time.process_time() - start
        noise = system.noise(len(test), stream(SEED, "eval"))
        losses = {"avanp": system.evaluate(test, stream(SEED, "eval"))["loss"]}
        with torch.no_grad():
            for name, peer in peers.items():
                total = peer.net.loss(tested, torch.from_numpy(noise)).item()
                losses[name] = total / len(tested)
        shown = ", ".join(f"{loss:.2f} {name}" for name, loss in losses.items())
        print(f"epoch {epoch}: test loss {shown}", flush=True)
    print("\n| | test loss, nats | CPU s | avanp's time is |\n| --- | ---: | ---: | ---: |")
    for name, loss in losses.items():
        ratio = "" if name == "avanp" else f"{seconds['avanp'] / seconds[name]:.2f} of it"
        print(f"| {name} | {loss:.2f} | {seconds[name]:.1f} | {ratio} |")


def conv(options):
    x = stream(SEED, "data").random((options.batch, 32, 32, 3), dtype=np.float32)
    system = build("VAE", shape=(32, 32, 3), arch="conv", latent=LATENT, seed=SEED)
    encoder, decoder = system.nets["encoder"].params, system.nets["decoder"].params
    peer = torch_vae.ConvVAE(encoder, decoder, (4, 4, 128))

    def nchw(images):
        """(B, H, W, C) as NCHW in channels_last memory: the same bytes."""
        return torch.from_numpy(images).permute(0, 3, 1, 2)

    assert_equal(system, peer, x, nchw)
    print("equal: loss and gradients of a batch")
    theirs, images, noise = Peer(peer, fastest=True), nchw(x), stream(SEED, "noise")
    calls = {"avanp": lambda: system.step(x, noise), "PyTorch": lambda: theirs.step(images)}
    print(markdown_table(interleaved(calls, options.rounds), "PyTorch"))


STEPS, MANY = 10, 10_000


def step(options):
    x = stream(SEED, "data").random((options.batch, 28, 28, 1), dtype=np.float32)
    system = build("VAE", shape=(28, 28, 1), widths=(400,), latent=LATENT, seed=SEED)
    nets = [system.nets[net].params for net in ("encoder", "decoder")]
    flat = torch.from_numpy(x.reshape(len(x), -1))
    assert_equal(system, torch_vae.MlpVAE(*nets), x, lambda a: flat)
    peers = {
        "PyTorch": Peer(torch_vae.MlpVAE(*nets), fastest=True),
        "PyTorch, its compiler": Peer(torch_vae.MlpVAE(*nets), fastest=True, compiled=True),
    }
    calls = {name: partial(peer.step, flat) for name, peer in peers.items()}
    if importlib.util.find_spec("jax"):
        import jax_vae

        weights = [w.detach().numpy() for w in torch_vae.MlpVAE(*nets).weights]
        eps = system.noise(len(x), stream(SEED, "noise"))
        ours = system.gradients(x, stream(SEED, "noise"))[1]
        theirs = jax_vae.loss_of(weights, flat.numpy(), eps)
        np.testing.assert_allclose(ours["reconstruction"] + ours["kl"], theirs, rtol=1e-6)
        calls["JAX"] = partial(jax_vae.Peer(weights, 1e-3, SEED).step, flat.numpy())
    print("equal: loss, and beside PyTorch gradients, of a batch")
    noise = stream(SEED, "noise")
    calls["avanp"] = partial(system.step, x, noise)

    def several(call):
        for _ in range(STEPS):
            call()

    timed = {name: partial(several, call) for name, call in calls.items()}
    print(f"{STEPS} steps:\n{markdown_table(interleaved(timed, options.rounds), 'PyTorch')}\n")
    whole(options, system, torch_vae.MlpVAE(*nets))


def whole(options, system, peer):
    """Time `sample` and `encode` of many images, from and to NumPy arrays."""
    images = stream(SEED, "data").random((MANY, 28, 28, 1), dtype=np.float32)

    def sample():
        with torch.inference_mode():
            return torch.sigmoid(peer.decode(torch.randn(MANY, LATENT))).numpy()

    def transform():
        with torch.inference_mode():
            return peer.encode(torch.from_numpy(images.reshape(MANY, -1)))[0].numpy()

    mine, theirs = system.encode(images)[0], transform()
    np.testing.assert_allclose(mine, theirs, atol=1e-4)
    for name, our, their in (
        ("sample", lambda: system.generate(MANY, stream(SEED, "sample")), sample),
        ("transform", lambda: system.encode(images), transform),
    ):
        timings = interleaved({"avanp": our, "PyTorch": their}, options.rounds)
        print(f"{name} of {MANY:,}:\n{markdown_table(timings, 'PyTorch')}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("net", choices=("mlp", "conv", "step"))
    parser.add_argument("--data", default="mnist")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--batch", type=int)
    options = parser.parse_args()
    options.batch = options.batch or {"conv": 64}.get(options.net, BATCH)
    torch.set_num_threads(1)
    keep_freed_memory()
    {"mlp": mlp, "conv": conv, "step": step}[options.net](options)


if __name__ == "__main__":
    main()
