"""Copying by vectors, for the few hundred floats that a call of memcpy is slow for."""

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from avanp.kernels.compiled import inner
from avanp.kernels.engine.cpu import tile


@intrinsic
def copy_floats(typing, target, source, n):  # type: ignore
    """Copy n floats from one address to another."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        target, source, n = arguments

        def move(first: Any, kind: Any) -> None:
            offset = builder.mul(first, ir.Constant(n.type, 4))
            a, b = (
                builder.inttoptr(builder.add(base, offset), kind.as_pointer())
                for base in (source, target)
            )
            value = builder.load(a)
            value.align = 4
            builder.store(value, b).align = 4

        lanes = ir.Constant(n.type, tile().lanes)
        vectors = builder.sdiv(n, lanes)
        with cgutils.for_range(builder, vectors) as loop:
            move(builder.mul(loop.index, lanes), ir.VectorType(ir.FloatType(), tile().lanes))
        done = builder.mul(vectors, lanes)
        rest = builder.icmp_signed("<", done, n)
        fits = builder.icmp_signed(">=", n, lanes)
        # The last vector lies over the one before where n is no number of vectors.
        with builder.if_then(builder.and_(rest, fits)):
            move(builder.sub(n, lanes), ir.VectorType(ir.FloatType(), tile().lanes))
        with builder.if_then(builder.not_(fits)), cgutils.for_range(builder, n) as loop:
            move(loop.index, ir.FloatType())
        return context.get_dummy_value()

    return types.void(*[types.int64] * 3), codegen


@inner(error_model="numpy", nogil=True)
def fill_band(x, n, first, left, padded):  # type: ignore
    """Copy the rows of image n from `first`, and its columns from `left`; zeros outside."""
    _, height, width, channels = x.shape
    rows, columns, _ = padded.shape
    # Columns begin … end of `padded` lie in the image.
    begin = min(max(0, -left), columns)
    end = max(begin, min(columns, width - left))
    for r in range(rows):
        y = first + r
        if 0 <= y < height:
            padded[r, :begin] = 0
            source = ((n * height + y) * width + begin + left) * channels
            target = (r * columns + begin) * channels
            copy_floats(
                padded.ctypes.data + 4 * target,
                x.ctypes.data + 4 * source,
                (end - begin) * channels,
            )
            padded[r, end:] = 0
        else:
            padded[r] = 0
