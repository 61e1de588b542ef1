"""Batch normalisation."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal, NamedTuple

import numpy as np

from avanp.errors import AvanpError
from avanp.kernels import kernel
from avanp.layers.base import Array, Layer, Wrt
from avanp.layers.checks import check_cotangent

Mode = Literal["normal", "frozen", "no-update"]
MODES = ("normal", "frozen", "no-update")


@contextmanager
def batch_norm_mode(net: Layer, mode: Mode) -> Iterator[None]:
    """Set the mode of all batch norms in a net, for the passes inside the with-block.

    "no-update" leaves frozen ones frozen: they have no update to leave out.
    """
    norms = [norm for norm in _norms(net) if mode != "no-update" or norm.mode != "frozen"]
    before = [norm.mode for norm in norms]
    try:
        for norm in norms:
            norm.mode = mode
        yield
    finally:
        for norm, old in zip(norms, before, strict=True):
            norm.mode = old


def _norms(layer: Layer) -> Iterator["BatchNorm"]:
    if isinstance(layer, BatchNorm):
        yield layer
    for child in getattr(layer, "children", {}).values():
        yield from _norms(child)


class Cache(NamedTuple):
    """What the backward pass needs; `of_batch` where mean and inverse deviation are x's own."""

    x: Array  # (m, n), the caller's array
    affine: Array  # (3, n) of x's dtype: mean, scale and shift
    inverse: Array  # (n,) float64: 1 / sqrt(var + eps)
    of_batch: bool
    frozen: bool
    shape: tuple[int, ...]  # of x before its axes were joined


