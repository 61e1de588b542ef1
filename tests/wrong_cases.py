"""One drawn call of a layer, a loss or a kernel with wrong arrays, and whether it ended right."""

import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

import numpy as np

from avanp import kernels
from avanp.errors import AvanpError
from avanp.grad.cases import CASES
from avanp.kernels.doors import FLOATS, REAL
from avanp.layers.base import Layer
from avanp.layers.conv import Conv2d
from avanp.layers.conv_transpose import ConvTranspose2d
from avanp.layers.dense import Dense
from avanp.layers.max_pool import MaxPool2d
from wrong_kernels import KERNELS, in_place

Array = np.ndarray
Rng = np.random.Generator
FLOAT32_MAX = float(np.finfo(np.float32).max)
WRT = ("both", "input", "params")


# What is done to an array.


def _moved(a: Array, rng: Rng) -> Array:
    return np.ascontiguousarray(a.swapaxes(*rng.integers(a.ndim, size=2))) if a.ndim else a


def _resized(a: Array, rng: Rng) -> Array:
    """Return the array with another length along one axis; new elements repeat old ones."""
    if not a.ndim:
        return a[None]
    axis = int(rng.integers(a.ndim))
    n = a.shape[axis]
    length = int(rng.choice([0, 1, max(0, n - 1), n + 1, n + 2, 2 * n, 3 * n + 1]))
    return np.take(a, np.arange(length) % max(n, 1), axis) if n else a


SHAPES: list[Callable[[Array, Rng], Array]] = [
    _moved,
    _resized,
    _resized,
    _resized,
    lambda a, rng: a[None],
    lambda a, rng: a[..., None],
    lambda a, rng: a.reshape(-1),
    lambda a, rng: a.sum(axis=0) if a.ndim else a,
    lambda a, rng: a.sum(axis=-1) if a.ndim else a,
    lambda a, rng: a.reshape(len(a), -1) if a.ndim and a.size else a,
    lambda a, rng: a.reshape(-1)[:1].reshape(()) if a.size else a,
    lambda a, rng: a.reshape(a.shape[::-1]),
]
DTYPES = ["f2", "f4", "f8", ">f4", ">f8", "i8", "u1", "?", "c8", "c16", "O", "g", "U3", "M8[s]"]


def _misaligned(a: Array, rng: Rng) -> Array:
    memory = np.empty(a.nbytes + 1, np.uint8)[1:]
    other = memory[: a.nbytes].view(a.dtype).reshape(a.shape)
    other[...] = a
    return other


def _strided(a: Array, rng: Rng) -> Array:
    wide = np.repeat(a, 2, axis=-1) if a.ndim else a
    return wide[..., ::2] if a.ndim else a


def _readonly(a: Array, rng: Rng) -> Array:
    other = np.array(a)
    other.flags.writeable = False
    return other


LAYOUTS: list[Callable[[Array, Rng], Array]] = [
    lambda a, rng: np.asfortranarray(a),
    lambda a, rng: np.ascontiguousarray(a[::-1])[::-1] if a.ndim else a,
    lambda a, rng: np.ascontiguousarray(a[..., ::-1])[..., ::-1] if a.ndim else a,
    lambda a, rng: np.broadcast_to(a[:1], a.shape) if a.ndim and len(a) else a,
    lambda a, rng: np.broadcast_to(a[..., :1], a.shape) if a.ndim and a.shape[-1] else a,
    _strided,
    _misaligned,
    _readonly,
]


