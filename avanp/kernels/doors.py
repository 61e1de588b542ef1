"""The doors of the kernels: no kernel is entered with arrays that it was not written for.

Compiled loops check no index. A cotangent of another shape made them read and write foreign
memory, and float64 in float32's place was read as float32. So `avanp.kernels.kernel` asks the door
first, of both back ends alike: right shapes, one dtype of float32 or float64 in the machine's byte
order, integers in range. A refusal is an `AvanpError`. Layouts are no matter: a kernel that needs
C order copies, but what is written in place must be writeable.

A door looks at shapes and dtypes only, never at numbers: it takes 0.2 to 1 µs of a call
(`bench/bench_doors.py`).
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.kernels.reference_conv import out_size

Array = np.ndarray
Pair = tuple[int, int]

FLOAT32, FLOAT64 = FLOATS = np.dtype(np.float32), np.dtype(np.float64)
REAL = "biuf"  # kinds of dtypes that convert to a float without losing what they are
LARGEST_WINDOW = 16  # a place in a window of a max pool is a byte


def _aligned(dtype: np.dtype, *arrays: Array | None) -> bool:
    """Tell whether all are of one float dtype, at addresses that an instruction may read."""
    if dtype not in FLOATS:
        return False
    for a in arrays:  # noqa: SIM110 (a generator takes three times as long)
        if a is not None and (a.dtype != dtype or not a.flags.aligned):
            return False
    return True


def _columns(x: Array) -> bool:
    """Tell whether x is (m, n), with rows."""
    return x.ndim == 2 and 0 not in x.shape and x.dtype in FLOATS


def _windows(image: tuple[int, ...], size: int, stride: int) -> tuple[int, ...] | None:
    """Return the shape (B, H', W', C) of what windows of an image give, or None if none fits."""
    if len(image) != 4:
        return None
    batch, height, width, channels = image
    if size < 1 or stride < 1 or size > height or size > width:
        return None
    return batch, (height - size) // stride + 1, (width - size) // stride + 1, channels


def _elementwise(dy: Array, y: Array, *options: float) -> bool:
    return dy.shape == y.shape and dy.dtype == y.dtype and y.dtype in FLOATS


def _bernoulli(logits: Array, target: Array, scale: float) -> bool:
    return logits.shape == target.shape and logits.dtype in FLOATS and target.dtype.kind in REAL


def _outer(w: Array, dy: Array, x: Array, scale: float) -> bool:
    # Each shape is asked for once: a sweep comes here two hundred times a cell.
    of_w, of_dy, of_x, dtype = w.shape, dy.shape, x.shape, w.dtype
    return (
        len(of_dy) == len(of_x) == len(of_w) >= 2
        and of_dy[-1] == of_w[-2]
        and of_x[-1] == of_w[-1]
        and of_dy[-2] == of_x[-2]
        and of_dy[:-2] == of_x[:-2] == of_w[:-2]
        and dtype == dy.dtype
        and dtype == x.dtype
        and dtype in FLOATS
        and w.flags.carray
    )


def _balance(generated: Array, images: Array) -> bool:
    return (
        generated.ndim == images.ndim == 3
        and generated.shape[::2] == images.shape[::2]
        and min(generated.shape) > 0
        and images.shape[1] > 0
        and generated.shape[1] % images.shape[1] == 0
        and generated.dtype in FLOATS
        and images.dtype in FLOATS
    )


def _dense(x: Array, w: Array, b: Array | None) -> bool:
    return (
        x.ndim == w.ndim == 2
        and x.shape[1] == w.shape[1]
        and (b is None or b.shape == w.shape[:1])
        and _aligned(w.dtype, x, w, b)
    )


def _product(a: Array, b: Array) -> bool:
    return a.ndim == b.ndim == 2 and a.shape[1] == len(b) and _aligned(a.dtype, a, b)


def _conv(x: Array, w: Array, b: Array | None, stride: Pair, pads: Any) -> bool:
    if not (x.ndim == w.ndim == 4 and x.shape[3] == w.shape[2] and 0 not in w.shape):
        return False
    size = _out_size(x.shape[1:3], w.shape[:2], stride, pads)
    return (
        min(size) > 0
        and 0 not in x.shape[1:]
        and (b is None or b.shape == w.shape[3:])
        and _aligned(w.dtype, x, w, b)
    )


def _out_size(size: Any, kernel: Any, stride: Pair, pads: Any) -> Pair:
    """Return the places along both sides; none at strides and paddings that there are not."""
    (top, bottom), (left, right) = pads
    if min(stride) < 1 or min(top, bottom, left, right) < 0 or min(kernel) < 1:
        return 0, 0
    rows, columns = map(out_size, size, kernel, stride, pads)
    return rows, columns


def _conv_input(dy: Array, w: Array, b: Array | None, stride: Pair, pads: Any, size: Pair) -> bool:
    return (
        dy.ndim == w.ndim == 4
        and dy.shape[3] == w.shape[3]
        and 0 not in w.shape
        and min(dy.shape[1:3]) > 0
        and dy.shape[1:3] == _out_size(size, w.shape[:2], stride, pads)
        and (b is None or b.shape == w.shape[2:3])
        and _aligned(w.dtype, dy, w, b)
    )


def _conv_weights(x: Array, dy: Array, kernel: Pair, stride: Pair, pads: Any, bias: bool) -> bool:
    return (
        x.ndim == dy.ndim == 4
        and len(x) == len(dy)
        and x.shape[3] > 0 < dy.shape[3]
        and min(dy.shape[1:3]) > 0
        and dy.shape[1:3] == _out_size(x.shape[1:3], kernel, stride, pads)
        and _aligned(x.dtype, x, dy)
    )


def _channels(dy: Array) -> bool:
    return dy.ndim == 4 and dy.shape[3] > 0 and _aligned(dy.dtype, dy)


def _normalise(x: Array, affine: Array, slope: float = 1.0, add: Array | None = None) -> bool:
    return _norm_backward(x if add is None else add, x, affine)


def _norm_backward(dy: Array, x: Array, affine: Array, slope: float = 1.0, *back: Array) -> bool:
    if not (_columns(x) and dy.shape == x.shape and dy.dtype == x.dtype):
        return False
    return all(a.dtype == x.dtype and a.shape == (3, x.shape[1]) for a in (affine, *back))


def _max_pool(x: Array, size: int, stride: int) -> bool:
    return (
        x.dtype in FLOATS and size <= LARGEST_WINDOW and _windows(x.shape, size, stride) is not None
    )


def _max_pool_backward(
    dy: Array, place: Array, shape: tuple[int, ...], size: int, stride: int
) -> bool:
    return (
        dy.dtype in FLOATS
        and place.dtype == np.uint8
        and dy.shape == place.shape == _windows(shape, size, stride)
        # Where windows overlap, a place that is none would be written to.
        and (size == stride or not place.size or int(place.max()) < size * size)
    )


def _window_sums(x: Array, size: int, stride: int, scale: float) -> bool:
    return x.dtype in FLOATS and _windows(x.shape, size, stride) is not None


def _window_spread(dy: Array, shape: tuple[int, ...], size: int, stride: int, scale: float) -> bool:
    return dy.dtype in FLOATS and dy.shape == _windows(shape, size, stride)


def _global_max(x: Array) -> bool:
    return x.ndim == 3 and x.shape[1] > 0 and x.dtype in FLOATS


def _adam(p: Array, g: Array, m: Array, v: Array, *options: float) -> bool:
    return (
        p.shape == g.shape == m.shape == v.shape
        and p.dtype == m.dtype == v.dtype
        and p.dtype in FLOATS
        and g.dtype.kind in REAL
        and p.flags.writeable
        and m.flags.writeable
        and v.flags.writeable
    )


def _floats(x: Array, *options: float) -> bool:
    return x.dtype in FLOATS


ELEMENTWISE = "dy and y of one shape and dtype"

# Name: whether the arguments fit, and what is asked of them.
DOORS: dict[str, tuple[Callable[..., bool], str]] = {
    "add_outer": (
        _outer,
        "W (…, n_out, n_in), C-ordered and writeable, dy (…, B, n_out), x (…, B, n_in)",
    ),
    "balance_sums": (_balance, "generated (C, N draws, P) and images (C, N, P)"),
    "logistic": (_floats, "an array"),
    "dense_forward": (_dense, "x (B, n_in), W (n_out, n_in), b (n_out,)"),
    "product": (_product, "a (M, K) and b (K, N)"),
    "conv_forward": (_conv, "x (B, H, W, C), W (kh, kw, C, O) no larger, b (O,)"),
    "conv_backward_input": (_conv_input, "dy of the output's shape, W (kh, kw, C, O), b (C,)"),
    "conv_backward_weights": (_conv_weights, "x (B, H, W, C), dy of the output's shape"),
    "channel_sums": (_channels, "dy (B, H, W, C)"),
    "moments": (_columns, "x (m, n)"),
    "normalise": (_normalise, "x (m, n), and so what is added, mean, scale and shift (3, n)"),
    "norm_sums": (_norm_backward, "dy and x (m, n), mean, scale and shift (3, n)"),
    "norm_input": (_norm_backward, "dy and x (m, n), mean, scale and shift, and a, b, c (3, n)"),
    "max_pool": (_max_pool, "x (B, H, W, C) no smaller than the window"),
    "max_pool_backward": (_max_pool_backward, "dy of the output's shape"),
    "window_sums": (_window_sums, "x (B, H, W, C) no smaller than the window"),
    "window_spread": (_window_spread, "dy of the output's shape"),
    "global_max": (_global_max, "x (B, m, C)"),
    "logistic_backward": (_elementwise, ELEMENTWISE),
    "tanh_backward": (_elementwise, ELEMENTWISE),
    "leaky_relu": (_floats, "an array"),
    "leaky_relu_backward": (_elementwise, ELEMENTWISE),
    "elu": (_floats, "an array"),
    "elu_backward": (_elementwise, ELEMENTWISE),
    "bernoulli_logits": (_bernoulli, "logits and a target of one shape"),
    "adam_update": (_adam, "p, g, m and v of one shape, writeable but g"),
}


def guarded(name: str, kernel: Callable[..., Any]) -> Callable[..., Any]:
    """Return the kernel `name` behind its door."""
    fits, asked = DOORS[name]

    def through(*arguments: Any) -> Any:
        if not fits(*arguments):
            raise AvanpError(f"{name} needs {asked}, of float32 or float64: not {_told(arguments)}")
        return kernel(*arguments)

    return through


def _told(arguments: tuple[Any, ...]) -> str:
    arrays = [a for a in arguments if isinstance(a, np.ndarray)]
    rest = [a for a in arguments if not isinstance(a, np.ndarray | float)]
    told = [f"{a.dtype}{list(a.shape)}" for a in arrays] + [str(a) for a in rest if a is not None]
    return ", ".join(told)
