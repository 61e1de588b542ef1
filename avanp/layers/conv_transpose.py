"""The transposed convolution: a convolution's backward pass taken as a layer."""

from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.kernels import kernel as load
from avanp.layers.base import Array, Layer, Wrt
from avanp.layers.checks import check_cotangent
from avanp.layers.conv import check_images
from avanp.layers.initialise import initial
from avanp.layers.padding import Padding, Pads, Pair, check, fixed, pair


class ConvTranspose2d(Layer):
    """``y[s u + i - top, s v + j - left] += x[u, v] W[i, j]``, plus b, NHWC: it enlarges images.

    x (B, H, W, n_in), y (B, H', W', n_out), where H' = (H - 1) s + kh - top - bottom + extra.

    Parameters
    ----------
    n_in, n_out, kernel, stride, bias, init, rng, dtype
        As for `Conv2d`; W is (kh, kw, n_in, n_out).
    padding : {"same", "valid"}, int, or ((top, bottom), (left, right))
        What is cut off: "same" gives H' = H s, an int is PyTorch's.
    output_padding : int or (int, int)
        Rows and columns more at the bottom and the right, fewer than the stride; not with "same".

    Raises
    ------
    AvanpError
        At images of other channels or dtype, or of which nothing would be left.
    """

    def __init__(
        self,
        n_in: int,
        n_out: int,
        kernel: int | Pair,
        *,
        stride: int | Pair = 1,
        padding: Padding = "same",
        output_padding: int | Pair = 0,
        bias: bool = True,
        init: str = "glorot",
        rng: np.random.Generator | None = None,
        dtype: Any = np.float32,
    ) -> None:
        super().__init__()
        self.kernel, self.stride = pair("kernel", kernel), pair("stride", stride)
        self.padding = check(padding)
        self.extra = pair("output_padding", output_padding, least=0)
        if any(e >= s for e, s in zip(self.extra, self.stride, strict=True)):
            raise AvanpError(
                f"output_padding={output_padding}: give less than the stride, {stride}"
            )
        if padding == "same" and any(self.extra):
            raise AvanpError("output_padding goes with a padding in numbers, not with 'same'")
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
        check_images("ConvTranspose2d", x, w)
        pads, size = self._geometry(x)
        if min(size) < 1:
            raise AvanpError(
                f"ConvTranspose2d: padding {pads} leaves nothing of an image of "
                f"{x.shape[1]}x{x.shape[2]}: give less padding"
            )
        x = np.ascontiguousarray(x)
        b = self.params.get("b")
        y = load("conv_backward_input")(x, w.swapaxes(2, 3), b, self.stride, pads, size)
        return y, x

    def backward(
        self, dy: Array, cache: Array, *, wrt: Wrt = "both"
    ) -> tuple[Array | None, dict[str, Any]]:
        """Return dx and ``{"W": array, "b": array}``."""
        pads, size = self._geometry(cache)
        w = self.params["W"]
        check_cotangent(self, dy, (len(cache), *size, w.shape[3]), w.dtype)
        dx, grads = None, {}
        if wrt != "params":
            dx = load("conv_forward")(dy, w.swapaxes(2, 3), None, self.stride, pads)
        if wrt != "input":
            dw, _ = load("conv_backward_weights")(dy, cache, self.kernel, self.stride, pads, False)
            grads["W"] = np.ascontiguousarray(dw.swapaxes(2, 3))
            if "b" in self.params:
                grads["b"] = load("channel_sums")(dy)
        return dx, grads

    def _geometry(self, x: Array) -> tuple[Pads, Pair]:
        """Return what is cut off and the height and width of y."""
        kernel, stride = self.kernel, self.stride
        if self.padding == "same":
            # Of the convolution that takes H s places to H.
            over = [max(k - s, 0) for k, s in zip(kernel, stride, strict=True)]
            pads = ((over[0] // 2, over[0] - over[0] // 2), (over[1] // 2, over[1] - over[1] // 2))
            return pads, (x.shape[1] * stride[0], x.shape[2] * stride[1])
        pads = fixed(self.padding)
        height, width = (
            (n - 1) * s + k - sum(pad) + extra
            for n, s, k, pad, extra in zip(
                x.shape[1:3], stride, kernel, pads, self.extra, strict=True
            )
        )
        return pads, (height, width)
