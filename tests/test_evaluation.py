"""Scores of a model, walks between codes, and codes in files."""

import csv
import json
import math
import os
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from avanp.data.images import ImageSet
from avanp.data.resolve import load_splits
from avanp.data.splits import limited
from avanp.errors import AvanpError
from avanp.evaluation import nearest
from avanp.evaluation.codes import write_codes
from avanp.evaluation.feature_space import feature_space, load_classifier
from avanp.evaluation.interpolation import lerp, slerp
from avanp.evaluation.score import Score, to_json
from avanp.evaluation.scores import evaluate, evaluate_classifier
from avanp.evaluation.subsets import spread
from avanp.metrics.features import Pixels
from avanp.metrics.nearest import nearest_images
from avanp.report.scores import about_line, table
from avanp.rng import stream
from avanp.systems import build
from avanp.training.checkpoint import save


def rng(seed=0):
    return np.random.default_rng(seed)


# Walks


def test_a_straight_walk_by_hand():
    a, b = np.array([0.0, 2.0]), np.array([4.0, 0.0])
    assert_allclose(lerp(a, b, 5), [[0, 2], [1, 1.5], [2, 1], [3, 0.5], [4, 0]])


def test_a_walk_on_the_circle_by_hand():
    a, b = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    half = math.sqrt(0.5)
    assert_allclose(slerp(a, b, 3), [[1, 0], [half, half], [0, 1]], atol=1e-15)


@given(st.integers(0, 1000), st.integers(2, 30), st.integers(2, 12))
def test_walks_begin_and_end_at_their_codes_and_the_circle_keeps_the_length(seed, n, steps):
    a, b = rng(seed).standard_normal((2, n)).astype(np.float32)
    for walk in (lerp, slerp):
        codes = walk(a, b, steps)
        assert codes.shape == (steps, n)
        assert codes.dtype == np.float32
        assert_allclose(codes[0], a, atol=1e-5)
        assert_allclose(codes[-1], b, atol=1e-5)
    b *= np.linalg.norm(a) / np.linalg.norm(b)
    assert_allclose(np.linalg.norm(slerp(a, b, steps), axis=1), np.linalg.norm(a), rtol=1e-4)


@pytest.mark.parametrize("b", [[2.0, 4.0], [-1.0, -2.0], [0.0, 0.0]])
def test_where_there_is_no_one_circle_the_walk_is_straight(b):
    a, b = np.array([1.0, 2.0]), np.array(b)
    assert_allclose(slerp(a, b, 4), lerp(a, b, 4))


def test_a_walk_of_one_step_is_refused():
    for walk in (lerp, slerp):
        with pytest.raises(AvanpError, match="at least 2 steps"):
            walk(np.ones(2), np.zeros(2), 1)


# Scores


@pytest.fixture(scope="module")
def digits():
    return load_splits("digits")


@pytest.fixture(scope="module")
def vae():
    return build("VAE", shape=(8, 8, 1), latent=4, widths=(20,))


def by_key(result):
    return {score.key: score for score in result["scores"]}


def test_the_elbo_is_that_of_all_test_images_also_in_bits(vae, digits):
    test = digits["test"]
    scores = by_key(evaluate(vae, digits["train"], test, Pixels(), n=50))
    rows = np.random.default_rng(9)
    loss = vae.evaluate(test.images, rows)["loss"]  # another draw of z
    assert scores["elbo"].value == pytest.approx(-loss, rel=0.05)
    bits = -scores["elbo"].value / (64 * math.log(2))
    assert scores["bits_per_dim"].value == pytest.approx(bits)


def test_of_a_gaussian_likelihood_there_are_no_bits_and_the_name_says_what_is_missing(digits):
    ava = build("AVA1", shape=(8, 8, 1), latent=4, widths=(20,))
    scores = by_key(evaluate(ava, digits["train"], digits["test"], Pixels(), n=20))
    assert "bits_per_dim" not in scores
    assert "without its constant" in scores["elbo"].name


def test_a_model_that_draws_the_training_images_scores_as_they_do_and_is_found_out(vae, digits):
    class Copier(type(vae)):
        def generate(self, n, rng):
            train = digits["train"].images
            return train[rng.choice(len(train), n, replace=False)] / np.float32(255)

    copier = Copier(vae.config)
    scores = by_key(evaluate(copier, digits["train"], digits["test"], Pixels(), n=300))
    frechet = scores["frechet_distance"]
    assert frechet.value == pytest.approx(frechet.real, rel=0.2)
    for key in ("diversity", "precision", "recall"):
        assert scores[key].value == pytest.approx(scores[key].real, abs=0.06)
    assert scores["nearest_mse"].value == 0
    assert scores["nearest_mse"].real > 0.005


