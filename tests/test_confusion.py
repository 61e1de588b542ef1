"""The confusion matrix and its scores, worked by hand."""

import numpy as np
import pytest

from avanp.errors import AvanpError
from avanp.metrics.confusion import class_scores, confusion_matrix

LABELS = [0, 0, 0, 0, 1, 1, 2]
PREDICTED = [0, 0, 0, 1, 1, 0, 1]


def test_rows_are_the_truth_and_columns_the_prediction():
    matrix = confusion_matrix(LABELS, PREDICTED, 4)
    np.testing.assert_array_equal(matrix, [[3, 1, 0, 0], [1, 1, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]])


def test_the_scores_worked_by_hand_and_zero_where_nothing_divides():
    scores = class_scores(confusion_matrix(LABELS, PREDICTED, 4))
    assert scores.precision == pytest.approx([3 / 4, 1 / 3, 0, 0])
    assert scores.recall == pytest.approx([3 / 4, 1 / 2, 0, 0])
    assert scores.f1 == pytest.approx([3 / 4, 2 / 5, 0, 0])
    assert scores.support.tolist() == [4, 2, 1, 0]
    assert scores.accuracy == pytest.approx(4 / 7)
    assert scores.macro()["f1"] == pytest.approx((3 / 4 + 2 / 5) / 4)
    assert scores.weighted()["recall"] == pytest.approx(4 / 7)


def test_a_perfect_classifier_scores_one_everywhere():
    scores = class_scores(confusion_matrix([0, 1, 2, 2], [0, 1, 2, 2], 3))
    assert scores.macro() == {"precision": 1, "recall": 1, "f1": 1}
    assert scores.accuracy == 1


@pytest.mark.parametrize(
    ("labels", "predicted", "says"),
    [
        ([0, 1], [0], r"must be \(N,\)"),
        ([], [], r"must be \(N,\)"),
        ([0, 3], [0, 1], "labels must be whole numbers from 0 to 2"),
        ([0, 1], [0, -1], "predicted must be"),
        ([0, 1], [0.0, 1.0], "predicted must be"),
    ],
)
def test_labels_that_are_no_classes_are_refused(labels, predicted, says):
    with pytest.raises(AvanpError, match=says):
        confusion_matrix(labels, predicted, 3)
