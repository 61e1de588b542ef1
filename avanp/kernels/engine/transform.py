"""Winograd's transforms of patches, compiled: loops over vectors of channels."""

from collections.abc import Callable
from functools import cache
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from avanp.kernels.compiled import cfunc
from avanp.kernels.engine.emit import SIZE, Emitter, call, integer
from avanp.kernels.engine.winograd_formulas import (
    gradient,
    gradient_of_two,
    image,
    image_of_two,
    kernel,
    kernel_of_two,
    result,
    result_of_two,
)

Formula = Callable[..., list[Any]]

# addresses of the inputs, addresses of the outputs, number of vectors, bias
SIGNATURE = types.void(types.int64, types.int64, types.int64, types.int64)


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
def _image_of_two(typing, sources, targets, count, bias):  # type: ignore
    return SIGNATURE, _intrinsic(image_of_two, 5, False)


@intrinsic
def _kernel_of_two(typing, sources, targets, count, bias):  # type: ignore
    return SIGNATURE, _intrinsic(kernel_of_two, 2, False)


@intrinsic
def _result_of_two(typing, sources, targets, count, bias):  # type: ignore
    return SIGNATURE, _intrinsic(result_of_two, 5, True)


@intrinsic
def _gradient(typing, sources, targets, count, bias):  # type: ignore
    return SIGNATURE, _intrinsic(gradient, 4, False)


@intrinsic
def _gradient_of_two(typing, sources, targets, count, bias):  # type: ignore
    return SIGNATURE, _intrinsic(gradient_of_two, 4, False)


@intrinsic
def call_transform(typing, address, sources, targets, count, bias):  # type: ignore
    """Call a transform by its address: tables of addresses, vectors at each, bias."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        call(builder, arguments[0], arguments[1:])
        return context.get_dummy_value()

    return types.void(*[types.int64] * 5), codegen


@cache
def transforms(taps: int) -> tuple[int, int, int]:
    """Return the addresses of the transforms of an image, a kernel of `taps`, and a result."""
    return (_of_two if taps == 2 else _of_three)()


def _of_three() -> tuple[int, int, int]:
    @cfunc(SIGNATURE)
    def of_image(sources, targets, count, bias):  # type: ignore
        _image(sources, targets, count, bias)

    @cfunc(SIGNATURE)
    def of_kernel(sources, targets, count, bias):  # type: ignore
        _kernel(sources, targets, count, bias)

    @cfunc(SIGNATURE)
    def of_result(sources, targets, count, bias):  # type: ignore
        _result(sources, targets, count, bias)

    return of_image.address, of_kernel.address, of_result.address


def _of_two() -> tuple[int, int, int]:
    @cfunc(SIGNATURE)
    def of_image(sources, targets, count, bias):  # type: ignore
        _image_of_two(sources, targets, count, bias)

    @cfunc(SIGNATURE)
    def of_kernel(sources, targets, count, bias):  # type: ignore
        _kernel_of_two(sources, targets, count, bias)

    @cfunc(SIGNATURE)
    def of_result(sources, targets, count, bias):  # type: ignore
        _result_of_two(sources, targets, count, bias)

    return of_image.address, of_kernel.address, of_result.address


@cache
def gradient_transform(taps: int) -> int:
    """Return the address of the transform of dy for the gradient of a kernel of `taps`."""

    @cfunc(SIGNATURE)
    def of_gradient(sources, targets, count, bias):  # type: ignore
        _gradient(sources, targets, count, bias)

    @cfunc(SIGNATURE)
    def of_gradient_of_two(sources, targets, count, bias):  # type: ignore
        _gradient_of_two(sources, targets, count, bias)

    return (of_gradient_of_two if taps == 2 else of_gradient).address
