"""The as-released protocol as tables: the contrast, and who was seen, by indices alone."""

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

from avanp.papers.dfc import leak
from avanp.papers.dfc.imbalance_shown import interval
from avanp.papers.dfc.imbalance_verdict import too_few
from avanp.papers.dfc.released_verdict import BEYOND, LEAK, Contrast
from avanp.report.table import Cell, Column, Mark, Table

SIGNS = {BEYOND: ("✓", "holds"), LEAK: ("✗", "fails")}
WIDE = 15


def contrast(found: Sequence[Contrast], minority: str) -> Table:
    """Return a row for each generator: its gain, and what is left of it without its images."""
    heads = ("gain", "thrown away", "images' own", "first parts")
    rows: list[list[Cell]] = []
    for one in found:
        sign, tone = SIGNS.get(one.verdict, ("·", "open"))
        four = [interval(d) for d in (one.gain, one.thrown, one.own, one.first)]
        rows.append([one.name, f"{one.f1:.3f}", *four, Mark(one.verdict, sign, tone)])
    sides = [Column("F1", "right", 6), *(Column(head, "right", WIDE) for head in heads)]
    return Table(
        "contrast",
        f"F1 of {minority!r}, as released: less that of nothing (gain), the same with all "
        "synthetic images thrown away, what these add to that, and on the parts as they were "
        "first; means over all numbers of images added, 95 %, each for itself; verdicts are "
        f"corrected (Holm) for {2 * len(found)} comparisons{too_few([o.gain for o in found])}",
        [Column("generator", width=11), *sides, Column("verdict", width=17)],
        rows,
    )


def overlaps(
    counts: Mapping[str, int],
    n_syn: Sequence[int],
    seeds: Sequence[int],
    minority: str = leak.MINORITY,
    *,
    tested: bool = True,
) -> Table:
    """Return by numbers of images added the share of held-out images that are trained on.

    Parameters
    ----------
    counts : mapping of str to int
        Real images by class.
    n_syn, seeds : sequence of int
    minority : str
    tested : bool
        Of the test part alone, or of all that is held out.
    """
    held = leak.divided(leak.listed(counts, 0, 0, minority=minority))[1]
    first = len(leak.tested(held)) if tested else None
    rows: list[list[Any]] = []
    for n in n_syn:
        found = [
            leak.overlap(n, seed, counts=counts, first=first, minority=minority) for seed in seeds
        ]
        known = {name: [f[name] for f in found if f[name] == f[name]] for name in counts}
        shares = [f"{fmean(some):.3f}" if some else "–" for some in known.values()]
        entered = [leak.synthetic_trained(n, s, counts=counts, minority=minority) for s in seeds]
        rows.append([str(n), *shares, f"{fmean(entered):.0f}"])
    what = "tested on" if tested else "held out"
    of = f"Seed {seeds[0]}" if len(seeds) == 1 else f"Mean of {len(seeds)} seeds"
    return Table(
        f"leak-{what.split()[0]}-{len(seeds)}",
        f"Share of the images {what} that are trained on, by class; synthetic images added, and "
        f"of these trained on. {of}, indices alone",
        [Column("added"), *(Column(name, "right") for name in counts), Column("trained", "right")],
        rows,
    )
