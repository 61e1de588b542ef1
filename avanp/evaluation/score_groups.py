"""The scores of a model, group by group: each yields what the model has."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from avanp.data.images import ImageSet
from avanp.evaluation.score import Score
from avanp.metrics.arrays import Array
from avanp.metrics.diversity import diversity
from avanp.metrics.frechet import frechet_distance
from avanp.metrics.precision_recall import precision_recall
from avanp.metrics.psnr import psnr
from avanp.metrics.sharpness import sharpness
from avanp.metrics.ssim import WINDOW, ssim


def of_elbo(system: Any, test: ImageSet, rng: np.random.Generator) -> Iterator[Score]:
    """Yield the ELBO of a system that measures one; nothing of another."""
    if "elbo" not in system.terms:
        return
    if system.needs_labels and test.labels is None:
        return
    known = (test.pixels, test.labels) if system.needs_labels else test.pixels
    loss = -system.evaluate(known, rng)["elbo"]
    if system.config.likelihood != "gaussian":
        yield Score("elbo", "ELBO", "nats/image", "higher", -loss)
    if system.config.likelihood == "bernoulli":
        bits = loss / (math.prod(test.shape) * math.log(2))
        yield Score("bits_per_dim", "minus ELBO a value", "bits/dim", "lower", bits)
    if system.config.likelihood == "gaussian":
        yield Score("elbo", "ELBO without its constant", "nats/image", "higher", -loss)


def of_convergence(system: Any, chosen: ImageSet, rng: np.random.Generator) -> Iterator[Score]:
    """Yield M and the ratio of its two errors, of a system that measures them."""
    if "m" not in system.terms:
        return
    found = system.evaluate(chosen.images, rng)
    yield Score("m_mean", "convergence M, mean |e|", "pixel", "lower", found["m_mean"])
    yield Score("m_rms", "convergence M, RMS of e", "pixel", "lower", found["m_rms"])
    if system.config.loss == "mse":
        yield Score("m", "convergence M, mean e²", "pixel²", "lower", found["m"])
    yield Score(
        "ratio", "error of fakes, L(G(z)) / L(x)", "of real", "as real", found["ratio"], 1.0
    )


def of_reconstructions(again: Array, images: Array, nearest: Array) -> Iterator[Score]:
    name = "reconstructions: "
    values = psnr(again, images), psnr(nearest, images)
    yield Score("psnr", name + "PSNR", "dB", "higher", *values)
    if min(images.shape[1:3]) >= WINDOW:
        values = ssim(again, images), ssim(nearest, images)
        yield Score("ssim", name + "SSIM", "", "higher", *values)
    if min(images.shape[1:3]) > 1 and images.min() < images.max():
        values = sharpness(again, images), sharpness(nearest, images)
        yield Score("sharpness", name + "sharpness", "of real", "as real", *values)


def of_generated(fake: Array, bare: Array, real: Array, copies: Array) -> Iterator[Score]:
    """Yield the scores in features: of generated images, these without grain, test and training."""
    name = "generated: "
    distances = frechet_distance(fake, real), frechet_distance(copies, real)
    yield Score("frechet_distance", name + "Fréchet distance", "", "lower", *distances)
    spreads = diversity(bare, real), diversity(copies, real)
    yield Score("diversity", name + "diversity", "of real", "as real", *spreads)
    of_fake, of_copies = precision_recall(fake, real), precision_recall(copies, real)
    for i, key in enumerate(("precision", "recall")):
        yield Score(key, name + key, "share", "higher", of_fake[i], of_copies[i])
