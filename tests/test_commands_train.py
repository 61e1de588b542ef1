"""`avanp train` in processes of its own: what it prints and keeps, goes on with and refuses."""

import json
import os
import re
import signal
import time

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from PIL import Image

from avanp.training.checkpoint import describe, load, load_best
from cli_process import altered, avanp, contents, on_a_terminal, started, write_images

QUICK = ("--widths", "16", "--latent", "3", "--batch", "400")
VAE = ("train", "vae", "--data", "digits", *QUICK)
SLOW = """
import time
import avanp.training.trainer as trainer
real = trainer.Trainer._step
def slow(*args):
    time.sleep(0.05)
    return real(*args)
trainer.Trainer._step = slow
"""


def rows_of(folder):
    rows = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    return [{k: v for k, v in row.items() if k != "seconds"} for row in rows]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("train")


@pytest.fixture(scope="module")
def finished(place):
    """A VAE trained for four epochs in the folder `four`, and what was printed."""
    return avanp(place, *VAE, "--epochs", "4", "--out", "four")


def test_it_says_what_it_trains_and_prints_a_line_an_epoch(finished):
    assert finished.code == 0, finished.err
    lines = finished.out.splitlines()
    assert lines[0] == "reading digits"
    assert lines[1] == "data: digits, 8x8 grey: 1,294 train, 359 test, 144 validation"
    # 64-16-(3+3) and 3-16-64, with biases
    assert lines[2] == ("VAE, mlp 16, codes of 3: 2,294 parameters (encoder 1,142, decoder 1,152)")
    assert lines[3] == "adam, rate 0.001, batches of 400, seed 0"
    assert lines[4].startswith("note: few steps in all (16): ")
    heads = ["epoch", "loss", "reconstruction", "kl", "validation.loss", "seconds"]
    assert lines[6].split() == heads
    assert [line.split()[0] for line in lines[7:11]] == ["1", "2", "3", "4"]
    assert lines[11].startswith("written to four: checkpoint.npz, metrics.jsonl, samples.png")
    assert max(map(len, lines)) <= 100


def test_the_first_progress_line_counts_all_batches(finished):
    lines = finished.err.splitlines()
    assert lines[0] == "0/16 batches"
    assert re.fullmatch(r"16/16 batches in \d+ s", lines[-1])


def test_on_a_terminal_every_epoch_is_a_line_above_the_bar(place, finished):
    said = on_a_terminal(place, *VAE, "--epochs", "4", "--out", "terminal", columns=100)
    # What stands there in the end, where a line was written over.
    shown = [overwritten(line) for line in said.split("\r\n")]
    epochs = [line.split()[:-1] for line in shown if re.match(r" +\d ", line)]
    plain = [line.split()[:-1] for line in finished.out.splitlines()[7:11]]
    assert epochs == plain
    end = next(i for i, line in enumerate(shown) if line.startswith("written to terminal: "))
    assert re.match(r"\[#{40}\] 16/16 batches in \d+ s$", shown[end - 1])


def overwritten(line):
    seen = ""
    for part in line.split("\r"):
        seen = part + seen[len(part) :]
    return seen.rstrip()


def test_the_folder_holds_the_model_its_log_and_pictures(place, finished):
    files = contents(place / "four")
    assert set(files) == {
        ".lock",
        "checkpoint.npz",
        "metrics.jsonl",
        "samples.png",
        "reconstructions.png",
        "looks.json",
    }
    assert [row["epoch"] for row in rows_of(place / "four")] == [1, 2, 3, 4]
    about = describe(place / "four" / "checkpoint.npz")["about"]
    assert about["data"]["spec"] == "digits"
    assert about["classes"] == [str(i) for i in range(10)]


def test_two_epochs_and_two_more_are_four_bit_for_bit(place, finished):
    assert avanp(place, *VAE, "--epochs", "2", "--out", "two").code == 0
    done = avanp(place, *VAE, "--epochs", "4", "--out", "two")
    assert done.code == 0
    assert "goes on after epoch 2" in done.out
    assert contents(place / "two")["checkpoint.npz"] == contents(place / "four")["checkpoint.npz"]
    assert rows_of(place / "two") == rows_of(place / "four")


def test_the_same_command_again_trains_nothing(place, finished):
    before = contents(place / "four")
    done = avanp(place, *VAE, "--epochs", "4", "--out", "four")
    assert (done.code, done.err) == (0, "")
    assert "4 epochs, done before: nothing to train" in done.out
    assert "note: few steps" not in done.out
    assert "goes on" not in done.out
    assert contents(place / "four") == before
    fewer = avanp(place, *VAE, "--epochs", "1", "--out", "four")
    assert "4 epochs, done before: nothing to train" in fewer.out
    assert "note: few steps" not in fewer.out


