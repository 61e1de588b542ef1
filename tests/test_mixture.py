"""The mixture fitted to codes: both steps of EM by loops, what it finds, what a system keeps."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

import avanp
from avanp.errors import AvanpError
from avanp.rng import stream
from avanp.systems import build, gaussian_mixture, mixture
from avanp.systems.gaussian_mixture import FLOOR, Mixture, draw
from avanp.systems.mixture import fit
from avanp.training import checkpoint
from avanp.training.trainer import Trainer


@pytest.fixture
def three():
    """Return codes of three Gaussians that do not touch, 200 of each, and which each is of."""
    rng = np.random.default_rng(0)
    centres = np.array([[9.0, 0, 0], [0, 9, 0], [0, 0, 9]])
    spread = np.array([[1.0, 0.8, 0], [0, 0.5, 0], [0, 0, 0.3]])
    of = np.repeat(np.arange(3), 200)
    return centres[of] + rng.normal(size=(600, 3)) @ spread, of


def test_the_e_step_is_bayes_rule_code_by_code(three):
    x = three[0][::60]
    m = fit(three[0], 3, np.random.default_rng(1), steps=1)
    shares = gaussian_mixture.responsibilities(x, m)
    for i, code in enumerate(x):
        joint = []
        for weight, mean, factor in zip(*m, strict=True):
            joint.append(weight * stats.multivariate_normal.pdf(code, mean, factor @ factor.T))
        assert_allclose(shares[i], np.array(joint) / sum(joint), atol=1e-12)


def test_the_m_step_is_weighted_moments_number_by_number():
    rng = np.random.default_rng(2)
    n = 15
    x, shares = rng.normal(size=(n, 2)), rng.dirichlet([1, 1], n)
    x[:, 1] += 2 * x[:, 0]  # t < 1
    m = gaussian_mixture.maximisation(x, shares)
    spread = np.mean([(x[i, a] - x[:, a].mean()) ** 2 for i in range(n) for a in range(2)])
    for k in range(2):
        count = sum(shares[i, k] for i in range(n))
        mean = [sum(shares[i, k] * x[i, a] for i in range(n)) / count for a in range(2)]
        assert m.weights[k] == pytest.approx(count / n)
        assert_allclose(m.means[k], mean)
        own = np.zeros((2, 2))
        for a in range(2):
            for b in range(2):
                for i in range(n):
                    own[a, b] += shares[i, k] * (x[i, a] - mean[a]) * (x[i, b] - mean[b]) / count
        doubt = 0.0  # Var(s_01), twice
        for i in range(n):
            product = (x[i, 0] - mean[0]) * (x[i, 1] - mean[1])
            doubt += 2 * shares[i, k] * (product - own[0, 1]) ** 2 / count**2
        t = doubt / (2 * own[0, 1] ** 2) * count / (count - 1)
        assert 0.01 < t < 0.99
        expected = (1 - t) * own + t * np.diag(np.diag(own)) + FLOOR * spread * np.eye(2)
        assert_allclose(m.factors[k] @ m.factors[k].T, expected)


@pytest.mark.parametrize("n", [2, 3])
def test_a_covariance_of_fewer_than_four_codes_is_its_diagonal(n):
    x = np.arange(n)[:, None] * [1.0, 2.0, -1.0]
    factor = gaussian_mixture.maximisation(x, np.ones((n, 1))).factors[0]
    assert_array_equal(factor, np.diag(np.diag(factor)))


def test_gaussians_that_do_not_touch_are_found_and_drawn_from(three):
    x, of = three
    m = fit(x, 3, np.random.default_rng(3))
    assert_allclose(m.weights, 1 / 3, atol=1e-6)
    found = m.means.argmax(axis=1)
    assert sorted(found) == [0, 1, 2]
    for k, mine in enumerate(found):
        assert_allclose(m.means[k], x[of == mine].mean(axis=0), atol=0.02)
    drawn = draw(m, 6000, np.random.default_rng(4))
    assert_allclose(np.bincount(drawn.argmax(axis=1)) / 6000, 1 / 3, atol=0.03)
    near = drawn[drawn.argmax(axis=1) == 0]
    assert_allclose(np.cov(near.T), np.cov(x[of == 0].T), atol=0.15)


def test_codes_that_are_all_one_or_fewer_than_gaussians_have_a_mixture():
    rng = np.random.default_rng(5)
    same = fit(np.ones((4, 3)), 2, rng)
    assert_allclose(draw(same, 5, rng), 1, atol=1e-5)
    state = mixture.empty_state(2, 3, np.float32)
    mixture.keep(state, same)
    values, dz = gaussian_mixture.energies(np.full((2, 3), 1.1), mixture.kept(state))
    assert np.isfinite(values).all()
    assert (dz > 0).all()
    assert len(fit(rng.normal(size=(3, 8)), 10, rng).weights) == 3


@pytest.mark.parametrize(
    ("x", "says"), [(np.ones((1, 3)), "two codes"), (np.full((4, 3), np.nan), "NaN or infinity")]
)
def test_codes_that_no_mixture_has_are_refused(x, says):
    with pytest.raises(AvanpError, match=says):
        fit(x, 1, np.random.default_rng(0))


@pytest.mark.parametrize("name", ["VAE", "AVA5", "VAEGAN"])
def test_a_trained_system_draws_from_its_mixture_and_keeps_it(name, tmp_path):
    x = np.random.default_rng(6).random((40, 6, 5, 1)).astype(np.float32)
    system = build(name, shape=(6, 5, 1), widths=(8,), latent=3, mixture=2)
    assert_array_equal(system.codes(5, stream(0, "sample")), system.noise(5, stream(0, "sample")))
    Trainer(system, batch_size=16, out=tmp_path, validation=x[:8], keep_best=True).fit(x, 2)
    kept, _ = checkpoint.load_best(tmp_path / "checkpoint.npz")
    codes = kept.codes(2000, stream(0, "sample"))
    assert_array_equal(codes, system.codes(2000, stream(0, "sample")))
    # Of the codes of the training images, by the weights that are used: the best ones.
    mu = kept.encode(x)[0]
    assert_allclose(codes.mean(axis=0), mu.mean(axis=0), atol=5 * mu.std() / np.sqrt(2000) + 0.01)
    assert_array_equal(kept.generate(3, stream(1, "sample")),
                       kept.decode(kept.codes(3, stream(1, "sample"))))  # fmt: skip


def test_a_mixture_without_weight_is_none():
    assert mixture.kept({}) is None
    state = mixture.empty_state(3, 2, np.float32)
    assert mixture.kept(state) is None
    mixture.keep(state, Mixture(np.ones(1), np.zeros((1, 2)), np.eye(2)[None]))
    drawn = draw(mixture.kept(state), 9, np.random.default_rng(0))
    assert drawn.shape == (9, 2)


def test_holes_are_filled_by_a_model_of_images_that_are_all_one():
    x = np.full((8, 16, 16, 1), 0.5)
    known = np.ones((1, 16, 16), bool)
    known[:, 4:9, 4:9] = False
    m = avanp.VAE(epochs=1, random_state=0).fit(x)
    assert np.isfinite(m.recover(x[:1], known, steps=1)).all()


def cells(n, at, seed=0):
    """Return images that are bright at one row, with grain."""
    x = 0.1 * np.random.default_rng(seed).random((n, 12, 12, 1))
    x[:, at] += 0.8
    return x.astype(np.float32)


def test_images_of_weight_0_are_no_part_of_the_mixture():
    x = np.concatenate([cells(40, 2), cells(40, 9)])
    weights = np.repeat([1.0, 0.0], 40)
    m = avanp.VAE(epochs=3, random_state=0).fit(x, sample_weight=weights)
    mean = mixture.kept(m.system_.state).means[0]
    mu = m.transform(x)
    # Of forty drawn with replacement: some spread around the mean of the first half.
    apart = np.linalg.norm(mu[:40] - mu[:40].mean(axis=0), axis=1).max()
    assert np.linalg.norm(mean - mu[:40].mean(axis=0)) < apart
    assert np.linalg.norm(mu[40:].mean(axis=0) - mu[:40].mean(axis=0)) > 4 * apart
    only = np.zeros(80)
    only[7] = 1
    m = avanp.VAE(epochs=1, random_state=0).fit(x, sample_weight=only)
    assert_allclose(mixture.kept(m.system_.state).means[0], m.transform(x[7:8])[0], atol=1e-5)


def test_a_step_in_a_stream_is_the_moments_of_both_weighed(three):
    x = three[0]
    old, share = fit(x, 3, np.random.default_rng(3)), 0.2
    z = x[:90] + 0.3
    new = gaussian_mixture.maximisation(z, gaussian_mixture.responsibilities(z, old))
    m = mixture.followed(old, z, share)
    for k in range(3):
        a, b = (1 - share) * old.weights[k], share * new.weights[k]
        assert m.weights[k] == pytest.approx(a + b)
        assert_allclose(m.means[k], (a * old.means[k] + b * new.means[k]) / (a + b))
        second = np.zeros((3, 3))
        for weight, one in ((a, old), (b, new)):
            spread = one.factors[k] @ one.factors[k].T
            second += weight * (spread + np.outer(one.means[k], one.means[k])) / (a + b)
        second -= np.outer(m.means[k], m.means[k])
        assert_allclose(m.factors[k] @ m.factors[k].T, second, atol=1e-10)


def test_a_small_chunk_of_a_stream_moves_the_mixture_little(tmp_path):
    x, small = cells(60, 2), cells(3, 9, seed=1)
    m = avanp.VAE(epochs=1, mixture=1, random_state=0).fit(x)
    m.save(tmp_path / "m.npz")
    before = mixture.kept(m.system_.state)
    m.partial_fit(small)
    after, mu = mixture.kept(m.system_.state), m.transform(small).mean(axis=0)
    assert_allclose(after.means[0] - before.means[0], 3 / 60 * (mu - before.means[0]), atol=1e-5)
    again = avanp.VAE.load(tmp_path / "m.npz").partial_fit(small)
    assert_array_equal(mixture.kept(again.system_.state).means, after.means)
    # So many images as before are a fit anew, so that parts are a whole.
    whole = avanp.VAE(epochs=2, random_state=0).fit(x)
    parts = avanp.VAE(epochs=1, random_state=0).fit(x).partial_fit(x)
    for name in mixture.NAMES:
        assert_array_equal(parts.system_.state[name], whole.system_.state[name])
