"""The dense layer's fast product is the plain one, whatever its shape."""

import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from avanp.kernels import jit_dense, reference_dense
from avanp.layers.dense import Dense


def factors(batch, n_in, n_out, seed=0):
    rng = np.random.default_rng(seed)
    shapes = (batch, n_in), (n_out, n_in), (n_out,)
    return [rng.standard_normal(shape, dtype=np.float32) for shape in shapes]


@given(batch=st.integers(1, 90), n_in=st.integers(250, 300), n_out=st.integers(250, 300))
def test_the_forward_product_agrees_with_the_reference(batch, n_in, n_out):
    x, w, b = factors(batch, n_in, n_out)
    got = jit_dense.dense_forward(x, w, b)
    exact = reference_dense.dense_forward(*(a.astype(np.float64) for a in (x, w, b)))
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, exact, atol=1e-5 * np.abs(exact).max())


@given(
    rows=st.integers(0, 70),
    k=st.integers(0, 40),
    columns=st.integers(0, 100),
    layouts=st.tuples(*[st.sampled_from(["C", "F"])] * 2),
    dtype=st.sampled_from([np.float32, np.float64]),
)
def test_any_product_agrees_with_the_reference(rows, k, columns, layouts, dtype):
    rng = np.random.default_rng(rows + 100 * k + 10_000 * columns)
    shapes = (rows, k), (k, columns)
    a, b = (
        np.asarray(rng.standard_normal(shape), dtype, order=order)
        for shape, order in zip(shapes, layouts, strict=True)
    )
    got = jit_dense.product(a, b)
    assert got.dtype == dtype
    exact = reference_dense.product(a.astype(np.float64), b.astype(np.float64))
    np.testing.assert_allclose(got, exact, atol=1e-6 * (1 + k))


@pytest.mark.parametrize("threads", ["2", "3"])
def test_threads_change_no_bit_of_a_product(monkeypatch, threads):
    x, w, _ = factors(128, 300, 400)
    alone = jit_dense.product(x.T, x), jit_dense.product(w, x.T)
    monkeypatch.setenv("AVANP_THREADS", threads)
    np.testing.assert_array_equal(jit_dense.product(x.T, x), alone[0])
    np.testing.assert_array_equal(jit_dense.product(w, x.T), alone[1])


@pytest.mark.skipif(
    os.environ.get("NUMBA_DISABLE_JIT") == "1",
    reason="BLAS computes, whose rows depend on how many there are on some processors",
)
def test_a_row_does_not_depend_on_the_rows_beside_it():
    x, w, b = factors(300, 256, 400)
    whole = jit_dense.dense_forward(x, w, b)
    for n in (8, 64, 256, 257):
        np.testing.assert_array_equal(jit_dense.dense_forward(x[:n], w, b), whole[:n])


@pytest.mark.parametrize("threads", ["2", "3"])
def test_threads_change_no_bit(monkeypatch, threads):
    x, w, b = factors(128, 300, 400)
    alone = jit_dense.dense_forward(x, w, b)
    monkeypatch.setenv("AVANP_THREADS", threads)
    np.testing.assert_array_equal(jit_dense.dense_forward(x, w, b), alone)


def test_factors_of_any_layout_will_do():
    x, w, b = factors(64, 300, 280)
    expected = reference_dense.dense_forward(x, w, b)
    for other in (np.asfortranarray(x), np.repeat(x, 2, axis=0)[::2]):
        np.testing.assert_allclose(jit_dense.dense_forward(other, w, b), expected, atol=1e-3)


def test_the_layer_takes_it():
    layer = Dense(300, 280, rng=np.random.default_rng(0))
    x = factors(64, 300, 280)[0]
    y, _ = layer.forward(x)
    exact = x.astype(np.float64) @ layer.params["W"].astype(np.float64).T
    np.testing.assert_allclose(y, exact, atol=1e-5 * np.abs(exact).max())
