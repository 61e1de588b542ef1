"""The confusion matrix and its scores, worked by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avanp.errors import AvanpError
from avanp.metrics.confusion import class_scores, confusion_matrix
from avanp.pictures.confusion import confusion_picture

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
    # Of the fourth class there is nothing.
    assert scores.macro()["f1"] == pytest.approx((3 / 4 + 2 / 5) / 3)
    assert scores.weighted()["recall"] == pytest.approx(4 / 7)


def test_a_perfect_classifier_scores_one_everywhere():
    scores = class_scores(confusion_matrix([0, 1, 2, 2], [0, 1, 2, 2], 3))
    assert scores.macro() == {"precision": 1, "recall": 1, "f1": 1}
    assert scores.accuracy == 1


@given(pairs=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=40))
@settings(deadline=None, max_examples=60)
def test_scores_and_means_are_scikit_learns(pairs):
    metrics = pytest.importorskip("sklearn.metrics")
    labels, predicted = (np.array(column) for column in zip(*pairs, strict=True))
    matrix = confusion_matrix(labels, predicted, 4)
    known = list(range(4))
    present = np.union1d(labels, predicted)
    np.testing.assert_array_equal(matrix, metrics.confusion_matrix(labels, predicted, labels=known))
    found = class_scores(matrix)

    def theirs(average):
        return metrics.precision_recall_fscore_support(
            labels, predicted, labels=present, average=average, zero_division=0
        )

    for ours, other in zip(
        (found.precision, found.recall, found.f1, found.support), theirs(None), strict=True
    ):
        np.testing.assert_allclose(ours[present], other, rtol=1e-12)
    for means, average in ((found.macro(), "macro"), (found.weighted(), "weighted")):
        assert list(means.values()) == pytest.approx(list(theirs(average)[:3]))
    assert found.accuracy == pytest.approx(metrics.accuracy_score(labels, predicted))


def test_a_picture_is_darkest_where_a_row_is_all():
    picture = np.asarray(confusion_picture(np.array([[3, 0], [1, 1]]), ("a", "b")).convert("L"))
    assert picture.min() < 110
    shades = [c for c in (255, 255 - (255 - 82) // 2) if np.any(np.abs(picture - c) < 12)]
    assert len(shades) == 2


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
