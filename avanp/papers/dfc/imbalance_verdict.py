"""What the rows of a study of a rare class say: paired differences, and a verdict a method."""

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any, NamedTuple

from avanp.experiments.paired import Paired, quickly

HELPS, THRESHOLD, NOTHING_MORE = "helps", "moves only the threshold", "does not help"
HARMS, UNTOLD = "harms", "cannot be told"
# A gain that is surely smaller is none, of F1 and of AUC and average precision.
SMALL_F1, SMALL_RANK = 0.03, 0.02
LEAST = 0.002  # a smaller difference is none, however sure
FEWEST = 4  # seeds; two or three may agree by chance
RANKS = ("auc", "ap")
Rows = Sequence[Mapping[str, Any]]


class Judged(NamedTuple):
    """A method over seeds: its scores and their paired differences to nothing, and the verdict.

    `differences` has "f1", "auc" and "ap" of the larger test where there is one, and "macro_f1".
    """

    method: str
    f1: float
    differences: Mapping[str, Paired]
    verdict: str


def verdict(f1: Paired, ranks: Sequence[Paired]) -> str:
    """Return the verdict of a method.

    Parameters
    ----------
    f1 : Paired
        Of its differences to nothing in the minority's F1, which a shift of the threshold moves.
    ranks : sequence of Paired
        The same of scores that know no threshold: AUC and average precision.
    """
    if min(one.seeds for one in (f1, *ranks)) < FEWEST:
        return UNTOLD
    better, worse = _above(f1), _below(f1)
    ranks_better, ranks_worse = any(map(_above, ranks)), any(map(_below, ranks))
    if ranks_better and not ranks_worse and not worse:
        return HELPS
    if better and not ranks_better:
        return THRESHOLD
    if not ranks_better and not better and (worse or ranks_worse):
        return HARMS
    small = known(f1.high) < SMALL_F1 and all(known(one.high) < SMALL_RANK for one in ranks)
    if small and not (better or worse or ranks_better or ranks_worse):
        return NOTHING_MORE
    return UNTOLD


def judged(rows: Rows) -> list[Judged]:
    """Return every method, judged by its mean over all numbers of images added, seed by seed.

    No number is chosen for its result. A seed that lacks a row of a method is left out there.
    """
    plain = {row["seed"]: row for row in rows if row["n"] == 0}
    counts = {row["n"] for row in rows} - {0}
    methods = dict.fromkeys(row["method"] for row in rows if row["n"])
    found = []
    for method in methods:
        by_seed: dict[int, list[Mapping[str, Any]]] = {}
        for row in rows:
            if row["method"] == method and row["seed"] in plain:
                by_seed.setdefault(row["seed"], []).append(row)
        whole = {seed: some for seed, some in by_seed.items() if len(some) == len(counts)}
        if whole:
            found.append(_judged(method, whole, plain))
    return found


def _judged(
    method: str, rows: Mapping[int, Rows], plain: Mapping[int, Mapping[str, Any]]
) -> Judged:
    of = names(list(plain.values()))

    def mean(seed: int, name: str) -> float:
        return fmean(row[of[name]] for row in rows[seed])

    found = {
        name: quickly([mean(seed, name) - plain[seed][of[name]] for seed in rows], 0.0)
        for name in of
    }
    f1 = fmean(mean(seed, "f1") for seed in rows)
    return Judged(method, f1, found, verdict(found["f1"], [found[name] for name in RANKS]))


def too_few(found: Sequence[Paired]) -> str:
    """Return the words for seeds that are too few for any verdict, or ""."""
    least = min((one.seeds for one in found), default=FEWEST)
    seeds = "1 seed is" if least == 1 else f"{least} seeds are"
    return f". {seeds} too few to tell: at least {FEWEST}" if least < FEWEST else ""


def names(rows: Rows) -> dict[str, str]:
    """Return the fields that are judged: of the larger test of the minority, where there is one."""
    larger = "rest_" if all(row["rest_f1"] is not None for row in rows) else ""
    return {name: f"{larger}{name}" for name in ("f1", *RANKS)} | {"macro_f1": "macro_f1"}


def _above(found: Paired) -> bool:
    low, difference = known(found.low), known(found.difference)
    return low > 0 and difference >= LEAST


def _below(found: Paired) -> bool:
    high, difference = known(found.high), known(found.difference)
    return high < 0 and difference <= -LEAST


def known(value: float | None) -> float:
    """Return a number that is there: two seeds have an interval."""
    assert value is not None
    return value
