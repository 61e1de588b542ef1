"""SSAVAE by commands: two stages in one folder, labels forgotten, and what is drawn of them."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image

from avanp.data.resolve import load_splits
from avanp.evaluation.plane import plane
from avanp.evaluation.subsets import some_labels
from avanp.training.checkpoint import describe, load
from avanp.training.log import read_metrics
from cli_process import avanp

WORDS = ("--data", "digits", "--limit", "80", "--batch", "20", "--widths", "2,3,2")
TRAIN = ("train", "SSAVAE", *WORDS, "--epochs", "3")
# A process that is killed at a step of the stage whose class is named.
KILLED = """
import os, signal
from avanp.training.trainer import Trainer
real = Trainer._step
def step(self, *args):
    if self.system.name == "{stage}" and self.step == {at}:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(self, *args)
Trainer._step = step
"""


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    place = tmp_path_factory.mktemp("ssavae")
    done = avanp(place, *TRAIN, "--out", "run")
    assert done.code == 0, done.err
    return place, done


def test_progress_counts_steps_where_a_step_draws_three_batches(trained):
    _, done = trained
    # Four batches a pass: 12 of the first stage; 4 steps of three of the second.
    counts = [line for line in done.err.splitlines() if line.startswith("0/")]
    assert counts == ["0/12 batches", "0/4 steps"]
    assert "4/4 steps in" in done.err


def arrays(path):
    with np.load(path) as file:
        return {name: file[name] for name in file.files if name != "document"}


def same_run(one, other):
    for name in ("vec/checkpoint.npz", "checkpoint.npz"):
        a, b = arrays(one / name), arrays(other / name)
        assert a.keys() == b.keys()
        for key in a:
            if a[key].dtype != np.uint8:
                np.testing.assert_array_equal(a[key], b[key], err_msg=key)


def test_both_stages_are_trained_in_one_folder(trained):
    place, done = trained
    assert "VEC, conv 2-3-2: " in done.out
    assert "SSAVAE, conv 2-3-2, codes of 2: " in done.out
    assert "from VEC, not trained" in done.out
    for heading in ("cross_entropy", "accuracy", "adversarial", "latent_loss"):
        assert heading in done.out
    assert {p.name for p in (place / "run").iterdir()} >= {
        "vec",
        "checkpoint.npz",
        "metrics.jsonl",
        "samples.png",
        "reconstructions.png",
    }
    first, _ = load(place / "run/vec/checkpoint.npz")
    second, _ = load(place / "run/checkpoint.npz")
    assert first.optimisers["encoder"].lr == pytest.approx(1e-3 * 0.25)  # the last of a cosine
    assert second.optimisers["decoder"].lr == 1e-3
    for net in ("encoder", "classifier"):
        for key, array in first.nets[net].params.items():
            np.testing.assert_array_equal(second.parts[net].net.params[key], array)
    again = avanp(place, *TRAIN, "--out", "run")
    assert again.out.count("3 epochs, done before: nothing to train") == 2


@pytest.mark.parametrize(("stage", "at"), [("VEC", 0), ("VEC", 7), ("SSAVAE", 0), ("SSAVAE", 3)])
def test_killed_in_either_stage_it_goes_on_bit_for_bit(trained, tmp_path, stage, at):
    place, _ = trained
    (tmp_path / "sitecustomize.py").write_text(KILLED.format(stage=stage, at=at))
    killed = avanp(tmp_path, *TRAIN, "--out", "run", PYTHONPATH=str(tmp_path))
    assert killed.code == -9
    assert avanp(tmp_path, *TRAIN, "--out", "run").code == 0
    same_run(place / "run", tmp_path / "run")
    rows = [read_metrics(p / "run") for p in (place, tmp_path)]
    assert [{k: v for k, v in r.items() if k != "seconds"} for r in rows[0]] == [
        {k: v for k, v in r.items() if k != "seconds"} for r in rows[1]
    ]


def test_a_first_stage_that_is_there_serves_other_decoders(trained, tmp_path):
    place, _ = trained
    shutil.copytree(place / "run/vec", tmp_path / "vec")
    one = avanp(tmp_path, *TRAIN, "--from", "vec", "--out", "one")
    assert one.code == 0, one.err
    assert "VEC, conv" not in one.out
    whole, alone = (
        load(p)[0] for p in (place / "run/checkpoint.npz", tmp_path / "one/checkpoint.npz")
    )
    for key, array in whole.parameters().items():
        np.testing.assert_array_equal(alone.parameters()[key], array)
    settled = avanp(tmp_path, *TRAIN, "--latent", "3", "--from", "vec", "--out", "two")
    assert settled.code == 2
    assert "--latent is settled by the VEC of vec: leave it out" in settled.err
    other = avanp(tmp_path, *TRAIN, "--size", "6x6", "--from", "vec", "--out", "two")
    assert "is for images of 8x8 with 1 channels: give --size 8x8" in other.err
    wrong = avanp(tmp_path, *TRAIN, "--from", "one", "--out", "two")
    assert "--from one holds a SSAVAE, not a VEC" in wrong.err


def test_labels_are_forgotten_but_for_some_of_each_class(tmp_path):
    labels = load_splits("digits")["train"].labels
    some = some_labels(labels, 25, 0, -1)
    kept = np.flatnonzero(some >= 0)
    assert len(kept) == 25
    np.testing.assert_array_equal(some[kept], labels[kept])
    assert set(np.bincount(some[kept])) == {2, 3}
    assert not np.array_equal(some, some_labels(labels, 25, 1, -1))
    np.testing.assert_array_equal(some_labels(labels, len(labels), 0, -1), labels)
    done = avanp(tmp_path, "train", "VEC", *WORDS, "--labels", "10", "--steps", "2", "--out", "v")
    assert done.code == 0, done.err
    assert describe(tmp_path / "v/checkpoint.npz")["about"]["order"]["labels"] == 10
    more = avanp(tmp_path, "train", "VEC", *WORDS, "--labels", "81", "--steps", "2", "--out", "w")
    assert "--labels must be from 1 to 80, not 81" in more.err
    vae = avanp(tmp_path, "train", "VAE", "--data", "digits", "--labels", "10", "--out", "w")
    assert "--labels: VAE learns nothing from images without a label" in vae.err
    both = avanp(tmp_path, *TRAIN, "--labels", "10", "--from", "v", "--out", "w")
    assert "--labels is for training the VEC, and --from has one" in both.err


@pytest.fixture
def use(trained):
    """The command with a trained model's folder, in its place."""
    place, _ = trained
    return lambda *words: avanp(place, words[0], "run", *words[1:]), place