def test_an_untrained_model_scores_far_from_real_images(vae, digits):
    scores = by_key(evaluate(vae, digits["train"], digits["test"], Pixels(), n=200))
    assert scores["frechet_distance"].value > 10 * scores["frechet_distance"].real
    assert scores["diversity"].value < 0.6
    assert scores["recall"].value < 0.1
    assert scores["psnr"].value < scores["psnr"].real


def test_a_gan_is_scored_by_what_it_generates_alone(digits):
    gan = build("GAN", shape=(8, 8, 1), latent=4, widths=(20,))
    result = evaluate(gan, digits["train"], digits["test"], Pixels(), n=30)
    keys = ["frechet_distance", "diversity", "precision", "recall", "nearest_mse"]
    assert [score.key for score in result["scores"]] == keys
    assert result["n"] == 30


class Judge:
    """A classifier that finds the class in an image's first pixel."""

    config = SimpleNamespace(classes=10)

    def predict(self, x):
        x = np.asarray(x)
        return np.rint(9 * (x / 255 if x.dtype == np.uint8 else x)[:, 0, 0, 0]).astype(int)


def test_a_judge_counts_the_classes_that_generated_images_reach(digits):
    gan = build("GAN", shape=(8, 8, 1), latent=4, widths=(20,))
    made = np.zeros((60, 8, 8, 1), np.float32)
    made[:, 0, 0, 0] = np.repeat([0.0, 1 / 3, 1.0], [30, 15, 15])
    gan.generate = lambda n, rng: made[:n]
    noisy = np.random.default_rng(0).random((60, 8, 8, 1)).astype(np.float32)
    test = digits["test"].select(np.arange(60))
    result = evaluate(gan, digits["train"], test, Pixels(), n=60, classifier=Judge())
    by_key = {score.key: score for score in result["scores"]}
    assert by_key["classes"].value == 3
    assert by_key["classes"].unit == "of 10"
    by_hand = -(0.5 * np.log(0.5) + 2 * 0.25 * np.log(0.25)) / np.log(10)
    assert by_key["evenness"].value == pytest.approx(by_hand)
    real = Judge().predict(test.images)
    assert by_key["classes"].real == len(set(real))
    gan.generate = lambda n, rng: noisy[:n]
    other = evaluate(gan, digits["train"], test, Pixels(), n=60, classifier=Judge())["scores"]
    assert next(s.value for s in other if s.key == "classes") > 8


def test_a_judge_of_other_classes_counts_nothing(digits):
    gan = build("GAN", shape=(8, 8, 1), latent=4, widths=(20,))
    judge = SimpleNamespace(config=SimpleNamespace(classes=3))
    with pytest.raises(AvanpError, match="knows 3 classes, and digits has 10"):
        evaluate(gan, digits["train"], digits["test"], Pixels(), n=30, classifier=judge)


@pytest.mark.parametrize("loss", ["l1", "mse"])
def test_m_is_that_of_the_test_images_that_are_scored(digits, loss):
    small = {"arch": "mlp", "width": 6, "latent": 3, "loss": loss}
    began = build("BEGAN", shape=(8, 8, 1), **small)
    result = evaluate(began, digits["train"], digits["test"], Pixels(), n=359)
    by_key = {score.key: score for score in result["scores"]}
    found = began.evaluate(digits["test"].images, stream(0, "noise"))
    for key in ("m_mean", "m_rms", "ratio"):
        assert by_key[key].value == pytest.approx(found[key])
    assert ("m" in by_key) == (loss == "mse")
    assert "convergence M, RMS of e" in table(result["scores"])


def test_a_classifier_is_scored_as_by_its_own_loss(digits):
    classifier = build("classifier", shape=(8, 8, 1), widths=(12,), classes=10)
    test = digits["test"]
    scores = by_key(evaluate_classifier(classifier, test))
    own = classifier.evaluate((test.images, test.labels), rng())
    assert scores["cross_entropy"].value == pytest.approx(own["loss"], rel=1e-5)
    assert scores["accuracy"].value == pytest.approx(own["accuracy"])
    assert 0 <= scores["macro_f1"].value <= 1