class BatchNorm(Layer):
    """y = gamma (x - mean) / sqrt(var + eps) + beta, by channel, the last axis of x.

    Moments are over all other axes: of (B, n) over B, of (B, H, W, n) over B, H and W. With
    ``train=True`` they are the batch's, and move the running moments,
    ``running = (1 - momentum) running + momentum batch``; with ``train=False`` they are the
    running ones. As PyTorch does, the batch is divided by its biased variance, and the running
    variance takes the unbiased one.

    Parameters
    ----------
    n : int
        Channels.
    eps : float
        Added to the variance, positive.
    momentum : float
        Weight of the new batch in the running moments, in [0, 1].
    mode : {"normal", "frozen", "no-update"}
        May be set between passes (`layer.mode`). "no-update" leaves the running moments alone
        in training too: for a second pass through one net in a step. "frozen" always uses the
        running moments and trains nothing: gamma and beta are then in `state` beside them, where
        they are saved but no optimiser sees them, and `params` is empty.

    Raises
    ------
    AvanpError
        In training, of a batch with one value a channel, which has no variance.

    Notes
    -----
    Ioffe and Szegedy 2015, "Batch Normalization".
    """

    rectifies = True

    def __init__(
        self,
        n: int,
        *,
        eps: float = 1e-5,
        momentum: float = 0.1,
        mode: Mode = "normal",
        dtype: Any = np.float32,
    ) -> None:
        if n < 1:
            raise AvanpError(f"a batch norm needs at least one channel, not {n}")
        if not eps > 0:
            raise AvanpError(f"the eps of a batch norm must be positive, not {eps}")
        if not 0 <= momentum <= 1:
            raise AvanpError(f"the momentum of a batch norm must be in [0, 1], not {momentum}")
        self.eps, self.momentum = float(eps), float(momentum)
        self.mode = mode
        self._affine = {"gamma": np.ones(n, dtype), "beta": np.zeros(n, dtype)}
        self._running = {"mean": np.zeros(n, dtype), "var": np.ones(n, dtype)}

    @property
    def mode(self) -> Mode:
        """What moments are used, and what is trained."""
        return self._mode

    @mode.setter
    def mode(self, mode: Mode) -> None:
        if mode not in MODES:
            raise AvanpError(f"no batch norm mode {mode!r}: choose from {', '.join(MODES)}")
        self._mode = mode

    @property
    def params(self) -> dict[str, Any]:  # type: ignore[override]
        """``gamma`` and ``beta`` (n,); empty when frozen."""
        return {} if self.mode == "frozen" else self._affine

    @property
    def state(self) -> dict[str, Array]:  # type: ignore[override]
        """The running ``mean`` and ``var`` (n,); when frozen, ``gamma`` and ``beta`` too."""
        return {**self._affine, **self._running} if self.mode == "frozen" else self._running

    def forward(
        self,
        x: Array,
        *,
        train: bool = False,
        rng: np.random.Generator | None = None,
        slope: float = 1.0,
        add: Array | None = None,
    ) -> tuple[Array, Cache]:
        """Return ``(y, cache)`` for x (B, n) or (B, ..., n), in x's dtype.

        With `slope` and `add` y is what follows the norm, which one pass then writes.

        Parameters
        ----------
        x : ndarray
        train, rng
            As for `Layer.forward`.
        slope : float
            Of a rectifier at the end: 0 for a ReLU, 1 for none.
        add : ndarray, optional
            Of y's shape, added before that.
        """
        gamma, beta = self._affine["gamma"], self._affine["beta"]
        if x.ndim < 2 or x.shape[-1] != gamma.size:
            raise AvanpError(f"batch norm of {gamma.size} channels does not fit x of {x.shape}")
        rows = x.reshape(-1, gamma.size)
        of_batch = train and self.mode != "frozen"
        if of_batch:
            if len(rows) < 2:
                raise AvanpError(
                    f"batch norm cannot train on one value a channel, x of {x.shape}: "
                    "it needs a batch of two samples or more"
                )
            mean, var = kernel("moments")(rows)
            if self.mode == "normal":
                self._follow(mean, var * (len(rows) / (len(rows) - 1)))
        else:
            mean, var = (self._running[k].astype(np.float64) for k in ("mean", "var"))
        inverse = 1.0 / np.sqrt(var + self.eps)
        affine = np.array((mean, gamma * inverse, beta), x.dtype)
        other = None if add is None else add.reshape(rows.shape)
        y = kernel("normalise")(rows, affine, slope, other)
        frozen = self.mode == "frozen"
        return y.reshape(x.shape), Cache(rows, affine, inverse, of_batch, frozen, x.shape)

    def _follow(self, mean: Array, var: Array) -> None:
        for running, batch in zip(self._running.values(), (mean, var), strict=True):
            running *= 1.0 - self.momentum
            running += self.momentum * batch

    def backward(
        self, dy: Array, cache: Cache, *, wrt: Wrt = "both", slope: float = 1.0
    ) -> tuple[Array | None, dict[str, Any]]:
        """Return ``(dx, {"gamma": ..., "beta": ...})``; no gradients from a frozen pass.

        `slope` is that of the rectifier whose output's cotangent `dy` is, if nothing was added
        before it.
        """
        x, affine, inverse, of_batch, frozen, shape = cache
        if frozen != (self.mode == "frozen"):
            was, now = ("frozen", self.mode) if frozen else ("not frozen", "frozen")
            raise AvanpError(
                f"the batch norm was {was} in the forward pass and is {now} in the backward pass, "
                "which would train other parameters: set its mode around both"
            )
        check_cotangent(self, dy, shape, x.dtype)
        gamma = self._affine["gamma"]
        cotangent = dy.reshape(x.shape)
        dx, grads = None, {}
        needs_grads = wrt != "input" and not frozen
        if needs_grads or (of_batch and wrt != "params"):
            sums, dots = kernel("norm_sums")(cotangent, x, affine, slope)
            dots *= inverse  # sums over the batch of dy, and of dy times the normalised x
        if needs_grads:
            grads = {"gamma": dots.astype(gamma.dtype), "beta": sums.astype(gamma.dtype)}
        if wrt != "params":
            scale = gamma * inverse
            back = np.zeros((3, scale.size), x.dtype)
            back[0] = scale
            if of_batch:
                # Through the batch's mean and its variance the sums come back to every x.
                back[1] = scale * inverse * dots / len(x)
                back[2] = scale * sums / len(x)
            dx = kernel("norm_input")(cotangent, x, affine, slope, back).reshape(dy.shape)
        return dx, grads
