"""Optimisers and clipping: golden values of PyTorch, steps worked by hand, exact resumption."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from avanp.errors import AvanpError
from avanp.layers.dense import Dense
from avanp.layers.factored import Factors
from avanp.optim.adam import Adam, AdamW
from avanp.optim.clip import clip_norm, clip_value, global_norm
from avanp.optim.rmsprop import RMSprop
from avanp.optim.sgd import SGD

GOLDEN = np.load(Path(__file__).parent / "golden" / "optim.npz", allow_pickle=False)
OTHER = {"betas": (0.5, 0.9), "eps": 1e-3, "weight_decay": 0.3}
RECIPES = {
    "sgd": lambda: SGD(0.1),
    "sgd-decay": lambda: SGD(0.1, weight_decay=0.3),
    "sgd-momentum": lambda: SGD(0.1, 0.9),
    "sgd-momentum-decay": lambda: SGD(0.1, 0.9, weight_decay=0.3),
    "sgd-nesterov": lambda: SGD(0.1, 0.9, nesterov=True, weight_decay=0.3),
    "rmsprop": lambda: RMSprop(0.01),
    "rmsprop-momentum-decay": lambda: RMSprop(0.01, 0.9, 1e-3, momentum=0.8, weight_decay=0.3),
    "adam": lambda: Adam(0.01),
    "adam-decay": lambda: Adam(0.01, **OTHER),
    "adamw": lambda: AdamW(0.01),
    "adamw-decay": lambda: AdamW(0.01, **OTHER),
}


@pytest.mark.parametrize("name", RECIPES)
def test_every_step_is_pytorchs(name):
    optimiser, p = RECIPES[name](), GOLDEN["start"].copy()
    for g, expected in zip(GOLDEN["gradients"], GOLDEN[name], strict=True):
        optimiser.step({"W": p}, {"W": g})
        np.testing.assert_allclose(p, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", RECIPES)
def test_in_float32_it_is_the_same_and_stays_float32(name):
    optimiser, p = RECIPES[name](), GOLDEN["start"].astype(np.float32)
    for g in GOLDEN["gradients"].astype(np.float32):
        optimiser.step({"W": p}, {"W": g})
    np.testing.assert_allclose(p, GOLDEN[name][-1], rtol=2e-5, atol=2e-6)
    assert {p.dtype, *(a.dtype for a in optimiser.state.values())} == {np.dtype(np.float32)}


@pytest.mark.parametrize("name", RECIPES)
def test_gradients_are_left_as_they_are(name):
    optimiser, g = RECIPES[name](), GOLDEN["gradients"][0].copy()
    for _ in range(2):
        optimiser.step({"W": GOLDEN["start"].copy()}, {"W": g})
    np.testing.assert_array_equal(g, GOLDEN["gradients"][0])


def test_the_first_step_of_adam_is_lr_times_the_sign():
    p = np.zeros(4)
    Adam(0.01).step({"p": p}, {"p": np.array([3.0, -0.2, 1e-3, 0.0])})
    np.testing.assert_allclose(p, [-0.01, 0.01, -0.01, 0], rtol=2e-5)


def test_a_constant_gradient_under_momentum_worked_by_hand():
    p, optimiser = np.zeros(1), SGD(1.0, 0.5)
    path = []
    for _ in range(3):
        optimiser.step({"p": p}, {"p": np.ones(1)})
        path.append(p[0])
    # Velocities 1, 1.5, 1.75.
    assert path == [-1, -2.5, -4.25]


@pytest.mark.parametrize("name", RECIPES)
def test_a_resumed_optimiser_goes_on_bit_for_bit(name):
    whole, first, second = (RECIPES[name]() for _ in range(3))
    p, q = GOLDEN["start"].copy(), GOLDEN["start"].copy()
    for g in GOLDEN["gradients"]:
        whole.step({"W": p}, {"W": g})
    for g in GOLDEN["gradients"][:3]:
        first.step({"W": q}, {"W": g})
    saved = first.state_dict()
    assert all(isinstance(array, np.ndarray) for array in saved.values())
    second.load_state_dict(saved)
    first.step({"W": q.copy()}, {"W": g})
    for g in GOLDEN["gradients"][3:]:
        second.step({"W": q}, {"W": g})
    np.testing.assert_array_equal(p, q)
    for key, array in whole.state_dict().items():
        np.testing.assert_array_equal(second.state_dict()[key], array)


def test_a_rate_set_by_a_schedule_is_part_of_the_state():
    optimiser, resumed = Adam(0.01), Adam(0.01)
    optimiser.lr = 0.003
    resumed.load_state_dict(optimiser.state_dict())
    assert resumed.lr == 0.003


def test_state_of_another_optimiser_or_net_is_refused():
    optimiser = Adam(0.01)
    optimiser.step({"W": np.zeros(3)}, {"W": np.ones(3)})
    with pytest.raises(AvanpError, match=r"SGD does not keep [mv]\.W"):
        SGD(0.1).load_state_dict(optimiser.state_dict())
    with pytest.raises(AvanpError, match="something else"):
        optimiser.load_state_dict({"W": np.zeros(3)})
    for wrong in ({"lr": np.array(np.nan)}, {"steps": np.array(-5)}):
        with pytest.raises(AvanpError, match="must be at least 0"):
            optimiser.load_state_dict({**optimiser.state_dict(), **wrong})
    with pytest.raises(AvanpError, match="another net"):
        optimiser.step({"W": np.zeros(4)}, {"W": np.ones(4)})


@pytest.mark.parametrize("name", RECIPES)
def test_a_factored_gradient_is_its_matrix(name):
    rng = np.random.default_rng(0)
    factored, plain = RECIPES[name](), RECIPES[name]()
    p, q = rng.standard_normal((2, 3, 4))
    q[...] = p
    for _ in range(3):
        g = Factors(rng.standard_normal((5, 4)), rng.standard_normal((5, 3)))
        factored.step({"W": p}, {"W": g})
        plain.step({"W": q}, {"W": g.to_array()})
    np.testing.assert_allclose(p, q, rtol=1e-12)


def test_a_factored_weight_wants_plain_descent():
    layer = Dense(4, 3, init="zeros", factored=True)
    grads = {"W": Factors(np.ones((1, 4), np.float32), np.ones((1, 3), np.float32))}
    SGD(0.5).step(layer.params, grads)
    assert (layer.params["W"].to_array() == -0.5).all()
    for optimiser in [Adam(0.1), SGD(0.1, 0.9), SGD(0.1, weight_decay=0.1)]:
        with pytest.raises(AvanpError, match="W is a factored weight"):
            optimiser.step(layer.params, grads)


@pytest.mark.parametrize("optimiser", [SGD(0.1, 0.9), RMSprop(0.1), Adam(0.1)])
def test_a_gradient_of_another_shape_is_refused(optimiser):
    with pytest.raises(AvanpError, match=r"gradient of W is \(1,\) and W \(3,\)"):
        optimiser.step({"W": np.zeros(3)}, {"W": np.ones(1)})


def test_a_parameter_without_a_gradient_stays():
    params = {"a": np.ones(2), "b": np.ones(2)}
    AdamW(0.1, weight_decay=0.5).step(params, {"a": np.ones(2)})
    assert (params["a"] != 1).all()
    assert (params["b"] == 1).all()


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: SGD(-0.1), "lr"),
        (lambda: SGD(float("nan")), "lr"),
        (lambda: SGD(0.1, 1.0), "momentum"),
        (lambda: SGD(0.1, nesterov=True), "momentum"),
        (lambda: RMSprop(0.1, 1.5), "alpha"),
        (lambda: Adam(0.1, (0.9, 1.0)), "beta2"),
        (lambda: Adam(0.1, weight_decay=-1.0), "weight_decay"),
        (lambda: clip_norm({}, 0.0), "limit"),
        (lambda: clip_value({}, -1.0), "limit"),
    ],
)
def test_settings_out_of_range_are_refused(make, says):
    with pytest.raises(AvanpError, match=says):
        make()


def test_clipping_by_norm_is_pytorchs():
    grads = {"a": GOLDEN["gradients"][3], "b": GOLDEN["gradients"][4, 0]}
    clipped, norm = clip_norm(grads, 0.5)
    assert norm == pytest.approx(float(GOLDEN["norm"]), rel=1e-12)
    # PyTorch divides by the norm plus 1e-6.
    np.testing.assert_allclose(clipped["a"], GOLDEN["clipped-a"], rtol=1e-5)
    np.testing.assert_allclose(clipped["b"], GOLDEN["clipped-b"], rtol=1e-5)
    assert global_norm(clipped) == pytest.approx(0.5, rel=1e-12)


def test_three_four_five():
    grads = {"a": np.array([3.0]), "b": np.array([[4.0]])}
    assert global_norm(grads) == 5
    same, norm = clip_norm(grads, 5.0)
    assert (norm, same) == (5, grads)
    half, _ = clip_norm(grads, 2.5)
    assert (half["a"][0], half["b"][0, 0]) == (1.5, 2)
    assert grads["a"][0] == 3


def test_clipping_by_value_leaves_the_small_and_the_sign():
    grads = {"a": np.array([-7.0, 0.5, 7.0], np.float32)}
    clipped = clip_value(grads, 2.0)["a"]
    np.testing.assert_array_equal(clipped, np.array([-2, 0.5, 2], np.float32))
    assert clipped.dtype == np.float32
    assert grads["a"][0] == -7


def test_a_norm_that_is_not_finite_scales_nothing():
    grads = {"a": np.array([np.inf, 1.0]), "b": np.ones(2)}
    clipped, norm = clip_norm(grads, 1.0)
    assert norm == np.inf
    np.testing.assert_array_equal(clipped["b"], [1, 1])


@given(
    groups=st.sampled_from([(), (2,)]),
    rows=st.integers(1, 9),
    n_in=st.integers(1, 9),
    n_out=st.integers(1, 9),
    seed=st.integers(0, 10**6),
)
def test_clipping_a_factored_gradient_is_clipping_its_matrix(groups, rows, n_in, n_out, seed):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((*groups, rows, n_in))
    g = Factors(x, rng.standard_normal((*groups, rows, n_out)))
    expected, norm = clip_norm({"W": g.to_array()}, 0.1)
    clipped, factored_norm = clip_norm({"W": g}, 0.1)
    assert factored_norm == pytest.approx(norm, rel=1e-9)
    np.testing.assert_allclose(clipped["W"].to_array(), expected["W"], rtol=1e-9, atol=1e-12)
    by_value = clip_value({"W": g}, 0.1)["W"]
    np.testing.assert_array_equal(by_value, np.clip(g.to_array(), -0.1, 0.1))
