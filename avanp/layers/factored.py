"""A dense layer's weight gradient as its two factors, and a weight that keeps such factors.

After t per-sample updates a weight is ``W0 + sum_s dy_s x_s^T``. While t is small against the
matrix, products with the factors are far cheaper than products with the matrix, and nothing of
the matrix's size is ever written. The algebra is exact; only the order of rounding differs.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from avanp.kernels import kernel
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
        turned = self.dy.swapaxes(-1, -2)
        return kernel("product")(turned, self.x) if turned.ndim == 2 else turned @ self.x


# Rows of a batch below which one BLAS product of them all is not the fastest way.
FEW = 4


class FactoredWeight:
    """``W = W0 + sum_s u_s v_s^T``, (..., n_out, n_in), with W0 written only when it must be.

    Factors are folded into W0 once their products cost as much as the matrix's own, that is at
    ``n_in * n_out / (n_in + n_out)`` of them.

    Parameters
    ----------
    shape : tuple of int
        (..., n_out, n_in).
    base : array of that shape, optional
        W0, which is changed in place. Without it W0 is zero, and not stored until factors are
        folded into it.
    """

    def __init__(self, shape: tuple[int, ...], dtype: Any, base: Array | None = None) -> None:
        self.shape, self.dtype = shape, np.dtype(dtype)
        *groups, n_out, n_in = shape
        self.capacity = max(1, n_in * n_out // (n_in + n_out))
        self._base = base
        # u: (..., capacity, n_out), v: (..., capacity, n_in)
        self._u = np.empty((*groups, self.capacity, n_out), dtype)
        self._v = np.empty((*groups, self.capacity, n_in), dtype)
        self.count = 0
        self._last_x: Array | None = None

    def apply(self, x: Array, bias: Array | None) -> Array:
        """Return ``x W^T``, plus a bias: (..., B, n_in) to (..., B, n_out)."""
        y = self._low_rank(x, self._v, self._u, bias)
        if self._base is not None:
            y += x @ self._base.swapaxes(-1, -2)
        return y

    def apply_transposed(self, dy: Array) -> Array:
        """Return ``dy W``: (..., B, n_out) to (..., B, n_in)."""
        dx = self._low_rank(dy, self._u, self._v, None)
        if self._base is not None:
            dx += dy @ self._base
        return dx

    def _low_rank(self, x: Array, inner: Array, outer: Array, bias: Array | None) -> Array:
        """Return the product of x with the pending factors, plus the bias."""
        t, rows = self.count, x.shape[-2]
        if not t:
            y = np.zeros((*x.shape[:-1], outer.shape[-1]), self.dtype)
        else:
            inner = inner[..., :t, :].swapaxes(-1, -2)
            if 1 < rows < FEW:
                # BLAS may take several times as long for two rows as for one, twice.
                parts = [x[..., i : i + 1, :] @ inner for i in range(rows)]
                coefficients = np.concatenate(parts, axis=-2)
            else:
                coefficients = x @ inner
            if bias is not None and rows >= FEW and t < self.capacity:
                # The bias as one more factor spares a pass over y.
                outer[..., t, :] = bias
                ones = np.ones((*coefficients.shape[:-1], 1), self.dtype)
                return np.concatenate([coefficients, ones], axis=-1) @ outer[..., : t + 1, :]
            y = coefficients @ outer[..., :t, :]
        if bias is not None:
            y += bias[..., None, :]
        return y

    def add(self, gradient: Factors, scale: float) -> None:
        """Add ``scale * dW`` to the weight."""
        rows = gradient.x.shape[-2]
        if gradient.x is self._last_x and self.count >= rows:
            last = slice(self.count - rows, self.count)
            # The array may have been changed in place since.
            if (self._v[..., last, :] == gradient.x).all():
                # u v^T + dy v^T is one term.
                self._u[..., last, :] += scale * gradient.dy
                return
        if self.count + rows > self.capacity:
            self.fold()
        if rows > self.capacity:
            add_product(self._matrix(), gradient.dy, gradient.x, scale)
            return
        new = slice(self.count, self.count + rows)
        np.multiply(gradient.dy, scale, out=self._u[..., new, :])
        self._v[..., new, :] = gradient.x
        self._last_x = gradient.x
        self.count += rows

    def fold(self) -> None:
        """Write the pending factors into W0."""
        t = self.count
        if t:
            add_product(self._matrix(), self._u[..., :t, :], self._v[..., :t, :], 1.0)
        self.count = 0

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
    """``w += scale * dy^T x`` in place, without a temporary of w's size where that can be.

    Parameters
    ----------
    w : ndarray (..., n_out, n_in)
        It is written.
    dy, x : ndarray (..., B, n_out), (..., B, n_in)
    scale : float
    """
    plain = w.flags.c_contiguous and w.flags.writeable and w.dtype in (np.float32, np.float64)
    if not plain or not dy.size:
        # What BLAS would write into a copy.
        w += scale * (dy.swapaxes(-1, -2) @ x)
        return
    if dy.shape[-2] < FEW:
        kernel("add_outer")(w, dy, x, scale)
        return
    from scipy.linalg.blas import get_blas_funcs

    (gemm,) = get_blas_funcs(("gemm",), (w,))
    for group in np.ndindex(w.shape[:-2]):
        # The transpose of a C-ordered matrix is the Fortran-ordered one that BLAS updates.
        gemm(scale, x[group].T, dy[group].T, beta=1.0, c=w[group].T, trans_b=True, overwrite_c=True)