def test_of_another_model_in_the_folder_no_other_option_is_told(place, finished):
    done = avanp(place, "train", "GAN", "--data", "digits", *QUICK, "--out", "four")
    assert done.code == 2
    assert "holds another run (model VAE there, GAN asked): " in done.err


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (("--size", "24x24"), "images of 180x120 lose their shape at 24x24; --size 24x16 keeps it"),
        (("--size", "24x16"), None),
        ((), "images of 180x120 take some 7 times the time of --size 64x43"),
    ],
)
def test_a_note_says_which_size_keeps_the_shape_and_which_takes_less_time(tmp_path, size, said):
    write_images(tmp_path / "photos", [(180, 120)] * 6)
    words = ("--widths", "2,2", "--epochs", "1", "--validation", "0", "--out", "new")
    done = avanp(tmp_path, "train", "VAE", "--data", "photos", *words, *size)
    assert done.code == 0, done.err
    notes = " ".join(done.out.split()).split("note: ")[1:]
    assert [note.strip() for note in notes if "--size" in note] == ([said] if said else [])


def test_a_loss_below_zero_is_explained_once(tmp_path):
    words = ("--likelihood", "optimal-gaussian", "--batch", "32", "--epochs", "6", "--out", "new")
    done = avanp(tmp_path, "train", "VAE", "--data", "digits", "--widths", "64", *words)
    assert done.code == 0, done.err
    assert json.loads((tmp_path / "new/metrics.jsonl").read_text().splitlines()[-1])["loss"] < 0
    assert done.out.count("note: a loss below 0 is no fault") == 1


def test_other_options_on_the_same_folder_are_refused_in_one_line(place, finished):
    before = contents(place / "four")
    for words, says in [
        (("--latent", "4"), "latent 3 there, 4 asked"),
        (("--widths", "16,8"), "widths 16 there, 16, 8 asked"),
        (("--seed", "1"), "seed 0 there, 1 asked"),
        (("--patience", "2"), "patience None there, 2 asked"),
        (
            ("--data", "jungle", "--size", "8x8", "--channels", "1"),
            "data digits there, jungle asked",
        ),
    ]:
        done = avanp(place, *VAE, "--epochs", "4", "--out", "four", *words)
        assert (done.code, done.err.count("\n")) == (2, 1)
        assert "--out four holds another run (" in done.err
        assert says in done.err
    assert contents(place / "four") == before


def test_images_that_changed_since_are_refused(place):
    write_images(place / "photos", [(8, 8)] * 20)
    words = ("train", "VAE", "--data", "photos", *QUICK, "--epochs", "1", "--out", "changed")
    assert avanp(place, *words).code == 0
    image = place / "photos" / "3.png"
    image.write_bytes((place / "photos" / "4.png").read_bytes())
    for other in ("0", "1", "2"):
        (place / "photos" / f"{other}.png").write_bytes(image.read_bytes())
    done = avanp(place, *words)
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "holds another run (of other images)" in done.err


def test_ctrl_c_says_how_to_go_on_and_the_same_command_ends_alike(place, finished):
    words = (*VAE, "--epochs", "4", "--out", "stopped")
    process = started(place, *words, command=altered(place, SLOW))
    path = place / "stopped" / "checkpoint.npz"
    while not path.exists():
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    said = r"avanp: interrupted: steps up to \d+ are in stopped; the same command goes on"
    assert re.fullmatch(said, err.splitlines()[-1])
    assert "Traceback" not in err
    assert avanp(place, *words).code == 0
    assert path.read_bytes() == (place / "four" / "checkpoint.npz").read_bytes()


def test_ctrl_c_in_the_first_epoch_keeps_its_steps_and_draws_them(place, finished):
    words = (*VAE, "--epochs", "4", "--out", "early")
    process = started(place, *words, command=altered(place, SLOW))
    assert process.stderr.readline().startswith("0/")
    assert process.stderr.readline()
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    said = r"avanp: interrupted: steps up to (\d+) are in early; the same command goes on"
    assert "stopping: what was learned is drawn and kept; Ctrl-C again ends at once\n" in err
    steps = int(re.fullmatch(said, err.splitlines()[-1])[1])
    described = describe(place / "early" / "checkpoint.npz")
    assert (described["epoch"], described["step"]) == (0, steps)
    assert (place / "early" / "samples.png").exists()
    assert (place / "early" / "metrics.jsonl").read_text() == ""
    assert avanp(place, *words).code == 0
    same = (
        (place / "early/checkpoint.npz").read_bytes(),
        (place / "four/checkpoint.npz").read_bytes(),
    )
    assert same[0] == same[1]