def wrong(a: Array, rng: Rng) -> Array:
    """Return the array with one to three things done to it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # In half of all cases only the layout is another: those have numbers to compare.
        kinds = (2,) if rng.integers(2) else (0, 1, 2)
        for kind in rng.choice(kinds, rng.integers(1, 4)):
            if kind == 0:
                a = SHAPES[rng.integers(len(SHAPES))](a, rng) if a.dtype.kind in "biufc" else a
            elif kind == 1 and a.dtype.kind in "biuf":
                a = (4 * a).astype(DTYPES[rng.integers(len(DTYPES))])
            elif kind == 2 and a.dtype.kind in "biuf":
                a = LAYOUTS[rng.integers(len(LAYOUTS))](a, rng)
            a = np.asanyarray(a)  # arithmetic makes numbers of arrays without axes
    return a


# What is called.


def _large() -> dict[str, Callable[[Rng], tuple[Any, tuple[Array, ...]]]]:
    """Return layers of shapes that take every algorithm of the convolutions and the dense one."""

    def images(*shape: int) -> Callable[[Rng], Array]:
        return lambda rng: rng.standard_normal(shape)

    def row(make: Callable[[Rng], Layer], draw: Callable[[Rng], Array]) -> Any:
        return lambda rng: (make(rng), (draw(rng),))

    f8 = np.float64
    return {
        "conv 32": row(lambda r: Conv2d(32, 32, 3, rng=r, dtype=f8), images(2, 8, 8, 32)),
        "conv 3": row(lambda r: Conv2d(3, 16, 3, rng=r, dtype=f8), images(2, 8, 8, 3)),
        "conv to 1": row(lambda r: Conv2d(16, 1, 3, rng=r, dtype=f8), images(2, 8, 8, 16)),
        "conv 4x4": row(lambda r: Conv2d(32, 32, 4, stride=2, rng=r, dtype=f8),
                        images(2, 8, 8, 32)),
        "up 4x4": row(lambda r: ConvTranspose2d(32, 32, 4, stride=2, rng=r, dtype=f8),
                      images(2, 4, 4, 32)),
        "dense 256": row(lambda r: Dense(256, 256, rng=r, dtype=f8), images(32, 256)),
        "max pool 3/1": row(lambda r: MaxPool2d(3, 1), images(2, 6, 5, 3)),
    }  # fmt: skip


TARGETS = [*CASES, *(large := _large())]


def cast(thing: Any, dtype: Any) -> Any:
    """Return a layer with its arrays of another dtype, and those of the layers in it."""
    if isinstance(thing, np.ndarray):
        return thing.astype(dtype)
    if isinstance(thing, dict):
        return {key: cast(value, dtype) for key, value in thing.items()}
    if isinstance(thing, list):
        return [cast(value, dtype) for value in thing]
    if isinstance(thing, Layer):
        for name, value in vars(thing).items():
            setattr(thing, name, cast(value, dtype))
    return thing


@contextmanager
def numpy_kernels() -> Iterator[None]:
    """Let the kernels be NumPy's."""
    before = os.environ["AVANP_KERNELS"]
    os.environ["AVANP_KERNELS"] = "numpy"
    kernels.kernel.cache_clear()
    try:
        yield
    finally:
        os.environ["AVANP_KERNELS"] = before
        kernels.kernel.cache_clear()


class Finding(Exception):
    """What is not right about how a case ended."""


def case(seed: int, number: int) -> tuple[str, str | None]:
    """Return "refused" or "right", and what is wrong, if it is."""
    rng = np.random.default_rng((seed, number))
    names = [*TARGETS, *KERNELS]
    name = names[rng.integers(len(names))]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            run = _kernel if name in KERNELS else _target
            return run(name, rng), None
    except AvanpError:
        return "refused", None
    except Exception as error:
        return "found", f"{name}: {type(error).__name__}: {error}"


def plain(a: Any) -> Array:
    """Return the same values as C-ordered float64."""
    return np.array(a, np.float64, order="C")


def _numbers(result: Any) -> list[Array]:
    """Return the arrays of a result: of tuples, of dictionaries, of factors."""
    if result is None:
        return []
    if isinstance(result, dict):
        return [a for key in sorted(result) for a in _numbers(result[key])]
    if isinstance(result, tuple | list):
        return [a for part in result for a in _numbers(part)]
    return [np.asarray(result.to_array() if hasattr(result, "to_array") else result)]


def _same(what: str, got: Any, expected: Any) -> None:
    got, expected = _numbers(got), _numbers(expected)
    if [a.shape for a in got] != [a.shape for a in expected]:
        raise Finding(f"{what} of {[a.shape for a in got]}, not {[a.shape for a in expected]}")
    for a, b in zip(got, expected, strict=True):
        size = np.abs(b).max(initial=1.0)
        if size > FLOAT32_MAX and np.isinf(a).any():  # as the losses say, in float32
            continue
        if a.dtype.kind not in "fiu" or not np.abs(a - b).max(initial=0.0) <= 3e-4 * size:
            raise Finding(f"{what} is off by {np.abs(a - b).max():.3g} of {size:.3g}")


