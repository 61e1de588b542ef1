"""Winograd's F(4x4, 3x3) transforms (Lavin, Gray 2016), as formulas and as compiled loops.

A 4x4 patch of a 3x3 correlation costs 36 products in place of 144:

    y = A^T [(G g G^T) * (B^T d B)] A

Each function below is one of the matrices applied to a sequence of values: NumPy arrays, or
vectors of instructions. It is applied to the columns of a patch and then to the rows. F(4, 3) is
the same along rows alone; F(3, 4), with `image` too, gives 3 sums of 4 products: a gradient of a
kernel.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from llvmlite import ir
from numba import cfunc, types
from numba.extending import intrinsic

from avanp.kernels.emit import SIZE, Emitter, call, integer

Formula = Callable[..., list[Any]]

# addresses of the inputs, addresses of the outputs, number of vectors, bias
SIGNATURE = types.void(types.int64, types.int64, types.int64, types.int64)


def image(d0: Any, d1: Any, d2: Any, d3: Any, d4: Any, d5: Any) -> list[Any]:
    """Apply B^T, 6 to 6."""
    p, q, r, s = d4 - 4.0 * d2, d3 - 4.0 * d1, d4 - d2, 2.0 * (d3 - d1)
    return [
        4.0 * d0 - 5.0 * d2 + d4, p + q, p - q, r + s, r - s, 4.0 * d1 - 5.0 * d3 + d5,
    ]  # fmt: skip


def kernel(g0: Any, g1: Any, g2: Any) -> list[Any]:
    """Apply G, 3 to 6."""
    a, b = (g0 + g2) * (-1 / 6), g1 * (1 / 6)
    c, d = g0 * (1 / 24) + g2 * (1 / 6), g1 * (1 / 12)
    return [0.25 * g0, a - b, a + b, c + d, c - d, g2]


def result(m0: Any, m1: Any, m2: Any, m3: Any, m4: Any, m5: Any) -> list[Any]:
    """Apply A^T, 6 to 4."""
    s, d, s2, d2 = m1 + m2, m1 - m2, m3 + m4, m3 - m4
    return [m0 + s + s2, d + 2.0 * d2, s + 4.0 * s2, d + 8.0 * d2 + m5]


def near(g0: Any, g1: Any, g2: Any, g3: Any) -> list[Any]:
    """Apply the first half of the G of F(3, 4), which is `SCALES` times too large."""
    even, odd = g0 + g2, g1 + g3
    return [g0, even + odd, even - odd]


def far(g0: Any, g1: Any, g2: Any, g3: Any) -> list[Any]:
    """Apply the second half of the G of F(3, 4)."""
    even, odd = g0 + 4.0 * g2, 2.0 * g1 + 8.0 * g3
    return [even + odd, even - odd, g3]


SCALES = (1 / 4, -1 / 6, -1 / 6, 1 / 24, 1 / 24, 1.0)


def three(m0: Any, m1: Any, m2: Any, m3: Any, m4: Any, m5: Any) -> list[Any]:
    """Apply the A^T of F(3, 4), 6 to 3."""
    return [m0 + m1 + m2 + m3 + m4, m1 - m2 + 2.0 * (m3 - m4), m1 + m2 + 4.0 * (m3 + m4) + m5]


class Value:
    """A vector or a number of instructions, with the arithmetic that the formulas use."""

    FLAGS = ("contract",)

    def __init__(self, builder: ir.IRBuilder, value: Any) -> None:
        self.builder, self.value = builder, value

    def __add__(self, other: "Value") -> "Value":
        return Value(self.builder, self.builder.fadd(self.value, other.value, flags=self.FLAGS))

    def __sub__(self, other: "Value") -> "Value":
        return Value(self.builder, self.builder.fsub(self.value, other.value, flags=self.FLAGS))

    def __mul__(self, factor: float) -> "Value":
        kind = self.value.type
        vector = isinstance(kind, ir.VectorType)
        constant = ir.Constant(kind, [factor] * kind.count if vector else factor)
        return Value(self.builder, self.builder.fmul(self.value, constant, flags=self.FLAGS))

    __rmul__ = __mul__


def _emit(builder: ir.IRBuilder, arguments: Any, formula: Formula, n: int, add_bias: bool) -> None:
    """Emit the loop over vectors of the transform of an n x n patch."""
    e, b = Emitter(builder), builder
    sources, targets, count, bias = arguments

    def at(table: Any, index: int) -> Any:
        return b.add(e.entry(table, integer(index)), offset)

    before, loop = b.block, b.append_basic_block("vector")
    done = b.append_basic_block("done")
    b.branch(loop)
    b.position_at_end(loop)
    (index,) = phis = e.phis([integer(0)], before)
    offset = b.mul(index, integer(SIZE * e.lanes))
    patch = [[Value(b, e.load(at(sources, n * i + j))) for i in range(n)] for j in range(n)]
    columns = [formula(*column) for column in patch]
    m = len(columns[0])
    for i in range(m):
        for j, value in enumerate(formula(*[column[i] for column in columns])):
            total = value + Value(b, e.load(b.add(bias, offset))) if add_bias else value
            e.store(total.value, at(targets, m * i + j))
    following = b.add(index, integer(1))
    e.again(phis, [following])
    b.cbranch(b.icmp_signed("<", following, count), loop, done)
    b.position_at_end(done)


def _intrinsic(formula: Formula, n: int, add_bias: bool) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        _emit(builder, arguments, formula, n, add_bias)
        return context.get_dummy_value()

    return codegen


@intrinsic
def _image(typing, sources, targets, count, bias):  # type: ignore
    return SIGNATURE, _intrinsic(image, 6, False)


@intrinsic
def _kernel(typing, sources, targets, count, bias):  # type: ignore
    return SIGNATURE, _intrinsic(kernel, 3, False)


@intrinsic
def _result(typing, sources, targets, count, bias):  # type: ignore
    return SIGNATURE, _intrinsic(result, 6, True)


@intrinsic
def call_transform(typing, address, sources, targets, count, bias):  # type: ignore
    """Call a transform by its address: tables of addresses, vectors at each, bias."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        call(builder, arguments[0], arguments[1:])
        return context.get_dummy_value()

    return types.void(*[types.int64] * 5), codegen


@cache
def transforms() -> tuple[int, int, int]:
    """Return the addresses of the transforms of an image, a kernel and a result."""

    @cfunc(SIGNATURE, cache=True)
    def of_image(sources, targets, count, bias):  # type: ignore
        _image(sources, targets, count, bias)

    @cfunc(SIGNATURE, cache=True)
    def of_kernel(sources, targets, count, bias):  # type: ignore
        _kernel(sources, targets, count, bias)

    @cfunc(SIGNATURE, cache=True)
    def of_result(sources, targets, count, bias):  # type: ignore
        _result(sources, targets, count, bias)

    return of_image.address, of_kernel.address, of_result.address  # type: ignore
