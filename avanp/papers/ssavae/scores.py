"""The numbers of a row: of the codes of held-out images, and of the images that a decoder makes."""

from typing import Any

import numpy as np

from avanp.evaluation.plane import plane
from avanp.metrics.frechet import frechet_distance
from avanp.metrics.psnr import psnr
from avanp.metrics.sharpness import sharpness
from avanp.metrics.silhouette import silhouette
from avanp.papers.ssavae.first import Sets
from avanp.rng import stream

# Classes of Fashion-MNIST: sandals, sneakers, boots; bags.
SHOES, BAGS = (5, 7, 9), 8
SIDE = 20  # images of Fig. 8 in a row, and in a column


def floats(images: np.ndarray) -> np.ndarray:
    """Return bytes as images in [0, 1]."""
    return images.astype(np.float32) / 255


def of_codes(first: Any, sets: Sets) -> dict[str, float]:
    """Return what the first stage makes of held-out images.

    accuracy, silhouette, KL in nats, and of ten classes `shoes` and `bags`.
    """
    x = floats(sets.held)
    mu, _ = first.encode(x)
    measured = first.evaluate((x, sets.held_labels), stream(0, "eval"))
    return {
        "accuracy": float(np.mean(first.predict(x) == sets.held_labels)),
        "silhouette": silhouette(mu, sets.held_labels),
        "kl": float(measured["kl"]),
        **(neighbours(mu, sets.held_labels) if sets.classes == 10 else {}),
    }


def neighbours(mu: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """Return whether the centres of the shoes' codes are neighbours, and how far off the bags' is.

    ``shoes``: the share of the classes 5, 7 and 9 whose nearest other centre is one of these.
    ``bags``: the distance of class 8 from the nearest other, in the mean of that of all classes.
    Nothing where one of ten classes has no image.

    Parameters
    ----------
    mu : ndarray (n, latent)
    labels : ndarray (n,)
    """
    if not np.isin(range(10), labels).all():
        return {}
    own = (mu[labels == label] for label in range(10))
    centres = np.stack([codes.mean(axis=0, dtype=np.float64) for codes in own])
    far = np.linalg.norm(centres[:, None] - centres, axis=-1)
    others = np.where(np.eye(10) == 1, np.inf, far)
    nearest = others.min(axis=1)
    return {
        "shoes": float(np.isin(others.argmin(axis=1)[list(SHOES)], SHOES).mean()),
        "bags": float(nearest[BAGS] / max(float(nearest.mean()), 1e-12)),
    }


def scatter(first: Any, sets: Sets) -> dict[str, Any]:
    """Return the points of Fig. 7, of codes of two numbers; none of longer ones."""
    mu, _ = first.encode(floats(sets.held))
    if mu.shape[1] != 2:
        return {}
    points = {"code_x": mu[:, 0], "code_y": mu[:, 1]}
    rounded = {name: [float(f"{v:.4g}") for v in some] for name, some in points.items()}
    return {**rounded, "code_class": [int(label) for label in sets.held_labels]}


def of_images(
    again: np.ndarray, fakes: np.ndarray, wanted: np.ndarray, judge: Any, sets: Sets
) -> dict[str, float | None]:
    """Return the scores of reconstructions of held-out images, and of as many new ones.

    Parameters
    ----------
    again : ndarray (n, H, W, C)
        The reconstructions, in [0, 1].
    fakes : ndarray (n, H, W, C)
        New images, of the classes `wanted`.
    wanted : ndarray (n,)
        -1 where nobody asked for a class.
    judge : Classifier
        Trained apart: it finds the classes, and the Fréchet distances are in its features.
    sets : Sets
    """
    real = floats(sets.held)
    features, asked = judge.features(real), wanted >= 0
    same = bool((again == real).all())  # whose error is 0, and PSNR has no number
    found = judge.predict(fakes[asked]) if asked.any() else wanted[:0]
    return {
        "psnr": None if same else psnr(again, real),
        "sharpness": sharpness(again, real),
        "label": float(np.mean(judge.predict(again) == sets.held_labels)),
        "frechet": frechet_distance(judge.features(again), features),
        "frechet_new": frechet_distance(judge.features(fakes), features),
        "label_new": float(np.mean(found == wanted[asked])) if asked.any() else None,
    }


def manifold(system: Any, judge: Any, sets: Sets) -> tuple[dict[str, float], np.ndarray]:
    """Return the share of classes that the judge finds in the grid of Fig. 8, and the grid.

    Its codes go from the 5th to the 95th percentile of those of held-out images, as those of
    `avanp manifold` do. A class is found where it is that of one image in two hundred.
    """
    mu, _ = system.encode(floats(sets.held))
    images = system.decode(plane(mu).grid(mu, SIDE).astype(system.dtype))
    counts = np.bincount(judge.predict(images), minlength=sets.classes)
    in_grid = float(np.mean(counts >= len(images) / 200))
    height, width, channels = sets.shape
    rows = images.reshape(SIDE, SIDE, height, width, channels).transpose(0, 2, 1, 3, 4)
    return {"in_grid": in_grid}, rows.reshape(1, SIDE * height, SIDE * width, channels)
