"""One cell: a decoder of some β and γ over the VEC that it shares, or the VAE; and its scores."""

import re
import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.experiments.experiment import Arrays, Cell, Result
from avanp.metrics.frechet import frechet_distance
from avanp.metrics.psnr import psnr
from avanp.metrics.sharpness import sharpness
from avanp.metrics.silhouette import silhouette
from avanp.papers.ssavae.first import BATCH, Sets, build_judge, build_vec, filled, sets_of
from avanp.papers.ssavae.vae import build_vae
from avanp.rng import stream
from avanp.systems.finite import NotFinite
from avanp.systems.ssavae import SSAVAE
from avanp.training.trainer import Trainer

# Values of the axis of decoders beside those of `named`: the first stage alone, and the VAE.
VEC_ALONE, PLAIN = "vec", "vae"
PAIR = re.compile(r"b(\d+(?:\.\d+)?)-g(\d+(?:\.\d+)?)")
SHOWN = 8
POINTS = 200  # of a scatter


def named(beta: float, gamma: float) -> str:
    """Return the name of a decoder: b0.1-g0 has β = .1 and γ = 0."""
    return f"b{beta:g}-g{gamma:g}"


def weights_of(decoder: str) -> tuple[float, float]:
    """Return β and γ of a decoder's name, or raise an `AvanpError`."""
    found = PAIR.fullmatch(decoder)
    if found is None:
        raise AvanpError(
            f"--decoders: no decoder {decoder!r}: b0.1-g0 has β = .1 and γ = 0; or {VEC_ALONE}, "
            f"{PLAIN}"
        )
    return float(found[1]), float(found[2])


def run(
    cell: Cell, data: Arrays, *, vec: Mapping[str, np.ndarray], judge: Mapping[str, np.ndarray]
) -> Result:
    """Train a decoder, and return the numbers of its row.

    Parameters
    ----------
    cell : mapping
        decoder, kz, labels, seed, and the settings images, epochs and steps.
    data : mapping
        images and labels, of which some are held out, the same in every cell.
    vec, judge : mapping
        The arrays of the trained first stage and of the judge: see `avanp.papers.ssavae.first`.
    """
    sets = sets_of(cell, data)
    first = filled(build_vec(cell, sets), vec)
    judging = filled(build_judge(sets), judge)
    numbers = of_codes(first, sets)
    numbers["judge"] = float(np.mean(judging.predict(_floats(sets.held)) == sets.held_labels))
    if cell["decoder"] == VEC_ALONE:
        return Result({**numbers, **scatter(first, sets)})
    start = time.perf_counter()
    try:
        system = decoder_of(cell, first, sets)
    except NotFinite as error:
        return Result(status="diverged", reason=error.what)
    seconds = {"seconds": time.perf_counter() - start}
    again = system.reconstruct(_floats(sets.held))
    numbers |= of_images(system, again, judging, sets, cell["seed"])
    pictures = {"": _bytes(again[:SHOWN]), "real": _bytes(_floats(sets.held[:SHOWN]))}
    return Result(numbers, seconds=seconds, pictures=pictures)


def decoder_of(cell: Cell, first: Any, sets: Sets) -> Any:
    """Return the trained system of a cell.

    The VAE takes as many steps as both stages of the others together: its encoder learns in them.
    """
    system: Any
    steps = cell["steps"]
    if cell["decoder"] == PLAIN:
        system = build_vae(sets.shape, int(cell["kz"]), cell["seed"])
        steps += cell["epochs"] * -(-len(sets.train) // BATCH)
    else:
        beta, gamma = weights_of(cell["decoder"])
        settled = SSAVAE.options_from(first)
        config = SSAVAE.config_class(shape=sets.shape, beta=beta, gamma=gamma, **settled)
        system = SSAVAE(config, cell["seed"], parts=SSAVAE.parts_from(first, first.name))
    Trainer(system, batch_size=BATCH, seed=cell["seed"]).fit(sets.train, steps=steps)
    return system


def of_codes(first: Any, sets: Sets) -> dict[str, float]:
    """Return what the first stage makes of held-out images: accuracy, silhouette, KL in nats."""
    x = _floats(sets.held)
    mu, _ = first.encode(x)
    measured = first.evaluate((x, sets.held_labels), stream(0, "eval"))
    return {
        "accuracy": float(np.mean(first.predict(x) == sets.held_labels)),
        "silhouette": silhouette(mu, sets.held_labels),
        "kl": float(measured["kl"]),
    }


def scatter(first: Any, sets: Sets) -> dict[str, Any]:
    """Return the points of Fig. 7, of codes of two numbers; none of longer ones."""
    mu, _ = first.encode(_floats(sets.held[:POINTS]))
    if mu.shape[1] != 2:
        return {}
    points = {"code_x": mu[:, 0], "code_y": mu[:, 1]}
    rounded = {name: [float(f"{v:.4g}") for v in some] for name, some in points.items()}
    return {**rounded, "code_class": [int(label) for label in sets.held_labels[:POINTS]]}


def of_images(
    system: Any, again: np.ndarray, judging: Any, sets: Sets, seed: int
) -> dict[str, float]:
    """Return the scores of reconstructions of held-out images, and of as many new ones.

    New images are of codes as the system draws them: a VAE from N(0, I), SSAVAE from the Gaussians
    of the classes' codes.
    """
    real = _floats(sets.held)
    fakes = system.generate(len(real), stream(seed, "sample"))
    wanted = judging.features(real)
    return {
        "psnr": psnr(again, real),
        "sharpness": sharpness(again, real),
        "label": float(np.mean(judging.predict(again) == sets.held_labels)),
        "frechet": frechet_distance(judging.features(again), wanted),
        "frechet_new": frechet_distance(judging.features(fakes), wanted),
    }


def _floats(images: np.ndarray) -> np.ndarray:
    return images.astype(np.float32) / 255


def _bytes(images: np.ndarray) -> np.ndarray:
    """Return images (n, H, W, 3) as bytes."""
    colours = np.repeat(images, 3, axis=-1) if images.shape[-1] == 1 else images
    return np.round(255 * colours).astype(np.uint8)
