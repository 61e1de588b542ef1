"""The nets of SSAVAE: what they are made of, their sizes, how they begin, their gradients."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from avanp.grad.check import check_grad
from avanp.layers.batch_norm import BatchNorm
from avanp.layers.conv import Conv2d
from avanp.layers.dense import Dense
from avanp.layers.initialise import COUNTING
from avanp.layers.leaky_relu import LeakyReLU
from avanp.layers.max_pool import MaxPool2d
from avanp.layers.residual import Residual
from avanp.layers.sequential import Sequential
from avanp.layers.softplus import Softplus
from avanp.layers.two_heads import TwoHeads
from avanp.layers.upsample import Upsample2
from avanp.nets import ssavae as nets
from avanp.nets.ssavae import SIZES
from avanp.nets.ssavae_build import Build

SHAPE = (28, 28, 1)


def small(shape=SHAPE, widths=SIZES["S"], latent=2, batch_norm=True, seed=0, dtype=np.float32):
    return Build(shape, widths, np.random.default_rng(seed), batch_norm, dtype, latent=latent)


def four(b, classes=10):
    return {
        "encoder": nets.encoder(b),
        "classifier": nets.classifier(b, classes),
        "decoder": nets.decoder(b),
        "discriminator": nets.discriminator(b),
    }


def n_weights(net):
    return sum(p.size for p in net.params.values())


def count(net, kind):
    return sum(isinstance(layer, kind) for layer in net.layers)


def test_the_nets_are_made_of_what_the_paper_counts():
    made = four(small())
    e, c, d, s = (made[name] for name in ("encoder", "classifier", "decoder", "discriminator"))
    assert [count(e, kind) for kind in (Conv2d, Residual, MaxPool2d, Dense)] == [6, 6, 2, 3]
    assert [count(c, kind) for kind in (Dense, BatchNorm, Residual)] == [4, 3, 3]
    assert [count(d, kind) for kind in (Conv2d, Residual, Upsample2, Dense)] == [7, 6, 2, 3]
    assert [count(s, kind) for kind in (Conv2d, MaxPool2d, Dense)] == [3, 2, 5]
    assert (count(d, BatchNorm), count(e, BatchNorm), count(s, BatchNorm)) == (9, 0, 0)
    assert isinstance(e.layers[-1], TwoHeads)


def test_an_encoder_goes_from_convolution_to_residual_block_to_leaky_relu():
    kinds = [type(layer) for layer in nets.encoder(small()).layers[:10]]
    three = [Conv2d, Residual, LeakyReLU]
    assert kinds == [*three, *three, MaxPool2d, *three]


@pytest.mark.parametrize("size", SIZES)
def test_the_sizes_of_the_nets_by_hand(size):
    c1, c2, c3 = SIZES[size]
    conv = lambda a, b: 9 * a * b + b  # noqa: E731
    dense = lambda *n: sum(a * b + b for a, b in pairwise(n))  # noqa: E731
    # A layer before a norm has no bias; a norm has a gain and a bias.
    normed = lambda *n: sum(a * b + 2 * b for a, b in pairwise(n))  # noqa: E731
    six = [(1, c1), (c1, c1), (c1, c2), (c2, c2), (c2, c3), (c3, c3)]
    trunk = sum(conv(a, b) + 2 * conv(b, b) for a, b in six)
    n = 49 * c3
    made = four(small(widths=SIZES[size]))
    assert n_weights(made["encoder"]) == (
        trunk + dense(n, 32 * c1, 16 * c1, 8 * c1) + 2 * dense(8 * c1, 2)
    )
    w = 8 * c1
    assert n_weights(made["classifier"]) == (normed(2, w, w, w) + 3 * dense(w, w, w) + dense(w, 10))
    back = [(c3, c3), (c3, c3), (c3, c2), (c2, c2), (c2, c1), (c1, c1)]
    assert n_weights(made["decoder"]) == (
        normed(2, 8 * c1, 16 * c1, n)
        + sum(9 * a * b + 2 * b + 2 * conv(b, b) for a, b in back)
        + conv(c1, 1)
    )
    assert n_weights(made["discriminator"]) == (
        conv(1, c1) + conv(c1, c2) + conv(c2, c3) + dense(n, 128, 64, 32, 16, 1)
    )


def test_the_nets_are_counted_without_memory():
    b = small()
    counted, real = four(replace(b, rng=COUNTING)), four(b)
    assert {k: n_weights(net) for k, net in counted.items()} == {
        k: n_weights(net) for k, net in real.items()
    }


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 21), st.integers(1, 21), st.sampled_from([1, 3]), st.booleans())
def test_images_of_any_size_and_channels_pass(height, width, channels, batch_norm):
    b = small((height, width, channels), (2, 3, 4), 3, batch_norm)
    made = four(b, classes=4)
    x = np.zeros((2, height, width, channels), np.float32)
    code, caches = made["encoder"].forward(x)
    assert code.shape == (2, 6)
    assert made["encoder"].backward(code, caches)[0].shape == x.shape
    z = code[:, :3]
    again, _ = made["decoder"].forward(z, train=True)
    assert (again.shape, again.dtype) == (x.shape, np.float32)
    assert made["classifier"].forward(z)[0].shape == (2, 4)
    assert made["discriminator"].forward(x)[0].shape == (2, 1)


def test_the_taps_are_the_first_three_layers_before_the_pool_that_follows():
    net = nets.encoder(small())
    x = np.random.default_rng(1).random((2, *SHAPE), dtype=np.float32)
    _, seen, _ = net.forward_taps(x, nets.taps(net))
    assert [y.shape[1:] for y in seen.values()] == [(28, 28, 8), (28, 28, 8), (14, 14, 16)]
    by_hand = Sequential(net.layers[:3]).forward(x)[0]
    assert_array_equal(seen[nets.taps(net)[0]], by_hand)


def test_weights_begin_by_he_for_leaky_relu_and_logvar_near_nothing():
    net = nets.encoder(small(latent=500))
    he = np.sqrt(2 / (1.04 * 49 * 32))
    first = next(layer for layer in net.layers if isinstance(layer, Dense))
    assert first.params["W"].std() == pytest.approx(he, rel=0.02)
    heads = net.layers[-1]
    glorot = np.sqrt(2 / (64 + 500))
    assert heads.mu.params["W"].std() == pytest.approx(glorot, rel=0.03)
    assert heads.logvar.params["W"].std() == pytest.approx(0.1 * glorot, rel=0.03)
    assert heads.clamp == 8
    block = nets.decoder(small()).layers[13]
    one, other = (block.body.layers[i].params["W"].std() for i in (0, 2))
    assert one == pytest.approx(10 * other, rel=0.1)


def smooth(layer):
    """The layer, its activations replaced: among so many units some are always near a kink."""
    for child in getattr(layer, "children", {}).values():
        smooth(child)
    if isinstance(layer, Sequential):
        layer.layers = [Softplus() if isinstance(x, LeakyReLU) else x for x in layer.layers]
    return layer


@pytest.mark.parametrize("train", [True, False])
@pytest.mark.parametrize("name", ["encoder", "classifier", "decoder", "discriminator"])
def test_the_gradients_of_each_net_are_right_in_training_and_frozen(name, train):
    rng = np.random.default_rng(2)
    net = smooth(four(small((5, 6, 2), (2, 3, 2), dtype=np.float64), classes=3)[name])
    for key, p in net.params.items():
        if key.endswith((".b", ".beta")):
            p += 0.1 * rng.standard_normal(p.shape)
    x = rng.standard_normal((4, 2) if name in ("classifier", "decoder") else (4, 5, 6, 2))
    check_grad(net, x, step=1e-5, train=train)
