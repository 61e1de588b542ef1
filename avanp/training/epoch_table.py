"""A training's log as lines of a table, a row of the log a line."""

from collections.abc import Mapping
from typing import Any

MOST, WIDEST = 5, 100
HIDDEN = ("epoch", "step", "lr", "seconds", "latent", "active_units", "hint")


class EpochTable:
    """The lines that `avanp train` prints.

    Parameters
    ----------
    row : mapping
        The first row; its quantities are the columns.
    terms : mapping of str to Term
        The system's: those with a column are printed, at most five, as many as fit. A system
        without terms prints its first five.
    monitor : str or None
        Printed of the validation images too.
    stepwise : bool
        Whether a row is that of some steps, not of an epoch.
    """

    def __init__(
        self,
        row: Mapping[str, Any],
        terms: Mapping[str, Any],
        monitor: str | None,
        *,
        stepwise: bool = False,
    ) -> None:
        self.stepwise = stepwise
        columns = {name: term.column for name, term in terms.items() if term.column}
        if not terms:
            own = [name for name in row if name not in HIDDEN and "." not in name]
            columns = {name: name for name in own}
        there = [(name, said) for name, said in columns.items() if name in row][:MOST]
        looked = dict.fromkeys(f"validation.{name}" for name in (monitor, "accuracy"))
        last = [(name, name) for name in looked if name in row]
        self.columns = there + last
        while there and len(self.heading()) > WIDEST:
            there.pop()
            self.columns = there + last

    def heading(self) -> str:
        """Return the heading."""
        cells = [f"{said:>{_width(said)}}" for _, said in self.columns]
        by = f"{'step':>7}" if self.stepwise else f"{'epoch':>5}"
        return "  ".join([by, *cells, "seconds"])

    def line(self, row: Mapping[str, Any]) -> str:
        """Return a row of metrics.jsonl as a line."""
        cells = [f"{_number(row.get(name)):>{_width(said)}}" for name, said in self.columns]
        by = f"{row['step']:>7}" if self.stepwise else f"{row['epoch']:>5}"
        return "  ".join([by, *cells, f"{row['seconds']:>7.2f}"])


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.2f}" if abs(value) >= 100 else f"{value:.4f}"


def _width(name: str) -> int:
    return max(9, len(name))
