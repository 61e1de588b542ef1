"""What may help a rare class: more of it to train on, or another decision; features of each."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from avanp.data.augment import augmented
from avanp.data.images import ImageSet
from avanp.errors import AvanpError
from avanp.evaluation.variations import variations
from avanp.papers.dfc.division import Division
from avanp.rng import stream
from avanp.systems.find import find
from avanp.training.parts import parts_of
from avanp.training.trainer import Trainer

Array = np.ndarray
NOTHING, PRIOR, WEIGHTS = "nothing", "prior", "weights"
DUPLICATES, FLIPS, SMOTE = "duplicates", "flips", "SMOTE"
PLAIN = (PRIOR, WEIGHTS, DUPLICATES, FLIPS, SMOTE)
GENERATORS = ("VAE", "DFC-VAE")
OPTIONS: dict[str, dict[str, Any]] = {"VAE": {"arch": "conv", "latent": 32}, "DFC-VAE": {}}
BATCH = 16
EPS = 0.2  # of Eq. 7
ROTATION = 0.1  # of a turn, either way
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


def added(method: str, given: Material) -> Array:
    """Return the features (n, D) of what a method adds to the training images.

    Fewer images are the first of these.
    """
    if method == DUPLICATES:
        return given.features[given.sources]
    if method == SMOTE:
        return _smote(given)
    if method == FLIPS:
        rng = stream(given.seed, "noise")
        made = given.images.as_float(rows=given.sources)
        return given.space(augmented(made, rng, flips="both", rotation=ROTATION))
    return given.space(generated(method, given))


def generated(name: str, given: Material) -> Array:
    """Return images (n, H, W, C) that a generator, trained on the minority's, makes by Eq. 7."""
    kind = find(name)
    config = kind.config_class.from_options(shape=given.images.shape, **OPTIONS[name])
    system = kind(config, given.seed, parts=parts_of(kind, config, given.seed))
    pixels = given.images.images
    Trainer(system, batch_size=BATCH, seed=given.seed).fit(pixels[given.rare], steps=given.steps)
    noise = stream(given.seed, "noise")
    return variations(system, pixels[given.sources], EPS, 1, noise, sampled=True)


def _smote(given: Material) -> Array:
    try:
        from imblearn.over_sampling import SMOTE as Smote
    except ImportError:
        raise AvanpError("SMOTE needs pip install 'avanp[imbalance]'") from None
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
