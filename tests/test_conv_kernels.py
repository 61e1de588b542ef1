"""Convolution kernels: Numba against the reference, on every kind of CPU, on one thread and two."""

import os
import subprocess
import sys
import zlib

import numpy as np
import pytest

from avanp.kernels import jit_conv, reference_conv
from avanp.kernels.engine import correlate_few, side_by_side, winograd_rows
from avanp.kernels.engine import winograd_formulas as formulas
from avanp.kernels.engine.cpu import compiles, tile
from avanp.kernels.engine.division import Division
from avanp.kernels.engine.rows_sums import HALF, group

# x, kernel, output channels, stride, pads: one for each path and its edges
SHAPES = [
    ((2, 9, 7, 3), (3, 3), 32, (1, 1), ((1, 1), (1, 1))),  # few input channels
    ((2, 8, 9, 32), (3, 3), 3, (1, 1), ((1, 1), (1, 1))),  # few output channels
    ((2, 8, 9, 24), (4, 4), 2, (2, 2), ((1, 1), (1, 1))),
    ((2, 9, 11, 64), (3, 3), 48, (1, 1), ((1, 1), (0, 2))),  # Winograd, patches that stick out
    ((3, 5, 6, 40), (3, 3), 44, (1, 1), ((1, 1), (1, 1))),  # channels that fill no vectors
    ((2, 16, 14, 16), (4, 4), 33, (2, 2), ((1, 1), (1, 1))),
    ((2, 7, 5, 17), (1, 1), 64, (1, 1), ((0, 0), (0, 0))),
    ((1, 9, 8, 5), (2, 2), 7, (3, 3), ((0, 0), (1, 0))),  # places that no tap meets
    ((1, 70, 40, 32), (5, 5), 16, (1, 1), ((2, 2), (2, 2))),  # more than a band
    ((5, 2, 2, 64), (3, 3), 64, (1, 1), ((1, 1), (1, 1))),
    ((2, 1, 1, 4), (3, 3), 4, (1, 1), ((3, 3), (3, 3))),  # more zeros than image
    ((2, 17, 15, 32), (4, 4), 48, (2, 2), ((1, 1), (1, 1))),  # Winograd of a stride
    ((2, 17, 16, 32), (3, 3), 32, (2, 2), ((1, 1), (0, 1))),  # of kernels filled up with zeros
    ((1, 26, 24, 32), (6, 6), 32, (2, 2), ((2, 2), (2, 2))),
    ((1, 16, 20, 64), (4, 4), 32, (1, 2), ((1, 2), (1, 1))),  # a stride of columns only
    ((2, 9, 8, 48), (2, 2), 32, (1, 1), ((0, 1), (1, 0))),
    ((2, 18, 19, 32), (5, 5), 48, (1, 1), ((2, 2), (2, 2))),  # Winograd of a kernel's parts
    ((3, 13, 12, 48), (4, 4), 32, (1, 1), ((1, 2), (2, 1))),
    ((2, 23, 16, 32), (7, 7), 32, (1, 1), ((3, 3), (0, 0))),
    ((7, 18, 14, 32), (3, 3), 48, (1, 1), ((1, 1), (0, 2))),  # Winograd's dW, in parts
    ((3, 18, 30, 48), (4, 4), 32, (2, 2), ((1, 2), (1, 1))),
    ((5, 14, 14, 128), (3, 3), 256, (1, 1), ((1, 1), (1, 1))),  # … and of many sums
    ((3, 6, 11, 1), (3, 3), 32, (1, 1), ((1, 1), (1, 1))),  # Winograd along rows
    ((3, 8, 12, 20), (3, 3), 16, (1, 1), ((1, 1), (1, 1))),
    ((5, 14, 13, 20), (3, 3), 24, (1, 1), ((1, 1), (1, 1))),  # … and vectors filled up
    ((2, 12, 16, 24), (3, 3), 40, (1, 1), ((1, 0), (1, 1))),
    ((2, 90, 30, 5), (5, 3), 48, (1, 1), ((2, 2), (1, 1))),  # … in bands
    ((2, 12, 8, 36), (1, 3), 64, (1, 1), ((0, 0), (2, 2))),
    ((3, 9, 14, 8), (3, 3), 8, (1, 1), ((1, 1), (1, 1))),  # places side by side fill vectors
    ((2, 6, 12, 3), (2, 5), 4, (1, 1), ((1, 0), (3, 1))),
    ((2, 5, 8, 20), (3, 3), 8, (1, 1), ((0, 2), (1, 1))),
    ((2, 5, 9, 8), (3, 3), 8, (1, 1), ((1, 1), (1, 1))),  # not where they do not divide the width
]


