"""Encoders, decoders and discriminators for images of any size."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from avanp.grad.check import check_grad
from avanp.layers.batch_norm import BatchNorm
from avanp.layers.conv_transpose import ConvTranspose2d
from avanp.layers.leaky_relu import LeakyReLU
from avanp.layers.reshape import Reshape
from avanp.nets import conv, mlp
from avanp.nets.build import Build, builders, halvings
from avanp.nets.earlier import drop_biases, dropped_biases

ARCHS = ["mlp", "conv"]
shapes = st.tuples(st.integers(1, 13), st.integers(1, 13), st.integers(1, 3))
widths_ = st.lists(st.integers(1, 5), min_size=1, max_size=3).map(tuple)


def rng():
    return np.random.default_rng(0)


def of(shape, widths, batch_norm=False, dtype=np.float32):
    return Build(shape, widths, rng(), batch_norm, dtype)


def n_weights(net):
    return sum(p.size for p in net.params.values())


@pytest.mark.parametrize("arch", ARCHS)
@given(shape=shapes, widths=widths_, batch_norm=st.booleans())
def test_images_of_any_size_become_codes_and_images_again(arch, shape, widths, batch_norm):
    build = builders(arch)
    b = of(shape, widths, batch_norm)
    x = np.zeros((2, *shape), np.float32)
    code, _ = build.encoder(b, 4).forward(x)
    assert code.shape == (2, 8)
    images, _ = build.decoder(b, 4).forward(code[:, :4])
    assert images.shape == x.shape
    logits, _ = build.discriminator(b, 3).forward(x)
    assert logits.shape == (2, 3)
    assert {code.dtype, images.dtype, logits.dtype} == {np.dtype(np.float32)}


def test_the_dense_vae_of_the_pytorch_examples_has_its_652824_weights():
    encoder = mlp.encoder(of((28, 28, 1), (400,)), 20)
    decoder = mlp.decoder(of((28, 28, 1), (400,)), 20)
    assert n_weights(encoder) + n_weights(decoder) == 652_824


def test_the_sizes_of_a_convolutional_net_by_hand():
    shape, widths = (32, 32, 3), (32, 64, 128)
    convolutions = 16 * (3 * 32 + 32 * 64 + 64 * 128)
    up = n_weights(conv.decoder(of(shape, widths), 20))
    down = n_weights(conv.encoder(of(shape, widths), 20))
    assert down == convolutions + (32 + 64 + 128) + 2 * 20 * (4 * 4 * 128 + 1)
    assert up == convolutions + (64 + 32 + 3) + (20 + 1) * 4 * 4 * 128


def test_halvings_are_rounded_up():
    assert halvings((28, 5, 1), 3) == [(28, 5), (14, 3), (7, 2), (4, 1)]


@pytest.mark.parametrize("arch", ARCHS)
def test_batch_norm_follows_every_hidden_layer_but_the_first_of_a_discriminator(arch):
    build, shape, widths = builders(arch), (8, 8, 1), (6, 5)
    for kind, count in (("encoder", 2), ("discriminator", 1)):
        net = getattr(build, kind)(of(shape, widths, batch_norm=True), 2)
        assert sum(isinstance(layer, BatchNorm) for layer in net.layers) == count
    decoder = build.decoder(of(shape, widths, batch_norm=True), 2)
    norms = [layer for layer in decoder.layers if isinstance(layer, BatchNorm)]
    assert [layer.params["gamma"].size for layer in norms] == [5, 6]


@pytest.mark.parametrize("arch", ARCHS)
@pytest.mark.parametrize("kind", ["encoder", "decoder", "discriminator"])
def test_no_bias_stands_before_a_batch_norm_that_would_subtract_it(arch, kind):
    build = getattr(builders(arch), kind)
    net = build(of((8, 8, 1), (6, 5, 4), batch_norm=True), 2)
    for i, layer in enumerate(net.layers[:-1]):
        if isinstance(net.layers[i + 1], BatchNorm) and not isinstance(layer, Reshape):
            assert set(layer.params) == {"W"}
    plain = build(of((8, 8, 1), (6, 5, 4), batch_norm=False), 2)
    assert all(f"{i}.b" in plain.params for i, layer in enumerate(plain) if "W" in layer.params)


def test_what_an_earlier_nets_bias_did_its_running_mean_does():
    net = mlp.encoder(of((2, 3, 1), (5, 4), batch_norm=True, dtype=np.float64), 2)
    assert dropped_biases(net) == {"1.b": "2.mean", "4.b": "5.mean"}
    assert dropped_biases(mlp.encoder(of((2, 3, 1), (5, 4)), 2)) == {}
    x = np.random.default_rng(1).standard_normal((7, 2, 3, 1))
    net.forward(x, train=True)
    biases = {"1.b": np.linspace(-1, 1, 5), "4.b": np.linspace(2, 0, 4)}
    earlier = mlp.encoder(of((2, 3, 1), (5, 4), batch_norm=True, dtype=np.float64), 2)
    for key, b in biases.items():
        earlier.layers[int(key[0])].params["b"] = b
    for key, array in {**net.params, **net.state}.items():
        {**earlier.params, **earlier.state}[key][...] = array
    arrays = {f"encoder.{key}": a for key, a in {**earlier.params, **earlier.state}.items()}
    drop_biases(net, arrays, "encoder.")
    assert arrays.keys() == {f"encoder.{key}" for key in {**net.params, **net.state}}
    for key, array in {**net.params, **net.state}.items():
        array[...] = arrays[f"encoder.{key}"]
    np.testing.assert_allclose(net.forward(x)[0], earlier.forward(x)[0], rtol=1e-12)


def test_discriminators_leak_by_a_fifth():
    slopes = [
        layer.slope
        for arch in ARCHS
        for layer in builders(arch).discriminator(of((8, 8, 1), (6, 5))).layers
        if isinstance(layer, LeakyReLU)
    ]
    assert slopes == [0.2] * 4


@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("arch", ARCHS)
@pytest.mark.parametrize("kind", ["encoder", "decoder", "discriminator"])
def test_the_gradients_of_whole_nets_are_right(kind, arch, batch_norm):
    shape = (5, 3, 2)
    net = getattr(builders(arch), kind)(of(shape, (4, 3), batch_norm, np.float64), 2)
    draws = np.random.default_rng(2)
    for key, p in net.params.items():
        if key.endswith((".b", "beta")):
            p += 0.3 * draws.standard_normal(p.shape)
    x = draws.standard_normal((4, 2) if kind == "decoder" else (4, *shape))
    check_grad(net, x, train=True, step=1e-5)


def test_weights_are_drawn_from_the_generator_given():
    one, other = (mlp.encoder(of((4, 4, 1), (6,)), 2).params for _ in range(2))
    assert all(np.array_equal(one[key], other[key]) for key in one)
    assert np.std(mlp.encoder(of((20, 20, 1), (300,)), 2).params["1.W"]) == pytest.approx(
        np.sqrt(2 / 400), rel=0.02
    )


def test_a_transposed_convolution_keeps_the_mean_square_of_what_a_relu_gives_it():
    net = conv.decoder(of((32, 32, 3), (64, 64, 64)), 8)
    up = next(layer for layer in net if isinstance(layer, ConvTranspose2d))
    x = np.random.default_rng(1).standard_normal((8, 16, 16, 64), dtype=np.float32)
    y, _ = up.forward(np.maximum(x, 0))
    # He's aim: the variance after it is that before the ReLU. Away from the border, where all
    # taps that reach a pixel have one.
    assert y[:, 2:-2, 2:-2].var() == pytest.approx(1, abs=0.1)
