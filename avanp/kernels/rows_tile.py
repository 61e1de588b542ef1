"""The inner loop of Winograd's F(4, 3) along rows: products and result without memory between.

    m[k] = sum_t V[source + tap[t] + 4 k] U[t, k]    for k < 6
    y[target + r step] = (A^T m)[r]                   for r < 4, plus bias

V are the numbers of a transformed image, whose channels lie in fours at each of the 6 points;
U (T, 6, lanes) and y are vectors of channels. The bias is where m[1] begins: the column of A^T
that it meets holds ones.
"""

from functools import cache
from typing import Any

from llvmlite import ir
from numba import cfunc, types
from numba.core.cgutils import get_or_insert_function
from numba.extending import intrinsic

from avanp.kernels.cpu import tile
from avanp.kernels.transform import Value, image, result

FLOAT, I64, I32 = ir.FloatType(), ir.IntType(64), ir.IntType(32)
SIZE = 4  # bytes of a float
POINTS, BLOCK = 6, 4
# n, source, target, V, T, tap, U, y, step, bias: pointers as integers, offsets in floats
N_ARGUMENTS = 10
SIGNATURE = types.void(*[types.int64] * N_ARGUMENTS)


def integer(value: int) -> ir.Constant:
    """Return a constant for an address or an index."""
    return ir.Constant(I64, value)


