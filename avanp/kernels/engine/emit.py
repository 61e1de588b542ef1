"""What the loops that are written as LLVM instructions have in common.

Addresses and offsets are 64-bit integers, since Numba hands arrays over as such.
"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.cgutils import get_or_insert_function
from numba.extending import intrinsic

from avanp.kernels.engine.cpu import tile

FLOAT, I64, I32 = ir.FloatType(), ir.IntType(64), ir.IntType(32)
SIZE = 4  # bytes of a float
LINE = 64


def integer(value: int) -> ir.Constant:
    """Return a constant for an address or an index."""
    return ir.Constant(I64, value)


def call(builder: ir.IRBuilder, address: Any, arguments: Any) -> None:
    """Call the function at an address with 64-bit integers."""
    kind = ir.FunctionType(ir.VoidType(), [I64] * len(arguments))
    builder.call(builder.inttoptr(address, kind.as_pointer()), arguments)


@intrinsic
def fence(typing):  # type: ignore
    """Let all that was stored be seen by other threads."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        builder.fence("seq_cst")
        return context.get_dummy_value()

    return types.void(), codegen


@intrinsic
def fetch_floats(typing, address, n):  # type: ignore
    """Begin to fetch n floats into the L1 cache."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        address, n = arguments
        line = integer(LINE)
        lines = builder.sdiv(builder.mul(n, integer(SIZE)), line)
        with cgutils.for_range(builder, lines) as loop:
            Emitter(builder).fetch(builder.add(address, builder.mul(loop.index, line)))
        return context.get_dummy_value()

    return types.void(types.int64, types.int64), codegen


class Emitter:
    """Writes loads, stores and sums of vectors of `lanes` floats at the builder's place."""

    def __init__(self, builder: ir.IRBuilder) -> None:
        self.b = builder
        self.lanes = tile().lanes
        self.vector = ir.VectorType(FLOAT, self.lanes)

    def phis(self, values: list[Any], before: Any) -> list[Any]:
        """Return the variables of a loop that start with `values`, coming from `before`."""
        phis = [self.b.phi(value.type) for value in values]
        for phi, value in zip(phis, values, strict=True):
            phi.add_incoming(value, before)
        return phis

    def again(self, phis: list[Any], values: list[Any]) -> None:
        """Let the variables of a loop go on with `values`, coming from the builder's block."""
        for phi, value in zip(phis, values, strict=True):
            phi.add_incoming(value, self.b.block)

    def after(self, address: Any, floats: Any) -> Any:
        """Return the address `floats` later."""
        return self.b.add(address, self.b.mul(floats, integer(SIZE)))

    def entry(self, table: Any, index: Any) -> Any:
        """Return an entry of a table of 64-bit integers."""
        at = self.b.add(table, self.b.mul(index, integer(8)))
        return self.b.load(self.b.inttoptr(at, I64.as_pointer()))

    def load(self, address: Any, vector: int = 0) -> Any:
        """Return the vector that lies `vector` vectors after an address."""
        at = self.after(address, integer(vector * self.lanes))
        value = self.b.load(self.b.inttoptr(at, self.vector.as_pointer()))
        value.align = SIZE
        return value

    def store(self, value: Any, address: Any, vector: int = 0) -> None:
        """Store a vector `vector` vectors after an address."""
        at = self.after(address, integer(vector * self.lanes))
        self.b.store(value, self.b.inttoptr(at, self.vector.as_pointer())).align = SIZE

    def store_past(self, value: Any, address: Any) -> None:
        """Store a vector past the caches, to an address that it divides: memory is not read first.

        No other thread may read it before a `fence`.
        """
        stored = self.b.store(value, self.b.inttoptr(address, self.vector.as_pointer()))
        stored.align = SIZE * self.lanes
        stored.set_metadata("nontemporal", self.b.module.add_metadata([ir.Constant(I32, 1)]))

    def everywhere(self, address: Any) -> Any:
        """Return a vector of the number at an address."""
        b = self.b
        number = b.load(b.inttoptr(address, FLOAT.as_pointer()))
        undefined = ir.Constant(self.vector, ir.Undefined)
        first = b.insert_element(undefined, number, ir.Constant(I32, 0))
        to_all = ir.Constant(ir.VectorType(I32, self.lanes), [0] * self.lanes)
        return b.shuffle_vector(first, undefined, to_all)

    def multiply_add(self, a: Any, b: Any, c: Any) -> Any:
        """Return a * b + c."""
        # fmuladd, not fma: without an FMA unit fma is a call of the C library for each lane.
        kind = ir.FunctionType(self.vector, [self.vector] * 3)
        name = f"llvm.fmuladd.v{self.lanes}f32"
        return self.b.call(get_or_insert_function(self.b.module, kind, name), [a, b, c])

    def fetch(self, address: Any, to_write: bool = False) -> None:
        """Begin to fetch a cache line into the L1 cache."""
        b, pointer = self.b, ir.IntType(8).as_pointer()
        kind = ir.FunctionType(ir.VoidType(), [pointer, I32, I32, I32])
        fetch = get_or_insert_function(b.module, kind, "llvm.prefetch.p0i8")
        often, data = ir.Constant(I32, 3), ir.Constant(I32, 1)
        b.call(fetch, [b.inttoptr(address, pointer), ir.Constant(I32, int(to_write)), often, data])
