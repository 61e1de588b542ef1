"""One cell: a decoder of some β and γ over the VEC that it shares, or the VAE; and its scores."""

import re
import time
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.experiments.result import Arrays, Cell, Result
from avanp.papers.ssavae.first import BATCH, Sets, build_vec, filled, sets_of
from avanp.papers.ssavae.judge import build_judge
from avanp.papers.ssavae.scores import floats, manifold, of_codes, of_images, scatter
from avanp.papers.ssavae.vae import build_vae
from avanp.rng import stream
from avanp.systems.finite import NotFinite
from avanp.systems.ssavae import SSAVAE
from avanp.training.trainer import Trainer

# Values of the axis of decoders beside those of `named`: the first stage alone, the VAE, and what
# needs no training: the mean of the training images of each class, and training images themselves.
VEC_ALONE, PLAIN, MEANS, REAL = "vec", "vae", "mean", "real"
UNTRAINED = (MEANS, REAL)
WORDS = (VEC_ALONE, PLAIN, *UNTRAINED)
PAIR = re.compile(r"b(\d+(?:\.\d+)?)-g(\d+(?:\.\d+)?)")
SHOWN = 8


def named(beta: float, gamma: float) -> str:
    """Return the name of a decoder: b0.1-g0 has β = .1 and γ = 0."""
    return f"b{beta:g}-g{gamma:g}"


def weights_of(decoder: str) -> tuple[float, float]:
    """Return β and γ of a decoder's name, or raise an `AvanpError`."""
    found = PAIR.fullmatch(decoder)
    if found is None:
        raise AvanpError(
            f"--decoders: no decoder {decoder!r}: b0.1-g0 has β = .1 and γ = 0; or "
            f"{', '.join(WORDS)}"
        )
    return float(found[1]), float(found[2])


def pairs_of(decoders: Iterable[str]) -> dict[str, tuple[float, float]]:
    """Return β and γ of those of the decoders that have them, by name."""
    return {name: weights_of(name) for name in decoders if name not in WORDS}


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
    numbers: dict[str, Any] = of_codes(first, sets)
    numbers["judge"] = float(np.mean(judging.predict(floats(sets.held)) == sets.held_labels))
    if cell["decoder"] == VEC_ALONE:
        return Result({**numbers, **scatter(first, sets)})
    pictures = {"real": _bytes(floats(sets.held[:SHOWN]))}
    if cell["decoder"] in UNTRAINED:
        again = untrained(cell["decoder"], sets)
        fakes = floats(sets.train[: len(sets.held)])
        none = np.full(len(fakes), -1)
        numbers |= of_images(again, fakes, none, judging, sets)
        return Result(numbers, pictures=pictures | {"": _bytes(again[:SHOWN])})
    start = time.perf_counter()
    try:
        system = decoder_of(cell, first, sets)
    except NotFinite as error:
        return Result(status="diverged", reason=error.what)
    seconds = {"seconds": time.perf_counter() - start}
    again = system.reconstruct(floats(sets.held))
    fakes, wanted = new_images(system, len(again), cell["seed"])
    numbers |= of_images(again, fakes, wanted, judging, sets)
    pictures |= {"": _bytes(again[:SHOWN]), "new": _bytes(fakes[:SHOWN])}
    if cell["kz"] == "2":
        shares, grid = manifold(system, judging, sets)
        numbers |= shares
        pictures["grid"] = _bytes(grid)
    return Result(numbers, seconds=seconds, pictures=pictures)


def untrained(what: str, sets: Sets) -> np.ndarray:
    """Return what stands for reconstructions: the mean of the image's class, or the image."""
    if what == REAL:
        return floats(sets.held)
    means = {
        label: sets.train[sets.labels == label].mean(axis=0, dtype=np.float64) / 255
        for label in np.unique(sets.labels)
    }
    mean = sets.train.mean(axis=0, dtype=np.float64) / 255  # of a class without training images
    return np.stack([means.get(label, mean) for label in sets.held_labels]).astype(np.float32)


def new_images(system: Any, n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return n new images, and the classes that were asked for, -1 where none is.

    Codes are as the system draws them: a VAE's from N(0, I), SSAVAE's from the Gaussian of a
    class's codes, of each class as often as there were images of it.
    """
    rng = stream(seed, "sample")
    if "generate by class" not in system.can:
        return system.generate(n, rng), np.full(n, -1)
    seen = system.state["seen"]
    wanted = rng.choice(len(seen), n, p=seen / seen.sum())
    return system.decode(system.noise_of(wanted, rng)), wanted


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


def _bytes(images: np.ndarray) -> np.ndarray:
    """Return images (n, H, W, 3) as bytes."""
    colours = np.repeat(images, 3, axis=-1) if images.shape[-1] == 1 else images
    return np.round(255 * colours).astype(np.uint8)
