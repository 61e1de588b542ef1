"""What a study of a rare class is: its images, methods and numbers, and what its folder holds."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from avanp.data.images import ImageSet
from avanp.errors import AvanpError
from avanp.papers.dfc.head import LINEAR
from avanp.papers.dfc.imbalance_notes import SIZES
from avanp.papers.dfc.listing import listing
from avanp.runs.folder import Kind
from avanp.runs.schema import NUMBER, TEXT, maybe, number, whole

Array = np.ndarray
OF_TEST = ("f1", "auc", "ap", "macro_f1", "weighted_f1")
OF_REST = ("f1", "auc", "ap")
CLEAN, RELEASED = "clean", "as-released"
ROW = {"seed": whole(0), "method": TEXT, "n": whole(0), "seen": number(0, 1)}
ROW |= {"seen_rare?": number(0, 1)} | SIZES
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
    head : {"linear", "mlp"}
        What classifies the features.
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
    head: str = LINEAR

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
        more: dict[str, Any] = {}
        if self.head != LINEAR:  # earlier studies do not say it
            more["head"] = self.head
        if self.protocol == RELEASED:
            folder = listing(images, self.minority, self.keep, 0)
            more["counts"] = folder.counts
        return more | {
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