@pytest.mark.parametrize("model", ["GAN", "VAEGAN", "AVA1", "AVA5", "classifier"])
def test_every_kind_of_model_trains(place, model):
    quick = QUICK if model != "classifier" else (*QUICK[:2], *QUICK[4:])
    done = avanp(place, "train", model, "--data", "digits", *quick, "--epochs", "1", "--out", model)
    assert done.code == 0, done.err
    assert max(map(len, done.out.splitlines())) <= 100
    files = set(contents(place / model))
    encodes = model not in ("GAN", "classifier")
    assert ("reconstructions.png" in files) == encodes
    assert ("samples.png" in files) == (model != "classifier")
    system, _ = load(place / model / "checkpoint.npz")
    assert system.name == model


@pytest.mark.slow
def test_convolutions_train_on_colour_photographs(place):
    write_images(place / "colour", [(12, 9)] * 12)
    words = ("--arch", "conv", "--widths", "4,8", "--batch-norm", "--epochs", "2")
    done = avanp(place, "train", "AVA1", "--data", "colour", *words, "--out", "conv")
    assert done.code == 0, done.err
    assert "12x9 RGB" in done.out


def test_options_reach_the_model(place):
    words = ("--lr", "0.01", "--optimiser", "sgd", "--beta", "0.5", "--likelihood", "gaussian")
    more = ("--batch-norm", "--clip", "5", "--limit", "100", "--validation", "0", "--seed", "3")
    done = avanp(place, *VAE, *words, *more, "--epochs", "1", "--out", "options")
    assert done.code == 0, done.err
    assert "100 train, 100 test" in done.out
    system, _ = load(place / "options" / "checkpoint.npz")
    c = system.config
    assert (c.lr, c.optimiser, c.beta, c.likelihood) == (0.01, "sgd", 0.5, "gaussian")
    assert (c.batch_norm, c.clip, c.widths, c.latent, system.seed) == (True, 5, (16,), 3, 3)


def test_a_cosine_ends_at_no_rate_and_only_with_its_own_epochs(place):
    words = (*VAE, "--schedule", "cosine", "--out", "cosine")
    assert avanp(place, *words, "--epochs", "4").code == 0
    rates = [row["lr"] for row in rows_of(place / "cosine")]
    expected = 1e-3 * (1 + np.cos(np.pi * np.arange(4) / 4)) / 2
    assert rates == pytest.approx(list(expected))
    done = avanp(place, *words, "--epochs", "5")
    assert done.code == 2
    assert "schedule cosine of 4 epochs there, cosine of 5 epochs asked" in done.err


def test_patience_stops_with_the_best_weights(place):
    words = ("--patience", "1", "--lr", "0.2", "--epochs", "60", "--out", "patient")
    done = avanp(place, *VAE, *words)
    assert done.code == 0
    losses = [row["validation.loss"] for row in rows_of(place / "patient")]
    assert losses[-1] > losses[-2]
    assert f"stopped early: the best weights had validation.loss {losses[-2]:.4f}" in done.out
    again = avanp(place, *VAE, *words)
    assert "stopped early: nothing to train" in again.out


def test_the_best_weights_are_used_where_the_epochs_end_before_the_patience(place):
    words = ("--patience", "50", "--lr", "0.2", "--epochs", "5", "--out", "kept")
    done = avanp(place, *VAE, *words)
    losses = [row["validation.loss"] for row in rows_of(place / "kept")]
    assert min(losses) < losses[-1]
    assert f"not stopped early: the best weights had validation.loss {min(losses):.4f}" in done.out
    path = place / "kept" / "checkpoint.npz"
    last, state = load(path)
    best, _ = load_best(path)
    for key, array in best.parameters().items():
        np.testing.assert_array_equal(array, state["best_weights"][key])
    assert any((a != last.parameters()[k]).any() for k, a in best.parameters().items())
    assert avanp(place, "generate", "kept", "-n", "64", "--out", "again.png").code == 0
    drawn, again = (np.asarray(Image.open(place / n)) for n in ("kept/samples.png", "again.png"))
    np.testing.assert_array_equal(drawn, again)


def test_few_steps_are_noted(place):
    few = avanp(place, *VAE, "--epochs", "1", "--batch", "2000", "--out", "few")
    assert "note: few steps in all (1): " in few.out


