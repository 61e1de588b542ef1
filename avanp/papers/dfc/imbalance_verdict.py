"""What the rows of a study of a rare class say: paired differences, and a verdict a method."""

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any, NamedTuple

from avanp.experiments.paired import ALPHA, Paired, holm, quickly, student_p
from avanp.runs.folder import Rows

HELPS, THRESHOLD, NOTHING_MORE = "helps", "moves only the threshold", "does not help"
RANKS_WORSE = "moves the threshold, ranks worse"
HARMS, UNTOLD = "harms", "cannot be told"
# A gain that is surely smaller is none, of F1 and of AUC and average precision.
SMALL_F1, SMALL_RANK = 0.03, 0.02
LEAST = 0.002  # a smaller difference is none, however sure
FEWEST = 4  # seeds; two or three may agree by chance
RANKS = ("auc", "ap")


class Judged(NamedTuple):
    """A method over seeds: its scores and their paired differences to nothing, and the verdict.

    `differences` has "f1", "auc" and "ap" of the larger test where there is one, and "macro_f1".
    """

    method: str
    f1: float
    differences: Mapping[str, Paired]
    verdict: str


def sides(found: Sequence[Paired]) -> list[int]:
    """Return of each difference whether it is surely above (1) or below (-1) zero, or neither (0).

    Surely: p of Student's t test, corrected by Holm's method for all that are given, is below
    ALPHA, so that one false word among all is as rare; and the difference is LEAST or more.
    """
    corrected = holm([student_p(one) for one in found])
    return [
        0 if p >= ALPHA or abs(known(one.difference)) < LEAST else 1 if known(one.low) > 0 else -1
        for one, p in zip(found, corrected, strict=True)
    ]


def verdicts(methods: Sequence[Sequence[Paired]]) -> list[str]:
    """Return the verdict of every method of a table, corrected for all that the table compares.

    Parameters
    ----------
    methods : sequence of (f1, auc, ap)
        Differences to nothing: in the minority's F1, which a shift of the threshold moves, and in
        scores that know no threshold, the AUC and the average precision.
    """
    told = iter(sides([one for found in methods for one in found]))
    return [_verdict(found, [next(told) for _ in found]) for found in methods]


def _verdict(found: Sequence[Paired], told: Sequence[int]) -> str:
    if min(one.seeds for one in found) < FEWEST:
        return UNTOLD
    (f1, *ranks), (side, *of_ranks) = found, told
    better, worse = 1 in of_ranks, -1 in of_ranks
    # What harms is hidden by no correction.
    if better and not any(known(one.high) < 0 and known(one.difference) <= -LEAST for one in found):
        return HELPS
    if side > 0 and not better:
        return RANKS_WORSE if worse else THRESHOLD
    if side <= 0 and not better and (side < 0 or worse):
        return HARMS
    small = known(f1.high) < SMALL_F1 and all(known(one.high) < SMALL_RANK for one in ranks)
    return NOTHING_MORE if small and not any(told) else UNTOLD


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
            found.append((method, *_differences(whole, plain)))
    said = verdicts([[d[name] for name in ("f1", *RANKS)] for _, _, d in found])
    return [Judged(*one, word) for one, word in zip(found, said, strict=True)]


def _differences(
    rows: Mapping[int, Rows], plain: Mapping[int, Mapping[str, Any]]
) -> tuple[float, dict[str, Paired]]:
    """Return the mean F1 of a method, and the paired differences of all scores to nothing."""
    of = names(list(plain.values()))

    def mean(seed: int, name: str) -> float:
        return fmean(row[of[name]] for row in rows[seed])

    found = {
        name: quickly([mean(seed, name) - plain[seed][of[name]] for seed in rows], 0.0)
        for name in of
    }
    return fmean(mean(seed, "f1") for seed in rows), found


def too_few(found: Sequence[Paired]) -> str:
    """Return the words for seeds that are too few for any verdict, or ""."""
    least = min((one.seeds for one in found), default=FEWEST)
    seeds = "1 seed is" if least == 1 else f"{least} seeds are"
    return f". {seeds} too few to tell: at least {FEWEST}" if least < FEWEST else ""


def names(rows: Rows) -> dict[str, str]:
    """Return the fields that are judged: of the larger test of the minority, where there is one."""
    larger = "rest_" if all(row["rest_f1"] is not None for row in rows) else ""
    return {name: f"{larger}{name}" for name in ("f1", *RANKS)} | {"macro_f1": "macro_f1"}


def known(value: float | None) -> float:
    """Return a number that is there: two seeds have an interval."""
    assert value is not None
    return value
