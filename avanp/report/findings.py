"""What an audit found: verdicts, the numbers they rest on, and what explains them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from avanp.report.text import percent

HOLDS, NOT, UNTOLD = "holds", "does not hold", "cannot be told"
EDGE = 0.9  # of draws of the seeds: a verdict that fewer give may change with other seeds
ON_EDGE = (
    "A verdict is at the edge where fewer than nine in ten resamples of the seeds, with "
    "replacement, give it: other seeds may well give another."
)
# The sign tells verdicts apart where colours do not.
MARKS = {HOLDS: "✓", NOT: "✗", UNTOLD: "?"}


@dataclass(frozen=True)
class Measured:
    """A difference over so many seeds, and the sign test's `p`: None of models that are one.

    The difference, in the direction of the claim, lies with 95 % between `low` and `high`.
    """

    difference: float | None
    low: float | None
    high: float | None
    p: float | None
    seeds: int


@dataclass(frozen=True)
class Part(Measured):
    """A comparison of a claim under a rule set, and what the paper's tables give."""

    name: str
    paper_difference: float


@dataclass(frozen=True)
class Outcome(Measured):
    """What was found of a claim under a rule set: the numbers of the part that decides.

    `again` is the share of draws of the seeds that give the same verdict.
    """

    verdict: str
    again: float
    says: str
    p_corrected: float | None
    parts: Sequence[Part]

    @property
    def edge(self) -> str:
        """Say that other seeds may change the verdict; "" where they hardly do."""
        return f"at the edge, {percent(self.again)}" if self.again < EDGE else ""


@dataclass(frozen=True)
class Claim:
    """A claim of the paper, its evidence there, and the outcome by rule set."""

    claim: str
    paper: str
    rules: Mapping[str, Outcome]


@dataclass(frozen=True)
class Ablation:
    """A table that explains, perhaps with a picture, and of which seeds it is."""

    title: str
    says: str
    seeds: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    picture: Path | None
    alt: str


@dataclass(frozen=True)
class Findings:
    """All of an audit, of a sweep's images and so many finished cells.

    Its `picture` shows all intervals of the claims.
    """

    data: str
    cells: int
    notes: Sequence[str]
    claims: Sequence[Claim]
    ablations: Sequence[Ablation]
    method: Sequence[str]
    thanks: str
    picture: Path | None
    alt: str

    @property
    def edges(self) -> bool:
        """Whether any verdict is at the edge."""
        return any(outcome.edge for claim in self.claims for outcome in claim.rules.values())
