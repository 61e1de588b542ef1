"""One cell of the DFC-VAE experiment, by its case, and what cells share."""

import time
from collections.abc import Mapping
from typing import Any

from avanp.data.grouping import identical
from avanp.data.images import ImageSet, numbered
from avanp.errors import AvanpError
from avanp.experiments.result import Arrays, Cell, Result
from avanp.papers.dfc import classified
from avanp.papers.dfc.cases import FITS, HELD, TABLE, THROWN, counted
from avanp.papers.dfc.fitted import fitted
from avanp.papers.dfc.reconstructed import reconstructed
from avanp.systems.finite import NotFinite

NONE: Mapping[str, Any] = {"for": "none"}


def run(cell: Cell, data: Arrays, *, features: Arrays, synthetic: Arrays) -> Result:
    """Return the numbers of a cell.

    Parameters
    ----------
    cell : mapping
        case, seed, and the settings minority, keep, steps and epochs.
    data : mapping
        images, labels, and groups where there are any.
    features, synthetic : mapping
        Of a classifier's case: the features of all images, and of the synthetic ones.
    """
    images, case = images_of(cell, data), cell["case"]
    start = time.perf_counter()
    try:
        if case in TABLE:
            found = Result(classified.classified(cell, images, features["x"], synthetic.get("x")))
        elif case in FITS:
            found = Result(fitted(cell, images, held_out=case == HELD))
        else:
            numbers, pictures = reconstructed(cell, images)
            found = Result(numbers, pictures=pictures)
    except NotFinite as error:
        return Result(status="diverged", reason=error.what)
    seconds = {"seconds": time.perf_counter() - start}
    return Result(found.numbers, seconds=seconds, pictures=found.pictures)


def images_of(cell: Cell, data: Arrays) -> ImageSet:
    """Return the images with labels and groups, or an `AvanpError` that says what is missing."""
    images, labels = data["images"], data.get("labels")
    if labels is None or cell["minority"] > labels.max() + 1:
        raise AvanpError("dfc needs labelled images; --minority N is the N-th of their classes")
    groups = data.get("groups")
    return ImageSet(
        "data",
        images,
        numbered(len(images)),
        "",
        labels=labels,
        classes=tuple(map(str, range(int(labels.max()) + 1))),
        groups=identical(images) if groups is None else groups,
    )


def features_for(cell: Cell) -> Mapping[str, Any]:
    """Return what the features of all images depend on; a case that needs none shares nothing."""
    return {"for": "table"} if cell["case"] in TABLE else NONE


def make_features(of: Mapping[str, Any], data: Arrays) -> Result:
    """Return the features of all images."""
    return Result() if of == NONE else Result(arrays={"x": classified.features_of(data["images"])})


def synthetic_for(cell: Cell) -> Mapping[str, Any]:
    """Return what synthetic images depend on: a protocol and a seed make them once."""
    protocol, n = counted(cell["case"]) if cell["case"] in TABLE else ("", 0)
    if not n or protocol == THROWN:
        return NONE
    known = {name: cell[name] for name in ("seed", "minority", "keep", "steps")}
    return {"protocol": protocol, **known}


def make_synthetic(of: Mapping[str, Any], data: Arrays) -> Result:
    """Return the features of the most synthetic images that a case has."""
    if of == NONE:
        return Result()
    try:
        made = classified.synthetic(of, images_of(of, data))
    except NotFinite as error:
        return Result(status="diverged", reason=error.what)
    return Result(arrays={"x": made})