def test_free_nats_are_an_option_of_a_vae_alone(place):
    words = ("--epochs", "1", "--free-nats", "0.5")
    assert avanp(place, *VAE, *words, "--out", "free").code == 0
    assert load(place / "free" / "checkpoint.npz")[0].config.free_nats == 0.5
    done = avanp(place, "train", "GAN", "--data", "digits", *words, "--out", "no")
    assert (done.code, "No such option '--free-nats'" in done.err) == (2, True)


def test_threads_give_the_same_weights(place, finished):
    words = (*VAE, "--epochs", "4", "--threads", "2", "--out", "threads")
    assert avanp(place, *words, AVANP_KERNELS="numba").code == 0
    one, two = (load(place / name / "checkpoint.npz")[0] for name in ("four", "threads"))
    for key, array in one.parameters().items():
        np.testing.assert_allclose(two.parameters()[key], array, atol=1e-4)


def test_a_divergence_is_one_line_and_the_weights_before_it_are_kept(place):
    words = ("--lr", "1e20", "--optimiser", "sgd", "--epochs", "3", "--out", "wild")
    done = avanp(place, *VAE, *words)
    assert done.code == 2
    last = done.err.splitlines()[-1]
    assert re.search(r"VAE\.(encoder|decoder)", last)
    assert "diverged.npz" in last
    assert (place / "wild" / "diverged.npz").exists()


def test_bad_words_are_refused_in_one_line_before_anything_is_written(place):
    for words, says in [
        (("nix", "--data", "digits"), "unknown model 'nix': choose from VAE, GAN"),
        (("VEA", "--data", "digits"), "unknown model 'VEA' (did you mean VAE?): choose from"),
        (("VAE", "--data", "nix"), "no data set or folder 'nix'"),
        (("VAE", "--data", "digits", "--loss", "log"), "No such option '--loss'"),
        (("VAE", "--data", "digits", "--latent", "0"), "latent must be a whole number"),
        (("VAE", "--data", "digits", "--latent", "9" * 23), "does not fit in memory"),
        (("VAE", "--data", "digits", "--widths", "99999,99999"), "does not fit in memory"),
        (("VAE", "--data", "digits", "--epochs", "0"), "--epochs must be at least 1"),
        (("VAE", "--data", "digits", "--validation", "1"), "--validation must be"),
        (("VAE", "--data", "digits", "--schedule", "nix"), "unknown schedule 'nix'"),
        (("VAE", "--data", "digits", "--threads", "0"), "--threads must be at least 1"),
        (("VAE", "--data", "digits", "--batch", "0"), "--batch must be at least 1"),
        (("GAN", "--data", "digits", "--patience", "2"), "no validation loss"),
        (("classifier", "--data", "jungle"), "jungle has no labels"),
        (("VAE",), "Missing option '--data'"),
    ]:
        done = avanp(place, "train", *words, "--out", "refused")
        assert (done.code, done.err.count("\n")) == (2, 1), done
        assert says in done.err
        assert not (place / "refused").exists()
    (place / "file").write_text("")
    done = avanp(place, *VAE, "--out", "file")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "--out file is a file" in done.err
    done = avanp(place, *VAE, "--out", "")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "--out names no folder" in done.err


def test_two_trainings_do_not_share_a_folder(place, finished):
    words = (*VAE, "--epochs", "4", "--out", "shared")
    first = started(place, *words, command=altered(place, SLOW))
    while not (place / "shared" / "metrics.jsonl").exists():
        assert first.poll() is None, first.stderr.read()
        time.sleep(0.005)
    os.killpg(first.pid, signal.SIGSTOP)  # it does not end before the other begins
    second = avanp(place, *words)
    os.killpg(first.pid, signal.SIGCONT)
    assert (second.code, second.err.count("\n")) == (2, 1)
    assert "shared is in use by another training" in second.err
    first.communicate(timeout=60)
    assert first.returncode == 0
    assert rows_of(place / "shared") == rows_of(place / "four")


def test_a_checkpoint_of_another_make_is_refused(place, finished):
    from avanp.training.checkpoint import save

    system, _ = load(place / "four" / "checkpoint.npz")
    (place / "bare").mkdir()
    save(place / "bare" / "checkpoint.npz", system)
    done = avanp(place, *VAE, "--out", "bare")
    assert done.code == 2
    assert "was not made by this command" in done.err
    assert_array_equal(load(place / "bare" / "checkpoint.npz")[0].seed, system.seed)


PHOTOS = ("train", "VAE", "--data", "nine", "--widths", "4", "--batch", "4")


