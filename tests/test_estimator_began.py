"""avanp.BEGAN: three systems as one estimator."""

import pickle

import numpy as np
import pytest

import avanp
from avanp.estimators.began import VARIANTS
from avanp.registry import load

X = np.random.default_rng(0).random((30, 6, 5, 1)).astype(np.float32)
SMALL = {"arch": "mlp", "width": 8, "latent": 3, "epochs": 2, "batch_size": 8, "random_state": 0}


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_variant_is_its_system_with_its_own_defaults(variant):
    model = avanp.BEGAN(variant=variant, **SMALL).fit(X)
    kind = load("system", VARIANTS[variant])
    assert type(model.system_) is kind
    assert model.system_.config == kind.config_class(shape=(6, 5, 1), arch="mlp", width=8, latent=3)
    assert model.transform(X).shape == (30, 3)
    assert model.sample(4).shape == (4, 6, 5, 1)
    assert model.reconstruct(X).shape == X.shape
    assert model.history_[-1]["k"] > 0
    assert -2 < model.score(X) < 0


@pytest.mark.parametrize("variant", VARIANTS)
def test_what_was_saved_is_the_same_when_loaded_and_when_pickled(tmp_path, variant):
    model = avanp.BEGAN(variant=variant, gamma=0.6, **{**SMALL, "random_state": 3}).fit(X)
    model.save(tmp_path / "b.npz")
    for again in (avanp.BEGAN.load(tmp_path / "b.npz"), pickle.loads(pickle.dumps(model))):
        assert (again.variant, again.gamma, again.random_state) == (variant, 0.6, 3)
        np.testing.assert_array_equal(again.sample(3), model.sample(3))


def test_variant_is_a_parameter_as_others_are():
    model = avanp.BEGAN(**SMALL)
    assert repr(model.set_params(variant="cs", alpha=0.3)).startswith("BEGAN(")
    assert model.fit(X).system_.name == "BEGAN-CS"
    assert model.system_.config.alpha == 0.3
    assert {"variant", "gamma", "kl_weight", "epochs"} <= set(model.get_params())
    assert "variant : {" in avanp.BEGAN.__doc__
    assert "gamma : float" in avanp.BEGAN.__doc__


def test_patience_stops_by_m():
    model = avanp.BEGAN(patience=1, lr=0.5, **SMALL | {"epochs": 30}).fit(X)
    assert model.n_iter_ < 30


def test_another_variant_and_another_model_are_refused(tmp_path):
    with pytest.raises(avanp.AvanpError, match="unknown variant 'v2': choose from began, cs, v3"):
        avanp.BEGAN(variant="v2", **SMALL).fit(X)
    avanp.VAE(epochs=1, widths=(4,)).fit(X).save(tmp_path / "v.npz")
    with pytest.raises(avanp.AvanpError, match="holds a VAE, not a BEGAN"):
        avanp.BEGAN.load(tmp_path / "v.npz")
