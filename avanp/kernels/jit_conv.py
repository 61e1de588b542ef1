"""Numba twins of `avanp.kernels.reference_conv`, and which algorithm a shape gets.

float32 only: float64, which checks gradients, takes the reference.
"""

import numpy as np

from avanp.kernels import reference_conv as reference
from avanp.kernels.engine import (
    correlate_few,
    correlate_weights,
    side_by_side,
    winograd,
    winograd_rows,
    winograd_weights,
)
from avanp.kernels.engine import winograd_rows_weights as rows_weights
from avanp.kernels.engine.aligned import empty
from avanp.kernels.engine.correlate import Phase, correlate, set_unmet
from avanp.kernels.engine.cpu import compiles
from avanp.kernels.reference_conv import Array, Pads, Pair, out_size


def conv_forward(x: Array, w: Array, b: Array | None, stride: Pair, pads: Pads) -> Array:
    """See the reference."""
    if not _apt(x):
        return reference.conv_forward(x, w, b, stride, pads)
    (kh, kw, _, n_out), (n, height, width, _) = w.shape, x.shape
    places = (
        out_size(height, kh, stride[0], pads[0]),
        out_size(width, kw, stride[1], pads[1]),
    )
    y = empty((n, *places, n_out))
    phase = Phase(w, (-pads[0][0], -pads[1][0]), (0, 0))
    _correlate(x, [phase], b, stride, y, (1, 1))
    return y


def conv_backward_input(
    dy: Array, w: Array, b: Array | None, stride: Pair, pads: Pads, size: Pair
) -> Array:
    """See the reference.

    dx[s u + a] meets the taps i with (a + top - i) divisible by s: for each a a correlation of
    dy with every s-th tap, turned round.
    """
    if not _apt(dy):
        return reference.conv_backward_input(dy, w, b, stride, pads, size)
    turned = w.transpose(0, 1, 3, 2)
    rows, columns = (
        [_every(w.shape[a], stride[a], pads[a][0], first) for first in range(stride[a])]
        for a in (0, 1)
    )
    phases = [
        Phase(turned[row][:, column], (top, left), (a, c))
        for a, (row, top) in enumerate(rows)
        for c, (column, left) in enumerate(columns)
    ]
    dx = empty((len(dy), *size, w.shape[2]))
    _correlate(dy, phases, b, (1, 1), dx, stride)
    return dx


def _apt(a: Array) -> bool:
    return a.dtype == np.float32 and compiles()


def _every(kernel: int, stride: int, pad: int, first: int) -> tuple[slice, int]:
    """Return the taps that meet dx[stride u + first], last first, and where in dy they begin."""
    tap = (first + pad) % stride
    taps = range(tap, kernel, stride)
    if not taps:
        return slice(0, 0), 0
    begin = (first + pad - tap) // stride - (len(taps) - 1)
    return slice(taps[-1], None if taps[0] == 0 else taps[0] - 1, -stride), begin


def conv_backward_weights(
    x: Array, dy: Array, kernel: Pair, stride: Pair, pads: Pads, bias: bool
) -> tuple[Array, Array | None]:
    """See the reference."""
    if not _apt(x):
        return reference.conv_backward_weights(x, dy, kernel, stride, pads, bias)
    x, dy = np.ascontiguousarray(x), np.ascontiguousarray(dy)
    begin, channels = (-pads[0][0], -pads[1][0]), x.shape[3]
    if winograd_weights.apt(kernel, stride, channels, dy.shape):
        return winograd_weights.winograd_weights(x, dy, kernel, stride, begin, bias)
    if stride == (1, 1) and rows_weights.apt(kernel, channels, dy.shape):
        return rows_weights.correlate_weights_rows(x, dy, kernel, begin, bias)
    g = side_by_side.places(dy.shape[3], dy.shape[2], kernel[1])
    if g == 1 or stride != (1, 1) or channels >= side_by_side.MANY:
        return correlate_weights.correlate_weights(x, dy, kernel, stride, begin, bias)
    wide, wide_dy = (kernel[0], kernel[1] + g - 1), side_by_side.merged(dy, g)
    dw, db = correlate_weights.correlate_weights(x, wide_dy, wide, (1, g), begin, bias)
    return side_by_side.gathered(dw, g), None if db is None else db.reshape(g, -1).sum(axis=0)


def channel_sums(dy: Array) -> Array:
    """See the reference."""
    if not _apt(dy):
        return reference.channel_sums(dy)
    return correlate_weights.channel_sums(np.ascontiguousarray(dy))


def _correlate(
    x: Array, phases: list[Phase], bias: Array | None, stride: Pair, out: Array, spread: Pair
) -> None:
    """Fill `out` by what is fastest for the shape: measured in bench/bench_conv.py."""
    x = np.ascontiguousarray(x)
    channels, n_out = x.shape[3], out.shape[3]
    phases = set_unmet(phases, bias, out, spread)
    if not phases:
        return
    n_taps = sum(phase.w.shape[0] * phase.w.shape[1] for phase in phases)
    one_phase = stride == spread == (1, 1)
    if winograd.apt(phases, stride, out, spread):
        winograd.winograd(x, phases, bias, stride, out, spread)
    elif one_phase and winograd_rows.apt(phases[0].w.shape, out.shape[2]):
        w = np.ascontiguousarray(phases[0].w)
        winograd_rows.winograd_rows(x, w, bias, phases[0].begin, out)
    elif stride == (1, 1) and correlate_few.apt(channels, n_out, n_taps):
        correlate_few.correlate_few(x, phases, bias, out, spread)
    elif one_phase and (g := side_by_side.places(n_out, out.shape[2], phases[0].w.shape[1])) > 1:
        wide = phases[0]._replace(w=side_by_side.widened(phases[0].w, g))
        biases = None if bias is None else np.tile(bias, g)
        correlate(x, [wide], biases, (1, g), side_by_side.merged(out, g), spread)
    else:
        correlate(x, phases, bias, stride, out, spread)