def _target(name: str, rng: Rng) -> str:
    target, inputs = {**CASES, **large}[name](rng)
    if isinstance(target, Layer):
        return _layer(target, inputs[0], rng)
    return _loss(name, target, inputs, rng)


def _layer(layer: Layer, x: Array, rng: Rng) -> str:
    own = FLOATS[rng.integers(2)]
    tested, exact = cast(deepcopy(layer), own), cast(deepcopy(layer), own)
    exact = cast(exact, np.float64)
    x = x.astype(own)
    # One of the three: the input is wrong, or the cotangent, or both.
    which = rng.integers(3)
    x = x if which == 1 else wrong(x, rng)
    train, wrt, seed = bool(rng.integers(2)), WRT[rng.integers(3)], int(rng.integers(100))
    y, cache = tested.forward(x, train=train, rng=np.random.default_rng(seed))
    if x.dtype not in FLOATS:
        raise Finding(f"forward takes {x.dtype}{list(x.shape)}")
    with numpy_kernels():
        expected, exact_cache = exact.forward(
            plain(x), train=train, rng=np.random.default_rng(seed)
        )
    _same(f"y of x {x.dtype}{list(x.shape)} {x.strides}", y, expected)
    dy = rng.standard_normal(y.shape).astype(y.dtype)
    dy = dy if which == 0 else wrong(dy, rng)
    result = tested.backward(dy, cache, wrt=wrt)
    if dy.shape != y.shape or dy.dtype not in FLOATS:
        if not _numbers(result):  # a layer without parameters was asked for theirs
            return "right"
        raise Finding(
            f"backward takes {dy.dtype}{list(dy.shape)} for y of {y.dtype}{list(y.shape)}"
        )
    with numpy_kernels():
        right = exact.backward(plain(dy), exact_cache, wrt=wrt)
    _same(f"{wrt} of dy {dy.dtype}{list(dy.shape)} {dy.strides}, x {x.dtype}", result, right)
    return "right"


def _loss(name: str, loss: Callable[..., Any], inputs: tuple[Array, ...], rng: Rng) -> str:
    own = FLOATS[rng.integers(2)]
    arrays = [a.astype(own) for a in inputs]
    # The second of an auto-encoder's is a weight of its net.
    some = 1 if name.startswith("autoencoder") else len(arrays)
    for i in rng.choice(some, rng.integers(1, some + 1), replace=False):
        arrays[i] = wrong(arrays[i], rng)
    if name.startswith("autoencoder"):
        arrays[1] = plain(arrays[1])
    result = loss(*arrays)
    told = [f"{a.dtype}{list(a.shape)}" for a in arrays]
    labels = name.startswith("cross-entropy") and arrays[1].dtype.kind in "iu"
    penalty = name.endswith("penalty")
    score = name == "least-squares" and not arrays[1].ndim
    if not (labels or penalty or score or some == 1) and len({a.shape for a in arrays}) > 1:
        raise Finding(f"takes {told}")
    if arrays[0].dtype not in FLOATS or any(a.dtype.kind not in REAL for a in arrays):
        raise Finding(f"takes {told}")
    with numpy_kernels():
        same = [plain(a) if a.dtype.kind == "f" else a for a in arrays]
        right = loss(*(same if labels else map(plain, arrays)))
    _same(f"of {told}", result, right)
    return "right"


def _kernel(name: str, rng: Rng) -> str:
    own = FLOATS[rng.integers(2)]
    arguments = [
        a.astype(own) if isinstance(a, np.ndarray) and a.dtype.kind == "f" else a
        for a in KERNELS[name](rng)
    ]
    where = [i for i, a in enumerate(arguments) if isinstance(a, np.ndarray)]
    for i in rng.choice(where, rng.integers(1, len(where) + 1), replace=False):
        arguments[i] = wrong(arguments[i], rng)
    exact = [
        (plain(a) if a.dtype.kind == "f" else a.copy(order="C")) if i in where else a
        for i, a in enumerate(arguments)
    ]
    result = kernels.kernel(name)(*arguments)
    with numpy_kernels():
        right = kernels.kernel(name)(*exact)
    told = [f"{a.dtype}{list(a.shape)}{a.strides}" for a in arguments if isinstance(a, np.ndarray)]
    _same(f"of {told}", result, right)
    for i in in_place(name):
        _same(f"argument {i} of {told}", arguments[i], exact[i])
    return "right"
