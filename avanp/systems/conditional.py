"""What makes a model conditional: the class of an image, told to every net.

Beside an image the class is a map for each class, of ones or zeros; beside a code it is a number
for each class, at every place of a code that is a map (Mirza, Osindero 2014; Sohn et al. 2015). So
the nets are those of `avanp.nets`, for more channels and longer codes. What `decode` takes, and
`encode` gives, is a code with these numbers behind it.
"""

import math
from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.layers.base import Array, Layer
from avanp.nets.build import builders, halvings
from avanp.systems.base import Rng
from avanp.systems.decoding import DecodingSystem

SEEN = "seen"


class ConditionalSystem(DecodingSystem):
    """A system that is conditional where its configuration says so, and else as it always was."""

    def __init__(self, config: Any, seed: int = 0, **given: Any) -> None:
        super().__init__(config, seed, **given)
        if config.labels:
            self.needs_labels = True
            self.can = (self.can | {"generate by class"}) - {"recover"}
            self.state[SEEN] = np.zeros(config.labels)

    @property
    def code_size(self) -> int:
        """Numbers of a code, with those of its class."""
        return int(self.config.latent + self.config.labels)

    def net(self, kind: str, rng: Rng, *sizes: Any) -> Layer:
        """Return a new "encoder", "decoder" or "discriminator", which sees the class too."""
        labels, decoder = self.config.labels, kind == "decoder"
        if decoder:
            sizes = tuple(size + self._places * labels for size in sizes)
        build = self.net_build(rng, 0 if decoder else labels)
        made: Layer = getattr(builders(self.config.arch), kind)(build, *sizes)
        return made

    @property
    def net_inputs(self) -> list[tuple[int, ...]]:
        """What nets of images take, (H, W, C + labels), and what the decoder takes."""
        c = self.config
        height, width, channels = c.shape
        coded = c.latent + self._places * c.labels
        return [(height, width, channels + c.labels), (coded,)]

    @property
    def _places(self) -> int:
        c = self.config
        return math.prod(halvings(c.shape, len(c.hidden))[-1]) if c.arch == "spatial" else 1

    def parted(self, batch: Any) -> tuple[Array, Array]:
        """Return the images of a batch, and a row of numbers (B, labels) for the class of each."""
        if not self.config.labels:
            return batch, np.empty((len(batch), 0), self.dtype)
        x, labels = batch
        return x, self.one_hot(labels)

    def one_hot(self, labels: Array) -> Array:
        """Return a row for each label (n,): 1 in the place of its class, else 0."""
        labels = np.asarray(labels)
        if len(labels) and not 0 <= labels.min() <= labels.max() < self.config.labels:
            raise AvanpError(f"labels must be 0 … {self.config.labels - 1}")
        return np.eye(self.config.labels, dtype=self.dtype)[labels]

    def see(self, of: Array) -> None:
        """Take note of the classes (B, labels) of images that are trained on."""
        if self.config.labels:
            self.state[SEEN] += of.sum(axis=0)

    def beside(self, x: Array, of: Array) -> Array:
        """Return images (B, H, W, C + labels): with the maps of their class."""
        if not of.shape[1]:
            return x
        maps = np.broadcast_to(of[:, None, None, :], (*x.shape[:3], of.shape[1]))
        return np.concatenate([x, maps.astype(x.dtype)], axis=3)

    def beside_dx(self, dx: Array) -> Array:
        """Return the gradient of images alone, of one of what `beside` gives."""
        return np.ascontiguousarray(dx[..., : self.config.shape[2]])

    def coded(self, z: Array, of: Array) -> Array:
        """Return what the decoder sees of codes (B, latent): with the class at each place."""
        if not of.shape[1]:
            return z
        each = z.reshape(len(z), self._places, -1)
        rows = np.broadcast_to(of[:, None], (len(z), self._places, of.shape[1]))
        return np.concatenate([each, rows.astype(z.dtype)], axis=2).reshape(len(z), -1)

    def coded_dz(self, dz: Array) -> Array:
        """Return the gradient of codes alone, of one of what `coded` gives."""
        labels = self.config.labels
        if not labels:
            return dz
        each = dz.reshape(len(dz), self._places, -1)[..., :-labels]
        return np.ascontiguousarray(each).reshape(len(dz), -1)

    def _decode(self, z: Array) -> Array:
        latent = self.config.latent
        return super()._decode(self.coded(z[:, :latent], z[:, latent:]))

    def drawn_classes(self, n: int, rng: Rng) -> Array:
        """Return n classes, as often as training saw them; before any, all alike."""
        seen = self.state[SEEN]
        shares = seen / seen.sum() if seen.any() else None
        return rng.choice(self.config.labels, n, p=shares)

    @property
    def classes_seen(self) -> Array:
        """The classes that training has seen."""
        return np.flatnonzero(self.state[SEEN])

    def prior(self, n: int, rng: Rng) -> Array:
        """Return n codes (n, code_size) of the prior; of classes as they were seen."""
        if not self.config.labels:
            return self.noise(n, rng)
        return self._prior_of(self.drawn_classes(n, rng), rng)

    def codes(self, n: int, rng: Rng) -> Array:
        """Return n codes for new images; of a conditional model, of classes as they were seen."""
        if not self.config.labels:
            return super().codes(n, rng)
        return self.noise_of(self.drawn_classes(n, rng), rng)

    def noise_of(self, labels: Array, rng: Rng) -> Array:
        """Return a code (n, code_size) for each label (n,).

        Raises
        ------
        AvanpError
            For a class of which training saw no image.
        """
        return self._prior_of(np.asarray(labels), rng)

    def _prior_of(self, labels: Array, rng: Rng) -> Array:
        unseen = set(np.unique(labels)) - set(self.classes_seen)
        if unseen and self.state[SEEN].any():
            raise AvanpError(f"class {min(unseen)} was never seen in training: choose another")
        return np.concatenate([self.noise(len(labels), rng), self.one_hot(labels)], axis=1)
