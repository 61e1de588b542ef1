"""Named random streams: one seed, one result, whatever the order of execution."""

import zlib

import numpy as np

from avanp.errors import AvanpError

PURPOSES = ("init", "data", "noise", "noise2", "eval", "sample", "parts", "bootstrap")


def stream(seed: int, purpose: str) -> np.random.Generator:
    """Return the random stream of `seed` for one purpose.

    Streams are keyed by seed and purpose and never by model, so that models are compared on
    the same noise, and drawing from one stream never shifts another.

    Parameters
    ----------
    seed : int
        Not negative; anything else is an `AvanpError`.
    purpose : str
        One of ``init`` (weights), ``data`` (order of samples), ``noise`` (r of Eq. 8, one row an
        update), ``noise2`` (a second draw in the same update), ``eval``, ``sample``, ``parts``
        (which images of a set are held out), ``bootstrap`` (resampling in a test).
    """
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise AvanpError(f"a seed must be a whole number of at least 0, not {seed!r}")
    if purpose not in PURPOSES:
        raise KeyError(f"unknown random stream {purpose!r}; one of {', '.join(PURPOSES)}")
    return np.random.default_rng([seed, zlib.crc32(purpose.encode())])
