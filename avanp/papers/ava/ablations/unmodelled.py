"""BM of images that no model made: what a high BM looks like."""

from typing import Any

import numpy as np

from avanp.metrics.balance import balance_metric
from avanp.metrics.nearest import nearest_images
from avanp.papers.ava.ablations.table import number, size, table
from avanp.papers.ava.subject import RULES, Call, Key, Subject, floats_call
from avanp.papers.ava.trained import trained
from avanp.report.text import about_seeds, listed, rate, short
from avanp.rng import stream

ID = "nobody"
PROGRAM = RULES[0]
HIGHEST, LOWEST = "highest of the models", "lowest of the models"


def calls(subject: Subject) -> list[Call]:
    """Return the drawing of the cells of highest and lowest BM under program."""
    return [floats_call(draw_one, (key,)) for key in _extremes(subject).values()]


def draw_one(images: np.ndarray, key: Key) -> np.ndarray:
    """Return one generated image (H, W, C)."""
    return trained(images, key).draw()[0]


def _extremes(subject: Subject) -> dict[str, Key]:
    """Return the cells of the first seed with the highest and the lowest BM."""
    (seed,) = subject.seeds(1)
    keys = (Key(PROGRAM, model, lr, seed) for model in subject.models for lr in subject.rates)
    cells = {key: bm for key in keys if (bm := subject.bm(key)) is not None}
    if not cells:
        return {}
    return {
        HIGHEST: max(cells, key=lambda key: cells[key]),
        LOWEST: min(cells, key=lambda key: cells[key]),
    }


def made_by_no_model(images: np.ndarray, seed: int) -> dict[str, np.ndarray]:
    """Return images (H, W, C) by name; for noise a set, one for each of the images (N, H, W, C)."""
    shape = images.shape[1:]
    noise = stream(seed, "sample").random(images.shape, dtype=np.float32)
    return {
        "all white": np.ones(shape, np.float32),
        "all black": np.zeros(shape, np.float32),
        "grey": np.full(shape, 0.5, np.float32),
        "noise": noise,
        "the mean image": images.mean(axis=0),
        "a training image": images[0],
    }


def scores(drawn: np.ndarray, images: np.ndarray) -> tuple[float, float, float]:
    """Return BM with and without the absolute value, and the MSE to the nearest training image."""
    several = drawn if drawn.ndim == 4 else drawn[None]
    bm, signed = (balance_metric(drawn, images, absolute=a) for a in (True, False))
    return bm, signed, float(nearest_images(several, images)[0].mean())


def _shown(subject: Subject, results: list[Any]) -> dict[str, tuple[np.ndarray, float, Any]]:
    """Return for each name the image, the BM to sort by, and its line."""
    images = subject.images.as_float()
    found = {}
    for name, drawn in made_by_no_model(images, subject.seeds(1)[0]).items():
        bm, signed, mse = scores(drawn, images)
        line = [name, "nobody", number(bm), number(signed), size(mse)]
        found[name] = (drawn[0] if drawn.ndim == 4 else drawn, bm, line)
    for (name, key), drawn in zip(_extremes(subject).items(), results, strict=True):
        made = subject.bm(key), subject.bm(key, "bm_signed")
        assert made[0] is not None
        mse = float(nearest_images(drawn[None], images)[0][0])
        by = f"{key.model}, γ {rate(key.lr)}"
        line = [name, by, number(made[0]), number(made[1]), size(mse)]
        found[name] = (drawn, made[0], line)
    return dict(sorted(found.items(), key=lambda item: -item[1][1]))


def tables(subject: Subject, results: list[Any]) -> list[dict[str, Any]]:
    """Return a line an image, from the highest BM to the lowest."""
    shown = _shown(subject, results)
    says = (
        "A pixel adds most to BM at the distance ½ from the pixel it is compared with (0.25), and "
        "more again beyond 1.207; a copy adds 0. The paper takes a high BM for a balance of "
        "similarity and diversity, and a low one for similarity. Each image is compared with all "
        "training images, and the mean taken; noise is drawn anew for each. "
        + _above(shown)
        + "The models' images are those of the cells of highest and lowest BM under program."
    )
    return [
        table(
            ID,
            "BM of images that no model made",
            says,
            ["image", "made by", "BM", "BM without the absolute value", "MSE to the nearest"],
            [line for _, _, line in shown.values()],
            seeds=about_seeds(subject.seeds(1)),
            alt="Images that no model made, and the models' images of highest and lowest BM, "
            "side by side with their BM, from the highest to the lowest.",
        )
    ]


def _above(shown: dict[str, Any]) -> str:
    """Say which images that no model made are beyond the models' highest and lowest BM."""
    names = list(shown)
    if HIGHEST not in names:
        return ""
    highest, lowest = names.index(HIGHEST), names.index(LOWEST)
    text = ""
    for which, some in (("Above", names[:highest]), ("Below", names[lowest + 1 :])):
        end = "highest" if which == "Above" else "lowest"
        if some:
            text += f"{which} the {end} of the models: {listed(some)}. "
    return text


def draw(subject: Subject, results: list[Any]) -> bytes:
    """Return the images side by side, with their BM."""
    from avanp.papers.ava.audit_strips import labelled_strip

    return labelled_strip(
        [
            (image, f"BM {short(bm)}", name if made == "nobody" else f"{name}: {made}")
            for name, (image, bm, (_, made, *_)) in _shown(subject, results).items()
        ]
    )
