"""The axis of seeds, which every grid has."""

from collections.abc import Sequence
from typing import Any

from avanp.errors import AvanpError
from avanp.experiments.axes import MOST, Axis
from avanp.runs.schema import whole


def parse_seeds(text: str) -> tuple[int, ...]:
    """Return the seeds that `text` names: ``20`` is 0 … 19, and ``20:39`` is 20 … 39, both ends.

    Raises
    ------
    AvanpError
        For anything else, and for none or more than 10,000 of them.
    """
    forms = "use N for seeds 0 … N-1, or FIRST:LAST (20:39)"
    parts = [part.strip() for part in text.split(":")]
    if len(parts) > 2 or not all(part.isdecimal() and len(part) < 10 for part in parts):
        raise AvanpError(f"--seeds {text}: not whole numbers of at least 0; {forms}")
    first, last = (0, int(parts[0]) - 1) if len(parts) == 1 else map(int, parts)
    if not 1 <= last - first + 1 <= MOST:
        raise AvanpError(f"--seeds {text}: from 1 to {MOST} seeds; {forms}")
    return tuple(range(first, last + 1))


def check_seeds(values: Sequence[Any]) -> tuple[int, ...]:
    """Return seeds that are numbers already; each must be there once."""
    if not 1 <= len(values) <= MOST:
        raise AvanpError(f"the number of seeds must be from 1 to {MOST}, not {len(values)}")
    for seed in values:
        if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
            raise AvanpError(f"a seed must be a whole number of at least 0, not {seed!r}")
    if len(set(values)) < len(values):
        raise AvanpError("seeds: one is there twice; name each once")
    return tuple(values)


SEEDS = Axis(
    "seed",
    "seeds",
    parse_seeds,
    check_seeds,
    "1",
    "Seeds: N is 0 … N-1; FIRST:LAST (20:39) has both ends.",
    whole(0),
)
