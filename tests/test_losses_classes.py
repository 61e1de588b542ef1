"""Losses of classes, of a discriminator's scores, and of the size of weights."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import special

from avanp.errors import AvanpError
from avanp.grad.check import check_grad
from avanp.losses.class_probability import class_probability
from avanp.losses.cross_entropy import softmax_cross_entropy
from avanp.losses.least_squares import least_squares
from avanp.losses.penalty import l1_penalty, l2_penalty

pytestmark = pytest.mark.filterwarnings("error")

LN3 = np.log(3.0)


def draw(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


# Cross-entropy


@pytest.mark.parametrize("classes", [1, 2, 10])
def test_zero_logits_cost_the_logarithm_of_the_number_of_classes(classes):
    labels = np.arange(6) % classes
    value, dlogits = softmax_cross_entropy(np.zeros((6, classes)), labels)
    assert_allclose(value, np.log(classes), atol=1e-16)
    assert_allclose(dlogits, (1 / classes - np.eye(classes)[labels]) / 6, atol=1e-17)


def test_cross_entropy_worked_by_hand():
    # p = (3/4, 1/4) and (1/4, 3/4); labels 0 and 0
    logits = np.array([[LN3, 0.0], [0.0, LN3]])
    value, dlogits = softmax_cross_entropy(logits, np.array([0, 0]))
    assert_allclose(value, -(np.log(3 / 4) + np.log(1 / 4)) / 2)
    assert_allclose(dlogits, np.array([[-1 / 4, 1 / 4], [-3 / 4, 3 / 4]]) / 2)


def test_class_weights_worked_by_hand_are_not_divided_out():
    logits = np.array([[LN3, 0.0], [0.0, LN3]])
    value, dlogits = softmax_cross_entropy(
        logits, np.array([0, 1]), class_weights=np.array([2.0, 5.0])
    )
    assert_allclose(value, -(2 * np.log(3 / 4) + 5 * np.log(3 / 4)) / 2)
    assert_allclose(dlogits, np.array([[-2 / 4, 2 / 4], [5 / 4, -5 / 4]]) / 2)


def test_numbers_and_one_hot_rows_are_the_same_labels():
    logits, labels = draw(5, 4), np.array([0, 3, 1, 1, 2])
    weights = np.array([0.5, 1.0, 2.0, 0.0])
    for options in ({}, {"class_weights": weights}):
        value, dlogits = softmax_cross_entropy(logits, labels, **options)
        other, dother = softmax_cross_entropy(logits, np.eye(4)[labels], **options)
        assert value == other
        assert_array_equal(dlogits, dother)


def test_a_sample_without_a_label_costs_nothing():
    logits, onehot = draw(3, 4), np.eye(4)[[0, 1, 2]]
    onehot[1] = 0
    value, dlogits = softmax_cross_entropy(logits, onehot)
    labelled, _ = softmax_cross_entropy(logits[::2], onehot[::2])
    assert_allclose(value, labelled * 2 / 3)
    assert not dlogits[1].any()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_logits_of_1e4_give_exact_values_and_no_warning(dtype):
    logits = np.array([[1e4, -1e4, 0]], dtype)
    for label, expected in ((0, 0.0), (1, 2e4), (2, 1e4)):
        value, dlogits = softmax_cross_entropy(logits, np.array([label]))
        assert value == expected
        assert_array_equal(dlogits, np.eye(3)[:1] - np.eye(3)[label])
        assert dlogits.dtype == dtype


@given(st.integers(0, 10**6), st.integers(1, 6), st.integers(2, 7))
def test_cross_entropy_is_scipys_and_its_gradient_right(seed, batch, classes):
    rng = np.random.default_rng(seed)
    logits, labels = rng.standard_normal((batch, classes)), rng.integers(0, classes, batch)
    expected = -special.log_softmax(logits, axis=1)[np.arange(batch), labels].mean()
    assert_allclose(softmax_cross_entropy(logits, labels)[0], expected, rtol=1e-12)
    check_grad(lambda logits: softmax_cross_entropy(logits, labels), logits)


@pytest.mark.parametrize(
    ("labels", "options", "what"),
    [
        (np.array([0, 3]), {}, "labels must lie from 0 to 2, not from 0 to 3"),
        (np.array([-1, 0]), {}, "labels must lie from 0 to 2, not from -1 to 0"),
        (np.array([0.0, 1.0]), {}, r"2 whole numbers, .* not float64 of shape \(2,\)"),
        (np.array([0, 1, 2]), {}, r"2 whole numbers, .* not int64 of shape \(3,\)"),
        (np.array([0, 1]), {"class_weights": np.ones(2)}, "3 classes need as many weights"),
    ],
)
def test_labels_that_do_not_fit_are_named(labels, options, what):
    with pytest.raises(AvanpError, match=what):
        softmax_cross_entropy(np.zeros((2, 3)), labels, **options)


def test_cross_entropy_of_anything_but_rows_is_refused():
    with pytest.raises(AvanpError, match=r"logits \(B, K\), not \(2, 3, 4\)"):
        softmax_cross_entropy(np.zeros((2, 3, 4)), np.zeros(2, int))
    with pytest.raises(AvanpError, match="the batch is empty"):
        softmax_cross_entropy(np.zeros((0, 3)), np.zeros(0, int))


# Probabilities


def test_class_probability_worked_by_hand():
    # p = (3/4, 1/4), target (1/4, 3/4): 2 (p - t) = (1, -1), <., p> = 1/2
    logits, target = np.array([[LN3, 0.0]]), np.array([[0.25, 0.75]])
    value, dlogits = class_probability(logits, target)
    assert_allclose(value, 0.5)
    assert_allclose(dlogits, [[3 / 4 * 1 / 2, 1 / 4 * -3 / 2]])
    half, dhalf = class_probability(logits, target, reduction="mean")
    assert_allclose(half, value / 2)
    assert_allclose(dhalf, dlogits / 2)


def test_class_probability_without_the_softmax_jacobian_is_caught():
    def wrong(logits, target):
        value, _ = class_probability(logits, target)
        return value, 2 * (special.softmax(logits, axis=1) - target) / len(logits)

    target = special.softmax(draw(4, 3, seed=1), axis=1)
    assert check_grad(class_probability, draw(4, 3), target).ok
    assert not check_grad(wrong, draw(4, 3), target, raise_on_fail=False).ok


def test_equal_probabilities_cost_nothing():
    logits = draw(4, 3).astype(np.float32)
    # Logits are equal up to a constant.
    value, dlogits = class_probability(logits, special.softmax(logits, axis=1))
    assert value < 1e-13
    assert np.abs(dlogits).max() < 1e-7
    assert dlogits.dtype == np.float32


def test_an_unknown_reduction_is_named():
    with pytest.raises(AvanpError, match="unknown reduction 'max': choose from sum, mean"):
        class_probability(draw(4, 3), draw(4, 3), reduction="max")


# Scores


def test_least_squares_worked_by_hand():
    scores = np.array([[0.5], [-2.0]])
    value, dscores = least_squares(scores, 1)
    assert value == (0.25 + 9) / 2
    assert_array_equal(dscores, [[-0.5], [-3.0]])
    value, dscores = least_squares(scores, np.array([[1.5], [-2.0]]))
    assert value == 0.5
    assert_array_equal(dscores, [[-1.0], [0.0]])


def test_an_undecided_discriminator_loses_1_to_each_of_plus_and_minus_1():
    undecided = np.zeros((8, 1))
    (real, dreal), (fake, dfake) = least_squares(undecided, 1), least_squares(undecided, -1)
    assert real == fake == 1
    assert_array_equal(dreal + dfake, np.zeros((8, 1)))


def test_least_squares_has_the_right_derivative_and_keeps_float32():
    check_grad(least_squares, draw(4, 3), 0.7)
    check_grad(least_squares, draw(4, 3), draw(4, 3, seed=1))
    assert least_squares(draw(4, 1).astype(np.float32), 1.0)[1].dtype == np.float32
    with pytest.raises(AvanpError, match=r"one shape, not \(4, 1\) and \(4,\)"):
        least_squares(draw(4, 1), draw(4))


# Weights


def test_penalties_worked_by_hand():
    params = {"W": np.array([[1.0, -2.0]]), "V": np.array([3.0, 0.0])}
    value, grads = l1_penalty(params, 0.5)
    assert value == 3.0
    assert_array_equal(grads["W"], [[0.5, -0.5]])
    assert_array_equal(grads["V"], [0.5, 0.0])
    value, grads = l2_penalty(params, 0.5)
    assert value == 7.0
    assert_array_equal(grads["W"], [[1.0, -2.0]])
    assert_array_equal(grads["V"], [3.0, 0.0])


@pytest.mark.parametrize("penalty", [l1_penalty, l2_penalty])
def test_penalties_keep_float32_and_cost_nothing_where_there_is_nothing(penalty):
    value, grads = penalty({"W": draw(2, 3).astype(np.float32)}, np.float64(0.1))
    assert type(value) is float
    assert grads["W"].dtype == np.float32
    assert penalty({}, 0.1) == (0.0, {})
