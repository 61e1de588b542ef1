"""The dense layer."""

from typing import Any, Literal

import numpy as np

from avanp.kernels import kernel
from avanp.layers.base import Array, Layer, Wrt
from avanp.layers.factored import FactoredWeight, Factors
from avanp.layers.initialise import initial

Init = Literal[
    "glorot", "glorot-normal", "he", "he-leaky", "he-uniform", "normal", "pytorch", "zeros"
]


class Dense(Layer):
    """``y = x W^T + b``.

    Parameters
    ----------
    n_in, n_out : int
    groups : int, optional
        Independent layers side by side: W is (groups, n_out, n_in) and x (groups, B, n_in).
        Without it W is (n_out, n_in) and x (B, n_in).
    init : str
        The weights' `avanp.layers.initialise.initial`: "glorot", …, or "zeros" (what the AVA
        tables were made with). Biases start at zero.
    rng : numpy.random.Generator, optional
        Needed for all but "zeros".
    factored : bool
        Keep W as a `FactoredWeight`: for large layers that are updated sample by sample.
    """

    def __init__(
        self,
        n_in: int,
        n_out: int,
        *,
        groups: int | None = None,
        init: Init = "glorot",
        rng: np.random.Generator | None = None,
        factored: bool = False,
        dtype: Any = np.float32,
    ) -> None:
        super().__init__()
        leading = () if groups is None else (groups,)
        shape = (*leading, n_out, n_in)
        w: np.ndarray | FactoredWeight
        if factored and init == "zeros":
            w = FactoredWeight(shape, dtype)
        else:
            w = initial(init, shape, n_in, n_out, rng, dtype)
            w = FactoredWeight(shape, dtype, w) if factored else w
        self.params = {
            "W": w,
            "b": np.zeros((*leading, n_out), dtype),
        }

    def forward(
        self, x: Array, *, train: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[Array, Array]:
        """Return y (..., B, n_out) and the cache, which is x."""
        w = self.params["W"]
        if isinstance(w, FactoredWeight):
            return w.apply(x, self.params["b"]), x
        if x.ndim == w.ndim == 2:
            return kernel("dense_forward")(x, w, self.params["b"]), x
        y = x @ w.swapaxes(-1, -2)
        y += self.params["b"][..., None, :]
        return y, x

    def backward(
        self, dy: Array, cache: Array, *, wrt: Wrt = "both"
    ) -> tuple[Array | None, dict[str, Any]]:
        """Return dx (..., B, n_in) and ``{"W": Factors, "b": array}``."""
        dx, grads = None, {}
        if wrt != "params":
            w = self.params["W"]
            dx = w.apply_transposed(dy) if isinstance(w, FactoredWeight) else dy @ w
        if wrt != "input":
            db = dy[..., 0, :] if dy.shape[-2] == 1 else dy.sum(axis=-2)
            grads = {"W": Factors(cache, dy), "b": db}
        return dx, grads
