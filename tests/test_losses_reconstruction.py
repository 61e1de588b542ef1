"""Distances of images: by elements, through a fixed net, and of an auto-encoder from its input."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from avanp.errors import AvanpError
from avanp.grad.check import check_grad
from avanp.layers.base import Layer
from avanp.layers.batch_norm import BatchNorm
from avanp.layers.conv import Conv2d
from avanp.layers.dense import Dense
from avanp.layers.dropout import Dropout
from avanp.layers.elu import ELU
from avanp.layers.flatten import Flatten
from avanp.layers.gaussian_sample import GaussianSample
from avanp.layers.identity import Identity
from avanp.layers.max_pool import MaxPool2d
from avanp.layers.reshape import Reshape
from avanp.layers.sequential import Sequential
from avanp.layers.tanh import Tanh
from avanp.layers.upsample import Upsample2
from avanp.losses.autoencoder import autoencoder_loss
from avanp.losses.feature import FeatureLoss
from avanp.losses.reconstruction import frobenius, l1, mean_squared
from avanp.losses.squared_error import squared_error

pytestmark = pytest.mark.filterwarnings("error")

DISTANCES = [l1, mean_squared, frobenius]
Y, TARGET = np.array([[1.0, 2.0], [3.0, 5.0]]), np.array([[0.0, 2.0], [5.0, 1.0]])


def draw(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def net(*sizes, dtype=np.float64):
    rng = np.random.default_rng(3)
    layers = []
    for n_in, n_out in pairwise(sizes):
        layers += [Dense(n_in, n_out, rng=rng, dtype=dtype), Tanh()]
    return Sequential(layers)


def test_l1_worked_by_hand():
    value, dy = l1(Y, TARGET)
    assert value == (1 + 0 + 2 + 4) / 4
    assert_array_equal(dy, np.array([[1, 0], [-1, 1]]) / 4)


def test_mean_squared_worked_by_hand():
    value, dy = mean_squared(Y, TARGET)
    assert value == (1 + 0 + 4 + 16) / 4
    assert_array_equal(dy, 2 * np.array([[1, 0], [-2, 4]]) / 4)


def test_frobenius_worked_by_hand():
    value, dy = frobenius(Y, TARGET)
    assert_allclose(value, np.sqrt(21) / 2)
    assert_allclose(dy, np.array([[1, 0], [-2, 4]]) / (2 * np.sqrt(21)))


def test_frobenius_is_9_8_times_the_root_mean_square_of_128_images_of_64_by_64():
    y = np.full((128, 64, 64, 3), 0.5, np.float32)
    value, _ = frobenius(y, np.zeros_like(y))
    assert_allclose(value / 0.5, np.sqrt(64 * 64 * 3 / 128), rtol=1e-6)
    assert round(value / 0.5, 1) == 9.8


@pytest.mark.parametrize("distance", DISTANCES)
def test_nothing_is_lost_with_no_gradient_at_the_target(distance):
    y = draw(3, 4)
    value, dy = distance(y, y.copy())
    assert value == 0.0
    assert not dy.any()


@pytest.mark.parametrize("distance", DISTANCES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_distance_keeps_the_dtype_and_its_arguments(distance, dtype):
    y, target = draw(4, 3, 2).astype(dtype), draw(4, 3, 2, seed=1).astype(dtype)
    before = y.copy(), target.copy()
    value, dy = distance(y, target)
    assert type(value) is float
    assert dy.dtype == dtype
    assert_array_equal(y, before[0])
    assert_array_equal(target, before[1])
    assert distance(y, np.ones(y.shape, np.uint8))[1].dtype == dtype
    check_grad(distance, draw(4, 3, 2), draw(4, 3, 2, seed=1))


@pytest.mark.parametrize("distance", DISTANCES)
def test_unequal_shapes_and_empty_batches_are_named(distance):
    with pytest.raises(AvanpError, match=r"one shape, not \(4, 1\) and \(4,\)"):
        distance(np.ones((4, 1)), np.ones(4))
    with pytest.raises(AvanpError, match="the batch is empty"):
        distance(np.ones((0, 4)), np.ones((0, 4)))


# An auto-encoder's error on what is itself trained


class Half(Layer):
    """D(v) = v / 2, so that L(v) is a function of v / 2."""

    def forward(self, x, *, train=False, rng=None):
        return x / 2, None

    def backward(self, dy, cache, *, wrt="both"):
        return (None if wrt == "params" else dy / 2), {}


def test_the_two_paths_worked_by_hand():
    # L = mean |v/2 - v| = mean |v| / 2
    value, dv, grads = autoencoder_loss(Half(), np.array([[2.0, -4.0]]))
    assert value == 1.5
    assert_array_equal(dv, [[0.25, -0.25]])
    assert grads == {}


def test_an_identity_loses_nothing_and_teaches_nothing():
    v = draw(3, 4)
    value, dv, _ = autoencoder_loss(Identity(), v, mean_squared)
    assert value == 0
    assert not dv.any()


@pytest.mark.parametrize("distance", [*DISTANCES, squared_error])
def test_both_paths_and_the_nets_gradients_agree_with_differences(distance):
    encoder_decoder = net(6, 3, 6)

    def loss(v, w):
        encoder_decoder.layers[0].params["W"] = w
        value, dv, grads = autoencoder_loss(encoder_decoder, v, distance)
        return value, dv, grads["0.W"].to_array()

    check_grad(loss, draw(4, 6), draw(3, 6, seed=1))


@pytest.mark.parametrize("distance", DISTANCES)
def test_one_path_alone_is_wrong(distance):
    encoder_decoder = net(6, 3, 6)

    def target_detached(v):
        y, cache = encoder_decoder.forward(v)
        value, dy = distance(y, v)
        return value, encoder_decoder.backward(dy, cache)[0]

    def net_detached(v):
        value, dy = distance(encoder_decoder.forward(v)[0], v)
        return value, -dy

    for wrong in (target_detached, net_detached):
        report = check_grad(wrong, draw(4, 6), raise_on_fail=False)
        assert not report.ok
        assert not report.problem
        assert report.error > 1e-3


def test_only_what_is_asked_for_is_computed():
    encoder_decoder, v = net(6, 3, 6), draw(4, 6)
    value, dv, grads = autoencoder_loss(encoder_decoder, v)
    only_value, only_dv, nothing = autoencoder_loss(encoder_decoder, v, wrt="input")
    assert only_value == value
    assert_array_equal(only_dv, dv)
    assert nothing == {}
    _, none, only_grads = autoencoder_loss(encoder_decoder, v, wrt="params")
    assert none is None
    assert set(only_grads) == set(grads) == set(encoder_decoder.params)


def test_training_and_noise_are_passed_to_the_net():
    noisy = Sequential([Dropout(0.5), GaussianSample()])
    v = np.ones((4, 6))

    def loss(seed, train):
        passed = np.random.default_rng(seed)
        return autoencoder_loss(
            Sequential([noisy, Dense(3, 6, rng=np.random.default_rng(0), dtype=np.float64)]),
            v,
            train=train,
            rng=passed,
        )[0]

    assert loss(1, True) == loss(1, True)
    assert len({loss(1, True), loss(2, True), loss(1, False)}) == 3


@pytest.mark.parametrize("update", [True, False])
def test_running_moments_move_by_an_images_error_unless_told_not_to(update):
    net = Sequential([BatchNorm(6, dtype=np.float64), BatchNorm(6, mode="frozen")])
    v = np.random.default_rng(0).standard_normal((8, 6))
    before = {key: array.copy() for key, array in net.state.items()}
    value, _, grads = autoencoder_loss(net, v, mean_squared, train=True, update_moments=update)
    moved = {key for key, old in before.items() if not np.array_equal(net.state[key], old)}
    assert moved == ({"0.mean", "0.var"} if update else set())
    assert set(grads) == {"0.gamma", "0.beta"}
    # Of the batch's moments in both cases: the same derivative.
    other = Sequential([BatchNorm(6, dtype=np.float64), BatchNorm(6, mode="frozen")])
    assert value == autoencoder_loss(other, v, mean_squared, train=True)[0]


# Features of a fixed net


def test_a_tap_after_the_identity_is_the_distance_itself():
    images = Sequential([Identity(), Identity()])
    for reduction, plain in (
        ("mean", mean_squared(Y, TARGET)),
        ("half_mean", [0.5 * part for part in mean_squared(Y, TARGET)]),
        ("sum", [2 * part for part in squared_error(Y, TARGET)]),
    ):
        value, dy = FeatureLoss(images, (0,), (1.0,), reduction=reduction)(Y, TARGET)
        assert_allclose(value, plain[0])
        assert_allclose(dy, plain[1])
        # Two taps of one map count twice.
        twice, dtwice = FeatureLoss(images, (0, 1), (1.0, 1.0), reduction=reduction)(Y, TARGET)
        assert_allclose(twice, 2 * plain[0])
        assert_allclose(dtwice, 2 * np.asarray(plain[1]))


def test_features_are_weighted_as_the_slow_sum_says():
    fixed, y, target = net(6, 5, 4, 3), draw(4, 6), draw(4, 6, seed=1)
    taps, weights = (0, 1, 3), (1.0, 0.1, 0.01)
    expected = 0.0
    for tap, weight in zip(taps, weights, strict=True):
        phi = Sequential(fixed.layers[: tap + 1])
        difference = phi.forward(y)[0] - phi.forward(target)[0]
        expected += weight * 0.5 * (difference**2).mean()
    assert_allclose(FeatureLoss(fixed, taps, weights)(y, target)[0], expected, rtol=1e-13)


@pytest.mark.parametrize("reduction", ["half_mean", "mean", "sum"])
@pytest.mark.parametrize("taps", [(0,), (3,), (0, 1, 3), (2, 5)])
def test_feature_gradients_agree_with_differences(taps, reduction):
    weights = np.linspace(1, 2, len(taps))
    loss = FeatureLoss(net(6, 5, 4, 3), taps, weights, reduction=reduction)
    check_grad(loss, draw(4, 6), draw(4, 6, seed=1))


def test_features_of_convolutions_agree_with_differences():
    rng = np.random.default_rng(1)
    fixed = Sequential(
        [
            Conv2d(2, 3, 3, rng=rng, dtype=np.float64),
            Tanh(),
            MaxPool2d(),
            Conv2d(3, 4, 4, stride=2, rng=rng, dtype=np.float64),
            BatchNorm(4, dtype=np.float64),
        ]
    )
    before = {key: array.copy() for key, array in {**fixed.params, **fixed.state}.items()}
    images = rng.standard_normal((2, 2, 6, 6, 2))
    # Short steps: no two elements of a window change places within one.
    check_grad(FeatureLoss(fixed, (1, 2, 4), (1.0, 0.1, 0.3)), *images, step=1e-5)
    for key, array in {**fixed.params, **fixed.state}.items():
        assert_array_equal(array, before[key])


def test_both_paths_of_a_convolutional_auto_encoder_agree_with_differences():
    rng = np.random.default_rng(1)
    auto_encoder = Sequential(
        [
            Conv2d(2, 3, 3, stride=2, rng=rng, dtype=np.float64),
            ELU(),
            Flatten(),
            Dense(12, 5, rng=rng, dtype=np.float64),
            Dense(5, 12, rng=rng, dtype=np.float64),
            Reshape((2, 2, 3)),
            Upsample2(),
            Conv2d(3, 2, 3, rng=rng, dtype=np.float64),
        ]
    )

    def loss(v, w):
        auto_encoder.layers[0].params["W"] = w
        value, dv, grads = autoencoder_loss(auto_encoder, v, l1)
        return value, dv, grads["0.W"]

    check_grad(loss, draw(2, 4, 4, 2), draw(3, 3, 2, 3, seed=1))


def test_a_tap_that_is_not_injected_or_is_injected_a_layer_off_is_caught():
    fixed, weights = net(6, 5, 5, 3), (1.0, 0.5)
    taps = (1, 3)

    def planted(place):
        def loss(y, target):
            value, _ = FeatureLoss(fixed, taps, weights)(y, target)
            features, wanted = (fixed.forward_taps(x, taps)[1] for x in (y, target))
            d = {
                tap: weight * (features[tap] - wanted[tap]) / features[tap].size
                for tap, weight in zip(taps, weights, strict=True)
            }
            cut = Sequential(fixed.layers[:4])
            caches = cut.forward(y)[1]
            return value, cut.backward_taps(d[3], {} if place is None else {place: d[1]}, caches)[0]

        return loss

    assert check_grad(planted(1), draw(4, 6), draw(4, 6, seed=1)).ok
    for place in (None, 0, 2):
        report = check_grad(planted(place), draw(4, 6), draw(4, 6, seed=1), raise_on_fail=False)
        assert not report.ok
        assert not report.problem


def test_the_fixed_net_runs_no_further_than_the_deepest_tap_and_not_in_training():
    class Watched(Identity):
        def forward(self, x, *, train=False, rng=None):
            calls.append(train)
            return super().forward(x)

        def backward(self, dy, cache, *, wrt="both"):
            assert wrt == "input"
            return super().backward(dy, cache, wrt=wrt)

    calls = []
    loss = FeatureLoss(Sequential([Watched(), Watched(), Watched(), Watched()]), (0, 1), (1, 1))
    loss(Y, TARGET)
    assert calls == 4 * [False]


def test_a_feature_loss_keeps_float32():
    value, dy = FeatureLoss(net(6, 5, dtype=np.float32), (0, 1), (1.0, 0.3))(
        draw(4, 6).astype(np.float32), draw(4, 6, seed=1).astype(np.float32)
    )
    assert type(value) is float
    assert dy.dtype == np.float32


@given(st.integers(0, 10**6), st.integers(1, 5))
def test_equal_images_have_equal_features(seed, batch):
    y = draw(batch, 6, seed=seed)
    value, dy = FeatureLoss(net(6, 5, 4), (1, 3), (1.0, 1.0))(y, y.copy())
    assert value == 0
    assert not dy.any()


@pytest.mark.parametrize(
    ("options", "what"),
    [
        (((2, 1), (1, 1)), r"ascending, not \(2, 1\)"),
        (((), ()), "layers' numbers, ascending"),
        (((1, 9), (1, 1)), r"taps \(1, 9\) of a net of 4 layers"),
        (((-1,), (1,)), r"taps \(-1,\) of a net of 4 layers"),
        (((1, 2), (1,)), "2 taps need as many weights, not 1"),
    ],
)
def test_impossible_taps_are_named(options, what):
    with pytest.raises(AvanpError, match=what):
        FeatureLoss(net(6, 5, 4), *options)
    with pytest.raises(AvanpError, match="unknown reduction 'max': choose from half_mean, mean"):
        FeatureLoss(net(6, 5, 4), (1,), (1,), reduction="max")
