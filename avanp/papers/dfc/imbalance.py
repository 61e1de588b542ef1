"""The study of a rare class: what helps it, over seeds and counts, by one of two protocols.

A frozen net's features and a linear head. By the clean protocol, synthetic images are made of the
minority's training images alone and enter training alone; the other is that of the paper's program,
`avanp.papers.dfc.released`. A row is a seed, a method and a number of images added.
"""

from collections.abc import Callable, Iterator, Sequence

from avanp.papers.dfc import released
from avanp.papers.dfc.imbalance_seed import features_of, of_seed
from avanp.papers.dfc.remedies import NOTHING
from avanp.papers.dfc.study import RELEASED, Study
from avanp.runs.folder import Row
from avanp.runs.journal import Journal


def run(
    study: Study,
    seeds: Sequence[int],
    journal: Journal,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Row]:
    """Return the rows of all seeds and methods; those in the journal are not done again.

    Parameters
    ----------
    study : Study
    seeds : sequence of int
    journal : Journal
        Of the study's folder.
    progress : callable
        Called with the rows that are there and in all.
    """
    rows = journal.resume(study.identity())
    there = {(row["seed"], row["method"], row["n"]) for row in rows}
    asked = [(seed, *cell) for seed in seeds for cell in cells(study)]
    left = [cell for cell in asked if cell not in there]
    done = len(asked) - len(left)
    progress(done, len(asked))
    if left:
        images = study.images
        groups = images.pixels.equal if images.groups is None else images.groups
        features = features_of(study, journal.folder)
        for seed in dict.fromkeys(seed for seed, _, _ in left):
            wanted = [cell[1:] for cell in left if cell[0] == seed]
            keep = journal.folder if seed == seeds[0] else None
            if study.protocol == RELEASED:
                some = released.of_seed(study, features, seed, wanted, keep)
            else:
                some = of_seed(study, features, groups, seed, wanted, keep)
            for row in some:
                journal.append(row)
                rows.append(row)
                done += 1
                progress(done, len(asked))
    kept = set(asked)
    return [row for row in rows if (row["seed"], row["method"], row["n"]) in kept]


def cells(study: Study) -> Iterator[tuple[str, int]]:
    """Yield every method with every number of images."""
    if study.protocol == RELEASED:
        yield from released.cells(study.methods, study.n_syn)
        return
    yield NOTHING, 0
    for method in study.methods:
        for n in study.n_syn:
            if n:
                yield method, n
