"""The inner loop of every convolution: one tile of C, its sums kept in registers.

    C[c_row[m] + n] = bias[n] + sum_t sum_k A[tap[t] + a_row[m] + k step] B[(t K + k) width + n]

for m < rows and the columns n of one tile. In NHWC the columns and channels of a kernel row are
contiguous in the image, so that forward, backward, stride and transposed convolution are this sum
with other tables, and with A and B exchanged for step and width so is the gradient of a kernel.

It is written as LLVM instructions because Numba keeps no array of sums in registers. One function
holds the loops for every number of rows; it is compiled once and called by its address, which
spares the kernels that use it the compilation of copies. The sum over t and k is in order for
every tile: results do not depend on how the rows are cut into tiles.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from llvmlite import ir
from numba import cfunc, types
from numba.core.cgutils import get_or_insert_function
from numba.extending import intrinsic

from avanp.kernels.cpu import tile

FLOAT, I64, I32 = ir.FloatType(), ir.IntType(64), ir.IntType(32)
SIZE, LINE = 4, 64  # bytes of a float and of a cache line
AHEAD = 8  # rows of B that are fetched before they are needed
# rows, n_taps, tap, K, A, a_row, step, B, width, C, c_row, bias, add: pointers as integers,
# offsets and strides in floats. With add != 0 the result is added to C.
N_ARGUMENTS = 13
SIGNATURE = types.void(*[types.int64] * N_ARGUMENTS)


def integer(value: int) -> ir.Constant:
    """Return a constant for an address or an index."""
    return ir.Constant(I64, value)


class _Tile:
    """Writes the loops of a tile of `rows` rows and `vectors` vectors."""

    def __init__(self, builder: ir.IRBuilder, rows: int, vectors: int, arguments: Any) -> None:
        self.b, self.rows, self.vectors, self.arguments = builder, rows, vectors, arguments
        self.lanes = tile().lanes
        self.vector = ir.VectorType(FLOAT, self.lanes)

    def emit(self, done: Any) -> None:
        """Emit the loops over t and k from the builder's block to the block `done`."""
        b = self.b
        _, n_taps, taps, k_size, a, a_rows, step, weights, width, c, c_rows, bias, add = (
            self.arguments
        )
        starts = [self._entry(a_rows, integer(m)) for m in range(self.rows)]
        c_starts = [self._entry(c_rows, integer(m)) for m in range(self.rows)]
        for start in c_starts:
            self._fetch(self._after(c, start), to_write=True)
        names = ("tap", "k", "next", "end")
        tap, inner, following, end = (b.append_basic_block(f"{n}{self.rows}") for n in names)
        first = [self._load(bias, v) for v in range(self.vectors)]
        before = b.block
        b.branch(tap)

        b.position_at_end(tap)
        t, b_tap, *tap_sums = self._phis([integer(0), weights, *first * self.rows], before)
        a_tap = self._after(a, self._entry(taps, t))
        b.branch(inner)

        b.position_at_end(inner)
        k, a_k, b_k, *sums = phis = self._phis([integer(0), a_tap, b_tap, *tap_sums], tap)
        new = self._multiply_add(a_k, starts, b_k, sums)
        k_next, b_next = b.add(k, integer(1)), self._after(b_k, width)
        steps = [k_next, self._after(a_k, step), b_next, *new]
        for phi, value in zip(phis, steps, strict=True):
            phi.add_incoming(value, inner)
        b.cbranch(b.icmp_signed("<", k_next, k_size), inner, following)

        b.position_at_end(following)
        t_next = b.add(t, integer(1))
        for phi, value in zip([t, b_tap, *tap_sums], [t_next, b_next, *new], strict=True):
            phi.add_incoming(value, following)
        b.cbranch(b.icmp_signed("<", t_next, n_taps), tap, end)

        b.position_at_end(end)
        with b.if_else(b.icmp_signed("!=", add, integer(0))) as (then, otherwise):
            with then:
                self._store(new, c, c_starts, True)
            with otherwise:
                self._store(new, c, c_starts, False)
        b.branch(done)

    def _phis(self, values: list[Any], before: Any) -> list[Any]:
        """Return the variables of a loop that start with `values`."""
        phis = [self.b.phi(value.type) for value in values]
        for phi, value in zip(phis, values, strict=True):
            phi.add_incoming(value, before)
        return phis

    def _after(self, address: Any, floats: Any) -> Any:
        return self.b.add(address, self.b.mul(floats, integer(SIZE)))

    def _entry(self, table: Any, index: Any) -> Any:
        """Return an entry of a table of 64-bit integers."""
        at = self.b.add(table, self.b.mul(index, integer(8)))
        return self.b.load(self.b.inttoptr(at, I64.as_pointer()))

    def _load(self, address: Any, vector: int) -> Any:
        at = self._after(address, integer(vector * self.lanes))
        value = self.b.load(self.b.inttoptr(at, self.vector.as_pointer()))
        value.align = SIZE
        return value

    def _multiply_add(self, a: Any, starts: list[Any], weights: Any, sums: list[Any]) -> list[Any]:
        """Return the sums with one more k: each row's number times the row of B."""
        b, kind = self.b, ir.FunctionType(self.vector, [self.vector] * 3)
        # fmuladd, not fma: without an FMA unit fma is a call of the C library for each lane.
        name = f"llvm.fmuladd.v{self.lanes}f32"
        multiply_add = get_or_insert_function(b.module, kind, name)
        undefined = ir.Constant(self.vector, ir.Undefined)
        to_all = ir.Constant(ir.VectorType(I32, self.lanes), [0] * self.lanes)
        # B is often larger than the L1 cache.
        self._fetch(self._after(weights, b.mul(self.arguments[8], integer(AHEAD))))
        columns = [self._load(weights, v) for v in range(self.vectors)]
        new = []
        for m, start in enumerate(starts):
            number = b.load(b.inttoptr(self._after(a, start), FLOAT.as_pointer()))
            first = b.insert_element(undefined, number, ir.Constant(I32, 0))
            row = b.shuffle_vector(first, undefined, to_all)
            for v, column in enumerate(columns):
                new.append(b.call(multiply_add, [row, column, sums[m * self.vectors + v]]))
        return new

    def _fetch(self, row: Any, to_write: bool = False) -> None:
        """Begin to fetch the row of a tile at an address into the L1 cache."""
        b, pointer = self.b, ir.IntType(8).as_pointer()
        kind = ir.FunctionType(ir.VoidType(), [pointer, I32, I32, I32])
        fetch = get_or_insert_function(b.module, kind, "llvm.prefetch.p0i8")
        often, data = ir.Constant(I32, 3), ir.Constant(I32, 1)
        for first in range(0, SIZE * self.lanes * self.vectors, LINE):
            line = b.inttoptr(b.add(row, integer(first)), pointer)
            b.call(fetch, [line, ir.Constant(I32, int(to_write)), often, data])

    def _store(self, sums: list[Any], c: Any, starts: list[Any], add: bool) -> None:
        """Store the sums, or add them to what C holds."""
        for m, start in enumerate(starts):
            row = self._after(c, start)
            for v in range(self.vectors):
                total = sums[m * self.vectors + v]
                if add:
                    total = self.b.fadd(total, self._load(row, v))
                at = self._after(row, integer(v * self.lanes))
                self.b.store(total, self.b.inttoptr(at, self.vector.as_pointer())).align = SIZE


