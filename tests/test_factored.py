"""Factored gradients and weights agree with the matrices they stand for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from avanp.layers.dense import Dense
from avanp.layers.factored import FactoredWeight, Factors, add_product
from avanp.optim.sgd import SGD
from avanp.optim.update import add_scaled

GROUPS = st.sampled_from([(), (1,), (3,)])


@given(
    groups=GROUPS,
    n_out=st.integers(1, 9),
    n_in=st.integers(1, 9),
    batches=st.lists(st.integers(1, 7), max_size=12),
    zero=st.booleans(),
    seed=st.integers(0, 10**6),
)
def test_a_factored_weight_is_the_matrix_after_any_number_of_updates(
    groups, n_out, n_in, batches, zero, seed
):
    rng = np.random.default_rng(seed)
    w = rng.standard_normal((*groups, n_out, n_in)) * (not zero)
    factored = FactoredWeight(w.shape, w.dtype, None if zero else w.copy())
    plain = w.copy()
    for rows in [*batches, None]:
        x, dy = rng.standard_normal((*groups, 2, n_in)), rng.standard_normal((*groups, 2, n_out))
        np.testing.assert_allclose(factored.to_array(), plain, atol=1e-12)
        y = factored.apply(x, np.zeros((*groups, n_out)))
        np.testing.assert_allclose(y, x @ np.swapaxes(plain, -1, -2), atol=1e-11)
        np.testing.assert_allclose(factored.apply_transposed(dy), dy @ plain, atol=1e-11)
        if rows is not None:
            gradient = Factors(
                rng.standard_normal((*groups, rows, n_in)),
                rng.standard_normal((*groups, rows, n_out)),
            )
            factored.add(gradient, -0.3)
            plain -= 0.3 * gradient.to_array()


def test_factors_are_folded_before_they_cost_more_than_the_matrix():
    weight = FactoredWeight((4, 12), np.float64)
    assert weight.capacity == 3
    for _ in range(4):
        weight.add(Factors(np.ones((1, 12)), np.ones((1, 4))), 1.0)
    assert weight.count == 1
    np.testing.assert_array_equal(weight.to_array(), np.full((4, 12), 4.0))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_blas_writes_into_a_large_matrix_what_the_expression_gives(dtype):
    rng = np.random.default_rng(0)
    w = rng.standard_normal((2, 150, 300)).astype(dtype)
    dy, x = (rng.standard_normal((2, 3, n)).astype(dtype) for n in (150, 300))
    expected = w + 0.5 * np.swapaxes(dy, -1, -2) @ x
    same_memory = w
    add_product(w, dy, x, 0.5)
    assert w is same_memory
    assert w.dtype == dtype
    np.testing.assert_allclose(w, expected, rtol=1e-5 if dtype == np.float32 else 1e-12, atol=1e-6)


def test_infinite_factors_are_noticed():
    weight = FactoredWeight((4, 12), np.float64)
    weight.add(Factors(np.ones((1, 12)), np.ones((1, 4))), 1.0)
    assert weight.is_finite()
    weight.add(Factors(np.ones((1, 12)), np.full((1, 4), np.inf)), 1.0)
    assert not weight.is_finite()


@pytest.mark.parametrize("factored", [False, True])
def test_one_step_of_descent_worked_by_hand(factored):
    layer = Dense(2, 1, init="zeros", factored=factored, dtype=np.float64)
    x = np.array([[1.0, 2.0]])
    _, cache = layer.forward(x)
    _, grads = layer.backward(np.array([[3.0]]), cache)
    SGD(0.1).step(layer.params, grads)
    # W = -0.1 * 3 * (1, 2), b = -0.1 * 3
    np.testing.assert_allclose(layer.forward(np.array([[1.0, 0.0]]))[0], [[-0.6]])
    np.testing.assert_allclose(layer.forward(np.array([[0.0, 1.0]]))[0], [[-0.9]])


def test_adding_scaled_gradients_leaves_the_gradient_as_it_was():
    layer = Dense(2, 2, rng=np.random.default_rng(0), dtype=np.float64)
    _, cache = layer.forward(np.ones((1, 2)))
    _, grads = layer.backward(np.ones((1, 2)), cache)
    before = {name: np.copy(getattr(g, "dy", g)) for name, g in grads.items()}
    add_scaled(layer.params, grads, 2.0)
    for name, g in grads.items():
        np.testing.assert_array_equal(getattr(g, "dy", g), before[name])


def test_two_updates_from_one_input_are_one_factor():
    rng = np.random.default_rng(0)
    x, dy, more = rng.random((1, 12)), rng.random((1, 4)), rng.random((1, 4))
    weight = FactoredWeight((4, 12), np.float64)
    weight.add(Factors(x, dy), 0.5)
    weight.add(Factors(x, more), -0.25)
    assert weight.count == 1
    np.testing.assert_allclose(weight.to_array(), (0.5 * dy - 0.25 * more).T @ x)


def test_an_input_that_was_changed_in_place_is_another_input():
    x, dy = np.ones((1, 12)), np.ones((1, 4))
    weight = FactoredWeight((4, 12), np.float64)
    weight.add(Factors(x, dy), 1.0)
    x *= 3
    weight.add(Factors(x, dy), 1.0)
    assert weight.count == 2
    np.testing.assert_array_equal(weight.to_array(), np.full((4, 12), 4.0))


@pytest.mark.parametrize("rows", [0, 1, 8])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("order", ["C", "F"])
def test_a_product_is_added_to_weights_of_any_layout_and_dtype(rows, dtype, order):
    w = np.zeros((5, 6), dtype, order)
    add_product(w, np.ones((rows, 5), dtype), np.ones((rows, 6), dtype), 2.0)
    np.testing.assert_array_equal(w, np.full((5, 6), 2.0 * rows))


def test_a_weight_that_may_not_be_written_is_not():
    w = np.zeros((50, 60))
    w.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        add_product(w, np.ones((8, 50)), np.ones((8, 60)), 1.0)
    assert not w.any()
