"""What `avanp evaluate` computes: scores of a model, and of real images in its images' place."""

import json
import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from avanp.data.images import ImageSet
from avanp.errors import AvanpError
from avanp.evaluation.nearest import nearest_of_many
from avanp.files import write_whole
from avanp.metrics.arrays import Array
from avanp.metrics.confusion import ClassScores, class_scores, confusion_matrix
from avanp.metrics.diversity import diversity
from avanp.metrics.features import Features
from avanp.metrics.frechet import frechet_distance
from avanp.metrics.precision_recall import precision_recall
from avanp.metrics.psnr import psnr
from avanp.metrics.ssim import WINDOW, ssim
from avanp.rng import stream

LEAST = 4  # images that precision and recall need
STEPS = 4  # groups of scores, for the progress


class Score(NamedTuple):
    """One score: `value` of the model, `real` of real images in the place of the model's.

    For reconstructions that is the nearest training image of each test image (for the accuracy,
    the image itself), for generated images as many training images (for the distance to the
    nearest training image, test images); None where there is no such thing.
    """

    key: str
    name: str
    unit: str
    better: Literal["higher", "lower", "as real"]
    value: float
    real: float | None = None


def evaluate(
    system: Any,
    train: ImageSet,
    test: ImageSet,
    features: Features,
    *,
    n: int = 2000,
    seed: int = 0,
    classifier: Any = None,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Return the scores of a model on test images that it has not seen: of all that it can.

    Parameters
    ----------
    system : System
        That generates or reconstructs.
    train, test : ImageSet
    features : Features
        The space of Fréchet distance, diversity, precision and recall.
    n : int
        Generated and real images; fewer where there are fewer test or training images. The ELBO
        is always that of all test images.
    classifier : System, optional
        Of the test images' classes, for its accuracy on reconstructions.
    progress : callable, optional
        Called with (done, in all).

    Returns
    -------
    dict
        "scores", a list of `Score`, and what they are of: "n", "test", "train", "features",
        "seed".
    """
    n = min(n, len(test), len(train))
    if n < LEAST:
        raise AvanpError(f"scores need at least {LEAST} test and training images, not {n}")
    reconstructs, generates = "reconstruct" in system.can, "generate" in system.can
    if not (reconstructs or generates):
        raise AvanpError(f"a {system.name} neither generates nor reconstructs: it has no scores")
    if classifier is not None and reconstructs:
        _check_classes(classifier, test)
    rng = stream(seed, "eval")
    chosen = _some(test, n, rng)
    copies = _some(train, n, rng).images
    tell = progress or (lambda done, total: None)
    tell(0, STEPS)
    nearest_mse, nearest = nearest_of_many(chosen.images, train.images)
    scores: list[Score] = []
    tell(1, STEPS)
    scores += _elbo(system, test, rng)
    if reconstructs:
        again = system.reconstruct(chosen.images)
        _check_finite(again)
        scores += _reconstructions(again, chosen.images, train.images[nearest])
        if classifier is not None:
            scores.append(_accuracy(classifier, again, chosen))
    tell(2, STEPS)
    if generates:
        generated = system.generate(n, stream(seed, "sample"))
        _check_finite(generated)
        scores += _generated(features(generated), features(chosen.images), features(copies))
        tell(3, STEPS)
        mse, real = float(nearest_of_many(generated, train.images)[0].mean()), nearest_mse.mean()
        name = "generated: nearest training"
        scores.append(Score("nearest_mse", name, "MSE", "as real", mse, float(real)))
    tell(4, STEPS)
    about = {"n": n, "test": len(test), "train": len(train), "features": features.about}
    return {"scores": scores, **about, "seed": seed}


def evaluate_classifier(system: Any, test: ImageSet) -> dict[str, Any]:
    """Return the scores of a classifier on labelled test images, as `evaluate` does.

    Besides "scores": "classes", the precision, recall, F1 and support of each class by name, then
    of "macro" and "weighted", their means; and "confusion", the counts, row the true class.
    """
    classes = system.config.classes
    if test.labels is None or len(test.classes) != classes:
        raise AvanpError(f"{test.name} is not labelled with the classifier's {classes} classes")
    likely = system.probabilities(test.images)
    matrix = confusion_matrix(test.labels, likely.argmax(axis=1), classes)
    found = class_scores(matrix)
    of_truth = likely[np.arange(len(test)), test.labels].astype(np.float64)
    nats = -np.log(np.maximum(of_truth, np.finfo(likely.dtype).tiny)).mean()
    scores = [
        Score("accuracy", "accuracy", "share", "higher", found.accuracy),
        Score("macro_f1", "F1, mean over classes", "", "higher", found.macro()["f1"]),
        Score("cross_entropy", "cross-entropy", "nats/image", "lower", float(nats)),
    ]
    return {
        "scores": scores,
        "test": len(test),
        "classes": _by_class(found, test.classes),
        "confusion": matrix.tolist(),
    }


def _by_class(found: ClassScores, names: Sequence[str]) -> dict[str, dict[str, float]]:
    rows = {
        name: {key: float(getattr(found, key)[i]) for key in ("precision", "recall", "f1")}
        | {"support": int(found.support[i])}
        for i, name in enumerate(names)
    }
    total = {"support": int(found.support.sum())}
    return {**rows, "macro": found.macro() | total, "weighted": found.weighted() | total}


def to_json(result: dict[str, Any], path: str, **of: str) -> None:
    """Write what `evaluate` returned, by keys, and what it is of; infinity becomes null."""
    scores = {
        s.key: {
            "value": _finite(s.value),
            "real": _finite(s.real),
            "unit": s.unit,
            "better": s.better,
        }
        for s in result["scores"]
    }
    document = {**of, **{k: v for k, v in result.items() if k != "scores"}, "scores": scores}
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    write_whole(Path(path), text.encode("utf-8"))


def _finite(value: float | None) -> float | None:
    """Return None for what JSON has no number for, such as the PSNR of an equal image."""
    return value if value is not None and math.isfinite(value) else None


def _some(images: ImageSet, n: int, rng: np.random.Generator) -> ImageSet:
    return images.select(np.sort(rng.choice(len(images), n, replace=False)))


def _check_finite(images: Array) -> None:
    if not np.isfinite(images).all():
        raise AvanpError("the model makes images with NaN or infinity: it diverged in training")


def _elbo(system: Any, test: ImageSet, rng: np.random.Generator) -> Iterator[Score]:
    """Yield the ELBO of a system that measures one; nothing of another."""
    if "elbo" not in system.terms:
        return
    loss = -system.evaluate(test.images, rng)["elbo"]
    if system.config.likelihood == "bernoulli":
        yield Score("elbo", "ELBO", "nats/image", "higher", -loss)
        bits = loss / (math.prod(test.shape) * math.log(2))
        yield Score("bits_per_dim", "minus ELBO a value", "bits/dim", "lower", bits)
    else:
        yield Score("elbo", "ELBO without its constant", "nats/image", "higher", -loss)


def _reconstructions(again: Array, images: Array, nearest: Array) -> Iterator[Score]:
    name = "reconstructions: "
    values = psnr(again, images), psnr(nearest, images)
    yield Score("psnr", name + "PSNR", "dB", "higher", *values)
    if min(images.shape[1:3]) >= WINDOW:
        values = ssim(again, images), ssim(nearest, images)
        yield Score("ssim", name + "SSIM", "", "higher", *values)


def _check_classes(classifier: Any, test: ImageSet) -> None:
    if test.labels is None:
        raise AvanpError(f"{test.name} has no labels: leave --classifier out")
    theirs, ours = classifier.config.classes, len(test.classes)
    if theirs != ours:
        raise AvanpError(f"the classifier knows {theirs} classes, and {test.name} has {ours}")


def _accuracy(classifier: Any, again: Array, chosen: ImageSet) -> Score:
    hits = [float(np.mean(classifier.predict(x) == chosen.labels)) for x in (again, chosen.images)]
    return Score("accuracy", "reconstructions: accuracy", "share", "as real", *hits)


def _generated(fake: Array, real: Array, copies: Array) -> Iterator[Score]:
    """Yield the scores in features: of generated, test and training images."""
    name = "generated: "
    distances = frechet_distance(fake, real), frechet_distance(copies, real)
    yield Score("frechet_distance", name + "Fréchet distance", "", "lower", *distances)
    spreads = diversity(fake, real), diversity(copies, real)
    yield Score("diversity", name + "diversity", "of real", "as real", *spreads)
    of_fake, of_copies = precision_recall(fake, real), precision_recall(copies, real)
    for i, key in enumerate(("precision", "recall")):
        yield Score(key, name + key, "share", "higher", of_fake[i], of_copies[i])
