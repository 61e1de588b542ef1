"""What may help a rare class: more of it to train on, or another decision; features of each."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from avanp.data.augment import augmented
from avanp.data.images import ImageSet
from avanp.errors import AvanpError, extra
from avanp.files import make_folder
from avanp.papers.dfc.division import Division
from avanp.papers.dfc.generator import generated
from avanp.pictures.pixels import to_rgb
from avanp.pictures.save import save_image
from avanp.rng import stream

Array = np.ndarray
NOTHING, PRIOR, WEIGHTS = "nothing", "prior", "weights"
DUPLICATES, FLIPS, NOISE, SMOTE = "duplicates", "flips", "noise", "SMOTE"
PLAIN = (PRIOR, WEIGHTS, DUPLICATES, FLIPS, NOISE, SMOTE)
ROTATION = 0.1  # of a turn, either way
SHOWN = 8  # images of a strip
DEVIATION = 0.05  # of the noise on pixels in [0, 1]
NEIGHBOURS = 5


@dataclass(frozen=True)
class Material:
    """What one seed's remedies are made of.

    Parameters
    ----------
    images : ImageSet
    features : array (N, D)
        Of all its images.
    space : callable
        Images to features.
    division : Division
    minority : int
    seed : int
    n : int
        So many images are added at most.
    steps : int
        Of a generator's training.
    """

    images: ImageSet
    features: Array
    space: Callable[[Array], Array]
    division: Division
    minority: int
    seed: int
    n: int
    steps: int

    @cached_property
    def rare(self) -> Array:
        """Indices of the minority's training images."""
        assert self.images.labels is not None
        train = self.division.train
        return train[self.images.labels[train] == self.minority]

    @cached_property
    def sources(self) -> Array:
        """The image that each of the `n` is made of: all of them as often, but for the last."""
        rng, rounds = stream(self.seed, "sample"), -(-self.n // len(self.rare))
        return np.concatenate([rng.permutation(self.rare) for _ in range(rounds)])[: self.n]


def added(method: str, given: Material, keep: Path | None = None) -> Array:
    """Return the features (n, D) of what a method adds to the training images.

    Fewer images are the first of these. `keep` is a folder, as for `save_strips`.
    """
    if method == DUPLICATES:
        return given.features[given.sources]
    if method == SMOTE:
        return _smote(given)
    images = added_images(method, given)
    if keep is not None:
        save_strips(keep, given.images.images[given.sources], method, images)
    return given.space(images)


def save_strips(folder: Path, sources: Array, method: str, images: Array) -> None:
    """Write the first images that a method adds, side by side, and what they were made of.

    They are ``images/METHOD.png`` and ``images/sources.png`` in `folder`.

    Parameters
    ----------
    folder : Path
        Of the study.
    sources : array (m, H, W, C)
        What the images were made of.
    method : str
    images : array (n, H, W, C)
        uint8, or floats in [0, 1].
    """
    from PIL import Image

    make_folder(folder / "images", folder)
    for name, some in (("sources", sources), (method, images)):
        strip = np.concatenate(list(to_rgb(some[:SHOWN])), axis=1)
        save_image(Image.fromarray(strip), folder / "images" / f"{name}.png")


def added_images(method: str, given: Material) -> Array:
    """Return the images (n, H, W, C) in [0, 1] that a method adds, where it adds images."""
    if method not in (FLIPS, NOISE):
        train, sources = given.division.train, given.sources
        return generated(method, given.images, given.rare, train, sources, given.seed, given.steps)
    rng = stream(given.seed, "noise")
    copies = given.images.as_float(rows=given.sources)
    if method == FLIPS:
        return augmented(copies, rng, flips="both", rotation=ROTATION)
    noise = DEVIATION * rng.standard_normal(copies.shape, dtype=copies.dtype)
    return (copies + noise).clip(0, 1)


def _smote(given: Material) -> Array:
    try:
        from imblearn.over_sampling import SMOTE as Smote
    except ImportError:
        raise AvanpError(f"SMOTE needs imbalanced-learn: {extra('imbalance')}") from None
    assert given.images.labels is not None
    train = given.division.train
    x, y = given.features[train], given.images.labels[train] == given.minority
    # Distances in features of one scale.
    mean, deviation = x.mean(axis=0), x.std(axis=0)
    deviation = np.where(deviation > 0, deviation, 1)
    several = Smote(
        sampling_strategy={True: int(y.sum()) + given.n, False: int((~y).sum())},
        k_neighbors=min(NEIGHBOURS, int(y.sum()) - 1),
        random_state=given.seed,
    )
    whole, _ = several.fit_resample((x - mean) / deviation, y)
    made: Array = whole[len(x) :] * deviation + mean
    return made
