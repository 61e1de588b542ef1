"""New images near given ones: their codes with noise, decoded (Ahlawat et al. 2021, Eq. 7)."""

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np

from avanp.data.images import ImageSet
from avanp.dfc.equations import eq7
from avanp.errors import AvanpError
from avanp.evaluation.codes import images_of
from avanp.files import write_whole
from avanp.layers.gaussian_sample import reparameterise

Array = np.ndarray


def variations(
    system: Any,
    images: Array,
    eps: float,
    per_image: int,
    rng: np.random.Generator,
    *,
    sampled: bool = False,
) -> Array:
    """Return images (N · per_image, H, W, C) in [0, 1], the first `per_image` of the first image.

    Parameters
    ----------
    system : System
        One that encodes and generates.
    images : array (N, H, W, C)
    eps : float
        Of Eq. 7: deviations of the noise that is added to a code, at least 0.
    per_image : int
        How many of each.
    rng : numpy.random.Generator
    sampled : bool
        Whether a code is drawn from N(mu, exp(logvar)), as the paper's program does, anew for
        each; else it is mu.
    """
    if not eps >= 0 or not np.isfinite(eps):
        raise AvanpError(f"eps must be a number of at least 0, not {eps}")
    if per_image < 1:
        raise AvanpError(f"at least one variation an image, not {per_image}")
    mu, logvar = (np.repeat(a, per_image, axis=0) for a in system.encode(images))
    z = mu
    # Of N(0, I), whatever the prior is that the system generates from.
    if sampled:
        z = reparameterise(mu, logvar, rng.standard_normal(mu.shape, dtype=mu.dtype))
    noise = rng.standard_normal(mu.shape, dtype=mu.dtype)
    if labels := getattr(system.config, "labels", 0):  # the class behind a code stays
        noise[:, -labels:] = 0
    return images_of(system, eq7(z, noise, eps).astype(mu.dtype))


def write_sources(path: Path, files: list[str], images: ImageSet, per_image: int) -> None:
    """Write a table: a row for each file, with the name of the image it was made of.

    Columns: file, source, and label and group where the images have them.

    Parameters
    ----------
    path : Path
        The table, CSV.
    files : list of str
        Names, `per_image` for each image.
    images : ImageSet
        What they were made of.
    per_image : int
        Files for each image.
    """
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    labels, groups = images.labels, images.groups
    heads = ["file", "source"]
    heads += ["label"] * (labels is not None) + ["group"] * (groups is not None)
    table.writerow(heads)
    for i, file in enumerate(files):
        of = i // per_image
        # Bytes of another encoding, which UTF-8 has no place for, become question marks.
        row = [file, str(images.names[of]).encode(errors="replace").decode()]
        if labels is not None:
            row.append(images.classes[labels[of]])
        if groups is not None:
            row.append(str(groups[of]))
        table.writerow(row)
    write_whole(path, text.getvalue().encode("utf-8"))
