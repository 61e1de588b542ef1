"""A DFC-VAE of the minority's images, and what it makes of those it has not seen (Figs. 5-11)."""

from typing import Any

import numpy as np

from avanp.data.images import ImageSet
from avanp.data.vgg16 import find_vgg16
from avanp.errors import AvanpError
from avanp.evaluation.variations import variations
from avanp.experiments.result import Cell
from avanp.metrics.lpips import LPIPS
from avanp.metrics.sharpness import sharpness
from avanp.optim.schedules import Cosine
from avanp.papers.dfc.cases import options_of
from avanp.papers.dfc.classified import clean, rare_class, rare_of
from avanp.papers.dfc.generator import BATCH
from avanp.pictures.pixels import to_rgb
from avanp.rng import stream
from avanp.systems.dfc_vae import DFCVAE
from avanp.training.health import active_units
from avanp.training.trainer import Trainer

HELD, SHOWN, EPS = 96, 8, 0.3


def reconstructed(cell: Cell, images: ImageSet) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the numbers of a case, and its pictures."""
    division, rare = clean(cell, images), rare_class(cell)
    train = images.images[rare_of(division, images, rare)]
    assert images.labels is not None
    of_test = division.test[images.labels[division.test] == rare]
    held = images.images[np.concatenate([of_test, division.rest])[:HELD]]
    seed, config = cell["seed"], DFCVAE.config_class(shape=images.shape, **options_of(cell["case"]))
    system = DFCVAE(config, seed)
    epochs = -(-cell["steps"] * BATCH // len(train))
    trainer = Trainer(system, batch_size=BATCH, seed=seed, schedule=Cosine(config.lr, epochs))
    trainer.fit(train, steps=cell["steps"])
    measured = [system.evaluate(some, stream(seed, "eval")) for some in (held, train)]
    again = system.reconstruct(held)
    numbers: dict[str, Any] = {
        "score": measured[0]["reconstruction"],
        "error_train": measured[1]["reconstruction"],
        "mse": float(np.mean((again - held / np.float32(255)) ** 2)),
        "sharpness": sharpness(again, held),
        "kl": measured[0]["kl"],
        "sigma": measured[0]["sigma"],
        "active": float(active_units(system, held)),
    }
    judge = lpips()
    if judge is not None:
        numbers["lpips"] = float(judge(again, held).mean())
        numbers["lpips_train"] = float(judge(system.reconstruct(train), train).mean())
    near = variations(system, held[:SHOWN], EPS, 1, stream(seed, "noise"), sampled=True)
    pictures = {"real": held[:SHOWN], "": again[:SHOWN], "new": near}
    return numbers, {name: to_rgb(some) for name, some in pictures.items()}


def lpips() -> LPIPS | None:
    """Return what tells how different images look, where its weights are on this machine."""
    try:
        return LPIPS(find_vgg16())
    except AvanpError:
        return None
