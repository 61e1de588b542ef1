"""BM and measures in common use of one trained model, and how they go together."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from avanp.metrics.diversity import diversity
from avanp.metrics.features import Pixels
from avanp.metrics.frechet import frechet_distance
from avanp.metrics.nearest import nearest_images
from avanp.metrics.psnr import psnr
from avanp.metrics.random_conv import SMALLEST, RandomConv
from avanp.metrics.ssim import WINDOW, ssim
from avanp.papers.ava.subject import Key
from avanp.papers.ava.trained import trained


class Measure(NamedTuple):
    """A measure in common use, and which of its values is good."""

    name: str
    better: str
    digits: int


MEASURES = {
    "mse": Measure("MSE to the nearest training image", "lower", 4),
    "psnr": Measure("PSNR, dB", "higher", 2),
    "ssim": Measure("SSIM", "higher", 3),
    "diversity": Measure("diversity, of the real images'", "nearer 1", 3),
    "frechet": Measure("Fréchet distance, random-conv features", "lower", 3),
}


def measure(images: np.ndarray, keys: Sequence[Key], draws: int) -> list[dict[str, float]]:
    """Return BM and the measures of each cell; nothing where the model diverged."""
    height, width, channels = images.shape[1:]
    features = RandomConv(channels) if min(height, width) >= SMALLEST else None
    real = features(images) if features else None
    flat = Pixels()
    found: list[dict[str, float]] = []
    for key in keys:
        model = trained(images, key)
        drawn = model.draw()
        if not np.isfinite(drawn).all():
            found.append({})
            continue
        here = {
            "bm": model.bm(draws),
            "mse": float(nearest_images(drawn, images)[0].mean()),
            "psnr": psnr(drawn, images),
        }
        if min(height, width) >= WINDOW:
            here["ssim"] = ssim(drawn, images)
        if len(images) > 1 and (images != images[0]).any():
            here["diversity"] = diversity(flat(drawn), flat(images))
        if features is not None and real is not None and len(images) > 1:
            here["frechet"] = frechet_distance(features(drawn), real)
        found.append(here)
    return found


def correlation_with(cells: list[dict[str, Any]], key: str) -> float | None:
    """Return Spearman's correlation of BM with a measure, above 0 where BM agrees with it."""
    from scipy.stats import spearmanr

    pairs = [(one["bm"], one[key]) for one in cells if key in one]
    if len(pairs) < 3:
        return None
    bm, values = map(np.array, zip(*pairs, strict=True))
    good = {"lower": -values, "higher": values, "nearer 1": -np.abs(values - 1)}
    good_values = good[MEASURES[key].better]
    if np.ptp(bm) == 0 or np.ptp(good_values) == 0:
        return None
    return float(spearmanr(bm, good_values).statistic)
