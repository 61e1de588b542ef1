"""Lesson 10. Write your own model: a denoising auto-encoder.

It sees a damaged image and is to say what it was before (Vincent et al. 2008):

    x~ = x + noise       h = f(x~)       u = g(h)       loss = -log p(x), p = sigmoid(u)

A model is a System: it builds its nets and, for a batch, returns each net's gradients and the loss
terms by name. step(batch, rng) -> dict, which trains all nets at once, is then there, and with it
Trainer: epochs, metrics.jsonl, checkpoints, a watch over NaN.

Run it: python examples/10_own_model.py
"""

from functools import partial

import numpy as np

import avanp
from avanp.grad.check import check_scalar
from avanp.layers.dense import Dense
from avanp.layers.flatten import Flatten
from avanp.layers.relu import ReLU
from avanp.layers.reshape import Reshape
from avanp.layers.sequential import Sequential
from avanp.losses.bernoulli import bernoulli_logits
from avanp.metrics.psnr import psnr
from avanp.rng import stream
from avanp.systems.base import System
from avanp.systems.config import Config
from avanp.systems.likelihood import to_images
from avanp.training.trainer import Trainer

try:
    import matplotlib.pyplot as plt
except ImportError:
    raise SystemExit("the picture needs matplotlib: pip install 'avanp[plot]'") from None

NOISE = 0.3


class Denoiser(System):
    """Encoder and decoder descend the cross-entropy of the clean image."""

    name = "denoiser"
    has_encoder = False  # no mu and logvar, which a VAE's encoder gives
    terms_of = {"encoder": ("loss",), "decoder": ("loss",)}

    def build(self, streams):
        c, n, width = self.config, int(np.prod(self.config.shape)), self.config.hidden[0]
        f, g = streams["encoder"], streams["decoder"]
        dense = partial(Dense, init="he", dtype=self.dtype)
        encoder = [Flatten(), dense(n, width, rng=f), ReLU(), dense(width, c.latent, rng=f)]
        decoder = [dense(c.latent, width, rng=g), ReLU(), dense(width, n, rng=g), Reshape(c.shape)]
        return {"encoder": Sequential(encoder), "decoder": Sequential(decoder)}

    def gradients(self, batch, rng):
        damaged = batch + NOISE * rng.standard_normal(batch.shape).astype(self.dtype)
        h, encoder_cache = self.nets["encoder"].forward(damaged)
        u, decoder_cache = self.nets["decoder"].forward(h)
        loss, du = bernoulli_logits(u, batch)
        dh, of_decoder = self.nets["decoder"].backward(du, decoder_cache)
        _, of_encoder = self.nets["encoder"].backward(dh, encoder_cache, wrt="params")
        return {"encoder": of_encoder, "decoder": of_decoder}, {"loss": loss}

    def descends(self, terms):
        return {"encoder": terms["loss"], "decoder": terms["loss"]}

    def clean(self, images):
        u, _ = self.nets["decoder"].forward(self.nets["encoder"].forward(images)[0])
        return to_images(u, "unit")


# First the check, in float64, of every weight of both nets.
small = Denoiser(Config(shape=(4, 4, 1), widths=(6,), latent=3), dtype=np.float64)
few = np.random.default_rng(0).random((5, 4, 4, 1))
grads, _ = small.gradients(few, stream(0, "noise"))
for name, net in small.nets.items():
    loss = partial(lambda name: small.losses(few, stream(0, "noise"))[name], name)
    report = check_scalar(loss, net.params, grads[name])
    print(f"{name}: worst relative error {report.error:.0e}")

train, test = (avanp.load_images("digits", split=part) for part in ("train", "test"))
model = Denoiser(Config(shape=train.shape, widths=(200,), latent=40, lr=2e-3))
terms = model.step(train.as_float()[:64], stream(1, "noise"))
print("one step:", {name: round(value, 2) for name, value in terms.items()})
rows = Trainer(model, batch_size=64).fit(train.images, epochs=60)
print(f"loss {rows[0]['loss']:.1f} after 1 epoch, {rows[-1]['loss']:.1f} after {len(rows)}")

x = test.as_float()
damaged = x + NOISE * np.random.default_rng(2).standard_normal(x.shape).astype(np.float32)
cleaned = model.clean(damaged)
before, after = psnr(np.clip(damaged, 0, 1), x), psnr(cleaned, x)
print(f"PSNR of {len(x)} unseen images: {before:.2f} dB damaged, {after:.2f} dB cleaned")
print("(10 dB more are a tenth of the squared error; 5 dB more a third)")
assert after > before + 2

figure, axes = plt.subplots(3, 10, figsize=(9, 3), layout="constrained")
parts = {"clean": x, f"damaged\n{before:.1f} dB": damaged, f"cleaned\n{after:.1f} dB": cleaned}
for row, (name, images) in zip(axes, parts.items(), strict=True):
    for axis, image in zip(row, images, strict=False):
        axis.imshow(image[..., 0], cmap="gray", vmin=0, vmax=1)
        axis.set(xticks=[], yticks=[])
    row[0].set_ylabel(name)
figure.savefig("10_own_model.png", dpi=100)
print("saved 10_own_model.png")
