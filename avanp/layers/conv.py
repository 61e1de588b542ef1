"""The convolution of images."""

from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.kernels import kernel as load
from avanp.kernels.reference_conv import out_size
from avanp.layers.base import Array, Layer, Wrt
from avanp.layers.checks import check_cotangent
from avanp.layers.initialise import initial
from avanp.layers.padding import Padding, Pads, Pair, check, pair, resolve


class Conv2d(Layer):
    """``y[u, v] = b + sum_ij x[s u + i - top, s v + j - left] W[i, j]``, NHWC.

    x (B, H, W, n_in), y (B, H', W', n_out) with H' = (H + top + bottom - kh) // s + 1.

    Parameters
    ----------
    n_in, n_out : int
        Channels.
    kernel, stride : int or (int, int)
        Of height and width.
    padding : {"same", "valid"}, int, or ((top, bottom), (left, right))
        Zeros around the image; "same" is TensorFlow's, with H' = ceil(H / s).
    bias : bool
        Whether there is a b (n_out,). It starts at zero.
    init : str
        How W (kh, kw, n_in, n_out) starts: see `avanp.layers.initialise.initial`.
    rng : numpy.random.Generator, optional
        Needed for every `init` but "zeros".

    Raises
    ------
    AvanpError
        At images of other channels, of another dtype, or too small for the kernel.
    """

    def __init__(
        self,
        n_in: int,
        n_out: int,
        kernel: int | Pair,
        *,
        stride: int | Pair = 1,
        padding: Padding = "same",
        bias: bool = True,
        init: str = "glorot",
        rng: np.random.Generator | None = None,
        dtype: Any = np.float32,
    ) -> None:
        super().__init__()
        self.kernel, self.stride = pair("kernel", kernel), pair("stride", stride)
        self.padding = check(padding)
        taps = self.kernel[0] * self.kernel[1]
        shape = (*self.kernel, n_in, n_out)
        self.params = {"W": initial(init, shape, taps * n_in, taps * n_out, rng, dtype)}
        if bias:
            self.params["b"] = np.zeros(n_out, dtype)

    def forward(
        self, x: Array, *, train: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[Array, Array]:
        """Return y and the cache, which is x."""
        w = self.params["W"]
        check_images("Conv2d", x, w)
        pads = self._pads(x)
        for size, kernel, pad in zip(x.shape[1:3], self.kernel, pads, strict=True):
            if size + sum(pad) < kernel:
                raise AvanpError(
                    f"Conv2d: an image of {x.shape[1]}x{x.shape[2]} with padding {pads} is smaller "
                    f"than the kernel of {self.kernel[0]}x{self.kernel[1]}: give it more padding"
                )
        x = np.ascontiguousarray(x)
        return load("conv_forward")(x, w, self.params.get("b"), self.stride, pads), x

    def backward(
        self, dy: Array, cache: Array, *, wrt: Wrt = "both"
    ) -> tuple[Array | None, dict[str, Any]]:
        """Return dx and ``{"W": array, "b": array}``."""
        pads, size = self._pads(cache), cache.shape[1:3]
        w = self.params["W"]
        places = map(out_size, size, self.kernel, self.stride, pads)
        check_cotangent(self, dy, (len(cache), *places, w.shape[3]), w.dtype)
        dx, grads = None, {}
        if wrt != "params":
            dx = load("conv_backward_input")(dy, w, None, self.stride, pads, size)
        if wrt != "input":
            grads["W"], db = load("conv_backward_weights")(
                cache, dy, self.kernel, self.stride, pads, "b" in self.params
            )
            if db is not None:
                grads["b"] = db
        return dx, grads

    def _pads(self, x: Array) -> Pads:
        return resolve(self.padding, x.shape[1:3], self.kernel, self.stride)


def check_images(layer: str, x: Array, w: Array) -> None:
    """Raise an AvanpError where x is not a batch of images that W (kh, kw, n_in, n_out) takes."""
    if x.ndim != 4 or x.shape[3] != w.shape[2] or 0 in x.shape[1:]:
        raise AvanpError(
            f"{layer}: the images have shape {x.shape}, not (B, H, W, {w.shape[2]}), "
            "batch first and channels last"
        )
    if x.dtype != w.dtype:
        raise AvanpError(
            f"{layer}: images of {x.dtype} for weights of {w.dtype}: convert one of them"
        )
