"""An over-sampler of imbalanced-learn's kind whose new rows a generative model makes."""

from typing import Any

import numpy as np

from avanp.errors import AvanpError, extra
from avanp.estimators import inputs
from avanp.estimators.base import Array
from avanp.evaluation.variations import variations
from avanp.registry import ESTIMATORS
from avanp.rng import stream

try:
    from imblearn.over_sampling.base import BaseOverSampler
    from scipy import sparse
    from sklearn.base import clone
    from sklearn.utils import check_array, check_random_state
    from sklearn.utils.validation import validate_data
except ImportError as error:
    raise AvanpError(f"VAEOverSampler needs {error.name}: {extra('imbalance')}") from error

from imblearn.utils import check_target_type

STEPS = 600  # of the default generator, for each class


class VAEOverSampler(BaseOverSampler):
    """Balances classes with rows or images that a generative model of each small class makes.

    For each class that is to grow, a new generator is fitted to that class alone. One that encodes
    makes a row by Eq. 7 of Ahlawat et al. 2021: it draws a row of the class and a code of it, adds
    noise, and decodes; another draws from its prior. A column of a table is scaled by the class's
    mean and deviation, or for a generator of values in [0, 1] by its range, and back.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable
        As imbalanced-learn has it; "auto": every class grows to the largest.
    random_state : int, RandomState or None
    generator : estimator, optional
        Any of avanp's; by default a VAE, dense for tables and convolutional for images, trained
        for about 600 steps.
    eps : float or None
        Deviation of the noise of Eq. 7; None draws from the prior.

    Attributes
    ----------
    sampling_strategy_ : dict
        How many rows each class got.
    generators_ : dict
        The fitted generator of each class that grew.
    sources_ : array (N + new,)
        For each row of the result the row of X that it is, or was made of; -1 where it was drawn
        from the prior. Rows that share a source must not be divided between training and test.
    n_features_in_ : int
    """

    def __init__(
        self,
        *,
        sampling_strategy: Any = "auto",
        random_state: Any = None,
        generator: Any = None,
        eps: float | None = 0.2,
    ) -> None:
        super().__init__(sampling_strategy=sampling_strategy)
        self.random_state = random_state
        self.generator = generator
        self.eps = eps

    def _check_X_y(self, X: Any, y: Any) -> tuple[Any, Array, bool]:
        y, binary = check_target_type(y, indicate_one_vs_all=True)
        X = check_array(X, accept_sparse=["csr", "csc"], allow_nd=True)
        validate_data(self, X=X, y=y, reset=True, skip_check_array=True)
        if X.ndim not in (2, 4):
            raise AvanpError(f"X must be (N, n_features) or (N, H, W, C), not {X.shape}")
        return X, y, binary

    def _fit_resample(self, X: Any, y: Array, **params: Any) -> tuple[Any, Array]:
        random = check_random_state(self.random_state)
        x = X.toarray() if sparse.issparse(X) else X
        rows, labels, sources = [x], [y], [np.arange(len(x))]
        self.generators_: dict[Any, Any] = {}
        for label, n in self.sampling_strategy_.items():
            seed = int(random.randint(2**31 - 1))
            if n == 0:
                continue
            of_class = np.flatnonzero(y == label)
            self.generators_[label], made, of = self._made(x[of_class], n, seed)
            rows.append(_like(x, made))
            labels.append(np.full(n, label, y.dtype))
            sources.append(np.full(n, -1) if of is None else of_class[of])
        self.sources_ = np.concatenate(sources)
        whole = np.concatenate(rows)
        return X.__class__(whole) if sparse.issparse(X) else whole, np.concatenate(labels)

    def _made(self, x: Array, n: int, seed: int) -> tuple[Any, Array, Array | None]:
        """Return a generator fitted to x, n new rows, and the rows they were made of."""
        model = _default(x) if self.generator is None else clone(self.generator)
        model.set_params(random_state=seed)
        low, scale = _scaling(x, model.pixel_range)
        scaled = x if low is None else ((x - low) / scale).astype(np.float32)
        if low is not None and model.pixel_range == "unit":
            scaled = np.clip(scaled, 0, 1)
        model.fit(scaled)
        rng, of = stream(seed, "sample"), None
        if self.eps is None or "encode" not in model.system_.can:
            made = model.sample(n)
        else:
            of = rng.integers(len(x), size=n)
            images = inputs.to_images(inputs.as_array(scaled, model.pixel_range))[of]
            made = variations(model.system_, images, self.eps, 1, rng, sampled=True)
            made = made.reshape(n, *x.shape[1:])
        return model, made if low is None else made * scale + low, of


def _default(x: Array) -> Any:
    from avanp.estimators.make import estimator_class

    epochs = -(-STEPS // -(-len(x) // 32))
    vae: Any = estimator_class(ESTIMATORS["VAE"])
    if x.ndim == 4:
        return vae(arch="conv", latent=32, epochs=epochs, batch_size=32)
    return vae(
        widths=(64,), latent=8, beta=0.1, pixel_range="real", likelihood="gaussian",
        epochs=epochs, batch_size=32,
    )  # fmt: skip


def _scaling(x: Array, pixel_range: str) -> tuple[Any, Any]:
    """Return what is taken off the columns of a table, and what they are divided by."""
    if x.ndim == 4:
        return None, None
    x = x.astype(np.float64)
    low, scale = x.mean(axis=0), x.std(axis=0)
    if pixel_range == "unit":
        low, scale = x.min(axis=0), np.ptp(x, axis=0)
    return low, np.where(scale > 0, scale, 1)


def _like(x: Array, made: Array) -> Array:
    """Return new rows in the dtype of x; whole numbers are rounded, bytes of images from [0, 1]."""
    if not np.issubdtype(x.dtype, np.integer):
        return made.astype(x.dtype)
    if x.ndim == 4:
        made = made * 255
    limits = np.iinfo(x.dtype)
    return np.rint(made).clip(limits.min, limits.max).astype(x.dtype)
