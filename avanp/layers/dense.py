"""The dense layer."""

from typing import Any, Literal

import numpy as np

from avanp.errors import AvanpError
from avanp.kernels import kernel
from avanp.layers.base import Array, Layer, Wrt
from avanp.layers.checks import check_cotangent
from avanp.layers.factored import FactoredWeight, Factors
from avanp.layers.initialise import initial

Init = Literal[
    "glorot", "glorot-normal", "he", "he-leaky", "he-uniform", "normal", "pytorch", "zeros"
]


class Dense(Layer):
    """``y = x W^T + b``; the dtype of x is that of W.

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
    bias : bool
        Whether there is a b. Leave it out before a batch norm, which subtracts it again.
    dtype : numpy dtype
        Of the parameters, float32 or float64.

    Raises
    ------
    AvanpError
        At x or cotangents of another shape or dtype.
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
        bias: bool = True,
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
        self.params = {"W": w}
        if bias:
            self.params["b"] = np.zeros((*leading, n_out), dtype)

    def forward(
        self, x: Array, *, train: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[Array, Array]:
        """Return y (..., B, n_out) and the cache, which is x."""
        w, b = self.params["W"], self.params.get("b")
        _check(x, w)
        if isinstance(w, FactoredWeight):
            return w.apply(x, b), x
        if w.ndim == 2:
            return kernel("dense_forward")(x, w, b), x
        y = x @ w.swapaxes(-1, -2)
        if b is not None:
            y += b[..., None, :]
        return y, x

    def backward(
        self, dy: Array, cache: Array, *, wrt: Wrt = "both"
    ) -> tuple[Array | None, dict[str, Any]]:
        """Return dx (..., B, n_in) and ``{"W": Factors, "b": array}``."""
        dx: Array | None = None
        grads: dict[str, Any] = {}
        w = self.params["W"]
        if dy.shape != (*cache.shape[:-1], w.shape[-2]) or dy.dtype != w.dtype:
            check_cotangent(self, dy, (*cache.shape[:-1], w.shape[-2]), w.dtype)
        if wrt != "params":
            if isinstance(w, FactoredWeight):
                dx = w.apply_transposed(dy)
            else:
                dx = kernel("product")(dy, w) if w.ndim == 2 else dy @ w
        if wrt != "input":
            grads = {"W": Factors(cache, dy)}
            if "b" in self.params:
                grads["b"] = dy[..., 0, :] if dy.shape[-2] == 1 else dy.sum(axis=-2)
        return dx, grads


def _check(x: Array, w: Array | FactoredWeight) -> None:
    # Asked first whether all is well: a sweep comes here hundreds of times a cell.
    shape, wanted = x.shape, w.shape
    fits = len(shape) == len(wanted) and shape[-1] == wanted[-1] and shape[:-2] == wanted[:-2]
    if fits and x.dtype == w.dtype:
        return
    if fits:
        raise AvanpError(f"Dense: x of {x.dtype} for weights of {w.dtype}: convert one of them")
    words = ", ".join([*map(str, wanted[:-2]), "B", str(wanted[-1])])
    raise AvanpError(
        f"Dense: x has shape {shape}, not ({words}); images go through a Flatten first"
    )
