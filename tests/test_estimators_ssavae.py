"""SSAVAE as scikit-learn has it: a classifier, a transformer and a generator in one."""

import pickle

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

import avanp
from avanp.errors import AvanpError
from avanp.estimators.labels import as_classes

SMALL = {"widths": (2, 3, 2), "epochs": 2, "batch_size": 10, "random_state": 0}


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    y = np.array(["cat", "dog", "hen"])[np.arange(30) % 3]
    x = 0.3 * rng.random((30, 5, 4, 1)) + 0.2 * (np.arange(30) % 3)[:, None, None, None]
    return x, y


@pytest.fixture(scope="module")
def fitted(data):
    return avanp.SSAVAE(**SMALL).fit(*data)


def test_both_stages_are_fitted_to_classes_of_any_name(data, fitted):
    x, y = data
    assert_array_equal(fitted.classes_, ["cat", "dog", "hen"])
    assert [row.get("stage") for row in fitted.history_] == ["VEC", "VEC", None, None]
    assert fitted.n_iter_ == 2
    p = fitted.predict_proba(x)
    assert p.shape == (30, 3)
    assert p.sum(axis=1) == pytest.approx(1)
    assert_array_equal(fitted.predict(x), fitted.classes_[p.argmax(axis=1)])
    assert fitted.score(x, y) == np.mean(fitted.predict(x) == y)
    z = fitted.transform(x)
    assert z.shape == (30, 2)
    assert_array_equal(fitted.inverse_transform(z), fitted.reconstruct(x))
    again = clone(fitted).fit(x, y)
    assert_array_equal(again.predict_proba(x), p)


def test_classes_are_learnt_and_read_from_images_of_their_own(data):
    x, y = data
    options = {"widths": (2, 3, 2), "epochs": 80, "batch_size": 15, "lr": 5e-3, "beta": 0.0}
    m = avanp.SSAVAE(**options, random_state=0).fit(x, y)
    assert m.score(x, y) > 0.9
    made = m.sample(60, y=np.repeat(["cat", "hen"], 30))
    assert np.mean(m.predict(made) == np.repeat(["cat", "hen"], 30)) > 0.8


def test_images_are_sampled_of_a_class_or_of_many(fitted):
    # Few steps: the classes that the classifier has said of images.
    seen = fitted.classes_[fitted.system_.classes_seen]
    one = fitted.sample(4, y=seen[0])
    assert one.shape == (4, 5, 4, 1)
    with pytest.raises(AvanpError, match=r"y must be one class, or 4 of them, \(4,\), not \(2,\)"):
        fitted.sample(4, y=[seen[0], seen[0]])
    assert_array_equal(one, fitted.sample(4, y=[seen[0]] * 4))
    assert not np.array_equal(one, fitted.sample(4, 1, y=seen[0]))
    assert fitted.sample(3).shape == (3, 5, 4, 1)
    with pytest.raises(AvanpError, match="there is no class cow: choose from cat, dog, hen"):
        fitted.sample(2, y="cow")


def test_a_file_keeps_the_classes(fitted, data, tmp_path):
    fitted.save(tmp_path / "m.npz")
    for again in (avanp.SSAVAE.load(tmp_path / "m.npz"), pickle.loads(pickle.dumps(fitted))):
        assert again.get_params() == fitted.get_params()
        assert_array_equal(again.predict(data[0]), fitted.predict(data[0]))


def test_minus_one_is_an_image_without_a_label(data):
    x, _ = data
    y = np.arange(30) % 3
    some = np.where(np.arange(30) < 12, y, -1)
    m = avanp.SSAVAE(**SMALL).fit(x, some)
    assert_array_equal(m.classes_, [0, 1, 2])
    # They count: without them the training is another.
    other = avanp.SSAVAE(**SMALL).fit(x[:12], some[:12])
    assert not np.array_equal(m.predict_proba(x), other.predict_proba(x))


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (None, "requires y to be passed"),
        ([0, 1], "3 images need as many labels, not 2"),
        ([0, 0, 0], "y has 1 class, and a classifier needs two or more"),
        ([0, -1, -1], "y has 1 class"),
        ([0.5, 1, 2], "Unknown label type: continuous"),
        ([0, 1, np.nan], "contains NaN"),
        (np.zeros((3, 2)), r"y must be 1d"),
    ],
)
def test_labels_that_are_none_are_named(y, message):
    with pytest.raises(AvanpError, match=message):
        as_classes(y, 3, -1)


def test_labels_are_numbers_of_sorted_classes():
    classes, numbers = as_classes(["b", "a", "b"], 3, -1)
    assert (list(classes), list(numbers)) == (["a", "b"], [1, 0, 1])
    classes, numbers = as_classes([5, -1, 3], 3, -1)
    assert (list(classes), list(numbers)) == ([3, 5], [1, -1, 0])


def test_what_is_not_fitted_says_so(data):
    with pytest.raises(NotFittedError, match="this SSAVAE is not fitted yet"):
        avanp.SSAVAE().predict(data[0])
