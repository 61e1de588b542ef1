"""What is audited: the rows of a sweep, its configuration, and its images."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from avanp.data.images import ImageSet
from avanp.experiments.study import Call
from avanp.papers.ava.cell import on_floats
from avanp.papers.ava.printed_numbers import same_rate
from avanp.papers.ava.row_index import finite

RULES = ("program", "printed", "exact")


class Key(NamedTuple):
    """Which cell of a sweep: what a model is trained with.

    Parameters
    ----------
    rules, model : str
        Names of a rule set and of a registered model.
    lr : float
        The learning rate.
    seed : int
        Of weights and noise.
    """

    rules: str
    model: str
    lr: float
    seed: int


def floats_call(fn: Callable[..., Any], args: tuple[Any, ...]) -> Call:
    """Return a piece of an ablation: ``fn(images, *args)``, images float32 in [0, 1]."""
    return Call(on_floats, (fn, *args))


@dataclass(frozen=True)
class Subject:
    """A sweep that is being audited.

    Parameters
    ----------
    rows, config
        Of the sweep.
    images : ImageSet
        The images that it was run on.
    """

    rows: Sequence[Mapping[str, Any]]
    config: Mapping[str, Any]
    images: ImageSet

    @property
    def rates(self) -> list[float]:
        """The learning rates of the grid, in its order."""
        return list(self.config["lr"])

    @property
    def models(self) -> list[str]:
        """The models of the grid."""
        return list(self.config["models"])

    def seeds(self, n: int) -> list[int]:
        """Return the first n seeds, or all where there are fewer."""
        return list(self.config["seeds"][:n])

    @property
    def is_paper_set(self) -> bool:
        """Whether the images are the paper's."""
        return bool(self.config["data"]["is_paper_set"])

    @cached_property
    def cells(self) -> dict[Key, Mapping[str, Any]]:
        """The rows by rule set, model, rate and seed, without those that failed."""
        return {
            Key(row["rules"], row["model"], same_rate(row["lr"]), row["seed"]): row
            for row in self.rows
            if row["status"] in ("ok", "diverged")
        }

    def there(self, key: Key) -> bool:
        """Whether the sweep has this cell."""
        return key._replace(lr=same_rate(key.lr)) in self.cells

    def bm(self, key: Key, value: str = "bm") -> float | None:
        """Return the BM of a cell that the sweep has; None where it diverged, or is not there."""
        row = self.cells.get(key._replace(lr=same_rate(key.lr)))
        return None if row is None else finite(row, value)
