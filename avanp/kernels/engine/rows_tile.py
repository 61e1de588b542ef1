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
from numba import types
from numba.extending import intrinsic

from avanp.kernels.compiled import cfunc
from avanp.kernels.engine.cpu import tile
from avanp.kernels.engine.emit import FLOAT, SIZE, Emitter, call, integer
from avanp.kernels.engine.transform import Value
from avanp.kernels.engine.winograd_formulas import image, result

POINTS, BLOCK = 6, 4
# n, source, target, V, T, tap, U, y, step, bias: pointers as integers, offsets in floats
N_ARGUMENTS = 10
SIGNATURE = types.void(*[types.int64] * N_ARGUMENTS)


def patches() -> int:
    """Return how many patches' sums stay in registers beside one row of U."""
    return max(1, 2 * tile().rows // POINTS)


class _Patches(Emitter):
    """Writes the loops over groups of `size` patches; with `past` y is stored past the caches."""

    def __init__(self, builder: Any, size: int, arguments: Any, past: bool) -> None:
        super().__init__(builder)
        self.size, self.arguments, self.past = size, arguments, past

    def emit(self, begin: Any) -> Any:
        """Emit the groups from patch `begin` on, and return the first patch not done."""
        b, size = self.b, self.size
        head, body, after = (b.append_basic_block(f"{name}{size}") for name in ("h", "b", "a"))
        before = b.block
        b.branch(head)
        b.position_at_end(head)
        (first,) = phis = self.phis([begin], before)
        following = b.add(first, integer(size))
        b.cbranch(b.icmp_signed("<=", following, self.arguments[0]), body, after)
        b.position_at_end(body)
        self._group(first)
        self.again(phis, [following])
        b.branch(head)
        b.position_at_end(after)
        return first

    def _group(self, first: Any) -> None:
        """Emit the sums over t of `size` patches, and their results."""
        b, size = self.b, self.size
        _, source, target, v, n_taps, taps, u, y, step, bias = self.arguments
        members = [b.add(first, integer(m)) for m in range(size)]
        starts = [self.after(v, self.entry(source, m)) for m in members]
        places = []
        for m in members:
            places.append([self.after(y, self.entry(target, m))])
            for _ in range(3):
                places[-1].append(self.after(places[-1][-1], step))
            for place in places[-1] if not self.past else ():
                self.fetch(place, to_write=True)
        zero = ir.Constant(self.vector, [0.0] * self.lanes)
        begin = [zero, self.load(bias), *[zero] * (POINTS - 2)] * size
        before, loop = b.block, b.append_basic_block("tap")
        b.branch(loop)
        b.position_at_end(loop)
        t, u_t, *sums = phis = self.phis([integer(0), u, *begin], before)
        offset = self.entry(taps, t)
        new = self._products([self.after(s, offset) for s in starts], u_t, sums)
        t_next = b.add(t, integer(1))
        self.again(phis, [t_next, self.after(u_t, integer(POINTS * self.lanes)), *new])
        done = b.append_basic_block("done")
        b.cbranch(b.icmp_signed("<", t_next, n_taps), loop, done)
        b.position_at_end(done)
        for m in range(size):
            points = [Value(b, value) for value in new[m * POINTS : (m + 1) * POINTS]]
            store = self.store_past if self.past else self.store
            for value, place in zip(result(*points), places[m], strict=True):
                store(value.value, place)

    def _products(self, starts: list[Any], u: Any, sums: list[Any]) -> list[Any]:
        """Return the sums with one more tap."""
        new = list(sums)
        for k in range(POINTS):
            row = self.load(u, k)
            for i, start in zip(range(k, len(sums), POINTS), starts, strict=True):
                number = self.everywhere(self.after(start, integer(BLOCK * k)))
                new[i] = self.multiply_add(number, row, sums[i])
        return new


def _rows(past: bool) -> Any:
    @intrinsic
    def rows(typing, n, source, target, v, t, tap, u, y, step, bias):  # type: ignore
        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            done = _Patches(builder, patches(), arguments, past).emit(integer(0))
            if patches() > 1:
                _Patches(builder, 1, arguments, past).emit(done)
            return context.get_dummy_value()

        return SIGNATURE, codegen

    return rows


_rows_kept, _rows_past = _rows(False), _rows(True)


@intrinsic
def call_rows(typing, address, n, source, target, v, t, tap, u, y, step, bias):  # type: ignore
    """Call the loop at `address` with the 10 arguments that follow."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        call(builder, arguments[0], arguments[1:])
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

    @cfunc(SIGNATURE)
    def run(n, source, target, v, t, tap, u, y, step, bias):  # type: ignore
        _rows_kept(n, source, target, v, t, tap, u, y, step, bias)

    return run.address


@cache
def rows_loop_past() -> int:
    """Return the address of the loop that stores past the caches; a `fence` must follow it."""

    @cfunc(SIGNATURE)
    def run_past(n, source, target, v, t, tap, u, y, step, bias):  # type: ignore
        _rows_past(n, source, target, v, t, tap, u, y, step, bias)

    return run_past.address