def test_every_score_of_a_classifier_is_scikit_learns_also_where_a_class_is_not_there(digits):
    metrics = pytest.importorskip("sklearn.metrics")
    classifier = build("classifier", shape=(8, 8, 1), widths=(12,), classes=10, lr=0.05)
    rows = np.random.default_rng(0)
    for _ in range(150):  # enough to be surely wrong here and there
        some = rows.integers(len(digits["train"]), size=64)
        classifier.step((digits["train"].as_float(rows=some), digits["train"].labels[some]), rng())
    for kept in (range(10), (0, 3, 7), (4,)):
        test = digits["test"].select(np.flatnonzero(np.isin(digits["test"].labels, kept)))
        result = evaluate_classifier(classifier, test)
        scores = {key: score.value for key, score in by_key(result).items()}
        likely = classifier.probabilities(test.images)
        said = likely.argmax(axis=1)
        assert scores["accuracy"] == pytest.approx(metrics.accuracy_score(test.labels, said))
        macro = metrics.f1_score(test.labels, said, average="macro", zero_division=0)
        assert scores["macro_f1"] == pytest.approx(macro)
        loss = metrics.log_loss(test.labels, likely, labels=np.arange(10))
        assert scores["cross_entropy"] == pytest.approx(loss, rel=1e-5)
        report = metrics.classification_report(test.labels, said, output_dict=True, zero_division=0)
        for ours, theirs in (("macro", "macro avg"), ("weighted", "weighted avg")):
            for key in ("precision", "recall"):
                assert result["classes"][ours][key] == pytest.approx(report[theirs][key])


def test_one_seed_gives_one_table(vae, digits):
    one, two, other = (
        evaluate(vae, digits["train"], digits["test"], Pixels(), n=30, seed=seed)
        for seed in (1, 1, 2)
    )
    assert one == two
    assert one["scores"] != other["scores"]


def test_too_few_images_and_broken_models_are_told(vae, digits):
    few = digits["test"].select(slice(0, 3))
    with pytest.raises(AvanpError, match="at least 4 test"):
        evaluate(vae, digits["train"], few, Pixels())
    broken = build("VAE", shape=(8, 8, 1), latent=4, widths=(20,))
    broken.nets["decoder"].params["0.b"][...] = np.nan
    with pytest.raises(AvanpError, match="diverged"):
        evaluate(broken, digits["train"], digits["test"], Pixels(), n=10)


def test_the_table_fits_a_terminal_and_the_file_holds_the_numbers(vae, digits, tmp_path):
    result = evaluate(vae, digits["train"], digits["test"], Pixels(), n=20)
    text = table(result["scores"]) + about_line(result)
    assert max(map(len, text.splitlines())) <= 100
    assert "↓ lower" in text
    assert "note: 20 images are few" in text
    to_json(result, str(tmp_path / "s.json"), model="VAE")
    written = json.loads((tmp_path / "s.json").read_text())
    assert written["n"] == 20
    elbo = {"value": result["scores"][0].value, "real": None, "unit": "nats/image"}
    assert written["scores"]["elbo"] == {**elbo, "better": "higher"}


def test_an_infinite_score_is_null_in_the_file(tmp_path):
    scores = [Score("psnr", "PSNR", "dB", "higher", 20.0, math.inf)]
    to_json({"scores": scores, "n": 4}, str(tmp_path / "s.json"))

    def refused(word):
        raise AssertionError(word)

    written = json.loads((tmp_path / "s.json").read_text(), parse_constant=refused)
    assert written["scores"]["psnr"]["value"] == 20
    assert written["scores"]["psnr"]["real"] is None


def test_the_nearest_of_many_are_the_nearest_whatever_the_parts(monkeypatch):
    images, training = rng().integers(0, 256, (2, 40, 5, 4, 3), dtype=np.uint8)
    training[7] = images[3]
    expected = nearest_images(images, training)
    for most in (1, 8 * 60 * 7, 10**9):
        monkeypatch.setattr(nearest, "MOST_BYTES", most)
        mse, index = nearest.nearest_of_many(images, training)
        assert_allclose(mse, expected[0])
        assert_array_equal(index, expected[1])
    assert (mse[3], index[3]) == (0, 7)


# Features


