"""What a trainer is given, looked at before it starts, and cut into batches."""

from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.layers.base import Array
from avanp.systems.base import System
from avanp.systems.images import as_floats


class Batches:
    """The batches of a training: passes over the images, each in a new order.

    A step may draw several batches, and go on with the next pass.

    Parameters
    ----------
    system : System
        Whose dtype the batches get; with batch norm a last batch of one image joins the one before.
    n, batch_size : int
    rng : numpy.random.Generator
        Draws an order at the first batch of a pass.
    passes, position : int
        Passes that are over, and the batches that are done of one that begins with the generator
        as it is now.
    """

    def __init__(
        self,
        system: System,
        n: int,
        batch_size: int,
        rng: np.random.Generator,
        passes: int = 0,
        position: int = 0,
    ) -> None:
        self.n, self.rng, self.dtype = n, rng, system.dtype
        self.sizes = batch_sizes(n, batch_size, join_last=bool(system.config.batch_norm))
        self.ends = np.cumsum(self.sizes)
        self.passes, self.position = passes, 0
        self.order: Array | None = None
        self.before: dict[str, Any] = dict(rng.bit_generator.state)
        self.images: Array = np.empty(0)
        self.labels: Array | None = None
        # How often each image is drawn, of a pass; without them, each once.
        self.shares: Array | None = None
        # Of the step at hand: images, and their labels.
        self.seen = 0
        self.known: list[Array] = []
        if not 0 <= position < len(self.sizes):
            raise AvanpError(f"a pass has {len(self.sizes)} batches, and {position} are done")
        for _ in range(position):
            self._rows()

    def take(self, images: Array, labels: Array | None, weights: Any) -> None:
        """Draw from these from now on: as many images as before."""
        self.images, self.labels, self.shares = images, labels, shares_of(weights, self.n)

    def draw(self) -> Any:
        """Return the next batch: images as floats, with their labels where there are some."""
        rows = self._rows()
        self.seen += len(rows)
        x = as_floats(self.images[rows], self.dtype)
        if self.labels is None:
            return x
        self.known.append(self.labels[rows])
        return x, self.known[-1]

    def _rows(self) -> Array:
        if self.position == len(self.sizes):
            self.passes, self.position, self.order = self.passes + 1, 0, None
        if self.order is None:
            self.before = dict(self.rng.bit_generator.state)
            if self.shares is None:
                self.order = self.rng.permutation(self.n)
            else:
                self.order = self.rng.choice(self.n, self.n, p=self.shares)
        end = self.ends[self.position]
        rows = self.order[end - self.sizes[self.position] : end]
        self.position += 1
        return rows

    @property
    def done(self) -> int:
        """The passes that are over."""
        return self.passes + (self.position == len(self.sizes))

    def state(self) -> tuple[dict[str, Any], int]:
        """Return the generator's state and the batches drawn from there."""
        if self.position in (0, len(self.sizes)):
            return dict(self.rng.bit_generator.state), 0
        return self.before, self.position


def shares_of(weights: Any, n: int) -> Array | None:
    """Return the probabilities that n images are drawn with; None where all are the same.

    Raises
    ------
    AvanpError
        Where there is not a weight of at least 0 for each image, or all are 0.
    """
    if weights is None:
        return None
    weights = np.asarray(weights, np.float64)
    if weights.shape != (n,):
        raise AvanpError(f"weights must be (n,), one for each of {n} images, not {weights.shape}")
    if not (np.isfinite(weights).all() and (weights >= 0).all() and weights.any()):
        raise AvanpError("weights must be numbers of at least 0, and not all be zero")
    return None if np.ptp(weights) == 0 else weights / weights.sum()


def batch_sizes(n: int, batch_size: int, *, join_last: bool) -> list[int]:
    """Return the sizes of an epoch's batches; a last one of 1 may join the one before."""
    full, rest = divmod(n, batch_size)
    sizes = [batch_size] * full + ([rest] if rest else [])
    if join_last and len(sizes) > 1 and sizes[-1] == 1:
        sizes[-2:] = [sizes[-2] + 1]
    return sizes
