"""Lesson 10. Write your own model: a denoising auto-encoder.

It sees a damaged image and is to say what it was before (Vincent et al. 2008):

    x~ = x + noise       h = f(x~)       u = g(h)       loss = -log p(x), p = sigmoid(u)

A model is a System in one file: it builds its nets, and its updates yield each net's gradients and
the loss terms. All else is then there, from Python and from the shell:

    avanp train examples/10_own_model.py:Denoiser --data digits --noise 0.3 --out runs/denoiser
    avanp evaluate runs/denoiser --system examples/10_own_model.py:Denoiser

Run it: python examples/10_own_model.py
"""

from dataclasses import dataclass
from functools import partial

import numpy as np

import avanp
from avanp.grad.cases import run as gradcheck
from avanp.layers.dense import Dense
from avanp.layers.flatten import Flatten
from avanp.layers.relu import ReLU
from avanp.layers.reshape import Reshape
from avanp.layers.sequential import Sequential
from avanp.losses.bernoulli import bernoulli_logits
from avanp.metrics.psnr import psnr
from avanp.rng import stream
from avanp.systems.base import System
from avanp.systems.config import LatentConfig
from avanp.systems.images import in_chunks
from avanp.systems.likelihood import to_images
from avanp.systems.options import option
from avanp.systems.term import Term
from avanp.training.trainer import Trainer


@dataclass(frozen=True, kw_only=True)
class DenoiserConfig(LatentConfig):
    noise: float = option(0.3, least=0, help="Standard deviation of the noise in training.")


class Denoiser(System):
    """Encoder and decoder descend the cross-entropy of the clean image."""

    name = "denoiser"
    config_class = DenoiserConfig
    terms = {"loss": Term("cross-entropy of the clean image's pixels", "nats", "loss")}
    can = frozenset({"reconstruct"})

    def build(self, streams):
        c, n, width = self.config, int(np.prod(self.config.shape)), self.config.hidden[0]
        f, g = streams["encoder"], streams["decoder"]
        dense = partial(Dense, init="he", dtype=self.dtype)
        encoder = [Flatten(), dense(n, width, rng=f), ReLU(), dense(width, c.latent, rng=f)]
        decoder = [dense(c.latent, width, rng=g), ReLU(), dense(width, n, rng=g), Reshape(c.shape)]
        return {"encoder": Sequential(encoder), "decoder": Sequential(decoder)}

    def updates(self, draw, rng):
        x = draw()
        damaged = x + self.config.noise * rng.standard_normal(x.shape).astype(self.dtype)
        h, encoder_cache = self.nets["encoder"].forward(damaged)
        u, decoder_cache = self.nets["decoder"].forward(h)
        loss, du = bernoulli_logits(u, x)
        dh, of_decoder = self.nets["decoder"].backward(du, decoder_cache)
        _, of_encoder = self.nets["encoder"].backward(dh, encoder_cache, wrt="params")
        yield {"encoder": of_encoder, "decoder": of_decoder}, {"loss": loss}

    def clean(self, x):
        u, _ = self.nets["decoder"].forward(self.nets["encoder"].forward(x)[0])
        return to_images(u, self.config.pixel_range)

    def reconstruct(self, x):
        return in_chunks(lambda part: self.clean(self.check_images(part)), x)


def lesson():
    # First the check, in float64, of every weight of both nets.
    for report in gradcheck([f"{__file__}:Denoiser"]):
        print(f"{report.name}: worst relative error {report.error:.0e}")
        assert report.ok

    train, test = (avanp.load_images("digits", split=part) for part in ("train", "test"))
    model = Denoiser(DenoiserConfig(shape=train.shape, widths=(200,), latent=40, lr=2e-3))
    terms = model.step(train.as_float()[:64], stream(1, "noise"))
    print("one step:", {name: round(value, 2) for name, value in terms.items()})
    rows = Trainer(model, batch_size=64).fit(train.images, epochs=60)
    print(f"loss {rows[0]['loss']:.1f} after 1 epoch, {rows[-1]['loss']:.1f} after {len(rows)}")

    x = test.as_float()
    noise = np.random.default_rng(2).standard_normal(x.shape).astype(np.float32)
    damaged = x + model.config.noise * noise
    cleaned = model.clean(damaged)
    before, after = psnr(np.clip(damaged, 0, 1), x), psnr(cleaned, x)
    print(f"PSNR of {len(x)} unseen images: {before:.2f} dB damaged, {after:.2f} dB cleaned")
    print("(10 dB more are a tenth of the squared error; 5 dB more a third)")
    assert after > before + 2
    draw({"clean": x, f"damaged\n{before:.1f} dB": damaged, f"cleaned\n{after:.1f} dB": cleaned})


def draw(rows):
    try:
        import matplotlib.pyplot as plt
    except ImportError:
        raise SystemExit("the picture needs matplotlib: pip install '.[plot]'") from None
    figure, axes = plt.subplots(3, 10, figsize=(9, 3), layout="constrained")
    for row, (name, images) in zip(axes, rows.items(), strict=True):
        row[0].set_ylabel(name)
        for axis, image in zip(row, images, strict=False):
            axis.imshow(image[..., 0], cmap="gray", vmin=0, vmax=1)
            axis.set(xticks=[], yticks=[])
    figure.savefig("10_own_model.png", dpi=100)
    print("saved 10_own_model.png")


if __name__ == "__main__":
    lesson()
