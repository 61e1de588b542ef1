"""Names that are made when they are looked at: a large set need not hold 60,000 strings."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np


class Numbered(Sequence[str]):
    """The names 0 … n-1, with leading zeros; or, of another set, those of its `rows`."""

    def __init__(self, count: int, rows: Any = None) -> None:
        self._digits = len(str(max(count - 1, 0)))
        self._rows = range(count) if rows is None else rows

    @classmethod
    def of(cls, names: Sequence[str], rows: np.ndarray) -> Sequence[str]:
        """Return the names at `rows`, indices or a mask, again unmade where they were."""
        rows = np.flatnonzero(rows) if rows.dtype == bool else rows
        if not isinstance(names, cls):
            return tuple(names[int(i)] for i in rows)
        chosen = cls.__new__(cls)
        chosen._digits, chosen._rows = names._digits, np.asarray(names._rows)[rows]
        return chosen

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            chosen = Numbered.__new__(Numbered)
            chosen._digits, chosen._rows = self._digits, self._rows[index]
            return chosen
        return f"{self._rows[index]:0{self._digits}d}"

    def __iter__(self) -> Iterator[str]:
        return (f"{row:0{self._digits}d}" for row in self._rows)

    def __repr__(self) -> str:
        return f"<{len(self)} numbers>"
