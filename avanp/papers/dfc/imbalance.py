"""The study of a rare class: what helps it, over seeds and counts, by one of two protocols.

A frozen net's features and a linear head. By the clean protocol, synthetic images are made of the
minority's training images alone and enter training alone; the other is that of the paper's program,
`avanp.papers.dfc.released`. A row is a seed, a method and a number of images added.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from avanp.data.images import ImageSet
from avanp.errors import AvanpError
from avanp.papers.dfc import released, remedies
from avanp.papers.dfc.division import Division, divide, refuse_seen, seen
from avanp.papers.dfc.head import Decisions, Head, scores
from avanp.papers.dfc.remedies import NOTHING, PRIOR, WEIGHTS, Material
from avanp.rng import stream
from avanp.runs.folder import Kind, Row
from avanp.runs.journal import Journal
from avanp.runs.schema import NUMBER, TEXT, maybe, number, whole
from avanp.training import archive

Array = np.ndarray
OF_TEST = ("f1", "auc", "ap", "macro_f1", "weighted_f1")
OF_REST = ("f1", "auc", "ap")
CLEAN, RELEASED = "clean", "as-released"
ROW = {"seed": whole(0), "method": TEXT, "n": whole(0), "seen": number(0, 1)}
ROW |= {"seen_rare?": number(0, 1)}
ROW |= dict.fromkeys(OF_TEST, NUMBER)
ROW |= {f"rest_{name}": maybe(NUMBER) for name in OF_REST}
DOCUMENT = {"protocol": TEXT, "data": TEXT, "minority": TEXT, "features": TEXT}
IMBALANCE = Kind(
    "study", rows="rows.jsonl", row=ROW, identity="study.json", document=DOCUMENT,
    folders=("images",),
)  # fmt: skip
MOST = 100_000  # images added
COUNTS = 1000


def counts(text: str) -> tuple[int, ...]:
    """Return the numbers of images that `text` names: ``0:800:100``, both ends, or ``100,400``."""
    forms = "use FIRST:LAST:STEP (0:800:100) or numbers (100,400)"
    try:
        if ":" in text:
            first, last, step = map(int, text.split(":"))
            found: Sequence[int] = range(first, last + 1, step) if step > 0 else ()
        else:
            found = sorted({int(word) for word in text.split(",")})
    except ValueError:
        raise AvanpError(f"--n-syn {text}: not whole numbers; {forms}") from None
    if not found or len(found) > COUNTS or found[0] < 0 or not 0 < found[-1] <= MOST:
        raise AvanpError(f"--n-syn {text}: up to {COUNTS} numbers from 0 to {MOST}; {forms}")
    return tuple(found)


@dataclass(frozen=True)
class Study:
    """What is studied, and how.

    Parameters
    ----------
    images : ImageSet
        With labels.
    minority : str
        A class of its.
    keep : int or None
        Use about so many of its images; the others are a larger test.
    n_syn : tuple of int
        How many images are added, in ascending order; 0 is always among the rows.
    methods : tuple of str
    features : str
        The words that name `space`.
    space : callable
        Images (N, H, W, C) to features (N, D).
    steps : int
        Of a generator's training.
    protocol : {"clean", "as-released"}
        The second takes generators as methods alone.
    """

    images: ImageSet
    minority: str
    keep: int | None
    n_syn: tuple[int, ...]
    methods: tuple[str, ...]
    features: str
    space: Callable[[Array], Array]
    steps: int
    protocol: str = CLEAN

    def __post_init__(self) -> None:
        there = self.images.classes
        if self.images.labels is None or len(there) < 2:
            raise AvanpError(f"{self.images.name} has no two classes: give labelled images")
        if self.minority not in there:
            raise AvanpError(f"no class {self.minority!r}: choose from {', '.join(there)}")

    def identity(self) -> dict[str, Any]:
        """Return what makes two runs the same: not the seeds nor the methods, which may grow."""
        images = self.images
        digest = hashlib.sha256(np.asarray(images.labels).tobytes())
        digest.update(b"" if images.groups is None else images.groups.tobytes())
        counts = {}
        if self.protocol == RELEASED:
            folder = released.listing(images, self.minority, self.keep, 0)
            counts = {"counts": folder.counts}
        return counts | {
            "format": IMBALANCE.format,
            "protocol": self.protocol,
            "data": images.name,
            "pixels": images.sha256,
            "labels": digest.hexdigest(),
            "minority": self.minority,
            "keep": self.keep,
            "n_syn": list(self.n_syn),
            "features": self.features,
            "steps": self.steps,
        }


def run(
    study: Study,
    seeds: Sequence[int],
    journal: Journal,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Row]:
    """Return the rows of all seeds and methods; those in the journal are not done again."""
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


def features_of(study: Study, folder: Path) -> Array:
    """Return the features (N, D) of all images, kept in the folder: a study computes them once."""
    path, of = folder / "features.npz", {"pixels": study.images.sha256, "space": study.features}
    with suppress(AvanpError):  # not there, or damaged: made again
        document, arrays = archive.read(path)
        if document.get("of") == of:
            return arrays["features"].astype(np.float64)
    features = study.space(study.images.images)
    archive.write(path, {"of": of}, {"features": features})
    return features.astype(np.float64)


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


def of_seed(
    study: Study,
    features: Array,
    groups: Array,
    seed: int,
    wanted: Sequence[tuple[str, int]],
    keep: Path | None = None,
) -> Iterator[Row]:
    """Yield the rows of one seed, by the clean protocol.

    Parameters
    ----------
    study : Study
    features : array (N, D)
        Of all images.
    groups : array (N,) of int
    seed : int
        Of the division, and of all that is drawn.
    wanted : sequence of (method, n)
    keep : Path, optional
        A folder that gets some of the images that are added, ``images/METHOD.png``.
    """
    images, labels = study.images, np.asarray(study.images.labels)
    rare = images.classes.index(study.minority)
    division = divide(labels, groups, rare, study.keep, stream(seed, "parts"))
    given = Material(
        images, features, study.space, division, rare, seed, max(study.n_syn), study.steps
    )
    if len(given.rare) < 2:
        raise AvanpError(f"{study.minority!r} has one image to train on: give or --keep more")
    trained = np.concatenate([division.train, given.sources])
    about = {"seen": seen(trained, division.held, groups)}
    x, y = features[division.train], labels[division.train]
    none = np.empty((0, x.shape[1]))
    plain = Head(x, none, y, rare)
    made: dict[str, Array] = {}
    for method, n in wanted:
        # What n more images of the class would do to its odds.
        odds = 1 + n / len(given.rare)
        head = plain
        if method == WEIGHTS:
            head = Head(x, none, y, rare, odds)
        elif method not in (NOTHING, PRIOR):
            if method not in made:
                refuse_seen(method, given.sources, division, groups)
                made[method] = remedies.added(method, given, keep)
            head = Head(x, made[method][:n], y, rare)
        found = head.decide(features, odds if method == PRIOR else 1)
        yield {"seed": seed, "method": method, "n": n, **about, **scored(study, found, division)}


def scored(study: Study, found: Decisions, division: Division) -> dict[str, float | None]:
    """Return the scores of the test part, and with the larger test of the minority in its place.

    That has the test part's images of all other classes beside it.
    """
    labels, classes = np.asarray(study.images.labels), study.images.classes
    rare = classes.index(study.minority)

    def on(rows: Array) -> dict[str, float]:
        part = Decisions(found.classes[rows], found.rare[rows])
        return scores(part, labels[rows], rare, len(classes))

    test, rest = division.test, division.rest
    values: dict[str, float | None] = dict(on(test))
    larger: dict[str, float] = {}
    if len(rest):
        larger = on(np.concatenate([test[labels[test] != rare], rest]))
    return values | {f"rest_{name}": larger.get(name) for name in OF_REST}
