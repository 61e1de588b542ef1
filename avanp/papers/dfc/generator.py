"""Images of a rare class by any system that makes images, of what it may see alone."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from avanp.data.images import ImageSet
from avanp.errors import AvanpError
from avanp.evaluation.variations import variations
from avanp.rng import stream
from avanp.systems.base import System
from avanp.systems.encoding import EncodingSystem
from avanp.systems.find import find
from avanp.systems.options import options_of
from avanp.training.folder import parts_of
from avanp.training.trainer import Trainer

Array = np.ndarray
# Of systems that have these options, but for those that know better.
USUAL: dict[str, Any] = {"arch": "conv", "latent": 32}
OWN: dict[str, dict[str, Any]] = {"DFC-VAE": {}}
BATCH = 16
EPS = 0.2  # of Eq. 7


def generator(name: str) -> type[System]:
    """Return the system of this name, as `find` takes it; one that makes no images is refused."""
    kind = find(name)
    if "generate" not in kind.can:
        raise AvanpError(f"--generator {name}: a {kind.name} makes no images")
    return kind


def generated(
    name: str,
    images: ImageSet,
    rare: Array,
    every: Array,
    sources: Array,
    seed: int,
    steps: int,
    options: Mapping[str, Any] | None = None,
) -> Array:
    """Return images (n, H, W, C) in [0, 1] of a system that is trained for them.

    One that encodes makes the i-th by Eq. 7 of the i-th source, and another draws from its prior.

    Parameters
    ----------
    name : str
        As `find` takes it.
    images : ImageSet
        With labels.
    rare : array of int
        The minority's images that it is trained on.
    every : array of int
        Those of all classes: for a system that learns from labels, and its first stage.
    sources : array (n,) of int
        The image that each is made of.
    seed, steps : int
        Of each stage of its training.
    options : mapping, optional
        Of the system, by name.
    """
    kind, parts, settled = generator(name), None, dict(options or {})
    if kind.first_stage is not None:
        first = _trained(find(kind.first_stage), images, rare, every, seed, steps)
        parts, settled = kind.parts_from(first, first.name), settled | kind.options_from(first)
    system: Any = _trained(kind, images, rare, every, seed, steps, parts, settled)
    rng = stream(seed, "noise")
    # A BEGAN's own net makes images of codes, and its generator knows nothing of them.
    others = getattr(kind, "from_codes", None) not in (None, EncodingSystem.from_codes)
    if "encode" in kind.can and not others:
        return variations(system, images.images[sources], EPS, 1, rng, sampled=True)
    drawn: Array = system.generate(len(sources), rng)
    return drawn


def _trained(
    kind: type[System],
    images: ImageSet,
    rare: Array,
    every: Array,
    seed: int,
    steps: int,
    parts: Any = None,
    settled: Any = (),
) -> System:
    known = options_of(kind.config_class)
    usual = {key: value for key, value in USUAL.items() if key in known}
    given = {**OWN.get(kind.name, usual), **dict(settled), "shape": images.shape}
    if "classes" in known:
        given.setdefault("classes", len(images.classes))
    config = kind.config_class.from_options(**given)
    made = kind(config, seed, parts=parts_of(kind, config, seed) if parts is None else parts)
    rows = every if kind.needs_labels else rare
    labels = np.asarray(images.labels)[rows] if kind.needs_labels else None
    trainer = Trainer(made, batch_size=BATCH, seed=seed)
    trainer.fit(images.images[rows], steps=steps, labels=labels)
    return made
