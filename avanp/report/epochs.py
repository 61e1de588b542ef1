"""A training's log as lines of a table, an epoch a line."""

from collections.abc import Mapping
from typing import Any

# In this order; those that the system has, and of them so many that a line fits a terminal.
TERMS = (
    "loss",
    "accuracy",
    "reconstruction",
    "feature",
    "kl",
    "decoder_loss",
    "d_loss",
    "fool_d",
    "fool_D",
    "d_real",
    "d_fake",
)
MOST = 5
VALIDATED = ("validation.loss", "validation.accuracy")


def heading(row: Mapping[str, Any]) -> str:
    """Return the heading of a table that begins with this row."""
    cells = [f"{name:>{_width(name)}}" for name in _columns(row)]
    return "  ".join([f"{'epoch':>5}", *cells, "seconds"])


def line(row: Mapping[str, Any]) -> str:
    """Return a row of metrics.jsonl as a line."""
    cells = [f"{_number(_value(row, name)):>{_width(name)}}" for name in _columns(row)]
    return "  ".join([f"{row['epoch']:>5}", *cells, f"{row['seconds']:>7.2f}"])


def _columns(row: Mapping[str, Any]) -> list[str]:
    terms = [name for name in TERMS if _value(row, name) is not None]
    return terms[:MOST] + [name for name in VALIDATED if name in row]


def _value(row: Mapping[str, Any], name: str) -> float | None:
    if name == "loss" and "loss" not in row and {"reconstruction", "kl"} <= set(row):
        return float(row["reconstruction"] + row["kl"])
    return row.get(name)


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.2f}" if abs(value) >= 100 else f"{value:.4f}"


def _width(name: str) -> int:
    return max(9, len(name))
