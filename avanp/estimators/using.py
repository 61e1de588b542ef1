"""What a fitted model is used for beside samples and codes: walks, holes, scores, pictures."""

from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.estimators.base import Array, Estimator
from avanp.evaluation.codes import images_of
from avanp.evaluation.interpolation import lerp, walk
from avanp.rng import seed_of, stream

MOST_VALUES = 2**31  # of images made at once: 8 GiB
PLOTS = ("history", "samples", "reconstructions")


class Using(Estimator):
    """Adds to a fitted estimator what the command line does with a checkpoint."""

    # What fit has set.
    system_: Any
    image_shape_: tuple[int, ...]
    history_: list[dict[str, Any]]
    random_state: Any

    def interpolate(self, X: Any = None, steps: int = 9, random_state: Any = None) -> Array:
        """Return images on the way from one to another, (steps, ...), float32, both ends included.

        Parameters
        ----------
        X : two images or rows, optional
            The ends are their reconstructions, the way a straight line between their codes.
            Without it, the ends are two new codes, the way a great circle where the prior has them.
        steps : int
        random_state : int, RandomState, Generator, optional
            Of the new codes.
        """
        self._check_fitted()
        system = self.system_
        if X is None:
            return system.decode(walk(system, steps, self._stream(random_state))).reshape(
                -1, *self.image_shape_
            )
        self._check_able("encode", "has no encoder: leave X out")
        x = self._check(X)
        if len(x) != 2:
            raise AvanpError(f"interpolate goes between two images, and X has {len(x)}")
        a, b = system.encode(x)[0]
        return images_of(system, lerp(a, b, steps)).reshape(-1, *self.image_shape_)

    def evaluate(
        self, X: Any, X_train: Any, *, features: str | None = None, n: int = 2000, seed: int = 0
    ) -> dict[str, dict[str, Any]]:
        """Return the scores of `avanp evaluate` on images that the model has not seen.

        Parameters
        ----------
        X, X_train : images
            Those to score by, and those that were trained on.
        features : str, optional
            Of Fréchet distance, diversity, precision and recall: as ``--features``. By default
            random-conv, and pixels of images smaller than 8 pixels.
        n : int
            At most so many images each.
        seed : int

        Returns
        -------
        dict
            For each score its value, that of real images in their place, its unit, and which way
            is better.
        """
        from avanp.data.images import ImageSet, numbered
        from avanp.evaluation.feature_space import feature_space
        from avanp.evaluation.scores import evaluate

        self._check_pictures("evaluate")
        sets = []
        for name, some in (("test", X), ("train", X_train)):
            x = self._check(some)
            pixels = x if x.dtype == np.uint8 else np.round(x * 255).astype(np.uint8)
            sets.append(ImageSet(name, pixels, numbered(len(x)), "Python"))
        test, train = sets
        small = min(test.height, test.width) < 8
        space = feature_space(features or ("pixels" if small else "random-conv"), test)
        scores = evaluate(self.system_, train, test, space, n=n, seed=seed)["scores"]
        return {
            s.key: {"value": s.value, "real": s.real, "unit": s.unit, "better": s.better}
            for s in scores
        }

    def plot(self, what: str = "history", X: Any = None, *, n: int = 32, ax: Any = None) -> Any:
        """Draw on Matplotlib axes, and return them.

        Parameters
        ----------
        what : {"history", "samples", "reconstructions"}
            The curves of the training; generated images; images of X above their reconstructions.
        X : images, optional
            For reconstructions.
        n : int
            Images at most.
        ax : matplotlib Axes, optional
            By default the current ones.
        """
        from avanp.estimators.plots import draw_history, draw_picture

        if what not in PLOTS:
            raise AvanpError(f"unknown plot {what!r}: choose from {', '.join(PLOTS)}")
        self._check_fitted()
        if what == "history":
            return draw_history(self.history_, self.system_, ax)
        self._check_pictures(f"plot {what}")
        if what == "samples":
            seed = stream(seed_of(self.random_state), "sample")
            return draw_picture({"": self.system_.generate(n, seed)}, ax)
        self._check_able("reconstruct", "reconstructs no images")
        if X is None:
            raise AvanpError("plot('reconstructions', X) needs the images X")
        x = self._check(X)[:n]
        return draw_picture({"original": x, "reconstruction": self.system_.reconstruct(x)}, ax)

    def _stream(self, random_state: Any) -> np.random.Generator:
        """Return the stream that images are drawn from: a Generator is used as it is."""
        given = self.random_state if random_state is None else random_state
        if isinstance(given, np.random.Generator):
            return given
        return stream(seed_of(given), "sample")

    def _drawn(self, n: Any) -> int:
        """Return a number of images that can be made at once."""
        n = self._count("n", n)
        most = MOST_VALUES // self.n_features_in_
        if n > most:
            raise AvanpError(
                f"{n:,} images do not fit in memory: sample at most {most:,} at a time"
            )
        return n

    def _check_able(self, ability: str, lacks: str) -> None:
        if ability not in self.system_.can:
            raise AvanpError(f"a {self.system_.name} {lacks}")

    def _check_pictures(self, what: str) -> None:
        self._check_fitted()
        if len(self.image_shape_) == 1 or self.system_.config.pixel_range != "unit":
            raise AvanpError(f"{what} is for models of images in [0, 1]")
