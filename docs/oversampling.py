"""VAEOverSampler beside SMOTE, class weights and nothing: python docs/oversampling.py [--seeds N]

Prints the table of docs/imbalance.md: three tables and two sets of images, whoever wins. One class
is the minority against all others; 20 of its rows are trained on, half of all rows are tested on.
"""

import argparse
from collections.abc import Iterator
from typing import Any

import numpy as np
from imblearn.over_sampling import SMOTE
from sklearn import datasets
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

import avanp
from avanp.data.resolve import resolve

KEPT = 20  # of the minority, to train on
OTHERS = 600  # of the rest, at most
SIDE = 16  # of HAM10000's images
METHODS = ("nothing", "class weights", "SMOTE", "VAEOverSampler")
Array = np.ndarray


def sets(wanted: str) -> Iterator[tuple[str, Array, Array]]:
    """Yield the name, the rows or images, and whether each is of the minority."""
    for name, label in (("breast_cancer", 0), ("wine", 0), ("digits", 8)):
        if wanted in (name, "all"):
            x, y = getattr(datasets, f"load_{name}")(return_X_y=True)
            yield f"{name}, table", x.astype(np.float32), y == label
    if wanted in ("digits-images", "all"):
        digits = datasets.load_digits()
        yield (
            "digits, images 8×8",
            (digits.images[..., None] / 16).astype(np.float32),
            (digits.target == 8),
        )
    if wanted in ("ham10000", "all"):
        ham = resolve("ham10000", (SIDE, SIDE))
        melanoma = ham.labels == ham.classes.index("mel")
        yield f"ham10000, images {SIDE}×{SIDE}", ham.as_float(), melanoma


def divided(x: Array, y: Array, seed: int) -> tuple[Array, Array, Array, Array]:
    """Return rows to train on, of which KEPT are the minority's, and those to test on."""
    train, test, of_train, of_test = train_test_split(
        x, y, test_size=0.5, stratify=y, random_state=seed
    )
    rng = np.random.default_rng(seed)
    chosen = [rng.permutation(np.flatnonzero(of_train == k)) for k in (True, False)]
    rows = np.concatenate([chosen[0][:KEPT], chosen[1][:OTHERS]])
    return train[rows], of_train[rows], test, of_test


def resampled(method: str, x: Array, y: Array, seed: int) -> tuple[Array, Array]:
    """Return training rows after a method, flat."""
    if method == "SMOTE":
        return SMOTE(random_state=seed).fit_resample(x.reshape(len(x), -1), y)
    if method == "VAEOverSampler":
        x, y = avanp.VAEOverSampler(random_state=seed).fit_resample(x, y)
    return x.reshape(len(x), -1), y


def scores(x: Array, y: Array, seed: int) -> dict[tuple[str, str], float]:
    """Return the minority's F1 by classifier and method."""
    train, of_train, test, of_test = divided(x, y, seed)
    found = {}
    for method in METHODS:
        weight = "balanced" if method == "class weights" else None
        rows, labels = resampled(method, train, of_train, seed)
        scale = StandardScaler().fit(train.reshape(len(train), -1))
        models: dict[str, Any] = {
            "forest": RandomForestClassifier(class_weight=weight, random_state=seed),
            "logistic": LogisticRegression(class_weight=weight, max_iter=1000),
        }
        for name, model in models.items():
            model.fit(scale.transform(rows), labels)
            said = model.predict(scale.transform(test.reshape(len(test), -1)))
            found[name, method] = float(f1_score(of_test, said))
    return found


def main() -> None:
    """Print a Markdown table: F1, and the paired difference to nothing ± its SD over seeds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--set", default="all", help="one of the five alone")
    given = parser.parse_args()
    print(f"| set, classifier | {' | '.join(METHODS)} |")
    print(f"| --- | {' | '.join(['---:'] * len(METHODS))} |")
    for name, x, y in sets(given.set):
        by_seed = [scores(x, y, seed) for seed in range(given.seeds)]
        for classifier in ("forest", "logistic"):
            cells = [f"{np.mean([s[classifier, METHODS[0]] for s in by_seed]):.2f}"]
            for method in METHODS[1:]:
                values = np.array([s[classifier, method] for s in by_seed])
                less = values - [s[classifier, METHODS[0]] for s in by_seed]
                spread = less.std(ddof=1) if len(less) > 1 else 0
                cells.append(f"{values.mean():.2f} ({less.mean():+.2f} ± {spread:.2f})")
            print(f"| {name}, {classifier} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
