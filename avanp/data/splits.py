"""Which images are for training, for validation and for testing, and which of many are read."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from avanp.data.grouping import hold_out, some_groups
from avanp.data.images import ImageSet
from avanp.errors import AvanpError, Note
from avanp.rng import stream

TEST_SHARE = 0.2  # of a set without parts of its own
NAMED = 3  # classes that a note names


@dataclass
class Division:
    """How a set without parts of its own is divided; `rows` chooses what is read for it.

    Parameters
    ----------
    validation : float
        The share of what is not for testing.
    limit : int, optional
        The most images that a part has.
    stratified : bool
        Each part has its share of every class.
    """

    validation: float = 0.0
    limit: int | None = None
    stratified: bool = False
    _of: int = field(default=0, init=False)  # so many images, before some were chosen

    def __post_init__(self) -> None:
        if self.limit is not None and self.limit < 1:
            raise AvanpError(f"--limit must be at least 1, not {self.limit}")

    def counts(self, n: int) -> tuple[int, int, int]:
        """Return how many of n images are to train on, to validate with and to test with."""
        test = max(1, round(TEST_SHARE * n))
        held = round(self.validation * (n - test))
        most = n if self.limit is None else self.limit
        return min(most, n - test - held), min(most, held), min(most, test)

    def rows(
        self, n: int, labels: np.ndarray | None, groups: np.ndarray | None
    ) -> np.ndarray | None:
        """Return which of n images are read, in order, before any is; all is None.

        As many as the parts have room for, taken at random, always the same: whole groups, and of
        every class its share.
        """
        total = sum(self.counts(n))
        if self.limit is None or total >= n:
            return None
        self._of = n
        rng = stream(0, "data")
        return some_groups(np.arange(n) if groups is None else groups, total / n, rng, labels)

    def share(self, part: str) -> float:
        """Return the share of "test" in all that is read, or of "validation" in the rest."""
        if not self._of:
            return TEST_SHARE if part == "test" else self.validation
        train, held, test = self.counts(self._of)
        return test / (train + held + test) if part == "test" else held / (train + held)


def divided(images: ImageSet, division: Division) -> ImageSet:
    """Return a set with a train and a test part, its own or a fixed division."""
    if images.splits:
        return images
    labels = images.labels if division.stratified else None
    share, rng = division.share("test"), stream(0, "parts")
    train, test = hold_out(images.pixels, images.groups, share, rng, labels)
    return replace(images, splits={"train": train, "test": test})


def limited(images: ImageSet, limit: int | None) -> ImageSet:
    """Return `limit` of the images taken at random, always the same; all of them for None."""
    if limit is not None and limit < 1:
        raise AvanpError(f"--limit must be at least 1, not {limit}")
    if limit is None or limit >= len(images):
        return images
    return images.select(np.sort(stream(0, "data").choice(len(images), limit, replace=False)))


def tell_of_lost(parts: Mapping[str, ImageSet]) -> None:
    """Warn of classes that no training image has, and another part does."""
    train = parts["train"]
    if train.labels is None:
        return
    seen = set(train.labels.tolist())
    others = {int(k) for p in parts.values() if p.labels is not None for k in np.unique(p.labels)}
    lost = sorted(others - seen)
    if lost:
        names = ", ".join(repr(train.classes[k]) for k in lost[:NAMED]) + ", …" * (
            len(lost) > NAMED
        )
        what = "class" if len(lost) == 1 else f"{len(lost)} classes,"
        text = (
            f"no training image is of {what} {names}: give more images of it, or a larger --limit"
        )
        warnings.warn(text, Note, stacklevel=3)