def test_features_by_their_words(digits, tmp_path):
    real = digits["test"].select(slice(0, 30))
    assert feature_space("pixels", real)(real.images).shape == (30, 64)
    assert feature_space("random-conv", real)(real.images).shape == (30, 224)
    assert feature_space("pca", real)(real.images).shape == (30, 29)
    path = str(tmp_path / "classifier.npz")
    save(path, build("classifier", shape=(8, 8, 1), widths=(12,), classes=10))
    features = feature_space(f"classifier:{path}", real)
    expected = load_classifier(path, (8, 8, 1)).features(real.images)
    assert_allclose(features(real.images), expected, rtol=1e-6)
    assert path in features.about


def test_features_that_are_none_are_told(digits, vae, tmp_path):
    real = digits["test"].select(slice(0, 30))
    for words in ("nix", "pixels:3", "classifier", "classifier:", "vgg16:"):
        with pytest.raises(AvanpError, match="choose from random-conv, pixels"):
            feature_space(words, real)
    path = str(tmp_path / "model.npz")
    save(path, vae)
    with pytest.raises(AvanpError, match="holds a VAE: give a classifier"):
        load_classifier(path, (8, 8, 1))
    save(path, build("classifier", shape=(9, 8, 1), classes=10))
    with pytest.raises(AvanpError, match=r"takes images of shape \(9, 8, 1\), not \(8, 8, 1\)"):
        load_classifier(path, (8, 8, 1))


# Some of many


def test_a_spread_takes_images_from_all_over_the_set(digits):
    test = digits["test"]
    some = spread(test, 10)
    assert_array_equal(some.images[5], test.images[5 * len(test) // 10])
    assert len(spread(test, 10**6)) == len(test)
    with pytest.raises(AvanpError, match="at least 1"):
        spread(test, 0)


def test_a_limit_takes_always_the_same_images_of_all_classes(digits):
    train = digits["train"]
    one, two = limited(train, 200), limited(train, 200)
    assert one.sha256 == two.sha256
    assert set(one.labels) == set(range(10))
    assert limited(train, None) is train
    assert limited(train, 10**6) is train
    with pytest.raises(AvanpError, match="at least 1"):
        limited(train, 0)


# Codes


def test_codes_come_back_from_both_files(tmp_path):
    labels = np.array([1, 0, 1])
    pixels = np.zeros((3, 2, 2, 1), np.uint8)
    names = ("a.png", 'with "quotes", and comma', "ü")
    images = ImageSet("x", pixels, names, "", labels=labels, classes=("cat", "dog"))
    mu, logvar = stream(0, "noise").standard_normal((2, 3, 2), dtype=np.float32)
    write_codes(tmp_path / "c.npz", images, mu, logvar)
    write_codes(tmp_path / "c.csv", images, mu, logvar)
    with np.load(tmp_path / "c.npz", allow_pickle=False) as file:
        assert_array_equal(file["mu"], mu)
        assert_array_equal(file["logvar"], logvar)
        assert tuple(file["names"]) == names
        assert_array_equal(file["classes"][file["labels"]], ["dog", "cat", "dog"])
    with (tmp_path / "c.csv").open(newline="", encoding="utf-8") as file:
        head, *rows = csv.reader(file)
    assert head == ["name", "label", "mu0", "mu1", "logvar0", "logvar1"]
    assert [row[:2] for row in rows] == [
        [n, c] for n, c in zip(names, ["dog", "cat", "dog"], strict=True)
    ]
    numbers = np.array([row[2:] for row in rows]).astype(np.float32)
    assert_array_equal(numbers, np.hstack([mu, logvar]))


def test_names_of_another_encoding_are_written_all_the_same(tmp_path):
    names = (os.fsdecode(b"na\xffme.png"),)
    images = ImageSet("x", np.zeros((1, 2, 2, 1), np.uint8), names, "")
    write_codes(tmp_path / "c.csv", images, np.zeros((1, 1)), np.zeros((1, 1)))
    assert (tmp_path / "c.csv").read_text().splitlines()[1] == r"na\udcffme.png,,0.0,0.0"


def test_codes_without_labels_have_an_empty_column(tmp_path):
    images = ImageSet("x", np.zeros((1, 2, 2, 1), np.uint8), ("a",), "")
    write_codes(tmp_path / "c.csv", images, np.zeros((1, 1)), np.zeros((1, 1)))
    assert (tmp_path / "c.csv").read_text().splitlines()[1] == "a,,0.0,0.0"
    write_codes(tmp_path / "c.npz", images, np.zeros((1, 1)), np.zeros((1, 1)))
    with np.load(tmp_path / "c.npz") as file:
        assert set(file.files) == {"mu", "logvar", "names"}
