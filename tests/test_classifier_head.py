"""A head over VGG16's features: which are computed once and kept, and a part that stays."""

import numpy as np
import pytest
from test_dfc_vae import vgg_file  # noqa: F401

from avanp.data.images import ImageSet, numbered
from avanp.errors import AvanpError
from avanp.evaluation.feature_space import feature_space
from avanp.grad.contract import as_array
from avanp.rng import stream
from avanp.systems import build
from avanp.systems.features import feature_part, tap_places
from avanp.systems.kept_features import KeptFeatures
from avanp.systems.parts import fingerprint
from avanp.systems.random_features import random_net
from avanp.training.checkpoint import load, save
from avanp.training.trainer import Trainer
from cli_process import avanp

SHAPE = (16, 16, 3)


def head(file, **options):
    given = {"arch": "vgg16-head", "shape": SHAPE, "classes": 3, "features": f"vgg16:{file}"}
    return build("classifier", **given | options)


def batch(n=9, dtype="float32"):
    x = np.random.default_rng(0).random((n, *SHAPE), dtype=np.float32).astype(dtype)
    return x, np.arange(n) % 3


@pytest.fixture
def kept():
    net = random_net(SHAPE, np.random.default_rng(0), np.float32, widths=(3, 4))
    return KeptFeatures(net, tap_places(net, SHAPE))


def test_an_image_s_features_are_the_means_of_its_maps_whatever_comes_with_it(kept):
    x, _ = batch(5)
    found = kept(x)
    for i in range(5):
        maps, expected = x[i : i + 1], []
        for j, layer in enumerate(kept.layers):
            maps = layer.forward(maps)[0]
            if j in kept.taps:
                expected += [float(maps[0, :, :, c].mean()) for c in range(maps.shape[3])]
        np.testing.assert_allclose(found[i], expected, rtol=1e-5)


def test_features_are_computed_once_and_only_of_what_comes_again(kept):
    x, _ = batch(5)
    first = kept(x)
    assert kept.computed == 5
    np.testing.assert_array_equal(kept(x[[3, 1, 3]]), first[[3, 1, 3]])
    assert kept.computed == 5
    kept(np.concatenate([x[:2], 1 - x[:1]]))
    assert kept.computed == 6
    np.testing.assert_allclose(kept(x, keep=False), first, rtol=1e-6)
    assert kept.computed == 11
    kept(1 - x[3:], keep=False)
    kept(1 - x[3:])  # was not kept
    assert kept.computed == 15


def test_a_training_looks_at_each_image_once(vgg_file):  # noqa: F811
    x, y = batch()
    system = head(vgg_file, lr=0.01)
    before = system.parts["features"].sha256
    built = system.seen.computed
    Trainer(system, batch_size=4, validation=(x[:2], y[:2])).fit(x, 30, labels=y)
    assert system.seen.computed == built + len(x)
    assert system.parts["features"].sha256 == before
    assert np.mean(system.predict(x) == y) == 1
    assert system.features(x).shape == (9, 64)
    flipped = head(vgg_file, flips="horizontal")
    Trainer(flipped, batch_size=9).fit(x, 2, labels=y)
    assert flipped.seen.computed >= built + 2 * len(x)


def test_the_head_has_the_slope_of_its_gradients(vgg_file):  # noqa: F811
    system = head(vgg_file, dtype="float64", widths=(3,), l2=0.1)
    x, y = batch(7, "float64")
    grads, _ = system.gradients((x, y), stream(0, "noise"))
    rng = np.random.default_rng(0)
    for key, p in system.nets["classifier"].params.items():
        way, before, slope = rng.standard_normal(p.shape), p.copy(), []
        for sign in (1, -1):
            p[...] = before + sign * 1e-6 * way
            slope.append(system.gradients((x, y), stream(0, "noise"))[1]["loss"])
        p[...] = before
        expected = (slope[0] - slope[1]) / 2e-6
        assert np.sum(as_array(grads["classifier"][key]) * way) == pytest.approx(
            expected, rel=1e-4, abs=1e-7
        )


def test_a_checkpoint_has_the_hash_alone_and_finds_the_net_again(vgg_file, tmp_path):  # noqa: F811
    x, y = batch()
    system = head(vgg_file)
    Trainer(system, batch_size=9).fit(x, 1, labels=y)
    save(tmp_path / "c.npz", system)
    assert (tmp_path / "c.npz").stat().st_size < vgg_file.stat().st_size / 5
    again, _ = load(tmp_path / "c.npz")
    assert fingerprint(again.parts["features"].net) == system.parts["features"].sha256
    np.testing.assert_array_equal(again.probabilities(x), system.probabilities(x))
    real = ImageSet("x", (255 * x).astype(np.uint8), numbered(9), "")
    space = feature_space(f"classifier:{tmp_path / 'c.npz'}", real)
    assert space(real).shape == (9, 64)
    with pytest.raises(AvanpError, match="a head over VGG16's; name vgg16"):
        feature_part("classifier:c", SHAPE, np.random.default_rng(0), "float32", lambda run: again)


def test_other_architectures_have_no_part_and_other_features_are_refused():
    assert build("classifier", shape=SHAPE, classes=3).parts == {}
    with pytest.raises(AvanpError, match="features 'random': vgg16 or vgg16:FILE"):
        build("classifier", shape=SHAPE, classes=3, features="random")


def test_the_command_trains_resumes_and_scores_a_head(vgg_file, tmp_path):  # noqa: F811
    words = ("train", "classifier", "--arch", "vgg16-head", "--features", f"vgg16:{vgg_file}")
    words += ("--data", "digits", "--limit", "40", "--out", "head")
    for epochs in ("1", "2"):
        done = avanp(tmp_path, *words, "--epochs", epochs)
        assert done.code == 0, done.err
    scored = avanp(tmp_path, "evaluate", "head", "-n", "20")
    assert scored.code == 0, scored.err
    assert "accuracy" in scored.out
    missing = avanp(tmp_path, *words[:4], "--data", "digits", "--out", "x")
    assert missing.code == 2
    assert "avanp data import" in missing.err
