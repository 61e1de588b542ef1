"""Matplotlib as it comes: none of a user's settings changes what is drawn."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def plain() -> Iterator[None]:
    """Draw in here, or in a function that this decorates, by Matplotlib's own settings.

    A ``matplotlibrc`` of the current folder or the user's (``text.usetex`` for one, which needs
    LaTeX) counts outside alone.
    """
    from matplotlib import rc_context, rcParamsDefault

    # Not by `rcdefaults`, which reads all of Matplotlib's style sheets first.
    with rc_context({k: v for k, v in rcParamsDefault.items() if "backend" not in k}):
        yield
