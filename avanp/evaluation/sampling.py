"""Codes for new images of a trained model, drawn from where those of its training images lie."""

from typing import Any

import numpy as np

from avanp.data.images import ImageSet
from avanp.errors import AvanpError
from avanp.layers.base import Array
from avanp.systems import mixture
from avanp.systems.gaussian_mixture import Mixture, draw
from avanp.systems.mixture import fit, gaussians

LEAST = 2  # codes of a class that a Gaussian is fitted to


def fitted(system: Any, images: ImageSet, rng: np.random.Generator) -> Mixture:
    """Return the mixture that a system keeps, or one fitted to the codes of its training images.

    Parameters
    ----------
    system : System
        That encodes.
    images : ImageSet
        What it was trained on.
    rng : numpy.random.Generator
        Of the first centres.
    """
    kept = mixture.kept(system.state)
    if kept is not None:
        return kept
    pixels = images.images
    if len(pixels) > (most := mixture.most_codes(system.config.latent)):
        pixels = pixels[np.sort(rng.choice(len(pixels), most, replace=False))]
    return fit(system.encode(pixels)[0], gaussians(len(pixels)), rng)


def of_classes(
    system: Any, images: ImageSet, n: int, rng: np.random.Generator, label: int | None = None
) -> tuple[Array, Array]:
    """Return n codes, and the class (n,) of each, from a mixture fitted to each class's codes.

    Parameters
    ----------
    system : System
        That encodes.
    images : ImageSet
        What it was trained on, with labels.
    n : int
    rng : numpy.random.Generator
    label : int, optional
        A class; by default classes are drawn by their share in the images.

    Raises
    ------
    AvanpError
        For images without labels, or a class with fewer than two.
    """
    labels = images.labels
    if labels is None:
        raise AvanpError(f"{images.name} has no labels: there are no classes to draw from")
    counts = np.bincount(labels, minlength=len(images.classes))
    if label is None:
        usable = np.where(counts >= LEAST, counts, 0)
        if not usable.any():
            raise AvanpError(f"no class of {images.name} has {LEAST} training images")
        of = rng.choice(len(counts), n, p=usable / usable.sum())
    elif counts[label] < LEAST:
        name = images.classes[label]
        raise AvanpError(f"class {name!r} has {counts[label]} training images, and needs {LEAST}")
    else:
        of = np.full(n, label)
    z = np.empty((n, getattr(system, "code_size", system.config.latent)))
    for k in np.unique(of):
        pixels = images.images[labels == k]
        mine = fit(system.encode(pixels)[0], gaussians(len(pixels)), rng)
        z[of == k] = draw(mine, int((of == k).sum()), rng)
    return z.astype(system.dtype), of
