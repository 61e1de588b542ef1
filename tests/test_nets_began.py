"""The nets of the BEGAN family: their sizes to the unit, their shapes, their gradients."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from avanp.errors import AvanpError
from avanp.grad.check import check_grad
from avanp.layers.dense import Dense
from avanp.layers.elu import ELU
from avanp.layers.initialise import COUNTING
from avanp.layers.leaky_relu import LeakyReLU
from avanp.layers.sequential import Sequential
from avanp.layers.tanh import Tanh
from avanp.layers.vanishing import VanishingResidual, set_carry
from avanp.nets.began import autoencoder, decoder, encoder
from avanp.nets.began_topology import Topology

PAPER = {"shape": (64, 64, 3), "width": 128, "latent": 64}


def rng():
    return np.random.default_rng(0)


def n_weights(*nets):
    return sum(p.size for net in nets for p in net.params.values())


def sizes(variational=False, **options):
    """The weights of a discriminator and of its generator, counted without any memory."""
    t = Topology(**options)
    nets = autoencoder(t, variational=variational, rng=COUNTING), decoder(t, rng=COUNTING)
    assert all(
        p.strides == (0,) * p.ndim for net in nets for k, p in net.params.items() if "W" in k
    )
    return tuple(map(n_weights, nets))


def test_began_cs_has_the_weights_that_table_3_counts():
    # Two learning rates are variables of the program too: 20,629,320.
    assert sizes(**PAPER, early=True) == (18_371_267, 2_258_051)
    assert sum(sizes(**PAPER, early=True)) == 20_629_320 - 2


def test_began_has_15121990_weights_at_64_by_64():
    assert sum(sizes(**PAPER)) == 15_121_990


def test_v3_at_81_channels_has_half_the_weights_of_began_cs_as_the_paper_says():
    at_128 = sum(sizes(variational=True, **PAPER, early=True))
    assert at_128 == 22_726_534
    # Twice the last layer of the encoder, 8 x 8 x 4 n to N_z.
    assert at_128 - sum(sizes(**PAPER, early=True)) == 64 * (8 * 8 * 4 * 128 + 1)
    half = sum(sizes(variational=True, **PAPER | {"width": 81}, early=True))
    assert half == pytest.approx(10_331_142, rel=1e-3)


def test_a_small_began_by_hand():
    # 16×16×1, two sizes, n = 2, 3 numbers a code.
    conv = lambda a, b: 9 * a * b + b  # noqa: E731
    down = conv(1, 2) + 2 * conv(2, 2) + conv(2, 2) + conv(2, 4) + conv(4, 4)
    up = 3 * 128 + 128 + 4 * conv(2, 2) + conv(2, 1)
    d, g = sizes(shape=(16, 16, 1), width=2, latent=3)
    assert g == up
    assert d == down + 64 * 4 * 3 + 3 + up


def test_the_dense_form_has_two_hidden_layers_in_each_half():
    d, g = sizes(shape=(14, 14, 1), width=128, latent=8, arch="mlp")
    assert g == 9 * 128 + 129 * 128 + 129 * 196
    assert d - g == 197 * 128 + 129 * 128 + 129 * 8


@pytest.mark.parametrize(
    ("side", "expected"),
    [(8, [8]), (14, [14, 7]), (16, [16, 8]), (28, [28, 14, 7]), (64, [64, 32, 16, 8])],
)
def test_an_encoder_halves_down_to_about_8_by_8(side, expected):
    t = Topology(shape=(side, side, 1), width=2, latent=3)
    assert t.sizes == [(n, n) for n in expected]


options = st.fixed_dictionaries(
    {
        "arch": st.sampled_from(["conv", "mlp"]),
        "activation": st.sampled_from(["elu", "leaky-relu"]),
        "early": st.booleans(),
        "skips": st.booleans(),
        "vanishing": st.booleans(),
    }
)


@settings(deadline=None, max_examples=40)
@given(st.tuples(st.integers(1, 27), st.integers(1, 27), st.integers(1, 3)), options)
def test_images_of_any_size_come_back_through_a_code(shape, chosen):
    t = Topology(shape=shape, width=2, latent=3, **chosen)
    x = np.zeros((2, *shape), np.float32)
    code, _ = encoder(t, rng=rng()).forward(x)
    assert code.shape == (2, 3)
    for variational in (False, True):
        d = autoencoder(t, variational=variational, rng=rng())
        y, cache = d.forward(x, rng=rng())
        assert (y.shape, y.dtype) == (x.shape, np.float32)
        assert d.backward(y, cache)[0].shape == x.shape
    assert decoder(t, rng=rng()).forward(code)[0].shape == x.shape


def smooth(layer):
    """The layer, its activations replaced: among so many units some are always near a kink."""
    for child in getattr(layer, "children", {}).values():
        smooth(child)
    if isinstance(layer, Sequential):
        layer.layers = [Tanh() if isinstance(x, ELU | LeakyReLU) else x for x in layer.layers]
    return layer


@pytest.mark.parametrize(
    "chosen",
    [
        {},
        {"early": True, "activation": "leaky-relu"},
        {"skips": True, "vanishing": True},
        {"early": True, "skips": True},
        {"arch": "mlp", "vanishing": True},
    ],
    ids=str,
)
@pytest.mark.parametrize("variational", [False, True])
def test_the_gradients_of_whole_auto_encoders_agree_with_differences(chosen, variational):
    shape = (13, 12, 2)
    t = Topology(shape=shape, width=2, latent=2, **chosen)
    net = smooth(autoencoder(t, variational=variational, rng=rng(), dtype=np.float64))
    set_carry(net, 0.3)
    draws = np.random.default_rng(2)
    for key, p in net.params.items():
        if key.endswith(".b"):
            p += 0.3 * draws.standard_normal(p.shape)
    check_grad(net, draws.standard_normal((2, *shape)), step=1e-5)


def test_a_skip_brings_the_first_map_of_the_decoder_to_every_stage():
    t = Topology(shape=(32, 32, 1), width=2, latent=3, skips=True)
    d, g = sizes(shape=(32, 32, 1), width=2, latent=3)
    wider = 2 * 9 * 2 * 2  # two stages read 2 n channels in place of n
    assert sizes(shape=(32, 32, 1), width=2, latent=3, skips=True) == (d + wider, g + wider)
    net = decoder(t, rng=rng())
    # The stages above the first are cut: what is left is the way beside.
    for key, p in net.params.items():
        if ".0.0" in key:
            p[...] = 0
    z = np.random.default_rng(1).standard_normal((2, 3), dtype=np.float32)
    assert np.ptp(net.forward(z)[0]) > 0


def test_a_vanishing_residual_worked_by_hand():
    body = Dense(2, 2, init="zeros", dtype=np.float64)
    body.params["W"][...] = [[0, 2], [4, 0]]
    layer = VanishingResidual(body, dtype=np.float64)
    x = np.array([[1.0, 3.0]])
    assert_array_equal(layer.forward(x)[0], x)
    set_carry(Sequential([layer]), 0.25)
    y, cache = layer.forward(x)
    # W x = (6, 4)
    assert_allclose(y, [[0.25 * 1 + 0.75 * 6, 0.25 * 3 + 0.75 * 4]])
    dx, grads = layer.backward(np.array([[1.0, 0.0]]), cache)
    assert_allclose(dx, [[0.25, 0.75 * 2]])
    assert_allclose(grads["body.W"].to_array(), 0.75 * np.array([[1, 3], [0, 0]]))
    set_carry(layer, 0.0)
    assert_array_equal(layer.forward(x)[0], [[6, 4]])
    assert dict(layer.state) == {"carry": 0.0}


def test_a_body_that_changes_the_shape_cannot_vanish():
    with pytest.raises(AvanpError, match=r"keeps the shape: not \(1, 2\) to \(1, 3\)"):
        VanishingResidual(Dense(2, 3, rng=rng())).forward(np.ones((1, 2), np.float32))


def test_a_pass_goes_back_with_the_carry_it_went_forward_with():
    layer = VanishingResidual(Dense(2, 2, rng=rng()))
    y, cache = layer.forward(np.ones((1, 2), np.float32))
    set_carry(layer, 0.0)
    assert_array_equal(layer.backward(y, cache)[0], y)


def test_dense_weights_start_by_glorot_and_biases_at_zero():
    t = Topology(shape=(16, 16, 1), width=64, latent=64, early=True)
    for key, p in autoencoder(t, rng=rng()).params.items():
        if key.endswith(".b"):
            assert not p.any()
        else:
            *taps, a, b = p.shape
            limit = np.sqrt(6 / (np.prod(taps, dtype=int) * (a + b)))
            assert 0.9 * limit < abs(p).max() <= limit * (1 + 1e-6)
