"""One cell: a variant trained at a γ, by a sign of k's update, and what log and images say."""

import time
from typing import Any

import numpy as np

from avanp.experiments.result import Arrays, Cell, Result
from avanp.metrics.collapse import LEAST, PASSED, SHARE, collapsed, k_drop
from avanp.metrics.diversity import diversity
from avanp.metrics.sharpness import sharpness
from avanp.registry import load
from avanp.rng import stream
from avanp.systems.finite import NotFinite
from avanp.training.trainer import Trainer

VARIANTS = {"began": "BEGAN", "cs": "BEGAN-CS", "v3": "BEGAN-v3"}
BATCH = 16
# Rows of a log: as many k, M and diversities has a curve.
POINTS = 32
SHOWN = 8
HELD, FAKES, WALKS, STEPS = 300, 500, 20, 16


def run(cell: Cell, data: Arrays) -> Result:
    """Train a variant, and return the numbers of its row.

    Parameters
    ----------
    cell : mapping
        variant, gamma, sign, loss, seed, and the settings steps, width and latent.
    data : mapping
        images, of which some are held out, the same in every cell.
    """
    images = data["images"]
    order = stream(0, "parts").permutation(len(images))
    held = images[order[: min(HELD, len(images) // 5)]]
    train = images[order[len(held) :]]
    system = build(cell, images.shape[1:])
    trainer = Trainer(
        system,
        batch_size=BATCH,
        seed=cell["seed"],
        validation=held,
        log_every=max(1, cell["steps"] // POINTS),
    )
    start = time.perf_counter()
    try:
        rows = trainer.fit(train, steps=cell["steps"])
    except NotFinite as error:
        return Result(status="diverged", reason=error.what)
    seconds = {"seconds": time.perf_counter() - start}
    fakes = system.generate(min(FAKES, len(train)), stream(cell["seed"], "sample"))
    return Result(
        {**of_log(rows), **of_images(system, fakes, train, cell["seed"])},
        seconds=seconds,
        pictures={"": _bytes(fakes[:SHOWN]), "again": _bytes(system.reconstruct(held[:SHOWN]))},
    )


def build(cell: Cell, shape: tuple[int, ...], dtype: Any = np.float32) -> Any:
    """Return the untrained system of a cell: the dense form, as the specification's pilot."""
    kind = load("system", VARIANTS[cell["variant"]])
    config = kind.config_class(
        shape=tuple(map(int, shape)),
        arch="mlp",
        width=cell["width"],
        latent=cell["latent"],
        gamma=float(cell["gamma"]),
        loss=cell["loss"],
        printed_sign=cell["sign"] == "minus",
    )
    return kind(config, cell["seed"], dtype=dtype)


def of_log(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what a log says: M in both units and k, at the end and over its last half."""
    k = [row["k"] for row in rows]
    spread = [row["validation.diversity"] for row in rows]
    late = slice(len(rows) // 2, None)
    m = [row["m_mean"] for row in rows]
    window = max(LEAST, round(SHARE * len(k)))
    return {
        "m": rows[-1]["m_mean"],
        "m_rms": rows[-1]["m_rms"],
        "m_lowest": min(m),
        "m_sd": float(np.std(m[late])),
        "k": k[-1],
        "k_highest": max(k),
        "k_sd": float(np.std(k[late])),
        "k_low": float(max(k[late]) <= PASSED),
        "k_dropped": float(k_drop(k, window) is not None),
        "ratio": rows[-1]["ratio"],
        "diversity_held": spread[-1],
        "collapsed": float(collapsed(spread[-1])),
        "k_curve": [float(f"{v:.4g}") for v in k],
        "m_curve": [float(f"{v:.4g}") for v in m],
        "diversity_curve": [float(f"{v:.4g}") for v in spread],
        "step_curve": [row["step"] for row in rows],
    }


def of_images(system: Any, fakes: np.ndarray, real: np.ndarray, seed: int) -> dict[str, float]:
    """Return diversity and sharpness of fakes, and how far a walk between codes jumps at most.

    A walk is straight, in steps of equal length; its jump is the largest change of the image in
    one of them by the median one: 1 where the change is even.

    Parameters
    ----------
    system : System
        A trained BEGAN.
    fakes, real : arrays (n, H, W, C)
        In [0, 1], as many of each.
    seed : int
        Of the codes that are walked between.
    """
    some = real[: len(fakes)].astype(np.float32) / 255
    ends = system.noise(2 * WALKS, stream(seed, "eval"))
    t = np.linspace(0, 1, STEPS + 1, dtype=ends.dtype)[:, None, None]
    codes = (1 - t) * ends[:WALKS] + t * ends[WALKS:]
    walked = system.decode(codes.reshape(-1, ends.shape[1])).reshape(STEPS + 1, WALKS, -1)
    moved = np.linalg.norm(np.diff(walked.astype(np.float64), axis=0), axis=2)
    jumps = moved.max(axis=0) / np.maximum(np.median(moved, axis=0), 1e-9)
    flat = (fakes.reshape(len(fakes), -1), some.reshape(len(some), -1))
    return {
        "diversity": diversity(*flat),
        "sharpness": sharpness(fakes, some),
        "jump": float(np.median(jumps)),
    }


def _bytes(images: np.ndarray) -> np.ndarray:
    """Return images (n, H, W, 3) as bytes."""
    colours = np.repeat(images, 3, axis=-1) if images.shape[-1] == 1 else images
    return np.round(255 * colours).astype(np.uint8)
