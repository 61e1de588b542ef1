"""BEGAN v3 on the command line: trained by steps, gone on with, and used."""

import csv
import json

import numpy as np
import pytest
from PIL import Image

from avanp.data.resolve import load_splits
from avanp.training.checkpoint import load, load_best
from avanp.training.log import read_metrics
from cli_process import avanp

WORDS = ("BEGAN-v3", "--data", "digits", "--arch", "mlp", "--width", "12", "--latent", "3")
WORDS += ("--gamma", ".75", "--loss", "l1", "--batch", "16", "--log-every", "10", "--out", "run")


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    place = tmp_path_factory.mktemp("began")
    done = avanp(place, "train", *WORDS, "--steps", "40")
    assert done.code == 0, done.err
    return place, done


def test_it_trains_by_steps_and_tells_m_k_and_the_ratio(trained):
    place, done = trained
    heading = next(line for line in done.out.splitlines() if "step" in line and "seconds" in line)
    assert heading.split()[:6] == ["step", "M", "k", "L(G)/L(x)", "L(x)", "L(G)"]
    rows = read_metrics(place / "run")
    assert [row["step"] for row in rows] == [10, 20, 30, 40]
    known = {"m", "m_mean", "m_rms", "k", "ratio", "kl_real", "kl_fake", "constraint"}
    known |= {"validation.m", "validation.diversity", "grad_norm.generator"}
    assert known <= set(rows[-1])
    assert rows[-1]["k"] > 0


def test_interrupted_it_goes_on_to_the_same_weights(trained, tmp_path):
    for steps in ("15", "40"):
        assert avanp(tmp_path, "train", *WORDS, "--steps", steps).code == 0
    one, other = (load(p / "run" / "checkpoint.npz")[0] for p in (trained[0], tmp_path))
    assert one.state["k"] == other.state["k"] > 0
    for key, array in one.parameters().items():
        assert array.tobytes() == other.parameters()[key].tobytes(), key


@pytest.mark.parametrize(
    ("words", "file"),
    [
        (("generate", "run", "-n", "4", "--out", "made.png"), "made.png"),
        (("interpolate", "run", "--out", "codes.png"), "codes.png"),
        (("interpolate", "run", "--between", "3", "7", "--out", "two.png"), "two.png"),
        (("reconstruct", "run", "--out", "again.png"), "again.png"),
        (("report", "run"), "run/report.html"),
    ],
    ids=["generate", "codes", "images", "reconstruct", "report"],
)
def test_it_is_used_as_other_systems_are(trained, words, file):
    place, _ = trained
    done = avanp(place, *words)
    assert done.code == 0, done.err
    if file.endswith(".png"):
        assert np.ptp(np.asarray(Image.open(place / file))) > 0
    else:
        page = (place / file).read_text(encoding="utf-8")
        assert "convergence M" in page
        assert "diversity" in page


def test_sheets_are_drawn_and_a_floor_and_rows_govern_the_rate(tmp_path):
    words = ("--steps", "60", "--sheets", "25", "--schedule", "step:2:4e-5")
    done = avanp(tmp_path, "train", *WORDS, *words)
    assert done.code == 0, done.err
    drawn = sorted(p.name for p in (tmp_path / "run" / "sheets").iterdir())
    assert drawn == ["samples-00000030.png", "samples-00000050.png"]
    rates = [row["lr"] for row in read_metrics(tmp_path / "run")]
    assert rates == pytest.approx([1e-4, 1e-4, 5e-5, 5e-5, 4e-5, 4e-5])


def test_it_stops_at_a_collapse_and_keeps_what_was_before(tmp_path):
    """A k that begins at 1 and is taken away leaves the generator with nothing to resist it."""
    words = ("BEGAN-CS", *WORDS[1:], "--steps", "400", "--stop-on-collapse", "--lr", "0.01")
    words += ("--width", "24", "--k-start", "1", "--gamma", "0.1", "--alpha", "1")
    done = avanp(tmp_path, "train", *words)
    assert done.code == 0, done.err
    assert "note: the generator has collapsed" in done.out
    rows = read_metrics(tmp_path / "run")
    assert rows[-1]["step"] < 400
    assert rows[-1]["validation.diversity"] < 0.3
    _, state = load(tmp_path / "run" / "before-collapse.npz")
    assert state["step"] < rows[-1]["step"]
    again = avanp(tmp_path, "train", *words)
    assert "stopped early: nothing to train" in again.out


