"""Means of what the steps of a row measured."""

from collections.abc import Mapping
from typing import Any


class Means:
    """Means over images, of terms that not every step has.

    Parameters
    ----------
    n : int
        Images of a pass.
    """

    def __init__(self, n: int) -> None:
        self.n, self.seen = n, 0
        self.sums: dict[str, float] = {}
        self.counts: dict[str, int] = {}

    def add(
        self, terms: dict[str, float], images: int, counts: Mapping[str, int] | None = None
    ) -> None:
        """Take note of a step on so many images.

        `counts` are of how many a term is the mean, where that is not of all: of none, the term
        says nothing.
        """
        self.seen += images
        for term, value in terms.items():
            if count := (counts or {}).get(term, images):
                self.sums[term] = self.sums.get(term, 0.0) + value * count / self.n
                self.counts[term] = self.counts.get(term, 0) + count

    def means(self) -> dict[str, float]:
        """Return the means."""
        return {
            term: total if self.counts[term] == self.n else total * self.n / self.counts[term]
            for term, total in self.sums.items()
        }

    def state(self) -> dict[str, Any]:
        """Return what `load` takes, for JSON."""
        return {"seen": self.seen, "sums": self.sums, "counts": self.counts}

    def load(self, state: dict[str, Any]) -> None:
        """Go on from a `state`."""
        self.seen = int(state["seen"])
        self.sums = {str(k): float(v) for k, v in state["sums"].items()}
        self.counts = {str(k): int(v) for k, v in state["counts"].items()}


def means_of(before: Means | dict[str, Any] | None, n: int) -> Means:
    """Return the means of the row at hand: as they are, from a checkpoint, or new ones."""
    if isinstance(before, Means):
        return before
    means = Means(n)
    if before:
        means.load(before)
    return means