def npz(path):
    with np.load(path) as file:
        return dict(file)


def test_images_are_generated_of_a_class(use):
    run, place = use
    assert run("generate", "--label", "7", "-n", "30", "--out", "7.npz").code == 0
    assert run("generate", "-n", "30", "--out", "all.npz").code == 0
    system, _ = load(place / "run/checkpoint.npz")
    seen, sums = system.state["seen"], system.state["codes"]
    if seen[7]:
        assert npz(place / "7.npz")["z"].mean(axis=0) == pytest.approx(sums[7] / seen[7], abs=1)
    assert npz(place / "all.npz")["images"].shape == (30, 8, 8, 1)
    none = run("generate", "--label", "x", "--out", "x.png")
    assert none.code == 2
    assert "no class 'x': choose from 0, 1, 2" in none.err
    vec = avanp(place, "generate", "run/vec", "--out", "x.png")
    assert "holds a VEC, which makes no images" in vec.err


def test_images_are_generated_around_an_image(use):
    run, place = use
    digit = load_splits("digits")["test"].images[3]
    Image.fromarray(digit[..., 0]).save(place / "one.png")
    done = run("generate", "--around", "one.png", "-n", "400", "--out", "near.npz")
    assert done.code == 0, done.err
    system, _ = load(place / "run/checkpoint.npz")
    mu, logvar = system.encode(digit[None])
    z = npz(place / "near.npz")["z"]
    assert z.mean(axis=0) == pytest.approx(mu[0], abs=0.25)
    assert z.std(axis=0) == pytest.approx(np.exp(logvar[0] / 2), rel=0.15)
    Image.new("RGB", (20, 15)).save(place / "wide.png")
    wide = run("generate", "--around", "wide.png", "-n", "1", "--out", "wide.npz")
    assert wide.out.startswith("wide.png: 20x15 brought to 8x8 grey, the model's\n")
    both = run("generate", "--around", "one.png", "--label", "1", "--out", "x.png")
    assert "give --label or --around, one of the two" in both.err


