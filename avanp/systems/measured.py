"""How a system is looked at: outside training, and by its log."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from avanp.layers.base import Array
from avanp.systems.images import check_pair, chunks

Terms = dict[str, float]


class Measured:
    """What a system says of images that it does not train on, and of how its training goes."""

    name: ClassVar[str]
    needs_labels: bool = False

    def evaluate(self, batch: Any, rng: np.random.Generator) -> Terms:
        """Return `measure` of any number of images: of all in one, nothing trained."""
        pair = check_pair(batch, self.name) if self.needs_labels else (batch, np.zeros(len(batch)))
        x, labels = pair
        sums: Terms = {}
        parts: list[tuple[int, Terms]] = []
        for rows in chunks(len(x)):
            part = self.check_images(x[rows])
            measured = self.measure((part, labels[rows]) if self.needs_labels else part, rng)
            parts.append((len(part), measured))
            for term, value in measured.items():
                if total := self.counted(term, labels):
                    share = value * self.counted(term, labels[rows]) / total
                    sums[term] = sums.get(term, 0.0) + share
        return self.pooled(sums, parts)

    def pooled(self, means: Terms, parts: list[tuple[int, Terms]]) -> Terms:
        """Return the terms of all images, of parts (how many, terms) and their means."""
        return means

    def counted(self, term: str, labels: Array) -> int:
        """Return of how many images with these labels, (B,), a term is the mean: of all."""
        return len(labels)

    def validate(self, batch: Any, rng: np.random.Generator) -> Terms:
        """Return what a row of the log says of validation images: `evaluate`, of all of them."""
        return self.evaluate(batch, rng)

    def measure(self, batch: Any, rng: np.random.Generator) -> Terms:
        """Return terms of one checked batch outside training; batch norm by running moments."""
        raise NotImplementedError

    def notice(self, rows: list[dict[str, Any]]) -> str:
        """Return advice where the log so far shows that something has gone wrong, else ""."""
        return advice(rows[-1])

    @property
    def measures(self) -> bool:
        """Whether the system has a `measure` for validation images."""
        return type(self).measure is not Measured.measure

    def check_images(self, x: Any) -> Array:
        """Return images as the system takes them, or refuse them."""
        raise NotImplementedError


def advice(row: Mapping[str, Any]) -> str:
    """Return advice where a row shows posterior collapse or a game that is over, else ""."""
    if row.get("active_units") == 0:
        return "no unit of the code is in use (posterior collapse): a smaller beta, or free nats"
    if row.get("discriminator_real", 0.5) > 0.99 and row.get("discriminator_fake", 0.5) < 0.01:
        return "the discriminator is always right: the decoder learns little from it"
    return ""
