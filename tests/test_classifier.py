"""Classifiers: their nets, what they descend, and what is for training alone."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from avanp.data.augment import augmented
from avanp.errors import AvanpError
from avanp.grad.contract import as_array
from avanp.layers.residual import Residual
from avanp.losses.cross_entropy import softmax_cross_entropy
from avanp.rng import stream
from avanp.systems import build
from avanp.systems.features import tap_places
from avanp.training.trainer import Trainer
from cli_process import avanp

SHAPE = (9, 8, 2)
ARCHS = ["mlp", "conv", "cnn", "resnet"]


def small(**options):
    return build("classifier", **{"shape": SHAPE, "widths": (4, 6), "classes": 3} | options)


def batch(n=9, seed=0):
    x = np.random.default_rng(seed).random((n, *SHAPE), dtype=np.float32)
    return x, np.arange(n) % 3


def logits(system, x):
    return system.nets["classifier"].forward(x)[0]


@pytest.mark.parametrize("arch", ARCHS)
def test_every_net_learns_its_training_images(arch):
    x, y = batch()
    system = small(arch=arch, lr=0.01)
    Trainer(system, batch_size=9).fit(x, 60, labels=y)
    assert np.mean(system.predict(x) == y) == 1
    assert system.features(x).shape == (9, 6 if arch == "resnet" else 64)


def test_a_resnet_of_three_widths_has_eight_layers_with_weights():
    system = build("classifier", shape=(32, 32, 3), arch="resnet", classes=4)
    net = system.nets["classifier"]
    deep = [key for key in net.params if key.endswith("W") and "shortcut" not in key]
    assert len(deep) == 8
    blocks = [layer for layer in net.layers if isinstance(layer, Residual)]
    x = np.zeros((2, 32, 32, 3), np.float32)
    sizes = []
    for layer in net.layers:
        x = layer.forward(x)[0]
        if layer in blocks:
            sizes.append(x.shape[1:])
    assert sizes == [(32, 32, 16), (16, 16, 32), (8, 8, 64)]


def test_the_papers_cnn_has_five_convolutions_and_64_features():
    system = build("classifier", shape=(64, 64, 3), arch="cnn", classes=4)
    shapes = [p.shape for k, p in system.nets["classifier"].params.items() if k.endswith("W")]
    assert [s[3] for s in shapes[:5]] == [32, 64, 128, 256, 512]
    assert shapes[5:] == [(64, 2 * 2 * 512), (4, 64)]
    assert len(tap_places(system.nets["classifier"], (64, 64, 3))) == 6


def test_taps_of_a_resnet_are_one_a_size():
    net = build("classifier", shape=(32, 32, 3), arch="resnet", classes=4).nets["classifier"]
    seen = net.forward_taps(np.zeros((1, 32, 32, 3), np.float32), tap_places(net, (32, 32, 3)))[1]
    assert [a.shape[1] for a in seen.values()] == [32, 16, 8]


def test_balanced_classes_cost_by_the_inverse_of_their_share():
    x, y = batch()
    system = small(balanced=True, counts=(10, 5, 1))
    weights = np.array([16 / 30, 16 / 15, 16 / 3])
    expected, _ = softmax_cross_entropy(logits(system, x), y, class_weights=weights)
    assert system.measure((x, y), None)["loss"] == pytest.approx(expected)
    total = 0.0
    p = system.probabilities(x).astype(np.float64)
    for i in range(9):
        total -= weights[y[i]] * np.log(p[i, y[i]])
    assert expected == pytest.approx(total / 9, rel=1e-5)


def test_penalties_are_of_weights_alone():
    x, y = batch()
    plain, other = small(arch="cnn"), small(arch="cnn", l1=0.1, l2=0.2)
    rise = other.measure((x, y), None)["loss"] - plain.measure((x, y), None)["loss"]
    expected = 0.0
    for key, p in plain.nets["classifier"].params.items():
        if key.endswith(".W"):
            expected += 0.1 * np.abs(p).sum() + 0.2 * np.square(p).sum()
    assert rise == pytest.approx(expected, rel=1e-4)
    one = plain.gradients((x, y), stream(0, "noise"))[0]["classifier"]
    two = other.gradients((x, y), stream(0, "noise"))[0]["classifier"]
    for key, p in plain.nets["classifier"].params.items():
        more = 0.1 * np.sign(p) + 0.4 * p if key.endswith(".W") else 0
        np.testing.assert_allclose(as_array(two[key]), as_array(one[key]) + more, atol=1e-5)


def test_augmentation_is_for_training_alone():
    x, y = batch()
    options = {"flips": "both", "rotation": 0.3, "zoom": 0.4, "contrast": 0.3}
    plain, system = small(), small(**options)
    assert_array_equal(system.probabilities(x), plain.probabilities(x))
    assert system.measure((x, y), None) == plain.measure((x, y), None)
    found = system.gradients((x, y), stream(0, "noise"))[1]["loss"]
    changed = augmented(x, stream(0, "noise"), **options)
    expected, _ = softmax_cross_entropy(logits(plain, changed), y)
    assert found == pytest.approx(expected, rel=1e-6)
    assert found != pytest.approx(plain.measure((x, y), None)["loss"], rel=1e-4)


def test_dropout_is_for_training_alone():
    x, y = batch()
    plain, system = small(), small(dropout=0.5)
    assert_array_equal(system.probabilities(x), plain.probabilities(x))
    losses = [system.gradients((x, y), stream(s, "noise"))[1]["loss"] for s in (0, 0, 1)]
    assert losses[0] == losses[1] != losses[2]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"counts": (1, 2)}, "3 classes need as many counts, not 2"),
        ({"dropout": 1.0}, "dropout must be a number at least 0 and below 1"),
        ({"flips": "up"}, "unknown flips 'up'"),
        ({"arch": "vgg"}, "unknown arch 'vgg': choose from mlp, conv, cnn, resnet"),
        ({"pixel_range": "real", "contrast": 0.1}, "contrast is for pixels"),
    ],
)
def test_options_that_cannot_be_are_named(options, message):
    with pytest.raises(AvanpError, match=message):
        small(**options)


def test_the_command_counts_the_classes_that_it_balances(tmp_path):
    words = ("--arch", "resnet", "--widths", "4,6", "--balanced", "--flips", "horizontal")
    more = ("--rotation", "0.05", "--dropout", "0.1", "--epochs", "1", "--limit", "100")
    done = avanp(tmp_path, "train", "classifier", "--data", "digits", *words, *more, "--out", "c")
    assert done.code == 0, done.err
    from avanp.training.checkpoint import load

    system, _ = load(tmp_path / "c" / "checkpoint.npz")
    assert sum(system.config.counts) == 100
    assert len(system.config.counts) == 10
    assert system.config.dropout == 0.1