def all_passes(kernels, shape, kernel, n_out, stride, pads):
    """Return y, dx, dw and db of `kernels` on numbers that the shape fixes."""
    rng = np.random.default_rng(zlib.crc32(repr((shape, kernel, n_out)).encode()))

    def draw(*size):
        return rng.standard_normal(size).astype(np.float32)

    x, w, b = draw(*shape), draw(*kernel, shape[3], n_out), draw(n_out)
    y = kernels.conv_forward(x, w, b, stride, pads)
    dy = draw(*y.shape)
    dx = kernels.conv_backward_input(dy, w, None, stride, pads, shape[1:3])
    dw, db = kernels.conv_backward_weights(x, dy, kernel, stride, pads, True)
    return y, dx, dw, db


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_twins_agree(shape):
    for ours, expected in zip(
        all_passes(jit_conv, *shape), all_passes(reference_conv, *shape), strict=True
    ):
        assert ours.dtype == np.float32
        assert ours.flags.c_contiguous
        assert ours.shape == expected.shape
        assert np.abs(ours - expected).max() < 3e-5 * max(1, np.abs(expected).max())


def digest(shapes):
    """Return a check sum of every bit of every pass."""
    return [
        zlib.crc32(b"".join(a.tobytes() for a in all_passes(jit_conv, *shape))) for shape in shapes
    ]


@pytest.mark.parametrize("count", ["2", "3"])
def test_threads_change_no_bit(count, monkeypatch):
    alone = digest(SHAPES)
    monkeypatch.setenv("AVANP_THREADS", count)
    assert digest(SHAPES) == alone


def test_a_result_that_is_stored_past_the_caches_changes_no_bit(monkeypatch):
    kept = digest(SHAPES)
    monkeypatch.setattr(winograd_rows, "PAST", 0)
    assert digest(SHAPES) == kept
    monkeypatch.setenv("AVANP_THREADS", "2")
    assert digest(SHAPES) == kept


def test_a_second_run_changes_no_bit():
    assert digest(SHAPES) == digest(SHAPES)


def test_an_image_does_not_depend_on_its_batch():
    rng = np.random.default_rng(0)
    for shape, kernel, n_out, stride, pads in SHAPES:
        x = rng.standard_normal((4, *shape[1:])).astype(np.float32)
        w = rng.standard_normal((*kernel, shape[3], n_out)).astype(np.float32)
        whole = jit_conv.conv_forward(x, w, None, stride, pads)
        alone = jit_conv.conv_forward(x[2:3], w, None, stride, pads)
        np.testing.assert_array_equal(alone[0], whole[2])


@pytest.mark.parametrize(("channels", "size", "stride"), [(64, 3, 1), (3, 3, 1), (64, 4, 2)])
def test_winograds_error_is_small_against_float64(channels, size, stride):
    shape = ((4, 16, 16, channels), (size, size), 64, (stride, stride), ((1, 1), (1, 1)))
    rng = np.random.default_rng(0)
    x = rng.standard_normal(shape[0])
    w = rng.standard_normal((size, size, channels, 64)) / 24
    exact, ours = (
        passes(kernels, x.astype(dtype), w.astype(dtype), *shape[3:])
        for kernels, dtype in ((reference_conv, np.float64), (jit_conv, np.float32))
    )
    for a, b in zip(ours, exact, strict=True):
        error = np.abs(a - b)
        assert error.max() < 2e-5 * np.abs(b).max()
        assert np.sqrt((error**2).mean() / (b**2).mean()) < 5e-6


def passes(kernels, x, w, stride, pads):
    """Return y, and dx, dw and db for a dy of ever the same numbers."""
    y = kernels.conv_forward(x, w, None, stride, pads)
    dy = np.random.default_rng(1).standard_normal(y.shape).astype(x.dtype)
    dx = kernels.conv_backward_input(dy, w, None, stride, pads, x.shape[1:3])
    return y, dx, *kernels.conv_backward_weights(x, dy, w.shape[:2], stride, pads, True)


