"""A dense layer's weight gradient as its two factors, and a weight that keeps such factors.

After t per-sample updates a weight is ``W0 + sum_s dy_s x_s^T``. While t is small against the
matrix, products with the factors are far cheaper than products with the matrix, and nothing of
the matrix's size is ever written. The algebra is exact; only the order of rounding differs.
"""

from dataclasses import dataclass

import numpy as np

from avanp.layers.base import Array


@dataclass(frozen=True)
class Factors:
    """The gradient ``dW = dy^T x`` of a dense layer, kept as its factors.

    x : (..., B, n_in), dy : (..., B, n_out); ``...`` are the groups, if any.
    """

    x: Array
    dy: Array

    def to_array(self) -> Array:
        """Return dW, (..., n_out, n_in)."""
        return np.swapaxes(self.dy, -1, -2) @ self.x


class FactoredWeight:
    """``W = W0 + sum_s u_s v_s^T``, (..., n_out, n_in), with W0 written only when it must be.

    Factors are folded into W0 once their products cost as much as the matrix's own, that is at
    ``n_in * n_out / (n_in + n_out)`` of them.

    Parameters
    ----------
    base : array (..., n_out, n_in)
        W0. A W0 of zeros is not stored.
    """

    def __init__(self, base: Array) -> None:
        self.shape = base.shape
        self.dtype = base.dtype
        self._base = base.copy() if base.any() else None
        *groups, n_out, n_in = base.shape
        self.capacity = max(1, n_in * n_out // (n_in + n_out))
        self._u = np.empty((*groups, self.capacity, n_out), base.dtype)
        self._v = np.empty((*groups, self.capacity, n_in), base.dtype)
        self.count = 0

    def apply(self, x: Array) -> Array:
        """Return ``x W^T``: (..., B, n_in) to (..., B, n_out)."""
        return self._product(x, self._v, self._u, transpose_base=True)

    def apply_transposed(self, dy: Array) -> Array:
        """Return ``dy W``: (..., B, n_out) to (..., B, n_in)."""
        return self._product(dy, self._u, self._v, transpose_base=False)

    def _product(self, x: Array, inner: Array, outer: Array, *, transpose_base: bool) -> Array:
        t = self.count
        y: Array | None = None
        if t:
            # (..., B, t) and then (..., B, n)
            y = (x @ np.swapaxes(inner[..., :t, :], -1, -2)) @ outer[..., :t, :]
        if self._base is not None:
            base = np.swapaxes(self._base, -1, -2) if transpose_base else self._base
            y = x @ base if y is None else np.add(y, x @ base, out=y)
        if y is None:
            y = np.zeros((*x.shape[:-1], outer.shape[-1]), self.dtype)
        return y

    def add(self, gradient: Factors, scale: float) -> None:
        """Add ``scale * dW`` to the weight."""
        rows = gradient.x.shape[-2]
        if self.count + rows > self.capacity:
            self.fold()
        if rows > self.capacity:
            add_product(self._matrix(), gradient.dy, gradient.x, scale)
            return
        new = slice(self.count, self.count + rows)
        np.multiply(gradient.dy, scale, out=self._u[..., new, :])
        self._v[..., new, :] = gradient.x
        self.count += rows

    def fold(self) -> None:
        """Write the pending factors into W0."""
        t, self.count = self.count, 0
        if t:
            add_product(self._matrix(), self._u[..., :t, :], self._v[..., :t, :], 1.0)

    def _matrix(self) -> Array:
        if self._base is None:
            self._base = np.zeros(self.shape, self.dtype)
        return self._base

    def is_finite(self) -> bool:
        """Tell whether W0 and all pending factors are finite."""
        parts = [self._u[..., : self.count, :], self._v[..., : self.count, :]]
        parts += [] if self._base is None else [self._base]
        return all(bool(np.isfinite(part).all()) for part in parts)

    def to_array(self) -> Array:
        """Return W as one new array, (..., n_out, n_in)."""
        w = np.zeros(self.shape, self.dtype) if self._base is None else self._base.copy()
        t = self.count
        w += np.swapaxes(self._u[..., :t, :], -1, -2) @ self._v[..., :t, :]
        return w


def add_product(w: Array, dy: Array, x: Array, scale: float) -> None:
    """``w += scale * dy^T x`` in place; BLAS writes straight into a large matrix."""
    if w.size < 1 << 15 or not w.flags.c_contiguous:
        w += scale * (np.swapaxes(dy, -1, -2) @ x)
        return
    from scipy.linalg.blas import get_blas_funcs

    (gemm,) = get_blas_funcs(("gemm",), (w,))
    for group in np.ndindex(w.shape[:-2]):
        # The transpose of a C-ordered matrix is the Fortran-ordered one that BLAS updates.
        gemm(scale, x[group].T, dy[group].T, beta=1.0, c=w[group].T, trans_b=True, overwrite_c=True)
