"""Feature spaces: each beside an independent computation; batches and runs change nothing."""

import numpy as np
import pytest
from scipy.signal import correlate

from avanp.errors import AvanpError
from avanp.layers.dense import Dense
from avanp.layers.flatten import Flatten
from avanp.layers.relu import ReLU
from avanp.layers.sequential import Sequential
from avanp.metrics.features import PCA, Pixels, TapFeatures
from avanp.metrics.frechet import frechet_distance
from avanp.metrics.random_conv import RandomConv
from avanp.metrics.vgg16 import VGG16, vgg16_net


@pytest.fixture
def images():
    return np.random.default_rng(0).random((7, 9, 8, 3), dtype=np.float32)


@pytest.fixture
def small_vgg(tmp_path):
    """Weights up to relu2_1 only."""
    rng = np.random.default_rng(0)
    arrays = {}
    for name, n_in, n_out in [("1_1", 3, 64), ("1_2", 64, 64), ("2_1", 64, 128)]:
        scale = np.sqrt(2 / (9 * n_in))
        arrays[f"conv{name}.W"] = (scale * rng.standard_normal((3, 3, n_in, n_out))).astype("f4")
        arrays[f"conv{name}.b"] = rng.standard_normal(n_out).astype("f4")
    path = tmp_path / "vgg.npz"
    np.savez(path, **arrays)
    return path, arrays


def slow_conv_relu(x, w, b):
    """One image (H, W, C), with zeros around it, by SciPy."""
    padded = np.pad(x.astype(np.float64), ((1, 1), (1, 1), (0, 0)))
    maps = [
        sum(correlate(padded[..., c], w[..., c, o], mode="valid") for c in range(w.shape[2]))
        for o in range(w.shape[3])
    ]
    return np.maximum(np.stack(maps, axis=-1) + b, 0)


def slow_pool(x):
    h, w = x.shape[0] // 2, x.shape[1] // 2
    return np.array(
        [[x[2 * i : 2 * i + 2, 2 * j : 2 * j + 2].max(axis=(0, 1)) for j in range(w)]
         for i in range(h)]
    )  # fmt: skip


def classifier():
    rng = np.random.default_rng(0)
    return Sequential([Flatten(), Dense(9 * 8 * 3, 5, rng=rng), ReLU(), Dense(5, 2, rng=rng)])


def spaces(images, vgg):
    return [
        Pixels(),
        PCA(images, 3),
        RandomConv(3),
        TapFeatures(classifier()),
        VGG16(vgg, ("relu1_1", "relu2_1")),
    ]


def test_batches_runs_and_bytes_change_nothing(images, small_vgg, monkeypatch):
    pixels = (images * 255).astype(np.uint8)
    whole = [space(pixels) for space in spaces(images, small_vgg[0])]
    monkeypatch.setattr("avanp.metrics.features.BATCH", 2)
    again = [space(pixels / np.float32(255)) for space in spaces(images, small_vgg[0])]
    for one, other in zip(whole, again, strict=True):
        assert one.shape == other.shape
        assert one.shape[0] == 7
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-5)


def test_every_space_says_what_it_is(images, small_vgg):
    about = [space.about for space in spaces(images, small_vgg[0])]
    assert all(about)
    assert "fitted on 7 real images" in about[1]


def test_pixels_are_the_pixels(images):
    np.testing.assert_array_equal(Pixels()(images), images.reshape(7, -1))


@pytest.mark.parametrize("n", [4, 300])
def test_principal_components_are_those_of_the_singular_values(n):
    x = np.random.default_rng(1).random((n, 3, 4, 2))
    flat = x.reshape(n, -1)
    u, s, _ = np.linalg.svd(flat - flat.mean(axis=0), full_matrices=False)
    found = PCA(x, 3)(x)
    np.testing.assert_allclose(abs(found), abs(u * s)[:, :3], rtol=1e-8, atol=1e-10)


def test_all_principal_components_keep_every_distance(images):
    space = PCA(images, 1000)
    found = space(images)
    # 7 images span 6 dimensions.
    assert found.shape == (7, 6)
    flat = images.reshape(7, -1).astype(np.float64)
    assert np.linalg.norm(found[0] - found[1]) == pytest.approx(np.linalg.norm(flat[0] - flat[1]))
    assert "100% of their variance" in space.about


def test_principal_components_are_fitted_on_no_more_than_two_thousand(monkeypatch):
    monkeypatch.setattr(PCA, "FITTED", 50)
    assert "fitted on 50 real images" in PCA(np.random.default_rng(0).random((99, 4, 4, 1))).about


def test_a_tap_is_the_output_of_its_layer(images):
    net = classifier()
    hidden, _ = Sequential(net.layers[:3]).forward(images)
    np.testing.assert_allclose(TapFeatures(net)(images), hidden, rtol=1e-6)
    np.testing.assert_allclose(TapFeatures(net, -1)(images), net.forward(images)[0], rtol=1e-6)
    with pytest.raises(AvanpError, match="no layer 4 in a net of 4"):
        TapFeatures(net, 4)


