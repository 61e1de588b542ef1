"""What `avanp evaluate` computes: scores of a model, and of real images in its images' place."""

from collections.abc import Callable
from typing import Any

import numpy as np

from avanp.data.images import ImageSet
from avanp.errors import AvanpError
from avanp.evaluation.classes import (
    check_classes,
    consistency,
    coverage,
    evaluate_classifier,
    of_classes,
)
from avanp.evaluation.codes import drawn
from avanp.evaluation.looks import looks
from avanp.evaluation.nearest import nearest_of_many
from avanp.evaluation.score import Score
from avanp.evaluation.score_groups import of_convergence, of_elbo, of_generated, of_reconstructions
from avanp.metrics.arrays import Array
from avanp.metrics.features import Features
from avanp.rng import stream

LEAST = 4  # images that precision and recall need
STEPS = 4  # groups of scores, for the progress


def evaluate(
    system: Any,
    train: ImageSet,
    test: ImageSet,
    features: Features,
    *,
    n: int = 2000,
    seed: int = 0,
    classifier: Any = None,
    steps: int | None = None,
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
        Of the test images' classes: for its accuracy on reconstructions, and how many classes it
        finds in generated images.
    steps : int, optional
        That the system was trained for, where that is known: for the reason of what is seen.
    progress : callable, optional
        Called with (done, in all).

    Returns
    -------
    dict
        "scores", a list of `Score`, and what they are of: "n", "test", "train", "features",
        "seed"; "grain", whether samples have some: Fréchet distance, precision, recall and classes
        are of samples with it, diversity, the nearest training image and "looks" of those without
        (`avanp.evaluation.codes.drawn`); "looks", what a person would see
        (`avanp.evaluation.looks.Look`).
    """
    n = min(n, len(test), len(train))
    if n < LEAST:
        raise AvanpError(f"scores need at least {LEAST} test and training images, not {n}")
    reconstructs, generates = "reconstruct" in system.can, "generate" in system.can
    if not (reconstructs or generates):
        raise AvanpError(f"a {system.name} neither generates nor reconstructs: it has no scores")
    by_class = "generate by class" in system.can
    if classifier is not None:
        check_classes(classifier, test)
    rng = stream(seed, "eval")
    chosen = _some(test, n, rng)
    copies = _some(train, n, rng).images
    tell = progress or (lambda done, total: None)
    tell(0, STEPS)
    nearest_mse, nearest = nearest_of_many(chosen.images, train.pixels)
    scores: list[Score] = []
    seen: dict[str, Any] = {}
    grain = False
    tell(1, STEPS)
    scores += of_elbo(system, test, rng)
    scores += of_convergence(system, chosen, stream(seed, "noise"))
    if "classify" in system.can and test.labels is not None:
        own = evaluate_classifier(system, test)["scores"]
        scores += [s._replace(key=f"own_{s.key}", name=f"its classes: {s.name}") for s in own]
    if reconstructs:
        seen["again"] = again = system.reconstruct(chosen.images)
        _check_finite(again)
        seen["known"] = (copies, system.reconstruct(copies))
        scores += of_reconstructions(again, chosen.images, train.pixels[nearest])
        if classifier is not None:
            scores.append(consistency(classifier, again, chosen))
    tell(2, STEPS)
    if classifier is not None and by_class:
        scores += of_classes(system, classifier, chosen, stream(seed, "sample"))
    if generates:
        generated, bare = drawn(system, n, seed)
        seen["generated"], grain = bare, bare is not generated
        _check_finite(generated)
        if classifier is not None:
            scores += coverage(classifier, generated, chosen)
        fake = features(generated)
        without = features(bare) if grain else fake
        scores += of_generated(fake, without, features(chosen.images), features(copies))
        tell(3, STEPS)
        mse, real = float(nearest_of_many(bare, train.pixels)[0].mean()), nearest_mse.mean()
        name = "generated: nearest training"
        scores.append(Score("nearest_mse", name, "MSE", "as real", mse, float(real)))
        seen["copied"] = mse / float(real) if real else None
    tell(4, STEPS)
    about = {"n": n, "test": len(test), "train": len(train), "features": features.about}
    about["grain"] = grain
    found = looks(system, chosen.images, **seen, steps=steps)
    return {"scores": scores, **about, "seed": seed, "looks": [one._asdict() for one in found]}


def _some(images: ImageSet, n: int, rng: np.random.Generator) -> ImageSet:
    return images.select(np.sort(rng.choice(len(images), n, replace=False)))


def _check_finite(images: Array) -> None:
    if not np.isfinite(images).all():
        raise AvanpError("the model makes images with NaN or infinity: it diverged in training")
