"""Claims, as comparisons that must all be true of an experiment's rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

# Half of the last digit that a table of four prints. What is "higher" in it is so by more than
# this; what differs by less is taken for equal.
MARGIN = 0.00005
# What a verdict is called.
HOLDS, NOT, UNTOLD = "holds", "does not hold", "cannot be told"
WORDS = {"mean": "mean", "maximum": "maximum", "minimum": "minimum", "sd": "SD"}
RELATIONS = {">": "above", "<": "below", "<=": "not above"}


@dataclass(frozen=True)
class Compare:
    """One comparison of a number of `one` with that of `other`, seed by seed.

    Parameters
    ----------
    value : str
        A column of the rows.
    one : str
        A value of the axis `of`.
    relation : {">", "<", "<="}
        ``<=`` is "not above": smaller, or equal.
    other : str
        Another value of that axis; or with `than`, what that number is.
    of : str
        The axis on which the two stand.
    statistic : {"mean", "maximum", "minimum", "sd"}
        Of the value over the cells of a seed: over the rates of a grid that has some.
    paper : mapping
        The paper's own numbers by `one` and `other`, where it has them.
    size : float
        What a difference must be above to be one.
    than : float, optional
        A number known beforehand, the same for every seed, in the place of another cell's.
    at : mapping
        Values of other axes, at which alone the two are compared; the statistic goes over the rest.
    """

    value: str
    one: str
    relation: Literal[">", "<", "<="]
    other: str
    of: str = "model"
    statistic: str = "mean"
    paper: Mapping[str, float] = field(default_factory=dict, hash=False)
    size: float = MARGIN
    than: float | None = None
    at: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The values of the axis that are compared."""
        return (self.one,) if self.than is not None else (self.one, self.other)

    @property
    def sign(self) -> int:
        """1 where `one` is said to be above, -1 where below or not above."""
        return 1 if self.relation == ">" else -1

    @property
    def strict(self) -> bool:
        """Whether the two are said to differ, so that equal ones speak against the claim."""
        return self.relation != "<="

    @property
    def margin(self) -> float:
        """What `claimed` must be above."""
        return self.size if self.strict else -self.size

    def __str__(self) -> str:
        other = f"{self.other}'s" if self.than is None else f"{self.than:g}, {self.other}"
        return f"{WORDS[self.statistic]} of {self.one} {RELATIONS[self.relation]} {other}"

    def claimed(self, value: float, other: float) -> float:
        """Return the difference that the claim says is above zero."""
        return self.sign * (value - other)

    def published(self) -> float | None:
        """Return the paper's own difference in the direction of the claim, to four digits."""
        if not (self.one in self.paper and self.other in self.paper):
            return None
        return round(self.claimed(self.paper[self.one], self.paper[self.other]), 4)

    def agrees(self) -> bool:
        """Return whether the paper's own numbers say so; where it has none, it does."""
        published = self.published()
        return published is None or published > 0 or (not self.strict and published == 0)


@dataclass(frozen=True)
class Claim:
    """A claim of a paper; it holds where every part does.

    Parameters
    ----------
    id : str
        For files and the command line.
    claim : str
        In words.
    parts : tuple of Compare
    evidence : str
        What of the paper it rests on.
    sets : tuple of str
        The sets of images that it is about, by name; none is any.
    """

    id: str
    claim: str
    parts: tuple[Compare, ...]
    evidence: str = ""
    sets: tuple[str, ...] = ()