def _body(vectors: int) -> Callable[..., Any]:
    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        most = tile().rows
        done = builder.append_basic_block("done")
        cases = [builder.append_basic_block(f"rows{m}") for m in range(1, most + 1)]
        switch = builder.switch(arguments[0], done)
        for m, block in enumerate(cases, 1):
            switch.add_case(integer(m), block)
            builder.position_at_end(block)
            _Tile(builder, m, vectors, arguments).emit(done)
        builder.position_at_end(done)
        return context.get_dummy_value()

    return codegen


@intrinsic
def _two(typing, rows, t, tap, k, a, ar, step, b, width, c, cr, bias, add):  # type: ignore
    return SIGNATURE, _body(2)


@intrinsic
def _one(typing, rows, t, tap, k, a, ar, step, b, width, c, cr, bias, add):  # type: ignore
    return SIGNATURE, _body(1)


@intrinsic
def call_tile(typing, address, rows, t, tap, k, a, ar, step, b, width, c, cr, bias, add):  # type: ignore
    """Call the micro-kernel at `address` with the 13 arguments that follow."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = ir.FunctionType(ir.VoidType(), [I64] * N_ARGUMENTS)
        builder.call(builder.inttoptr(arguments[0], kind.as_pointer()), arguments[1:])
        return context.get_dummy_value()

    return types.void(*[types.int64] * (N_ARGUMENTS + 1)), codegen


@cache
def two_vectors() -> int:
    """Return the address of the micro-kernel of a whole tile; it compiles at the first call."""

    @cfunc(SIGNATURE, cache=True)
    def run(rows, t, tap, k, a, ar, step, b, width, c, cr, bias, add):  # type: ignore
        _two(rows, t, tap, k, a, ar, step, b, width, c, cr, bias, add)

    return run.address  # type: ignore


@cache
def one_vector() -> int:
    """Return the address of the micro-kernel of a tile of half the columns."""

    @cfunc(SIGNATURE, cache=True)
    def run(rows, t, tap, k, a, ar, step, b, width, c, cr, bias, add):  # type: ignore
        _one(rows, t, tap, k, a, ar, step, b, width, c, cr, bias, add)

    return run.address  # type: ignore