def patches() -> int:
    """Return how many patches' sums stay in registers beside one row of U."""
    return max(1, tile().rows * 2 // (POINTS + 1))


class _Patches:
    """Writes the loops over groups of `size` patches."""

    def __init__(self, builder: ir.IRBuilder, size: int, arguments: Any) -> None:
        self.b, self.size, self.arguments = builder, size, arguments
        self.lanes = tile().lanes
        self.vector = ir.VectorType(FLOAT, self.lanes)

    def emit(self, begin: Any) -> Any:
        """Emit the groups from patch `begin` on, and return the first patch not done."""
        b, size = self.b, self.size
        n = self.arguments[0]
        head, body, after = (b.append_basic_block(f"{name}{size}") for name in ("h", "b", "a"))
        before = b.block
        b.branch(head)
        b.position_at_end(head)
        first = b.phi(I64)
        first.add_incoming(begin, before)
        following = b.add(first, integer(size))
        b.cbranch(b.icmp_signed("<=", following, n), body, after)
        b.position_at_end(body)
        self._group(first)
        first.add_incoming(following, b.block)
        b.branch(head)
        b.position_at_end(after)
        return first

    def _group(self, first: Any) -> None:
        b, size = self.b, self.size
        _, source, target, v, n_taps, taps, u, y, step, bias = self.arguments
        starts = [
            self._after(v, self._entry(source, b.add(first, integer(m)))) for m in range(size)
        ]
        zero = ir.Constant(self.vector, [0.0] * self.lanes)
        one_patch = [zero, self._load(bias, 0), *[zero] * (POINTS - 2)]
        before, loop = b.block, b.append_basic_block("tap")
        b.branch(loop)
        b.position_at_end(loop)
        vectors = [b.phi(self.vector) for _ in range(size * POINTS)]
        t, u_t, *sums = phis = [b.phi(I64), b.phi(I64), *vectors]
        for phi, value in zip(phis, [integer(0), u, *one_patch * size], strict=True):
            phi.add_incoming(value, before)
        offset = self._entry(taps, t)
        new = self._multiply_add([self._after(s, offset) for s in starts], u_t, sums)
        t_next = b.add(t, integer(1))
        u_next = b.add(u_t, integer(SIZE * POINTS * self.lanes))
        for phi, value in zip(phis, [t_next, u_next, *new], strict=True):
            phi.add_incoming(value, loop)
        done = b.append_basic_block("done")
        b.cbranch(b.icmp_signed("<", t_next, n_taps), loop, done)
        b.position_at_end(done)
        for m in range(size):
            at = self._after(y, self._entry(target, b.add(first, integer(m))))
            points = [Value(b, value) for value in new[m * POINTS : (m + 1) * POINTS]]
            for value in result(*points):
                b.store(value.value, b.inttoptr(at, self.vector.as_pointer())).align = SIZE
                at = self._after(at, step)

    def _multiply_add(self, starts: list[Any], u: Any, sums: list[Any]) -> list[Any]:
        """Return the sums with one more tap."""
        b = self.b
        kind = ir.FunctionType(self.vector, [self.vector] * 3)
        name = f"llvm.fmuladd.v{self.lanes}f32"
        multiply_add = get_or_insert_function(b.module, kind, name)
        undefined = ir.Constant(self.vector, ir.Undefined)
        to_all = ir.Constant(ir.VectorType(I32, self.lanes), [0] * self.lanes)
        new = list(sums)
        for k in range(POINTS):
            row = self._load(u, k)
            for m, start in enumerate(starts):
                at = self._after(start, integer(BLOCK * k))
                number = b.load(b.inttoptr(at, FLOAT.as_pointer()))
                first = b.insert_element(undefined, number, ir.Constant(I32, 0))
                numbers = b.shuffle_vector(first, undefined, to_all)
                i = m * POINTS + k
                new[i] = b.call(multiply_add, [numbers, row, sums[i]])
        return new

    def _after(self, address: Any, floats: Any) -> Any:
        return self.b.add(address, self.b.mul(floats, integer(SIZE)))

    def _entry(self, table: Any, index: Any) -> Any:
        at = self.b.add(table, self.b.mul(index, integer(8)))
        return self.b.load(self.b.inttoptr(at, I64.as_pointer()))

    def _load(self, address: Any, vector: int) -> Any:
        at = self._after(address, integer(vector * self.lanes))
        value = self.b.load(self.b.inttoptr(at, self.vector.as_pointer()))
        value.align = SIZE
        return value


@intrinsic
def _rows(typing, n, source, target, v, t, tap, u, y, step, bias):  # type: ignore
    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        done = _Patches(builder, patches(), arguments).emit(integer(0))
        if patches() > 1:
            _Patches(builder, 1, arguments).emit(done)
        return context.get_dummy_value()

    return SIGNATURE, codegen


@intrinsic
def call_rows(typing, address, n, source, target, v, t, tap, u, y, step, bias):  # type: ignore
    """Call the loop at `address` with the 10 arguments that follow."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = ir.FunctionType(ir.VoidType(), [I64] * N_ARGUMENTS)
        builder.call(builder.inttoptr(arguments[0], kind.as_pointer()), arguments[1:])
        return context.get_dummy_value()

    return types.void(*[types.int64] * (N_ARGUMENTS + 1)), codegen


@intrinsic
def transform_patch(typing, source, step, target):  # type: ignore
    """Transform the `BLOCK` channels of six places, `step` floats apart, to (6, BLOCK)."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        b, vector = builder, ir.VectorType(FLOAT, BLOCK)
        source, step, target = arguments
        places = []
        for j in range(POINTS):
            at = b.add(source, b.mul(step, integer(SIZE * j)))
            places.append(b.load(b.inttoptr(at, vector.as_pointer())))
            places[-1].align = SIZE
        for k, value in enumerate(image(*[Value(b, place) for place in places])):
            at = b.inttoptr(b.add(target, integer(SIZE * BLOCK * k)), vector.as_pointer())
            b.store(value.value, at).align = SIZE
        return context.get_dummy_value()

    return types.void(*[types.int64] * 3), codegen


@cache
def rows_loop() -> int:
    """Return the address of the loop; it compiles at the first call."""

    @cfunc(SIGNATURE, cache=True)
    def run(n, source, target, v, t, tap, u, y, step, bias):  # type: ignore
        _rows(n, source, target, v, t, tap, u, y, step, bias)

    return run.address  # type: ignore
