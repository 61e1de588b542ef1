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

from numba import types
from numba.extending import intrinsic

from avanp.kernels.compiled import cfunc
from avanp.kernels.engine.cpu import tile
from avanp.kernels.engine.emit import SIZE, Emitter, call, integer

LINE = 64  # bytes of a cache line
AHEAD = 8  # rows of B that are fetched before they are needed
# rows, n_taps, tap, K, A, a_row, step, B, width, C, c_row, bias, add: pointers as integers,
# offsets and strides in floats. With add != 0 the result is added to C.
N_ARGUMENTS = 13
SIGNATURE = types.void(*[types.int64] * N_ARGUMENTS)


class _Tile(Emitter):
    """Writes the loops of a tile of `rows` rows and `vectors` vectors."""

    def __init__(self, builder: Any, rows: int, vectors: int, arguments: Any) -> None:
        super().__init__(builder)
        self.rows, self.vectors, self.arguments = rows, vectors, arguments

    def emit(self, done: Any) -> None:
        """Emit the loops over t and k from the builder's block to the block `done`."""
        b = self.b
        _, n_taps, taps, k_size, a, a_rows, step, weights, width, c, c_rows, bias, add = (
            self.arguments
        )
        starts = [self.entry(a_rows, integer(m)) for m in range(self.rows)]
        c_starts = [self.entry(c_rows, integer(m)) for m in range(self.rows)]
        for start in c_starts:
            self._fetch_row(self.after(c, start), to_write=True)
        names = ("tap", "k", "next", "end")
        tap, inner, following, end = (b.append_basic_block(f"{n}{self.rows}") for n in names)
        first = [self.load(bias, v) for v in range(self.vectors)]
        before = b.block
        b.branch(tap)

        b.position_at_end(tap)
        t, b_tap, *tap_sums = self.phis([integer(0), weights, *first * self.rows], before)
        a_tap = self.after(a, self.entry(taps, t))
        b.branch(inner)

        b.position_at_end(inner)
        k, a_k, b_k, *sums = phis = self.phis([integer(0), a_tap, b_tap, *tap_sums], tap)
        new = self._products(a_k, starts, b_k, sums)
        k_next, b_next = b.add(k, integer(1)), self.after(b_k, width)
        steps = [k_next, self.after(a_k, step), b_next, *new]
        self.again(phis, steps)
        b.cbranch(b.icmp_signed("<", k_next, k_size), inner, following)

        b.position_at_end(following)
        t_next = b.add(t, integer(1))
        self.again([t, b_tap, *tap_sums], [t_next, b_next, *new])
        b.cbranch(b.icmp_signed("<", t_next, n_taps), tap, end)

        b.position_at_end(end)
        with b.if_else(b.icmp_signed("!=", add, integer(0))) as (then, otherwise):
            with then:
                self._store(new, c, c_starts, True)
            with otherwise:
                self._store(new, c, c_starts, False)
        b.branch(done)

    def _products(self, a: Any, starts: list[Any], weights: Any, sums: list[Any]) -> list[Any]:
        """Return the sums with one more k: each row's number times the row of B."""
        # B is often larger than the L1 cache.
        self._fetch_row(self.after(weights, self.b.mul(self.arguments[8], integer(AHEAD))))
        columns = [self.load(weights, v) for v in range(self.vectors)]
        new = []
        for m, start in enumerate(starts):
            row = self.everywhere(self.after(a, start))
            for v, column in enumerate(columns):
                new.append(self.multiply_add(row, column, sums[m * self.vectors + v]))
        return new

    def _fetch_row(self, row: Any, to_write: bool = False) -> None:
        """Begin to fetch the row of a tile at an address."""
        for first in range(0, SIZE * self.lanes * self.vectors, LINE):
            self.fetch(self.b.add(row, integer(first)), to_write)

    def _store(self, sums: list[Any], c: Any, starts: list[Any], add: bool) -> None:
        """Store the sums, or add them to what C holds."""
        for m, start in enumerate(starts):
            row = self.after(c, start)
            for v in range(self.vectors):
                total = sums[m * self.vectors + v]
                if add:
                    total = self.b.fadd(total, self.load(row, v))
                self.store(total, row, v)


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
        call(builder, arguments[0], arguments[1:])
        return context.get_dummy_value()

    return types.void(*[types.int64] * (N_ARGUMENTS + 1)), codegen


@cache
def two_vectors() -> int:
    """Return the address of the micro-kernel of a whole tile; it compiles at the first call."""

    @cfunc(SIGNATURE)
    def run(rows, t, tap, k, a, ar, step, b, width, c, cr, bias, add):  # type: ignore
        _two(rows, t, tap, k, a, ar, step, b, width, c, cr, bias, add)

    return run.address


@cache
def one_vector() -> int:
    """Return the address of the micro-kernel of a tile of half the columns."""

    @cfunc(SIGNATURE)
    def run(rows, t, tap, k, a, ar, step, b, width, c, cr, bias, add):  # type: ignore
        _one(rows, t, tap, k, a, ar, step, b, width, c, cr, bias, add)

    return run.address
