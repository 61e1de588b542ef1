"""Initial weights: their bounds and moments, and that one seed gives one draw."""

import numpy as np
import pytest

from avanp.errors import AvanpError
from avanp.layers.dense import Dense
from avanp.layers.initialise import COUNTING, INITS, initial
from avanp.layers.residual_blocks import residual_conv, residual_dense
from avanp.nets.build import Build, builders

FAN_IN, FAN_OUT = 300, 200
UNIFORM = {"glorot": np.sqrt(6 / 500), "he-uniform": np.sqrt(6 / 300), "pytorch": 1 / np.sqrt(300)}
NORMAL = {
    "glorot-normal": np.sqrt(2 / 500),
    "he": np.sqrt(2 / 300),
    "he-leaky": np.sqrt(2 / (300 * (1 + 0.2**2))),
    "normal": 0.02,
}


def draw(name, dtype=np.float32, seed=0):
    rng = np.random.default_rng(seed)
    return initial(name, (FAN_OUT, FAN_IN), FAN_IN, FAN_OUT, rng, dtype)


@pytest.mark.parametrize(("name", "limit"), UNIFORM.items())
def test_uniform_weights_fill_their_interval(name, limit):
    w = draw(name)
    assert 0.999 * limit < abs(w).max() <= np.float32(limit)
    assert w.mean() == pytest.approx(0, abs=0.01 * limit)
    assert w.var() == pytest.approx(limit**2 / 3, rel=0.02)


@pytest.mark.parametrize(("name", "sd"), NORMAL.items())
def test_normal_weights_have_their_moments(name, sd):
    w = draw(name)
    assert w.mean() == pytest.approx(0, abs=0.02 * sd)
    assert w.std() == pytest.approx(sd, rel=0.02)
    # 0.0027 of a Gaussian's mass lies beyond three standard deviations, none of a uniform's.
    assert np.mean(abs(w) > 3 * sd) == pytest.approx(0.0027, rel=0.3)


def test_zeros_need_no_generator():
    assert not initial("zeros", (2, 3), 3, 2, None, np.float64).any()


@pytest.mark.parametrize("name", INITS)
def test_one_seed_gives_one_draw_of_the_dtype_asked_for(name):
    single, double = draw(name), draw(name, np.float64)
    assert (single.dtype, double.dtype) == (np.float32, np.float64)
    np.testing.assert_array_equal(single, double.astype(np.float32))


@pytest.mark.parametrize("name", [name for name in INITS if name != "zeros"])
def test_random_weights_need_a_generator(name):
    with pytest.raises(AvanpError, match="needs rng"):
        initial(name, (2, 2), 2, 2, None, np.float32)


def test_an_unknown_name_lists_the_known():
    with pytest.raises(AvanpError, match="unknown init 'xavier': choose from glorot, "):
        initial("xavier", (2, 2), 2, 2, np.random.default_rng(0), np.float32)


@pytest.mark.parametrize("factored", [False, True])
@pytest.mark.parametrize("name", INITS)
def test_a_dense_layer_takes_every_name(name, factored):
    rng = np.random.default_rng(0)
    layer = Dense(FAN_IN, FAN_OUT, init=name, rng=rng, factored=factored)
    w = layer.params["W"]
    np.testing.assert_array_equal(w.to_array() if factored else w, draw(name))


@pytest.mark.parametrize("arch", ["mlp", "conv"])
def test_nets_are_counted_without_memory_whatever_scales_their_weights(arch):
    made, real = (
        builders(arch).decoder(Build((8, 8, 1), (4, 6), rng), 3)
        for rng in (COUNTING, np.random.default_rng(0))
    )
    assert {k: p.shape for k, p in made.params.items()} == {
        k: p.shape for k, p in real.params.items()
    }
    for build in (residual_conv, residual_dense):
        block = build(4, rng=COUNTING)
        assert all(not p.any() for p in block.params.values())