def scaled_kernel(*g):
    return np.multiply(formulas.SCALES, formulas.gradient(*g))


def scaled_kernel_of_two(*g):
    return np.multiply(formulas.SCALES_OF_TWO, formulas.gradient_of_two(*g))


@pytest.mark.parametrize(
    ("matrix_b", "matrix_g", "matrix_a", "taps"),
    [
        (formulas.image, formulas.kernel, formulas.result, 3),
        (formulas.image_of_two, formulas.kernel_of_two, formulas.result_of_two, 2),
        (formulas.image, scaled_kernel, formulas.three, 4),
        (formulas.image_of_two, scaled_kernel_of_two, formulas.two, 4),
    ],
)
def test_winograds_formulas_are_correlations(matrix_b, matrix_g, matrix_a, taps):
    rng = np.random.default_rng(0)
    five = matrix_b is formulas.image_of_two
    d, g = rng.standard_normal(5 if five else 6), rng.standard_normal(taps)
    y = matrix_a(*np.multiply(matrix_b(*d), matrix_g(*g)))
    np.testing.assert_allclose(y, np.correlate(d, g, "valid"), atol=1e-12)


@pytest.mark.parametrize(
    ("kernel", "stride", "taps", "images", "apart"),
    [
        ((3, 3), (1, 1), 3, (1, 1), 3),
        ((4, 4), (1, 1), 2, (2, 2), 2),
        ((5, 5), (1, 1), 3, (2, 2), 3),
        ((7, 7), (1, 1), 3, (3, 3), 3),
        ((4, 4), (2, 2), 2, (2, 2), 1),
        ((2, 3), (1, 2), 2, (1, 2), 1),
    ],
)
def test_a_divided_kernel_has_every_tap_where_its_image_meets_it(
    kernel, stride, taps, images, apart
):
    division = Division.of(kernel, stride)
    assert (division.taps, division.images, division.apart) == (taps, images, apart)
    w = np.random.default_rng(0).standard_normal((*kernel, 3, 2))
    divided = division.divided(w).reshape(taps, taps, *images, 3, 2)
    for place in np.ndindex(divided.shape[:4]):
        # Image a begins `apart` a places after the first; its taps are a stride from each other.
        i, j = (apart * place[2 + a] + stride[a] * place[a] for a in (0, 1))
        inside = i < kernel[0] and j < kernel[1]
        np.testing.assert_array_equal(divided[place], w[i, j] if inside else 0)
    np.testing.assert_array_equal(division.joined(division.divided(w), kernel), w)


@pytest.mark.parametrize(
    ("kernel", "stride"), [((1, 1), (1, 1)), ((3, 5), (1, 1)), ((7, 7), (2, 2))]
)
def test_kernels_of_no_two_or_three_taps_are_not_divided(kernel, stride):
    assert Division.of(kernel, stride) is None


def test_few_channels_take_the_gathering_sum():
    assert correlate_few.apt(32, 3, 9)
    assert correlate_few.apt(32, 1, 9)
    assert not correlate_few.apt(32, 32, 9)
    assert not correlate_few.apt(3, 3, 1)