def test_a_training_by_its_defaults_goes_on_with_a_constant_rate(place):
    write_images(place / "nine", [(9, 9)] * 20)
    first = avanp(place, *PHOTOS, "--epochs", "12", "--out", "on")
    assert first.code == 0, first.err
    assert "--schedule cosine" in " ".join(first.out.split())
    order = describe(place / "on" / "checkpoint.npz")["about"]["order"]
    assert order["warmup"] > 0
    rows = rows_of(place / "on")
    best = min(rows, key=lambda row: row["validation.loss"])["epoch"]
    assert f"best epoch {best} kept: validation.loss" in first.out
    assert f"the weights used are the best, of epoch {best}" in " ".join(
        avanp(place, "info", "on").out.split()
    )
    assert avanp(place, "report", "on").code == 0
    assert f"the weights of the best, epoch {best}, kept" in (place / "on/report.html").read_text()
    more = avanp(place, *PHOTOS, "--epochs", "16", "--out", "on")
    assert more.code == 2
    assert "schedule cosine of 12 epochs there, cosine of 16 epochs asked" in more.err
    assert "--schedule constant goes on" in more.err
    assert "warmup" not in more.err
    for epochs in (14, 16):
        words = ("--epochs", str(epochs), "--schedule", "constant", "--out", "on")
        done = avanp(place, *PHOTOS, *words)
        assert done.code == 0, done.err
    # Once it has left the cosine, the plain command goes on as well.
    assert avanp(place, *PHOTOS, "--epochs", "17", "--out", "on").code == 0
    rates = [row["lr"] for row in rows_of(place / "on")]
    assert rates[:12] == [row["lr"] for row in rows]
    assert rates[12:] == [2e-3] * 5
    after = describe(place / "on" / "checkpoint.npz")["about"]["order"]
    assert after == order | {"schedule": "cosine of 12 epochs, then constant"}


@pytest.mark.parametrize("out", ["album", "album/run", "."])
def test_pictures_are_not_written_among_the_images(place, out):
    if not (place / "album").exists():
        write_images(place / "album", [(9, 9)] * 20)
    before = contents(place / "album")
    done = avanp(place, "train", "VAE", "--data", "album", "--epochs", "1", "--out", out)
    assert done.code == 2
    assert "lie in one another: name a folder beside them" in done.err
    assert contents(place / "album") == before


def test_the_terminal_shows_every_second_of_many_epochs_and_the_log_all(place):
    words = ("--limit", "60", "--epochs", "151", "--log-every", "1")
    done = avanp(place, *VAE, "--limit", "60", "--epochs", "151", "--out", "many")
    shown = [int(m) for m in re.findall(r"^ +([0-9]+)  ", done.out, re.MULTILINE)]
    assert shown == [1, *range(2, 151, 2), 151]
    assert [row["epoch"] for row in rows_of(place / "many")] == list(range(1, 152))
    by_step = avanp(place, *VAE, *words, "--out", "steps")
    shown = [int(m) for m in re.findall(r"^ +([0-9]+)  ", by_step.out, re.MULTILINE)]
    assert shown == [1, *range(2, 151, 2), 151]


def test_a_square_size_is_one_number_and_the_same_training(place):
    write_images(place / "squares", [(12, 12)] * 20)
    words = ("train", "GAN", "--data", "squares", "--epochs", "1", "--out", "square")
    first = avanp(place, *words, "--size", "9")
    assert "9x9 RGB" in first.out, first.err
    again = avanp(place, *words, "--size", "9x9")
    assert "nothing to train" in again.out, again.err


def test_a_wrong_choice_of_a_models_option_names_that_models_help(place):
    done = avanp(place, "train", "VAE", "--data", "digits", "--arch", "cnn", "--out", "no")
    assert (done.code, "see avanp train VAE --help" in done.err) == (2, True)


def test_a_mixture_that_the_model_keeps_is_drawn_of_without_a_word(place):
    words = ("--mixture", "1", "--epochs", "1", "--out", "mixed")
    assert avanp(place, *VAE, *words).code == 0
    plain = avanp(place, "generate", "mixed", "-n", "4", "--out", "plain.npz")
    asked = avanp(place, "generate", "mixed", "-n", "4", "--sampler", "gmm", "--out", "asked.npz")
    assert "the model keeps its mixture" in asked.out
    assert "mixture" not in plain.out
    one, two = (np.load(place / name)["z"] for name in ("plain.npz", "asked.npz"))
    np.testing.assert_array_equal(one, two)
