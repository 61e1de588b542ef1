"""The classifier that measures in the SSAVAE experiment: one for each set of images."""

from collections.abc import Mapping
from typing import Any

from avanp.experiments.result import Arrays, Cell, Result
from avanp.papers.ssavae.first import Sets, _trained, sets_of
from avanp.systems.classifier import Classifier

JUDGE_WIDTHS = (16, 32, 64)


def judge_of(cell: Cell) -> dict[str, Any]:
    """Return what the judge depends on: the images alone."""
    return {name: cell[name] for name in ("images", "epochs")}


def make_judge(of: Mapping[str, Any], data: Arrays) -> Result:
    """Train a classifier of images on all labels, apart from every model that it judges."""
    sets = sets_of(of, data)
    return _trained(build_judge(sets), sets.train, sets.labels, of)


def build_judge(sets: Sets) -> Classifier:
    """Return an untrained judge: 3×3 convolutions of stride 2, 64 features."""
    config = Classifier.config_class(
        shape=sets.shape, classes=sets.classes, arch="cnn", widths=JUDGE_WIDTHS, batch_norm=True
    )
    return Classifier(config, 0)