@pytest.mark.skipif(not compiles(), reason="with compilation off the references run")
@pytest.mark.parametrize(("n_out", "together"), [(8, 2), (4, 4), (2, 8), (16, 1), (3, 1), (32, 1)])
def test_places_side_by_side_are_the_direct_sum_to_the_last_bit(n_out, together, monkeypatch):
    if tile().lanes != 16:
        together = max(1, together * tile().lanes // 16)
    assert side_by_side.places(n_out, 16, 3) == together
    assert side_by_side.places(n_out, 15, 3) == side_by_side.places(n_out, 16, 1) == 1
    rng = np.random.default_rng(0)
    x, w, b, dy = (
        rng.standard_normal(size).astype(np.float32)
        for size in ((3, 7, 16, 5), (3, 3, 5, n_out), (n_out,), (3, 7, 16, n_out))
    )
    pads = ((1, 1), (1, 1))

    def both():
        y = jit_conv.conv_forward(x, w, b, (1, 1), pads)
        return y, *jit_conv.conv_backward_weights(x, dy, (3, 3), (1, 1), pads, True)

    monkeypatch.setattr(jit_conv.correlate_few, "apt", lambda *_: False)
    ours = both()
    monkeypatch.setattr(side_by_side, "places", lambda *_: 1)
    direct = both()
    np.testing.assert_array_equal(ours[0], direct[0])
    for our, other in zip(ours[1:], direct[1:], strict=True):  # in another order
        np.testing.assert_allclose(our, other, rtol=1e-5, atol=1e-5)


# x, kernel, output channels, stride: what computes y, dx and dw. The pads are 1.
CHOSEN = [
    ((1, 28, 28, 64), 3, 64, 1, ("winograd", "winograd", "winograd")),
    ((2, 2, 2, 64), 3, 64, 1, ("direct", "direct", "direct")),  # patches would stick out
    ((2, 28, 28, 1), 3, 32, 1, ("rows", "few", "direct")),
    ((2, 28, 28, 3), 3, 32, 1, ("rows", "few", "rows")),
    ((2, 28, 28, 16), 3, 16, 1, ("rows", "rows", "rows")),
    ((2, 5, 5, 16), 3, 16, 1, ("direct", "direct", "direct")),
    ((2, 6, 6, 128), 3, 128, 1, ("winograd", "winograd", "direct")),  # more sums than terms
    ((2, 8, 8, 40), 3, 256, 1, ("rows", "rows", "direct")),  # sums' traffic
    ((2, 32, 32, 32), 4, 64, 2, ("winograd", "winograd", "winograd")),
    ((2, 32, 32, 32), 3, 64, 2, ("direct", "direct", "direct")),  # zeros fill up the kernel
    ((2, 32, 32, 3), 4, 32, 2, ("direct", "few", "direct")),
    ((2, 28, 28, 32), 5, 32, 1, ("winograd", "winograd", "winograd")),
    ((2, 28, 28, 32), 1, 32, 1, ("direct", "direct", "direct")),
]


@pytest.mark.skipif(not compiles(), reason="with compilation off the references run")
@pytest.mark.parametrize(("shape", "size", "n_out", "stride", "chosen"), CHOSEN, ids=str)
def test_each_shape_has_its_algorithm(shape, size, n_out, stride, chosen, monkeypatch):
    used = []
    for module, function, name in [
        (jit_conv.winograd, "winograd", "winograd"),
        (jit_conv.winograd_rows, "winograd_rows", "rows"),
        (jit_conv.correlate_few, "correlate_few", "few"),
        (jit_conv, "correlate", "direct"),
        (jit_conv.winograd_weights, "winograd_weights", "winograd"),
        (jit_conv.rows_weights, "correlate_weights_rows", "rows"),
        (jit_conv.correlate_weights, "correlate_weights", "direct"),
    ]:
        monkeypatch.setattr(module, function, spy(getattr(module, function), name, used))
    all_passes(jit_conv, shape, (size, size), n_out, (stride, stride), ((1, 1), (1, 1)))
    if group() == HALF and chosen[2] == "rows":  # for processors of 32 registers
        chosen = (*chosen[:2], "direct")
    assert tuple(used) == chosen


def spy(function, name, used):
    def call(*arguments):
        used.append(name)
        return function(*arguments)

    return call


CODE = """
import sys
from avanp.kernels.engine.cpu import tile
from avanp.kernels.engine.division import Division
from avanp.kernels.engine.rows_sums import HALF, group
from test_conv_kernels import SHAPES, all_passes, jit_conv, reference_conv, winograd_rows
import numpy as np
for winograd_rows.PAST in (winograd_rows.PAST, 0):
    for shape in SHAPES:
        for a, b in zip(all_passes(jit_conv, *shape), all_passes(reference_conv, *shape)):
            assert np.abs(a - b).max() < 3e-5 * max(1, np.abs(b).max()), shape
print(*tile())
"""


@pytest.mark.slow
@pytest.mark.parametrize(("cpu", "expected"), [("haswell", "8 6"), ("nehalem", "4 4")])
def test_every_kind_of_register_gives_the_same(cpu, expected, tmp_path):
    import platform

    if platform.machine() not in ("x86_64", "AMD64"):
        pytest.skip("the processors compared are of x86, and this is another kind")
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        env=os.environ | {
            "NUMBA_CPU_NAME": cpu,
            "PYTHONPATH": os.path.dirname(__file__),
        },
        capture_output=True,
        text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == expected.split()


def test_the_tile_fits_the_processor():
    assert tile() in [(16, 14), (8, 6), (4, 6), (4, 4)]