def test_codes_and_the_grid_of_their_images_are_drawn(use):
    run, place = use
    done = run("latent", "--out", "codes.png")
    assert done.code == 0, done.err
    assert "80 test images, codes of 2 numbers, silhouette by classes" in done.out
    assert avanp(place, "latent", "run/vec", "--out", "vec.png").code == 0
    with Image.open(place / "codes.png") as picture:
        colours = picture.convert("RGB").getcolors(2**24)
        assert picture.width > 900
        assert len(colours) > 50
    done = run("manifold", "--side", "5", "--out", "grid.png")
    assert "5x5 codes; across z1, up z2" in done.out
    with Image.open(place / "grid.png") as picture:
        assert picture.width == picture.height
        # Five images in a row, a gap before, between and behind them.
        scale = (picture.width - 6) // (5 * 8)
        assert picture.width == 6 + 5 * 8 * scale
        grid = np.asarray(picture.convert("L"))
    gaps = grid[:, :: 8 * scale + 1]
    assert gaps.shape[1] == 6
    assert (gaps == gaps[0, 0]).all()
    assert (
        "--side must be from 2 to 60, not 1" in run("manifold", "--side", "1", "--out", "x.png").err
    )


def test_a_plane_is_the_codes_own_or_that_of_most_variance():
    rng = np.random.default_rng(0)
    mu = rng.standard_normal((500, 2))
    own = plane(mu)
    np.testing.assert_array_equal(own.of_codes(mu), mu)
    grid = own.grid(mu, 3)
    low, high = np.percentile(mu, (5, 95), axis=0)
    assert grid[0] == pytest.approx([low[0], high[1]])
    assert grid[-1] == pytest.approx([high[0], low[1]])
    many = rng.standard_normal((500, 4)) * np.array([5, 3, 0.1, 0.1]) + 7
    seen = plane(many)
    assert seen.names[0].startswith("principal component 1, 7")
    assert abs(seen.directions[:, :2]) == pytest.approx(np.eye(2), abs=0.1)
    assert seen.codes(seen.of_codes(many)) == pytest.approx(many, abs=1)


def test_both_stages_are_evaluated_by_all_that_they_can(use):
    run, place = use
    judge = ("train", "classifier", "--data", "digits", "--epochs", "2", "--out", "judge")
    assert avanp(place, *judge).code == 0
    words = ("--classifier", "judge", "-n", "60", "--json", "scores.json")
    done = run("evaluate", *words)
    assert done.code == 0, done.err
    scores = json.loads((place / "scores.json").read_text())["scores"]
    assert {
        *("own_accuracy", "own_macro_f1", "own_cross_entropy", "own_silhouette"),
        *("psnr", "sharpness", "accuracy", "class_accuracy"),
        *("frechet_distance", "diversity", "precision", "recall", "nearest_mse"),
    } <= set(scores)
    assert 0 < scores["sharpness"]["value"] < 1.5
    system, _ = load(place / "run/checkpoint.npz")
    test = load_splits("digits", limit=80)["test"]
    share = np.mean(system.predict(test.images) == test.labels)
    assert scores["own_accuracy"]["value"] == pytest.approx(share)
    done = avanp(place, "evaluate", "run/vec")
    assert "VEC on digits: 80 test images" in done.out
    assert "silhouette of codes" in done.out
    space = run("evaluate", "--features", "classifier:run/vec")
    assert "the VEC 'run/vec' has no features of images to compare by" in space.err
    assert run("encode", "--out", "codes.csv").code == 0
    assert run("reconstruct", "-n", "4", "--out", "pairs.png").code == 0
    assert run("recover", "-n", "1", "--missing", "0.3", "--out", "found.png").code == 0
    assert run("report").code == 0
    assert avanp(place, "report", "run/vec").code == 0
    assert "SSAVAE" in run("info").out
