"""What is done with a trained model, in processes of its own."""

import csv
import json
import re

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from PIL import Image

from avanp.data.resolve import resolve
from avanp.training.checkpoint import load, save
from cli_process import avanp, contents, write_images

QUICK = ("--data", "digits", "--widths", "24", "--lr", "0.005")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with a VAE, a GAN and a classifier of digits."""
    tmp = tmp_path_factory.mktemp("use")
    for model, epochs in [("VAE", "30"), ("GAN", "1"), ("classifier", "30")]:
        code = () if model == "classifier" else ("--latent", "4")
        words = (*QUICK, *code, "--epochs", epochs, "--out", model.lower())
        done = avanp(tmp, "train", model, *words)
        assert done.code == 0, done.err
    return tmp


def did(place, *words):
    done = avanp(place, *words)
    assert done.code == 0, done.err
    assert "Traceback" not in done.err
    assert max(map(len, done.out.splitlines())) <= 100
    return done.out


def refused(place, *words):
    before = contents(place)
    done = avanp(place, *words)
    assert done.code == 2, done
    assert done.err.startswith("avanp: ")
    assert done.err.count("\n") == 1
    assert contents(place) == before
    return done.err


def size(path):
    with Image.open(path) as image:
        return image.size


# generate


def test_generated_images_are_those_of_the_codes_and_of_the_seed(place):
    for name, seed in [("a", "0"), ("b", "0"), ("c", "1")]:
        did(place, "generate", "vae", "-n", "7", "--out", f"{name}.npz", "--seed", seed)
    a, b, c = (np.load(place / f"{name}.npz") for name in "abc")
    system, _ = load(place / "vae" / "checkpoint.npz")
    assert_array_equal(a["images"], np.rint(system.decode(a["z"]) * 255))
    assert (a["images"].shape, a["z"].shape) == ((7, 8, 8, 1), (7, 4))
    assert_array_equal(a["images"], b["images"])
    assert (a["images"] != c["images"]).any()


def test_generated_images_go_to_a_sheet_or_to_single_files(place):
    said = did(place, "generate", "gan", "--out", "sheet.png")
    assert said == "64 of seed 0: another --seed draws others\nwritten to sheet.png\n"
    width, height = size(place / "sheet.png")
    assert width == height > 500
    did(place, "generate", "gan/checkpoint.npz", "-n", "3", "--out", "single")
    assert sorted(contents(place / "single")) == ["0000.png", "0001.png", "0002.png"]
    assert size(place / "single" / "0000.png") == (8, 8)
    assert "is there already" in refused(place, "generate", "gan", "-n", "3", "--out", "single")


# reconstruct, encode, interpolate


def test_reconstructions_stand_below_their_images(place):
    said = did(place, "reconstruct", "vae", "-n", "5", "--out", "pairs.png")
    assert re.search(r"digits: PSNR \d+\.\d\d dB, mean of 5 test images", said)
    width, height = size(place / "pairs.png")
    assert width > height > 300
    said = did(place, "reconstruct", "vae", "--split", "all", "-n", "5", "--out", "pairs.png")
    assert "dB, mean of 5 images\n" in said


def test_codes_of_all_images_or_of_a_part(place):
    did(place, "encode", "vae", "--out", "codes.npz")
    did(place, "encode", "vae", "--split", "validation", "--out", "codes.csv")
    digits = resolve("digits")
    system, _ = load(place / "vae" / "checkpoint.npz")
    mu, logvar = system.encode(digits.images)
    with np.load(place / "codes.npz") as file:
        np.testing.assert_allclose(file["mu"], mu, atol=1e-5)
        np.testing.assert_allclose(file["logvar"], logvar, atol=1e-5)
        assert_array_equal(file["labels"], digits.labels)
    with (place / "codes.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 144  # what was held out in training
    mine = list(digits.names).index(rows[0]["name"])
    assert float(rows[0]["mu0"]) == pytest.approx(mu[mine, 0], abs=1e-5)
    assert rows[0]["label"] == digits.classes[digits.labels[mine]]


def test_a_way_between_two_images_or_two_codes(place):
    did(place, "interpolate", "vae", "--between", "0", "5", "--steps", "4", "--out", "strip.png")
    did(place, "interpolate", "gan", "--steps", "4", "--out", "prior.png")
    did(place, "interpolate", "vae", "--steps", "4", "--out", "walk.gif")
    six, four = size(place / "strip.png")[0], size(place / "prior.png")[0]
    assert six > 1000
    assert four > 1000
    with Image.open(place / "walk.gif") as gif:
        assert gif.n_frames == 6
    assert "images 0 to 358" in refused(
        place, "interpolate", "vae", "--between", "0", "359", "--out", "x.png"
    )
    assert "has no encoder" in refused(
        place, "interpolate", "gan", "--between", "0", "1", "--out", "x.png"
    )


def test_a_folder_that_has_changed_since_the_training_is_told(tmp_path):
    write_images(tmp_path / "photos", [(8, 8)] * 30)
    words = ("train", "vae", "--data", "photos", "--widths", "8", "--latent", "2", "--epochs", "1")
    assert avanp(tmp_path, *words, "--out", "run").code == 0
    uses = [
        ("evaluate", "run"),
        ("reconstruct", "run", "--out", "a.png"),
        ("reconstruct", "run", "--data", "photos", "--split", "train", "--out", "a.png"),
    ]
    for use in uses:
        assert "has changed" not in avanp(tmp_path, *use).err
    (tmp_path / "photos" / "7.png").unlink()
    for use in uses:
        done = avanp(tmp_path, *use)
        assert done.code == 0
        assert re.match(
            r"note: photos has changed since the training \(22 → 2\d training images\): "
            "its test part may hold images the model was trained on\n",
            done.err,
        )


# recover


def test_recovering_says_how_much_was_won(place):
    for damage in [("--mask", "2,2,4,4"), ("--missing", "0.5"), ("--noise", "0.4")]:
        said = did(place, "recover", "vae", *damage, "-n", "6", "--steps", "60", "--out", "r.png")
        numbers = re.search(r"PSNR ([\d.]+) dB damaged, ([\d.]+) dB recovered, mean of 6", said)
        hidden = re.search(r"hidden pixels alone: ([\d.]+) dB damaged, ([\d.]+) dB", said)
        assert ("--noise" in damage) == (hidden is None)
        before, after = map(float, numbers.groups())
        assert after > before
    width, height = size(place / "r.png")
    assert width > 1000
    assert height > 400


def test_an_image_of_ones_own_is_converted_and_its_hole_is_not_scored(place):
    write_images(place / "own", [(30, 20)])
    words = ("recover", "gan", "own/0.png", "--mask", "0,0,15,20", "--steps", "9", "--out", "o.png")
    said = did(place, *words)
    assert said == "0.png: 30x20 brought to 8x8 grey, the model's\nwritten to o.png\n"
    said = did(place, *words, "--missing", "0.2")
    assert "0.png: PSNR" in said


def test_recovered_images_go_to_arrays_or_to_single_files(place):
    words = ("recover", "vae", "--mask", "2,2,4,4", "-n", "3", "--steps", "5", "--out")
    did(place, *words, "recovered.npz")
    with np.load(place / "recovered.npz") as file:
        a = dict(file)
    assert sorted(a) == ["damaged", "known", "original", "recovered"]
    assert (~a["known"]).sum() == 3 * 16
    assert_array_equal(a["recovered"][a["known"]], a["original"][a["known"]])
    did(place, *words, "filled")
    assert sorted(contents(place / "filled")) == ["0000.png", "0001.png", "0002.png"]
    with Image.open(place / "filled" / "0001.png") as image:
        assert_array_equal(np.asarray(image), a["recovered"][1, ..., 0])


def test_damage_that_is_none_is_refused(place):
    for words, says in [
        ((), "say what is to be damaged"),
        (("--mask", "7,7,4,4"), "not inside images of 8x8"),
        (("--missing", "1.5"), "between 0 and 1"),
        (("--noise", "0"), "0.0001 to 10000"),
        (("--noise", "1e30"), "0.0001 to 10000"),
        (("--noise", "1", "--starts", "1001"), "--starts must be at most 1000"),
        (("--mask", "0,0,1,1", "-n", "0"), "-n must be at least 1"),
        (("--mask", "0,0,1,1", "--steps", "0"), "at least one start and one step"),
        (("nix.png",), "'nix.png' cannot be read"),
    ]:
        assert says in refused(place, "recover", "vae", *words, "--out", "x.png")


# evaluate, info


def test_scores_stand_beside_those_of_real_images(place):
    words = ("--classifier", "classifier", "-n", "100", "--json", "scores.json")
    said = did(place, "evaluate", "vae", *words)
    scores = json.loads((place / "scores.json").read_text())["scores"]
    for key, row in scores.items():
        line = next(text for text in said.splitlines() if row_name(key) in text)
        assert f"{row['value']:.4g}"[:4] in line
    assert scores["accuracy"]["real"] > 0.8
    assert scores["frechet_distance"]["value"] > scores["frechet_distance"]["real"]
    assert -64 < scores["elbo"]["value"] < 0
    assert "100 generated, test and training images; features random-conv" in said
    foot = " ".join(said.split())
    assert "Diversity is the mean distance of two generated images over that of two test" in foot
    assert "What it should be near is the column real" in foot


def row_name(key):
    return {
        "elbo": "ELBO  ",
        "bits_per_dim": "bits/dim",
        "psnr": "PSNR",
        "ssim": "SSIM",
        "accuracy": "accuracy",
        "frechet_distance": "Fréchet",
        "nearest_mse": "nearest training",
        "evenness": "entropy of classes",
    }.get(key, key)


def test_a_classifier_is_scored_by_its_labels(place):
    words = ("--json", "c.json", "--confusion", "c.png")
    said = did(place, "evaluate", "classifier", *words)
    document = json.loads((place / "c.json").read_text())
    assert np.sum(document["confusion"]) == document["classes"]["macro"]["support"] == 359
    assert re.search(r"^weighted +0\.\d{3} +0\.\d{3} +0\.\d{3} +359$", said, re.MULTILINE)
    assert min(size(place / "c.png")) > 400
    assert "is for classifiers" in refused(place, "evaluate", "vae", "--confusion", "x.png")
    scores = json.loads((place / "c.json").read_text())["scores"]
    test = resolve("digits", split="test")
    predicted = load(place / "classifier" / "checkpoint.npz")[0].predict(test.images)
    assert scores["accuracy"]["value"] == np.mean(predicted == test.labels) > 0.8
    assert "classifier on digits: 359 test images" in said
    assert "not labelled" in refused(
        place, "evaluate", "classifier", "--data", "jungle", "--size", "8x8", "--channels", "1"
    )


def test_a_classifiers_features_are_named(place):
    words = ("--features", "classifier:classifier", "-n", "50")
    assert "features classifier:" in did(place, "evaluate", "gan", *words)


def test_info_tells_what_a_checkpoint_holds(place):
    said = did(place, "info", "vae")
    assert "VAE, 3,480 parameters, float32" in said
    assert "8x8, 1 channel\n" in said
    assert "30 epochs, 330 steps, seed 0, on 1294 images of digits" in said
    shapes = re.findall(r"^(?:encoder|decoder)?\s+\d\.\S+\s+([\d×]+)\s+[\d,]+", said, re.MULTILINE)
    assert sum(np.prod([int(n) for n in shape.split("×")]) for shape in shapes) == 3480


# What is refused everywhere


def test_checkpoints_that_are_none_are_one_line(place):
    (place / "empty").mkdir(exist_ok=True)
    (place / "text.npz").write_text("no archive")
    whole = (place / "vae" / "checkpoint.npz").read_bytes()
    (place / "cut.npz").write_bytes(whole[: len(whole) // 2])
    for path, says in [
        ("nix", "no checkpoint 'nix'"),
        ("empty", "the folder 'empty' has no checkpoint.npz"),
        ("text.npz", "'text.npz' is damaged or no checkpoint"),
        ("cut.npz", "'cut.npz' is damaged or no checkpoint"),
    ]:
        assert says in refused(place, "info", path)
    for command in ("generate", "reconstruct", "recover", "interpolate"):
        assert "damaged" in refused(place, command, "cut.npz", "--out", "x.png")


def test_models_that_cannot_do_it_are_told(place):
    assert "reconstructs no images" in refused(place, "reconstruct", "gan", "--out", "x.png")
    assert "has no encoder" in refused(place, "encode", "gan", "--out", "x.npz")
    assert "makes no images" in refused(place, "generate", "classifier", "--out", "x.png")
    assert "holds a VAE" in refused(place, "evaluate", "vae", "--classifier", "vae")
    assert "unknown features" in refused(place, "evaluate", "vae", "--features", "nix")


def test_images_that_do_not_fit_the_model_are_refused_until_they_are_converted(place):
    words = ("reconstruct", "vae", "--data", "jungle", "--out", "j.png")
    assert "give --channels 1 to convert" in refused(place, *words)
    assert "give --size 8x8" in refused(place, *words, "--channels", "1")
    assert "jungle: PSNR" in did(place, *words, "--channels", "1", "--size", "8x8")


def test_outputs_of_unknown_kinds_are_refused(place):
    assert ".npz or .csv" in refused(place, "encode", "vae", "--out", "x.txt")
    assert "without a suffix" in refused(place, "generate", "vae", "--out", "x.txt")
    for command in ("reconstruct", "interpolate"):
        assert "its name must end in" in refused(place, command, "vae", "--out", "x.txt")
    words = ("recover", "vae", "--noise", "1", "--out", "x.txt")
    assert "without a suffix" in refused(place, *words)
    for name in ("", "vae"):
        assert "--json names a file" in refused(place, "evaluate", "vae", "--json", name)


def test_more_than_fits_in_memory_is_refused_at_once(place):
    for n in (10**8, 10**23):
        words = ("generate", "vae", "-n", str(n), "--out", "x.npz")
        assert "do not fit in memory: give -n " in refused(place, *words)
    words = ("interpolate", "vae", "--steps", "1001", "--out", "x.gif")
    assert "--steps must be at most 1000" in refused(place, *words)


def test_a_classifier_of_other_classes_does_not_score(place):
    write_images(place / "two" / "a", [(8, 8)] * 8)
    write_images(place / "two" / "b", [(8, 8)] * 7 + [(9, 9)])
    words = ("--data", "two", "--channels", "1", "--size", "8x8")
    done = avanp(place, "train", "classifier", *words, "--epochs", "1", "--out", "of-two")
    assert done.code == 0, done.err
    said = refused(place, "evaluate", "vae", "--classifier", "of-two")
    assert "the classifier knows 2 classes, and digits has 10" in said


def test_a_checkpoint_with_strange_notes_is_used_with_images_that_are_named(place):
    system, _ = load(place / "vae" / "checkpoint.npz")
    for data in ([1], {"spec": 5}, {"spec": "digits", "channels": "x"}):
        save(place / "noted.npz", system, {"about": {"data": data}})
        assert "give --data" in refused(place, "reconstruct", "noted.npz", "--out", "x.png")
        did(place, "reconstruct", "noted.npz", "--data", "digits", "--out", "noted.png")
    save(place / "noted.npz", system, {"about": [1]})
    assert "its description.state.about is no object" in refused(place, "info", "noted.npz")
    save(place / "noted.npz", system, {"about": {"data": {"name": "\x1b[31mred", "images": 1}}})
    assert "\x1b" not in did(place, "info", "noted.npz")


def test_codes_are_drawn_from_what_is_fitted_to_those_of_the_training_images(place):
    drawn = {}
    for sampler in ("prior", "gmm", "class"):
        did(place, "generate", "vae", "-n", "300", "--sampler", sampler, "--out", f"{sampler}.npz")
        drawn[sampler] = np.load(place / f"{sampler}.npz")["z"]
    train = resolve("digits", split="train")
    mu = load(place / "vae/checkpoint.npz")[0].encode(train.images)[0]
    for sampler in ("gmm", "class"):
        assert abs(np.cov(drawn[sampler].T) - np.cov(mu.T)).max() < 0.3 * mu.var(axis=0).max()
    did(place, "generate", "vae", "-n", "40", "--label", "7", "--out", "sevens.npz")
    sevens = np.load(place / "sevens.npz")["z"].mean(axis=0)
    means = [mu[train.labels == k].mean(axis=0) for k in range(10)]
    assert np.linalg.norm(means - sevens, axis=1).argmin() == 7
    assert "has no encoder" in refused(
        place, "generate", "gan", "--sampler", "gmm", "--out", "no.png"
    )
    assert "has no encoder" in refused(place, "generate", "gan", "--label", "7", "--out", "no.png")
    assert "knows no classes" in refused(
        place, "generate", "vae", "--label", "7", "--sampler", "gmm", "--out", "no.png"
    )
    assert "no class 'x': choose from 0, 1" in refused(
        place, "generate", "vae", "--label", "x", "--out", "no.png"
    )


def test_a_class_of_a_model_whose_images_have_none_is_refused_with_what_makes_classes(tmp_path):
    write_images(tmp_path / "images")
    did(tmp_path, "train", "VAE", "--data", "images", "--epochs", "1", "--out", "own")
    done = avanp(tmp_path, "generate", "own", "--label", "mel", "--out", "no.png")
    assert (done.code, (tmp_path / "no.png").exists()) == (2, False)
    assert done.err.splitlines()[-1] == (
        "avanp: no class 'mel': the model's images have none; a sub-folder for each makes classes, "
        "and train --conditional a model that knows them"
    )
