"""Numba twins against their NumPy references."""

import os
import subprocess
import sys
from importlib import import_module

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from avanp.kernels import KERNELS, jit_balance, jit_logistic, jit_outer, reference

DTYPES = st.sampled_from([np.float32, np.float64])


@given(
    channels=st.integers(1, 4),
    images=st.integers(1, 3),
    draws=st.integers(1, 3),
    pixels=st.integers(1, 40),
    dtype=DTYPES,
    seed=st.integers(0, 10**6),
)
def test_balance_sums_agree(channels, images, draws, pixels, dtype, seed):
    rng = np.random.default_rng(seed)
    y = rng.random((channels, images * draws, pixels)).astype(dtype)
    x = rng.random((channels, images, pixels)).astype(dtype)
    expected = reference.balance_sums(y, x)
    assert jit_balance.balance_sums(y, x) == pytest.approx(expected, rel=1e-5, abs=1e-5)


@given(
    shape=st.sampled_from([(1,), (7,), (3, 1, 100), (2, 3, 33), (0,), (3, 0)]),
    scale=st.floats(0, 1e4),
    slope=st.floats(0.05, 4),
    midpoint=st.floats(-2, 2),
    dtype=DTYPES,
    seed=st.integers(0, 10**6),
)
def test_logistics_agree(shape, scale, slope, midpoint, dtype, seed):
    v = (np.random.default_rng(seed).standard_normal(shape) * scale).astype(dtype)
    y = jit_logistic.logistic(v, slope, midpoint)
    expected = reference.logistic(v, slope, midpoint)
    assert y.dtype == dtype
    assert y.shape == v.shape
    # Below the smallest normal float32 both are as good as zero.
    np.testing.assert_allclose(y, expected, rtol=2e-5, atol=1e-37)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 3e38, -3e38])
def test_the_logistic_of_extremes_is_the_limit(value):
    v = np.array([value], np.float32)
    np.testing.assert_array_equal(
        jit_logistic.logistic(v, 0.5, 0.5), {True: [1], False: [0]}.get(value > 0)
        if not np.isnan(value) else [np.nan],
    )  # fmt: skip


def test_the_logistic_is_accurate_against_float64():
    v = np.linspace(-150, 150, 30_001, dtype=np.float32)
    y = jit_logistic.logistic(v, 0.5, 0.5)
    exact = 1 / (1 + np.exp(0.5 * (0.5 - v.astype(np.float64))))
    assert np.abs(y - exact).max() < 1.5e-7
    # The relative error of exp grows with its argument's rounding.
    assert (np.abs(y - exact) / exact).max() < 1e-5


def test_the_logistic_takes_arrays_of_any_layout():
    v = np.random.default_rng(0).standard_normal((4, 6, 5)).astype(np.float32)[::2, :, 1:].T
    expected = reference.logistic(v, 0.5, 0.5)
    np.testing.assert_allclose(jit_logistic.logistic(v, 0.5, 0.5), expected, rtol=1e-6)


@given(
    groups=st.sampled_from([(), (1,), (3,)]),
    rows=st.integers(1, 3),
    n_out=st.integers(1, 9),
    n_in=st.integers(1, 40),
    dtype=DTYPES,
    seed=st.integers(0, 10**6),
)
def test_outer_products_agree(groups, rows, n_out, n_in, dtype, seed):
    rng = np.random.default_rng(seed)
    w = rng.standard_normal((*groups, n_out, n_in)).astype(dtype)
    dy = rng.standard_normal((*groups, rows, n_out)).astype(dtype)
    x = rng.standard_normal((*groups, rows, n_in)).astype(dtype)
    expected = w.copy()
    reference.add_outer(expected, dy, x, 0.3)
    jit_outer.add_outer(w, dy, x, 0.3)
    np.testing.assert_allclose(w, expected, rtol=1e-5, atol=1e-5 if dtype == np.float32 else 1e-12)


def test_every_kernel_has_its_reference():
    for name, modules in KERNELS.items():
        assert all(hasattr(import_module(f"avanp.kernels.{m}"), name) for m in modules)


def test_numpy_kernels_run_a_sweep_without_numba():
    code = (
        "import sys, avanp\n"
        "rows = avanp.sweep(0.5, models='AVA5', rules='program', data='jungle', draws=1).rows\n"
        "assert 'numba' not in sys.modules\n"
        "print(rows[0]['bm'])"
    )
    bms = [
        float(
            subprocess.run(
                [sys.executable, "-c", code.replace("assert", "assert" if b == "numpy" else "_ =")],
                env=os.environ | {"AVANP_KERNELS": b},
                capture_output=True,
                text=True,
                check=True,
            ).stdout
        )
        for b in ("numpy", "numba")
    ]
    assert bms[0] == pytest.approx(bms[1], rel=1e-5)


@pytest.mark.parametrize("command", ["train", "sweep", "sweep --jobs 2"])
@pytest.mark.parametrize(
    ("setting", "value", "told"),
    [
        ("AVANP_KERNELS", "cuda", "choose from numba, numpy"),
        ("NUMBA_NUM_THREADS", "0", "unset it; AVANP_THREADS is what counts"),
        ("NUMBA_NUM_THREADS", "abc", "unset it; AVANP_THREADS is what counts"),
        ("NUMBA_NUM_THREADS", "-1", "unset it; AVANP_THREADS is what counts"),
    ],
)
def test_a_setting_that_kernels_cannot_take_is_one_line(command, setting, value, told, tmp_path):
    words = {
        "train": ("train", "VAE", "--data", "digits", "--epochs", "1", "--out", "run"),
        "sweep": ("sweep", "--data", "jungle", "--lr", "0.5", "--models", "VAE", "--jobs", "1"),
    }
    done = subprocess.run(
        [sys.executable, "-m", "avanp", *words[command.split()[0]], *command.split()[1:]],
        env=os.environ | {"AVANP_KERNELS": "numba", setting: value},
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "RuntimeWarning" not in done.stderr
    assert done.stderr.splitlines()[-1] == f"avanp: {setting}={value!r}: {told}"