def test_random_conv_is_what_it_says_layer_by_layer(images):
    rng = np.random.default_rng(0)
    expected, x = [], images[0]
    for n_in, n_out in [(3, 32), (32, 64), (64, 128)]:
        w = rng.normal(0, np.sqrt(2 / (9 * n_in)), (3, 3, n_in, n_out))
        x = slow_conv_relu(x, w, 0)
        expected.append(x.mean(axis=(0, 1)))
        x = slow_pool(x)
    found = RandomConv(3)(images[:1])
    assert found.shape == (1, 224)
    np.testing.assert_allclose(found[0], np.concatenate(expected), rtol=1e-4, atol=1e-5)


def test_in_random_conv_features_noise_moves_a_set_away():
    rng = np.random.default_rng(0)
    coarse = rng.random((60, 4, 4, 1), dtype=np.float32)
    real = np.kron(coarse, np.ones((1, 4, 4, 1), np.float32))
    space, noise = RandomConv(1), rng.standard_normal(real.shape).astype(np.float32)
    distances = [
        frechet_distance(space(np.clip(real + s * noise, 0, 1)), space(real))
        for s in (0, 0.05, 0.2, 0.5)
    ]
    assert distances == sorted(distances)
    assert distances[0] == pytest.approx(0, abs=1e-6)


def test_random_conv_refuses_other_channels_and_tiny_images(images):
    with pytest.raises(AvanpError, match="of 1 channels"):
        RandomConv(1)(images)
    with pytest.raises(AvanpError, match="8×8"):
        RandomConv(3)(images[:, :7])


def test_vgg16_is_the_users_weights_layer_by_layer(images, small_vgg):
    path, w = small_vgg
    first = slow_conv_relu(images[0], w["conv1_1.W"], w["conv1_1.b"])
    second = slow_pool(slow_conv_relu(first, w["conv1_2.W"], w["conv1_2.b"]))
    third = slow_conv_relu(second, w["conv2_1.W"], w["conv2_1.b"])
    expected = [first.mean(axis=(0, 1)), third.mean(axis=(0, 1))]
    found = VGG16(path, ("relu1_1", "relu2_1"))(images[:1])
    np.testing.assert_allclose(found[0], np.concatenate(expected), rtol=1e-4, atol=1e-4)


def test_vgg16_takes_grey_images_as_equal_colours(images, small_vgg):
    space = VGG16(small_vgg[0], ("relu1_1",))
    grey = images[..., :1]
    np.testing.assert_array_equal(space(grey), space(np.repeat(grey, 3, axis=-1)))


def test_the_net_of_vgg16_names_its_taps(small_vgg):
    net, places = vgg16_net(small_vgg[0], "relu2_1")
    assert places == {"relu1_1": 1, "relu1_2": 3, "relu2_1": 6}
    assert len(list(net)) == 7


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda w: w.pop("conv1_2.b"), "no array 'conv1_2.b'"),
        (lambda w: w.update({"conv1_1.W": np.ones((64, 3, 3, 3), "f4")}), r"\(3, 3, in, out\)"),
        (lambda w: w.update({"conv1_1.b": np.ones(64, int)}), "conv1_1.b .* is int64"),
    ],
)
def test_weights_that_do_not_fit_are_named(small_vgg, change, says):
    path, arrays = small_vgg
    change(arrays)
    np.savez(path, **arrays)
    with pytest.raises(AvanpError, match=says):
        VGG16(path, ("relu2_1",))


def test_files_that_are_no_weights_are_refused(tmp_path, small_vgg):
    with pytest.raises(AvanpError, match=r"none\.npz' cannot be read"):
        VGG16(tmp_path / "none.npz")
    (tmp_path / "text.npz").write_text("no")
    (tmp_path / "torn.npz").write_bytes(small_vgg[0].read_bytes()[:5000])
    np.savez(tmp_path / "pickle.npz", **{"conv1_1.W": np.array([{}], object)})
    for name in ("text.npz", "torn.npz", "pickle.npz"):
        with pytest.raises(AvanpError, match="no VGG16 weights"):
            VGG16(tmp_path / name)
    with pytest.raises(AvanpError, match="unknown layers"):
        VGG16(small_vgg[0], ("relu9_1",))


def test_images_that_are_none_are_refused(images):
    with pytest.raises(AvanpError, match=r"\[0, 1\]"):
        Pixels()(images * 2)
    with pytest.raises(AvanpError, match=r"\(N, H, W, C\)"):
        Pixels()(images[0])
    with pytest.raises(AvanpError, match="fitted on 216 values"):
        PCA(images)(images[:, :4])
    with pytest.raises(AvanpError, match="two different"):
        PCA(np.zeros((5, 4, 4, 1)))