def test_only_what_shows_a_collapse_stops_at_one(tmp_path):
    words = ("--data", "digits", "--out", "run", "--epochs", "1")
    done = avanp(tmp_path, "train", "VAE", *words, "--stop-on-collapse")
    assert (done.code, done.out) == (2, "")
    assert "the log of a VAE does not show a collapse" in done.err
    done = avanp(tmp_path, "train", "classifier", *words, "--sheets", "5")
    assert (done.code, done.out) == (2, "")
    assert "a classifier generates nothing to draw" in done.err


def test_a_walk_between_two_images_is_decoded_by_the_discriminator(trained):
    place, _ = trained
    words = ("--between", "3", "7", "--steps", "3", "--out", "w.gif")
    assert avanp(place, "interpolate", "run", *words).code == 0
    system, _ = load_best(place / "run" / "checkpoint.npz")
    ends = load_splits("digits")["test"].images[[3, 7]]
    a, b = system.encode(ends)[0]
    code = ((a + b) / 2)[None]
    middle = system.from_codes(code)[0, :, :, 0]
    assert np.abs(system.decode(code)[0, :, :, 0] - middle).max() > 0.1
    with Image.open(place / "w.gif") as shown:
        shown.seek(1)
        seen = np.asarray(shown.convert("L"), float) / 255
    step = seen.shape[0] // ends.shape[1]
    assert np.abs(seen[::step, ::step] - middle).max() < 0.05


def test_the_best_weights_and_the_last_are_both_within_reach(tmp_path):
    """At a rate so large that M rises again, the two are not the same."""
    assert avanp(tmp_path, "train", *WORDS, "--steps", "60", "--lr", ".05").code == 0
    path = tmp_path / "run" / "checkpoint.npz"
    best, last = load_best(path)[0], load(path)[0]
    for words, system in (((), best), (("--last",), last)):
        words = ("--split", "test", "--out", "codes.csv", *words)
        done = avanp(tmp_path, "encode", "run", *words)
        assert done.code == 0, done.err
        with (tmp_path / "codes.csv").open() as file:
            first = next(csv.DictReader(file))
        x = load_splits("digits")["test"].images[:1]
        mu = system.encode(x)[0][0]
        assert [float(first[f"mu{i}"]) for i in range(3)] == pytest.approx(mu, rel=1e-5)
    assert np.abs(best.encode(x)[0] - last.encode(x)[0]).max() > 1e-3
    scores = {}
    for words in ((), ("--last",)):
        done = avanp(tmp_path, "evaluate", "run", "-n", "50", "--json", "s.json", *words)
        assert done.code == 0, done.err
        scores[words] = json.loads((tmp_path / "s.json").read_text())["scores"]["m_mean"]["value"]
    assert scores[()] < scores["--last",]
    assert "--last" not in avanp(tmp_path, "info", "--help").out


def test_its_codes_are_those_of_the_discriminator(trained):
    place, _ = trained
    assert avanp(place, "encode", "run", "--out", "codes.csv").code == 0
    with (place / "codes.csv").open() as file:
        rows = list(csv.DictReader(file))
    system, _ = load(place / "run" / "checkpoint.npz")
    assert len(rows) == 1797
    assert {"mu0", "mu2", "logvar2"} <= set(rows[0])
    assert system.variational


def test_it_is_scored_without_a_bound(trained):
    place, _ = trained
    done = avanp(place, "evaluate", "run", "-n", "50", "--json", "scores.json")
    assert done.code == 0, done.err
    scores = json.loads((place / "scores.json").read_text())["scores"]
    assert {"psnr", "frechet_distance", "diversity", "precision", "recall"} <= set(scores)
    assert "elbo" not in scores
    assert scores["m_mean"]["value"] < scores["m_rms"]["value"] < 2
    assert 0 < scores["ratio"]["value"] < 2
    assert "convergence M, mean |e|" in done.out


def test_what_it_cannot_do_is_one_line(trained):
    done = avanp(trained[0], "recover", "run", "--missing", ".3", "--out", "r.png")
    assert done.code == 2
    assert "holds a BEGAN-v3, which has no decoder" in done.err
    for words, says in ((("--gamma", "0"), "gamma"), (("--vanishing", "-1"), "vanishing")):
        done = avanp(trained[0], "train", *WORDS, *words, "--steps", "1")
        assert done.code == 2
        assert f"{says} must be" in done.err
