"""The form that every ablation's result has."""

from collections.abc import Sequence
from typing import Any

from avanp.report.text import short

NONE = "–"


def table(
    id: str,
    title: str,
    says: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    seeds: str,
    alt: str = "",
) -> dict[str, Any]:
    """Return an ablation as ``audit.json`` holds it; the picture's name is filled in when drawn.

    Parameters
    ----------
    id : str
        Of the ablation.
    title, says : str
        Its heading, and what it shows in a sentence.
    columns : sequence of str
        Heads.
    rows : sequence of sequences
        Numbers and words.
    seeds : str
        Which seeds it rests on, in words.
    alt : str
        What its picture shows, for who cannot see it.
    """
    return {
        "id": id,
        "title": title,
        "says": says,
        "seeds": seeds,
        "columns": list(columns),
        "rows": [list(row) for row in rows],
        "picture": None,
        "alt": alt,
    }


def number(value: float | None) -> str:
    """Return a BM with four decimals, or a dash."""
    return NONE if value is None else short(value)


def size(value: float) -> str:
    """Return the size of a difference: 0 exactly, or two digits."""
    return "0" if value == 0 else f"{float(f'{value:.2g}'):g}"


def mean(values: Sequence[float | None]) -> float | None:
    """Return the mean of what is there, None where nothing is."""
    there = [value for value in values if value is not None]
    return sum(there) / len(there) if there else None
