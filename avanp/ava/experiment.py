"""The paper's experiment: one pass over the images, ten images a test image, BM."""

import time
from dataclasses import dataclass, field, replace

import numpy as np

from avanp.ava.groups import Array, as_channels, to_bytes, to_groups, to_images
from avanp.ava.nets import NetConfig, Nets, build
from avanp.ava.printed import Moments, latent
from avanp.ava.rules import Rules
from avanp.ava.training import Diverged, not_finite, train
from avanp.ava.variants import Variant
from avanp.metrics.balance import balance_sums
from avanp.rng import stream

N_SAMPLES = 3
# Generated images in one product: enough for BLAS, few enough for the cache.
ROWS_AT_ONCE = 40


@dataclass(frozen=True)
class Cell:
    """What one training gave.

    bm and bm_signed are BM with and without the absolute value; None where the model diverged
    (`status` is "diverged", `reason` names the net). `samples` are the first generated images,
    uint8 (n, H, W, C).
    """

    bm: float | None
    bm_signed: float | None
    status: str
    reason: str
    train_seconds: float
    eval_seconds: float
    samples: Array = field(repr=False)


def run_cell(
    images: Array,
    variant: Variant,
    rules: Rules,
    gamma: float,
    seed: int,
    *,
    draws: int = 10,
    config: NetConfig | None = None,
) -> Cell:
    """Train one model at one learning rate and evaluate it.

    Parameters
    ----------
    images : array (N, H, W, C), float32 or float64 in [0, 1]
        Trained on in this order, once, one by one; each is then compared with `draws` fresh
        generated images.
    gamma : float
        The learning rate, 0 < gamma <= 1.
    config : NetConfig, optional
        Sizes and initial weights; sizes of the image are filled in. Zero initial weights by
        default, as in the paper's runs.
    """
    _, height, width, n_channels = images.shape
    config = replace(config or NetConfig(), n_pixels=height * width, n_channels=n_channels)
    nets = build(variant, config, stream(seed, "init"), images.dtype)
    x = to_groups(images, config)

    def diverged(reason: str) -> Cell:
        blank = np.zeros((0, height, width, n_channels), np.uint8)
        return Cell(None, None, "diverged", reason, trained - start, 0.0, blank)

    with np.errstate(all="ignore"):
        start = time.perf_counter()
        moments = train(nets, rules, x, gamma, seed)
        trained = time.perf_counter()
        if not_finite(nets):
            # Train once more, looking after every update, to name the first that went wrong.
            nets = build(variant, config, stream(seed, "init"), images.dtype)
            try:
                train(nets, rules, x, gamma, seed, watch=True)
            except Diverged as why:
                return diverged(str(why))
        bm, bm_signed, samples = evaluate(nets, moments, x, seed, draws)
        if not np.isfinite([bm, bm_signed]).all():
            return diverged("a generated image is not finite")
        samples = to_images(samples, (height, width, n_channels), config)
        elapsed = time.perf_counter() - trained
    return Cell(bm, bm_signed, "ok", "", trained - start, elapsed, to_bytes(samples))


def evaluate(
    nets: Nets, moments: Moments, x: Array, seed: int, draws: int
) -> tuple[float, float, Array]:
    """Return BM with and without the absolute value, and the first generated images.

    For every image `draws` images are generated and compared with that image only.

    Parameters
    ----------
    nets : Nets
        Trained.
    moments : Moments
        The mu, Sigma that images are generated around; None of a GAN.
    x : array (C, N, visible)
        The images.
    seed : int
        Of the noise.
    draws : int
        Images generated for each.
    """
    n = x.shape[1]
    r = stream(seed, "eval").standard_normal((n * draws, nets.config.latent)).astype(x.dtype)
    absolute = signed = 0.0
    samples = x[:, :0]
    at_once = max(1, ROWS_AT_ONCE // draws)
    for first in range(0, n, at_once):
        images = x[:, first : first + at_once]
        rows = slice(first * draws, (first + images.shape[1]) * draws)
        generated = generate(nets, moments, r[rows])
        a, s = balance_sums(as_channels(generated, nets.config), as_channels(images, nets.config))
        absolute, signed = absolute + a, signed + s
        if first == 0:
            samples = generated[:, : min(N_SAMPLES, draws)]
    count = n * draws * nets.config.n_pixels
    return absolute / count, signed / count, samples


def generate(nets: Nets, moments: Moments, r: Array) -> Array:
    """Generate images (C, M, visible) from the noise r (M, latent)."""
    mu, var = moments if moments is not None else (None, None)
    return nets.decoder.forward(latent(mu, var, r, nets.config.groups))[0]
