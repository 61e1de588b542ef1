"""Named random streams: one seed, one result, whatever the order of execution."""

import zlib
from typing import Any

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


def seed_of(random_state: Any) -> int:
    """Return the seed that a `random_state` stands for, in scikit-learn's meaning.

    Parameters
    ----------
    random_state : int, RandomState, Generator or None
        A whole number is the seed itself. A `RandomState` or `Generator` draws one, another at
        each call. None draws one from NumPy's global stream.

    Raises
    ------
    AvanpError
        For anything else.
    """
    if random_state is None or random_state is np.random:
        return int(np.random.randint(2**31 - 1))  # noqa: NPY002
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(2**31 - 1))
    if isinstance(random_state, np.random.Generator):
        return int(random_state.integers(2**31 - 1))
    whole = isinstance(random_state, int | np.integer) and not isinstance(random_state, bool)
    if not whole or random_state < 0:
        raise AvanpError(
            "random_state must be None, a whole number of at least 0, a RandomState or a "
            f"Generator, not {random_state!r}"
        )
    return int(random_state)
