"""What a system measures while it trains, each quantity said in words once."""

from collections.abc import Callable
from typing import Any, NamedTuple


class Term(NamedTuple):
    """One quantity of a system's log: `System.terms` has them by name.

    Parameters
    ----------
    words : str, or callable
        What it is, in some fifty characters; a callable is given the configuration.
    unit : str
        "nats", "share", …; "" for a number without one.
    column : str
        Its heading in the table that `avanp train` prints; "" leaves it out. The first five of a
        system's columns are printed, in the order of the declaration.
    nets : tuple of str
        The nets that descend it. What is not finite is named by them.
    """

    words: str | Callable[[Any], str]
    unit: str = ""
    column: str = ""
    nets: tuple[str, ...] = ()

    def meaning(self, config: Any) -> str:
        """Return the words for a system of this configuration."""
        return self.words if isinstance(self.words, str) else self.words(config)
