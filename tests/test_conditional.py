"""Conditional models: what nets are told, gradients, classes of samples, commands, estimators."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from PIL import Image

import avanp
from avanp.data.images import ImageSet, numbered
from avanp.errors import AvanpError
from avanp.evaluation.classes import of_classes
from avanp.evaluation.interpolation import walk
from avanp.grad.cases.systems import smooth
from avanp.grad.check import check_scalar
from avanp.grad.contract import as_array
from avanp.rng import stream
from avanp.systems import build, mixture, texture
from avanp.training import checkpoint
from avanp.training.trainer import Trainer
from cli_process import avanp as command

SHAPE = (6, 6, 1)
MODELS = ("VAE", "AVA1", "AVA5", "GAN")
CASES = [(model, arch) for model in MODELS for arch in ("mlp", "upsample", "spatial")]
CASES.remove(("GAN", "spatial"))


def small(model, arch="mlp", **given):
    options = {
        "shape": SHAPE,
        "arch": arch,
        "widths": (4,),
        "latent": 9,
        "batch_norm": False,
        **given,
    }
    return build(model, **options, conditional=True, classes=3)


@pytest.fixture(scope="module")
def bars():
    """Return images of three classes, 60 of each: a bright row, a bright column, or nothing."""
    rng = np.random.default_rng(0)
    x, y = 0.1 * rng.random((180, *SHAPE)).astype(np.float32), np.arange(180) % 3
    for i, place in enumerate(rng.integers(0, 6, 180)):
        if y[i] == 0:
            x[i, place] += 0.9
        if y[i] == 1:
            x[i, :, place] += 0.9
    return x, y


def dense(grads):
    """Return gradients as arrays, factors multiplied out."""
    return {key: as_array(value) for key, value in grads.items()}


def class_of(images):
    """Return the class of each image of bars: of its brightest row, column, or of neither."""
    rows, columns = (images.mean(axis=axes).max(axis=1) for axes in ((2, 3), (1, 3)))
    return np.where(np.maximum(rows, columns) < 0.4, 2, np.where(rows > columns, 0, 1))


@pytest.mark.parametrize(("model", "arch"), CASES)
def test_gradients_of_nets_that_are_told_the_class(model, arch):
    system = smooth(small(model, arch, dtype=np.float64))
    rng = np.random.default_rng(1)
    batch = (rng.random((3, *SHAPE)), np.array([2, 0, 2]))
    grads, _ = system.gradients(batch, stream(0, "noise"))
    for net in system.nets:

        def loss(net=net):
            return system.descends(system.gradients(batch, stream(0, "noise"))[1])[net]

        check_scalar(loss, system.nets[net].params, dense(grads[net]))


def test_the_class_is_a_map_beside_an_image_and_numbers_at_each_place_of_a_code():
    system = small("VAE", "spatial")
    rng = np.random.default_rng(2)
    x, z, labels = rng.random((2, *SHAPE)), rng.random((2, 9)), [1, 2]
    seen = system.beside(x, system.one_hot(labels))
    coded = system.coded(z, system.one_hot(labels)).reshape(2, 3, 3, 4)
    for i, label in enumerate(labels):
        for k in range(3):
            assert_array_equal(seen[i, :, :, 1 + k], float(k == label))
            assert_array_equal(coded[i, :, :, 1 + k], float(k == label))
        assert_array_equal(seen[i, :, :, 0], x[i, :, :, 0])
        assert_array_equal(coded[i, :, :, 0], z[i].reshape(3, 3))
    assert_array_equal(system.coded_dz(system.coded(z, system.one_hot(labels))), z)
    assert_array_equal(system.beside_dx(seen), x)


@pytest.mark.parametrize("model", MODELS)
def test_a_model_that_is_not_conditional_has_the_nets_it_had(model):
    system = build(model, shape=SHAPE, widths=(4,), latent=9)
    x, none = system.parted(np.zeros((2, *SHAPE)))
    assert system.beside(x, none) is x
    assert not system.needs_labels
    assert "recover" in system.can
    assert "generate by class" not in system.can


def test_samples_are_of_the_class_that_was_asked_for_and_classes_are_found_again(bars, tmp_path):
    x, y = bars
    more = {"likelihood": "optimal-gaussian", "mixture": 3, "settle": 1, "texture": 0.5}
    system = small("VAE", widths=(64,), lr=5e-3, **more)
    Trainer(system, batch_size=20, out=tmp_path).fit(x, 60, labels=y)
    kept, _ = checkpoint.load_best(tmp_path / "checkpoint.npz")
    asked = np.repeat([0, 1, 2], 60)
    made = kept.decode(kept.noise_of(asked, stream(0, "sample")))
    assert np.mean(class_of(made) == asked) > 0.9
    assert_array_equal(made, system.decode(system.noise_of(asked, stream(0, "sample"))))
    # The class of the lowest -log p(x | mu, y) + KL is mostly that of the image.
    mu, logvar = kept.encode(x)
    assert np.mean(mu[:, 9:].argmax(axis=1) == y) > 0.8
    assert_array_equal(np.exp(logvar[:, 9:]), 0)
    assert_allclose(kept.encode(x, y)[0][:, 9:], np.eye(3)[y])
    assert kept.reconstruct(x).shape == x.shape
    # Each class has Gaussians of its own codes.
    of = kept.state["mixture_classes"][kept.state[mixture.NAMES[0]] > 0]
    assert sorted(set(of)) == [0, 1, 2]
    z = kept.encode(x[y == 1], y[y == 1])[0][:, :9]
    own = mixture.kept(kept.state)
    means, weights = own.means[: len(of)][of == 1], own.weights[: len(of)][of == 1]
    assert_allclose(np.average(means, axis=0, weights=weights), z.mean(axis=0), atol=1e-4)


def test_without_a_class_samples_are_of_classes_as_often_as_they_were_seen(bars):
    x, y = bars
    some = y != 2
    system = small("GAN")
    Trainer(system, batch_size=20).fit(x[some], 1, labels=y[some])
    assert_array_equal(system.classes_seen, [0, 1])
    codes = system.codes(300, stream(0, "sample"))
    assert abs(codes[:, 9].mean() - 0.5) < 0.1
    assert not codes[:, 11].any()
    with pytest.raises(AvanpError, match="class 2 was never seen"):
        system.noise_of([2], stream(0, "sample"))


def test_the_mean_of_evaluate_does_not_depend_on_parts_and_needs_labels(bars):
    x, y = bars
    system = small("AVA1", likelihood="bernoulli")
    terms = system.evaluate((x, y), stream(0, "eval"))
    assert np.isfinite(terms["elbo"])
    with pytest.raises(AvanpError, match="pair"):
        system.evaluate(x, stream(0, "eval"))


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    place = tmp_path_factory.mktemp("conditional")
    for model in ("VAE", "GAN"):
        words = ("--data", "digits", "--limit", "200", "--widths", "16", "--latent", "3")
        done = command(
            *(place, "train", model, *words, "--conditional", "--epochs", "2", "--out", model)
        )
        assert done.code == 0, done.err
    return place


def test_commands_make_images_of_a_class_and_say_what_a_model_cannot(trained):
    for model in ("VAE", "GAN"):
        done = command(trained, "generate", model, "--label", "7", "-n", "4", "--out", "x.npz")
        assert done.code == 0, done.err
        with np.load(trained / "x.npz") as file:
            assert file["images"].shape[0] == 4
            assert_array_equal(file["z"][:, 3:], np.eye(10)[[7] * 4])
        assert command(trained, "generate", model, "--out", "all.png").code == 0
        told = command(trained, "generate", model, "--label", "cat", "--out", "x.png")
        assert told.code == 2
        assert "cat" in told.err
    for words in (
        ("generate", "VAE", "--sampler", "prior", "--out", "prior.png"),
        ("encode", "VAE", "--data", "digits", "--out", "codes.csv"),
        ("reconstruct", "VAE", "--data", "digits", "--out", "again.png"),
        ("interpolate", "VAE", "--out", "walk.png"),
        ("latent", "VAE", "--out", "latent.png"),
        ("manifold", "VAE", "--side", "3", "--out", "grid.png"),
        ("vary", "VAE", "--eps", "0.1", "--out", "varied"),
        ("evaluate", "VAE", "-n", "50"),
    ):
        done = command(trained, *words)
        assert done.code == 0, (words, done.err)
    told = command(trained, "generate", "VAE", "--sampler", "class", "--out", "x.png")
    assert (told.code, "leave out --sampler" in told.err) == (2, True)
    told = command(trained, "recover", "VAE", "--data", "digits", "--out", "r.png")
    assert told.code == 2
    assert "Traceback" not in told.err


def test_a_conditional_training_goes_on_and_needs_labels(trained):
    words = ("train", "VAE", "--data", "digits", "--limit", "200", "--widths", "16")
    more = (*words, "--latent", "3", "--conditional", "--epochs", "3", "--out", "VAE")
    assert command(trained, *more).code == 0
    folder = trained / "flat"
    folder.mkdir()
    for i in range(12):
        Image.fromarray(np.full((12, 12), 20 * i, np.uint8)).save(folder / f"{i}.png")
    told = command(trained, "train", "VAE", "--data", "flat", "--conditional", "--out", "no")
    assert told.code == 2
    assert "no labels" in told.err


@pytest.mark.parametrize("name", ["VAE", "GAN", "AVA5"])
def test_an_estimator_fits_classes_and_samples_them(bars, name, tmp_path):
    x, y = bars
    words = np.array(["row", "column", "nothing"])[y]
    m = getattr(avanp, name)(
        conditional=True, epochs=2, widths=(8,), latent=3, batch_size=20, random_state=0
    ).fit(x, words)
    assert_array_equal(m.classes_, ["column", "nothing", "row"])
    made = m.sample(5, y="row", random_state=1)
    assert made.shape == (5, *SHAPE)
    m.save(tmp_path / "m.npz")
    again = type(m).load(tmp_path / "m.npz")
    assert_array_equal(again.classes_, m.classes_)
    assert_array_equal(again.sample(5, y="row", random_state=1), made)
    with pytest.raises(AvanpError, match="choose from column, nothing, row"):
        m.sample(2, y="cell")
    with pytest.raises(AvanpError, match="passed"):
        m.fit(x)
    if name == "VAE":
        assert m.transform(x).shape == (180, 6)
        assert m.inverse_transform(m.transform(x)).shape == x.shape
        assert np.isfinite(m.score(x, words))
        assert m.score_samples(x[:3], y=words[:3]).shape == (3,)
        assert m.score_samples(x[:3]).shape == (3,)
        held = type(m)(**{**m.get_params(), "patience": 1}).fit(x, words)
        assert "validation.loss" in held.history_[-1]


def test_no_class_is_refused_as_such_and_names_that_count_are_taken_as_numbers(bars):
    x, y = bars
    given = {"conditional": True, "epochs": 1, "widths": (8,), "latent": 3, "random_state": 0}
    m = avanp.VAE(**given).fit(x, y.astype(str))
    for none in (-1, [1, -1]):
        with pytest.raises(AvanpError, match="-1 is none"):
            m.sample(2, y=none)
    assert_array_equal(m.sample(2, y=1, random_state=1), m.sample(2, y="1", random_state=1))
    with pytest.raises(AvanpError, match="no class 3: choose from 0, 1, 2"):
        m.sample(2, y=3)


def test_a_walk_goes_round_between_codes_and_straight_between_classes():
    system = small("VAE")
    a, b = system.prior(2, stream(0, "sample"))
    codes = walk(system, 5, stream(0, "sample"))
    assert_array_equal(a[9:] + b[9:], np.eye(3)[a[9:].argmax()] + np.eye(3)[b[9:].argmax()])
    assert a[9:].argmax() != b[9:].argmax()
    for i, t in enumerate(np.linspace(0, 1, 5)):
        assert_allclose(codes[i, 9:], (1 - t) * a[9:] + t * b[9:], atol=1e-6)
        length = (1 - t) * np.linalg.norm(a[:9]) + t * np.linalg.norm(b[:9])
        assert_allclose(np.linalg.norm(codes[i, :9]), length, rtol=1e-5)


def test_classes_are_judged_in_images_as_they_are_given_away(bars):
    x, y = bars
    system = small("VAE", texture=1.0)
    rest = 0.1 * np.random.default_rng(4).standard_normal(x.shape)
    texture.keep(system.state, texture.fit(x + rest, x))
    seen = []

    class Judge:
        def predict(self, images):
            seen.append(images)
            return np.zeros(len(images), int)

    system.see(system.one_hot(y))
    images = ImageSet("bars", np.round(x * 255).astype(np.uint8), numbered(180), "", y, "abc")
    assert len(list(of_classes(system, Judge(), images, stream(5, "sample")))) == 1
    rng = stream(5, "sample")
    bare = system.decode(system.noise_of(y, rng))
    assert_array_equal(seen[0], system.textured(bare, rng))
    assert np.std(seen[0] - bare) > 0.05


def test_classes_are_asked_only_of_a_model_that_knows_some(bars):
    m = avanp.VAE(epochs=1, widths=(8,), latent=3).fit(bars[0])
    with pytest.raises(AvanpError, match="conditional=True"):
        m.sample(2, y="row")


def test_exported_nets_take_the_class_as_they_learned_it(trained):
    pytest.importorskip("torch")
    pytest.importorskip("safetensors")
    done = command(trained, "export", "VAE", "--format", "torch", "--out", "torch")
    assert done.code == 0, done.err
    assert "decoder: codes to images, x of Nx13" in done.out
