"""The inner loop of Winograd's F(3, 4) along rows: the sums over patches stay in registers.

    S[m, k] += sum_p V[p v_step + row[m] + 4 (first + k)] (G dy[p])[k]     for m < rows, k < 3

V are the numbers of a transformed image, dy[p] four places beside each other, of which a vector of
channels is read. `first` is 0 or 3: half of the six points, so that the sums of more rows fit. With
0 the sum of dy, which is what the point 1 of G gives, is added to `total`.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from avanp.kernels.compiled import cfunc
from avanp.kernels.engine.cpu import tile
from avanp.kernels.engine.emit import Emitter, call, integer
from avanp.kernels.engine.rows_tile import BLOCK
from avanp.kernels.engine.transform import Value
from avanp.kernels.engine.winograd_formulas import far, near

HALF = 3  # points
AHEAD = 4  # patches whose dy is fetched before it is needed
# n, V, v_step, rows, row, dy, step, S, total: pointers as integers, offsets in floats
N_ARGUMENTS = 9
SIGNATURE = types.void(*[types.int64] * N_ARGUMENTS)


def group() -> int:
    """Return how many rows' sums stay in registers beside three points and the sum of dy."""
    return HALF if tile().rows < 14 else 3 * HALF


class _Sums(Emitter):
    """Writes the loop over patches for a number of rows."""

    def __init__(self, builder: Any, rows: int, first: int, arguments: Any) -> None:
        super().__init__(builder)
        self.rows, self.first, self.arguments = rows, first, arguments

    def emit(self, done: Any) -> None:
        """Emit the loop from the builder's block to the block `done`."""
        b = self.b
        n, v, v_step, _, rows, dy, step, s, total = self.arguments
        starts = [self.entry(rows, integer(m)) for m in range(self.rows)]
        zero = ir.Constant(self.vector, [0.0] * self.lanes)
        # Where each sum is added in the end.
        ends = [
            self.after(s, integer((2 * HALF * m + self.first + k) * self.lanes))
            for m in range(self.rows)
            for k in range(HALF)
        ]
        if self.first == 0:
            ends.append(total)
        before, loop = b.block, b.append_basic_block(f"patch{self.rows}")
        end = b.append_basic_block(f"end{self.rows}")
        b.branch(loop)
        b.position_at_end(loop)
        p, v_p, dy_p, *sums = phis = self.phis([integer(0), v, dy, *[zero] * len(ends)], before)
        places = [dy_p]
        for _ in range(BLOCK - 1):
            places.append(self.after(places[-1], step))
        if self.first == 0:  # dy is in the L2 cache when it is read again
            for at in places:
                self.fetch(self.after(at, b.mul(step, integer(BLOCK * AHEAD))))
        formula = far if self.first else near
        points = [value.value for value in formula(*[Value(b, self.load(at)) for at in places])]
        new = []
        for m, start in enumerate(starts):
            at = self.after(v_p, start)
            for k, point in enumerate(points):
                number = self.everywhere(self.after(at, integer(BLOCK * (self.first + k))))
                new.append(self.multiply_add(number, point, sums[m * HALF + k]))
        if self.first == 0:
            new.append(b.fadd(sums[-1], points[1]))
        p_next = b.add(p, integer(1))
        following = self.after(places[-1], step)
        self.again(phis, [p_next, self.after(v_p, v_step), following, *new])
        b.cbranch(b.icmp_signed("<", p_next, n), loop, end)
        b.position_at_end(end)
        for value, at in zip(new, ends, strict=True):
            self.store(b.fadd(value, self.load(at)), at)
        b.branch(done)


def _body(first: int) -> Callable[..., Any]:
    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        done = builder.append_basic_block("done")
        sizes = range(HALF, group() + 1, HALF)
        cases = [builder.append_basic_block(f"rows{m}") for m in sizes]
        switch = builder.switch(arguments[3], done)
        for m, block in zip(sizes, cases, strict=True):
            switch.add_case(integer(m), block)
            builder.position_at_end(block)
            _Sums(builder, m, first, arguments).emit(done)
        builder.position_at_end(done)
        return context.get_dummy_value()

    return codegen


@intrinsic
def _near(typing, n, v, v_step, rows, row, dy, step, s, total):  # type: ignore
    return SIGNATURE, _body(0)


@intrinsic
def _far(typing, n, v, v_step, rows, row, dy, step, s, total):  # type: ignore
    return SIGNATURE, _body(HALF)


@intrinsic
def call_sums(typing, address, n, v, v_step, rows, row, dy, step, s, total):  # type: ignore
    """Call the loop at `address` with the 9 arguments that follow."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        call(builder, arguments[0], arguments[1:])
        return context.get_dummy_value()

    return types.void(*[types.int64] * (N_ARGUMENTS + 1)), codegen


@cache
def sums_loops() -> tuple[int, int]:
    """Return the addresses of the loops of both halves; they compile at the first call."""

    @cfunc(SIGNATURE)
    def of_near(n, v, v_step, rows, row, dy, step, s, total):  # type: ignore
        _near(n, v, v_step, rows, row, dy, step, s, total)

    @cfunc(SIGNATURE)
    def of_far(n, v, v_step, rows, row, dy, step, s, total):  # type: ignore
        _far(n, v, v_step, rows, row, dy, step, s, total)

    return of_near.address, of_far.address
