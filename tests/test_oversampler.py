"""The over-sampler: imbalanced-learn's own checks, and what it makes of tables and images."""

import subprocess
import sys

import numpy as np
import pytest

import avanp
from avanp.errors import AvanpError

pytest.importorskip("imblearn")
from imblearn.pipeline import make_pipeline
from imblearn.utils.estimator_checks import parametrize_with_checks
from sklearn.linear_model import LogisticRegression

QUICK = {"epochs": 2, "widths": (4,), "latent": 2, "pixel_range": "real", "likelihood": "gaussian"}


def quick(**given):
    return avanp.VAEOverSampler(generator=avanp.VAE(**QUICK), **({"random_state": 0} | given))


@parametrize_with_checks([quick()])
def test_imbalanced_learns_own_checks_pass(estimator, check):
    check(estimator)


def table(n=60, few=8, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal([10, -200, 0.01], [1, 50, 0.001], (n, 3))
    x[:few] += [4, 100, 0.02]
    return x, np.array([1] * few + [0] * (n - few))


def test_new_rows_look_like_their_class_in_every_column():
    x, y = table()
    sampler = avanp.VAEOverSampler(random_state=0)
    more, labels = sampler.fit_resample(x, y)
    assert np.bincount(labels).tolist() == [52, 52]
    np.testing.assert_array_equal(more[:60], x)
    new = more[60:]
    assert set(labels[60:]) == {1}
    deviation = x[:8].std(axis=0)
    assert (np.abs(new.mean(axis=0) - x[:8].mean(axis=0)) < deviation).all()
    assert (new.std(axis=0) < 2 * deviation).all()
    assert (new.std(axis=0) > 0.1 * deviation).all()


def test_sources_say_which_row_each_was_made_of():
    x, y = table()
    sampler = quick()
    more, _ = sampler.fit_resample(x, y)
    assert sampler.sources_[:60].tolist() == list(range(60))
    assert set(sampler.sources_[60:]) <= set(range(8))
    assert len(sampler.sources_) == len(more)
    prior = quick(eps=None)
    prior.fit_resample(x, y)
    assert set(prior.sources_[60:]) == {-1}


def test_a_seed_gives_one_result_and_another_another():
    x, y = table()
    one, other, third = (quick(random_state=s).fit_resample(x, y)[0] for s in (3, 3, 4))
    np.testing.assert_array_equal(one, other)
    assert not np.array_equal(one, third)


@pytest.mark.parametrize("strategy", [{1: 20}, 0.5, "minority"])
def test_as_many_are_made_as_the_strategy_says(strategy):
    x, y = table()
    wanted = (
        {0.5: 26, "minority": 52}.get(strategy, 20) if isinstance(strategy, float | str) else 20
    )
    _, labels = quick(sampling_strategy=strategy).fit_resample(x, y)
    assert np.sum(labels == 1) == wanted


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("name", ["VAE", "GAN", "DFCVAE"])
def test_images_are_made_by_any_of_our_generators(name, dtype):
    rng = np.random.default_rng(0)
    x = rng.integers(0, 256, (14, 8, 8, 3), dtype=np.uint8)
    if dtype == np.float32:
        x = x / np.float32(255)
    y = np.array([0] * 10 + [1] * 4)
    generator = getattr(avanp, name)(epochs=1, widths=(4,), latent=2, arch="conv", batch_size=4)
    sampler = avanp.VAEOverSampler(generator=generator, random_state=0)
    more, labels = sampler.fit_resample(x, y)
    assert more.shape == (20, 8, 8, 3)
    assert more.dtype == dtype
    assert labels.tolist() == [0] * 10 + [1] * 10
    assert more[14:].max() > 0.1 * x.max()
    assert (set(sampler.sources_[14:]) == {-1}) == (name == "GAN")


def test_whole_numbers_stay_whole():
    x, y = table()
    x = np.rint(x * 10).astype(np.int32)
    more, _ = quick().fit_resample(x, y)
    assert more.dtype == np.int32
    np.testing.assert_array_equal(more[:60], x)


def test_a_pipeline_resamples_in_training_alone():
    x, y = table()
    model = make_pipeline(quick(), LogisticRegression()).fit(x, y)
    assert model.predict(x).shape == (60,)


def test_images_without_channels_are_refused():
    with pytest.raises(AvanpError, match=r"X must be \(N, n_features\) or \(N, H, W, C\)"):
        quick().fit_resample(np.zeros((6, 4, 4)), [0, 0, 0, 0, 1, 1])


def test_without_imbalanced_learn_it_says_what_to_install():
    code = (
        "import sys; sys.modules['imblearn'] = None; import avanp\n"
        "try: avanp.VAEOverSampler\nexcept AttributeError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install '.[imbalance]'" in done.stdout
