"""A convolutional net that learns its images by heart, and what validates it (Figs. 12, 13)."""

from typing import Any

import numpy as np

from avanp.data.images import ImageSet
from avanp.experiments.result import Cell
from avanp.papers.dfc.classified import clean
from avanp.systems.classifier import Classifier
from avanp.training.trainer import Trainer

BATCH = 48
WIDTHS = (16, 32, 64, 128)
PENALTY = 1e-5  # of l1 and l2, as the paper's tuned net


def fitted(cell: Cell, images: ImageSet, *, held_out: bool) -> dict[str, Any]:
    """Return the accuracy at the end, and curves of loss and accuracy.

    Parameters
    ----------
    cell : mapping
    images : ImageSet
    held_out : bool
        Whether images that it has not seen validate it; else those that it is trained on.
    """
    labels, parts = np.asarray(images.labels), clean(cell, images)
    config = Classifier.config_class(
        shape=images.shape,
        arch="cnn",
        widths=WIDTHS,
        classes=len(images.classes),
        l1=PENALTY,
        l2=PENALTY,
    )
    looked_at = parts.test if held_out else parts.train
    trainer = Trainer(
        Classifier(config, cell["seed"]),
        batch_size=BATCH,
        seed=cell["seed"],
        validation=(images.images[looked_at], labels[looked_at]),
    )
    rows = trainer.fit(images.images[parts.train], cell["epochs"], labels=labels[parts.train])
    curves = {
        name: [float(f"{row[term]:.4g}") for row in rows]
        for name, term in (
            ("loss_curve", "loss"),
            ("accuracy_curve", "accuracy"),
            ("validation_loss_curve", "validation.loss"),
            ("validation_accuracy_curve", "validation.accuracy"),
        )
    }
    return {"score": rows[-1]["validation.accuracy"], **curves}
