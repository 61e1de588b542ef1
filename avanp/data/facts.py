"""What is known of pixels, and what is asked of the file that they lie in."""

from typing import NamedTuple, Protocol

import numpy as np


class Facts(NamedTuple):
    """What is known of an array of images since they were decoded, before they were made grey.

    Parameters
    ----------
    equal : (N,) int64
        Of each image the first that is equal to it.
    most : int
        The largest byte.
    grey : bool
        Red, green and blue are the same everywhere.
    """

    equal: np.ndarray
    most: int
    grey: bool


class Stored(Protocol):
    """The file that pixels lie in."""

    def taken(self, count: int) -> None:
        """Hear that so many bytes were looked at."""

    def sum_of(self, name: str) -> str | None:
        """Return a hash that was remembered under a name."""

    def remember(self, name: str, value: str) -> None:
        """Keep a hash for later commands."""
