"""Codes of images: in a file, and drawn around one; images of codes."""

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np

from avanp.data.images import ImageSet
from avanp.errors import one_line
from avanp.files import write_whole
from avanp.layers.gaussian_sample import reparameterise
from avanp.pictures.save import save_arrays
from avanp.rng import stream
from avanp.systems import texture

FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def write_codes(path: Path, images: ImageSet, mu: np.ndarray, logvar: np.ndarray) -> None:
    """Write the mean and the log-variance of images' codes.

    Parameters
    ----------
    path : Path
        ``.npz``: mu, logvar, names, and labels and classes where there are any, as they are.
        ``.csv``: a heading and a row for each image, name, label, mu0 …, logvar0 …; the label is
        the name of the class, and both are made harmless as by `harmless`.
    images : ImageSet
        N images.
    mu, logvar : (N, latent)
    """
    if path.suffix.lower() == ".npz":
        labels = {}
        if images.labels is not None:
            labels = {"labels": images.labels, "classes": np.array(images.classes)}
        save_arrays(path, mu=mu, logvar=logvar, names=np.array(images.names), **labels)
        return
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    heads = [f"{kind}{i}" for kind in ("mu", "logvar") for i in range(mu.shape[1])]
    table.writerow(["name", "label", *heads])
    for i, name in enumerate(images.names):
        label = "" if images.labels is None else images.classes[images.labels[i]]
        # The fewest digits that give the same float32 again.
        numbers = (str(v) for v in (*mu[i], *logvar[i]))
        table.writerow([harmless(name), harmless(label), *numbers])
    write_whole(path, text.getvalue().encode("utf-8"))


def harmless(text: str) -> str:
    """Return what a spreadsheet takes for text and a terminal shows as it is.

    A formula (``=cmd…``) gets an apostrophe before it, as a person would type it; control
    characters and bytes of another encoding are escaped.
    """
    line = one_line(text)
    return f"'{line}" if line.startswith(FORMULA) else line


def around_codes(system: Any, image: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """Return n draws (n, latent) of the code N(mu(x), exp(logvar(x))) of one image (1, H, W, C).

    Parameters
    ----------
    system : System
        One that encodes.
    image : array (1, H, W, C)
        In the pixel range.
    n : int
        Codes.
    rng : numpy.random.Generator
        Of the noise.
    """
    mu, logvar = system.encode(image)
    eps = rng.standard_normal((n, mu.shape[1]), dtype=mu.dtype)
    return reparameterise(mu, logvar, eps)


def images_of(system: Any, mu: np.ndarray) -> np.ndarray:
    """Return the images (n, H, W, C) of codes that a system's `encode` made.

    Of a BEGAN these are its discriminator's; its generator knows nothing of them.
    """
    images: np.ndarray = getattr(system, "from_codes", system.decode)(mu)
    return images


def drawn(system: Any, n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return n images of new codes, (n, H, W, C), as they are given away, and without grain.

    Grain is a noise that differs in every image, also where a decoder gives one image for all
    codes. So what tells a collapse, or a copy, is measured of what was decoded.
    """
    made = system.generate(n, stream(seed, "sample"))
    if texture.kept(system.state) is None:
        return made, made
    return made, system.decode(system.codes(n, stream(seed, "sample")))
