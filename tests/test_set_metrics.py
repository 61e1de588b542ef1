"""Metrics of two sets of features: analytic cases, slow loops, and what they may not depend on."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import sqrtm
from scipy.spatial.distance import cdist, pdist

from avanp.errors import AvanpError
from avanp.metrics.coverage import class_coverage
from avanp.metrics.distances import squared_distances
from avanp.metrics.diversity import diversity, mean_pairwise_distance
from avanp.metrics.frechet import frechet_distance
from avanp.metrics.precision_recall import precision_recall
from avanp.metrics.silhouette import silhouette


def draws(n, d, seed=0):
    return np.random.default_rng(seed).standard_normal((n, d))


def with_moments(mean, covariance, n=40, seed=0):
    """Samples whose sample mean and unbiased sample covariance are exactly these."""
    x = draws(n, len(mean), seed)
    x -= x.mean(axis=0)
    x = x @ np.linalg.inv(np.linalg.cholesky(np.cov(x.T))).T
    return x @ np.linalg.cholesky(covariance).T + mean


def test_a_shifted_set_is_at_the_square_of_its_shift():
    x = draws(50, 4)
    assert frechet_distance(x + np.array([3.0, 0, 4, 0]), x) == pytest.approx(25)


def test_a_set_is_at_zero_from_itself():
    assert frechet_distance(draws(50, 4), draws(50, 4)) == pytest.approx(0, abs=1e-12)


def test_a_scaled_set_worked_by_hand():
    # Variances 1, 4, 9 beside 1: (1 - 1)² + (2 - 1)² + (3 - 1)².
    a = with_moments(np.zeros(3), np.diag([1.0, 4, 9]))
    b = with_moments(np.zeros(3), np.eye(3), n=30, seed=1)
    assert frechet_distance(a, b) == pytest.approx(5)


def test_covariances_that_do_not_commute():
    # tr (S1 S2)^1/2 in two dimensions is sqrt(tr S1 S2 + 2 sqrt(det S1 S2)).
    s1, s2 = np.array([[2.0, 1], [1, 3]]), np.array([[4.0, -1], [-1, 1]])
    a, b = with_moments(np.array([1.0, 2]), s1), with_moments(np.array([0.0, 0]), s2, seed=1)
    root = np.sqrt(np.trace(s1 @ s2) + 2 * np.sqrt(np.linalg.det(s1 @ s2)))
    assert frechet_distance(a, b) == pytest.approx(5 + 5 + 5 - 2 * root)


@given(n=st.integers(8, 30), m=st.integers(8, 30), d=st.integers(1, 6), seed=st.integers(0, 999))
def test_it_is_the_formula_with_scipys_matrix_root(n, m, d, seed):
    a, b = draws(n, d, seed) * 2 + 1, draws(m, d, seed + 1)
    s1, s2 = np.cov(a.T).reshape(d, d), np.cov(b.T).reshape(d, d)
    shift = a.mean(axis=0) - b.mean(axis=0)
    expected = shift @ shift + np.trace(s1 + s2 - 2 * sqrtm(s1 @ s2).real)
    assert frechet_distance(a, b) == pytest.approx(expected, rel=1e-7, abs=1e-7)


def test_fewer_rows_than_dimensions_give_what_added_zeros_give():
    # 5 points of 9 dimensions that lie in a plane of 2.
    a, b = draws(5, 2), draws(6, 2, 1) + 2
    rotation = np.linalg.qr(draws(9, 9, 2))[0][:2]
    assert frechet_distance(a @ rotation, b @ rotation) == pytest.approx(frechet_distance(a, b))


def test_it_is_symmetric_and_float32_serves():
    a, b = draws(40, 5), 2 * draws(30, 5, 1)
    value = frechet_distance(a, b)
    assert frechet_distance(b, a) == pytest.approx(value)
    assert frechet_distance(a.astype(np.float32), b.astype(np.float32)) == pytest.approx(
        value, rel=1e-5
    )


def test_two_samples_of_one_distribution_are_apart_and_less_so_the_more_there_are():
    values = [frechet_distance(draws(n, 10), draws(n, 10, 1)) for n in (20, 200, 2000)]
    assert values[0] > 5 * values[1] > 25 * values[2] > 0


def test_diversity_is_the_mean_pairwise_distance_beside_the_real_ones():
    generated, real = draws(9, 3), draws(12, 3, 1) * 2 + 5
    expected = pdist(generated).mean() / pdist(real).mean()
    assert diversity(generated, real) == pytest.approx(expected, rel=1e-10)


def test_one_image_again_and_again_has_no_diversity():
    assert diversity(np.tile(draws(1, 50), (8, 1)) + 100, draws(8, 50)) == 0


def test_twice_as_far_apart_is_a_diversity_of_two():
    assert diversity(2 * draws(20, 3) + 7, draws(20, 3)) == pytest.approx(2)


def test_real_images_that_are_all_one_are_refused():
    with pytest.raises(AvanpError, match="all real images are the same"):
        diversity(draws(3, 2), np.ones((3, 2)))


def test_equal_sets_have_precision_and_recall_one():
    assert precision_recall(draws(20, 4), draws(20, 4)) == (1, 1)


def test_sets_far_from_each_other_have_precision_and_recall_zero():
    assert precision_recall(draws(20, 4) + 100, draws(20, 4)) == (0, 0)


def test_a_collapsed_set_has_precision_and_no_recall():
    real = draws(100, 2)
    precision, recall = precision_recall(real[:1] + 1e-3 * draws(50, 2, 1), real)
    assert precision == 1
    assert recall <= 0.02


def test_half_outside_is_a_precision_of_one_half():
    real = draws(30, 3)
    precision, recall = precision_recall(np.concatenate([real, real + 100]), real)
    assert precision == 0.5
    assert recall == 1


def test_the_balls_worked_by_hand():
    # k = 1: the real balls are 0±1, 1±1, 4±3, the generated ones -2±3.5, 1.5±3.5, 8±6.5.
    real, generated = np.array([[0.0], [1], [4]]), np.array([[-2.0], [1.5], [8]])
    precision, recall = precision_recall(generated, real, k=1)
    assert precision == pytest.approx(1 / 3)
    assert recall == 1


def slow_share(points, members, k):
    inside = 0
    for p in points:
        for m in members:
            others = sorted(np.linalg.norm(m - o) for o in members)
            if np.linalg.norm(p - m) <= others[k]:
                inside += 1
                break
    return inside / len(points)


@given(n=st.integers(4, 15), m=st.integers(4, 15), k=st.integers(1, 3), seed=st.integers(0, 999))
def test_precision_and_recall_are_those_of_a_slow_loop(n, m, k, seed):
    generated, real = draws(n, 3, seed) + 1, draws(m, 3, seed + 1)
    expected = slow_share(generated, real, k), slow_share(real, generated, k)
    assert precision_recall(generated, real, k) == pytest.approx(expected)


def test_distances_are_scipys_and_zero_between_equal_rows():
    a = draws(30, 6) + 1e3
    b = np.concatenate([a[:10], draws(5, 6, 1)])
    d = np.concatenate([d for _, d in squared_distances(a, b)])
    np.testing.assert_allclose(d, cdist(a, b, "sqeuclidean"), rtol=1e-6, atol=1e-6)
    assert not d[np.arange(10), np.arange(10)].any()


@pytest.mark.parametrize("pairs", [1, 40, 333])
def test_the_number_of_rows_taken_together_changes_nothing(pairs, monkeypatch):
    generated, real = draws(23, 5) * 1.2, draws(31, 5, 1)
    before = precision_recall(generated, real), diversity(generated, real)
    monkeypatch.setattr("avanp.metrics.distances.PAIRS", pairs)
    assert precision_recall(generated, real) == before[0]
    assert diversity(generated, real) == pytest.approx(before[1], rel=1e-12)


def test_neither_order_nor_a_common_shift_nor_a_rotation_matters():
    generated, real = draws(23, 4), draws(31, 4, 1) * 1.5
    rotation = np.linalg.qr(draws(4, 4, 2))[0]
    for metric in (frechet_distance, diversity, precision_recall):
        expected = pytest.approx(metric(generated, real), rel=1e-9)
        assert metric(generated[::-1], real[::-1]) == expected
        assert metric(generated @ rotation + 9, real @ rotation + 9) == expected


@pytest.mark.parametrize("metric", [frechet_distance, diversity, precision_recall])
def test_features_that_do_not_fit_are_refused(metric):
    with pytest.raises(AvanpError, match="one D"):
        metric(draws(9, 3), draws(9, 4))
    with pytest.raises(AvanpError, match="at least"):
        metric(draws(1, 3), draws(9, 3))
    with pytest.raises(AvanpError, match="finite"):
        metric(np.full((9, 3), np.nan), draws(9, 3))


def test_the_mean_distance_of_the_corners_of_a_square():
    corners = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
    assert mean_pairwise_distance(corners) == pytest.approx((4 + 2 * np.sqrt(2)) / 6)


def test_the_silhouette_worked_by_hand():
    # Classes {0, 1} and {4}: of 0 a = 1, b = 4; of 1 a = 1, b = 3; 4 is alone.
    value = silhouette(np.array([[0.0], [1], [4]]), np.array(["a", "a", "b"]))
    assert value == pytest.approx((3 / 4 + 2 / 3 + 0) / 3)


def test_classes_far_apart_have_a_silhouette_near_one_and_random_ones_near_zero():
    x, labels = draws(60, 3), np.arange(60) % 3
    assert silhouette(x + 100.0 * labels[:, None], labels) > 0.95
    assert abs(silhouette(x, labels)) < 0.1


@given(n=st.integers(5, 20), k=st.integers(2, 5), seed=st.integers(0, 999))
def test_the_silhouette_is_that_of_a_slow_loop(n, k, seed):
    x, labels = draws(n, 2, seed), np.random.default_rng(seed).integers(k, size=n)
    labels[:2] = 0, 1
    d, values = cdist(x, x), []
    for i in range(n):
        same = (labels == labels[i]) & (np.arange(n) != i)
        b = min(d[i, labels == c].mean() for c in set(labels) - {labels[i]})
        a = d[i, same].mean() if same.any() else None
        values.append(0 if a is None else (b - a) / max(a, b))
    assert silhouette(x, labels) == pytest.approx(np.mean(values), abs=1e-9)


def test_labels_that_do_not_fit_have_no_silhouette():
    with pytest.raises(AvanpError, match="as many labels"):
        silhouette(draws(5, 2), np.zeros(4))
    with pytest.raises(AvanpError, match="two classes"):
        silhouette(draws(5, 2), np.zeros(5))


def test_coverage_worked_by_hand():
    assert class_coverage([0, 1, 2, 3], 4) == pytest.approx((1, 1))
    assert class_coverage([2, 2, 2], 4) == (0.25, 0)
    assert class_coverage([0, 0, 3, 3], 4) == pytest.approx((0.5, 0.5))


@pytest.mark.parametrize("classes", [[], [0, 4], [-1, 0], [0.5, 1.0]])
def test_classes_that_are_none_have_no_coverage(classes):
    with pytest.raises(AvanpError, match="classes must be"):
        class_coverage(classes, 4)
