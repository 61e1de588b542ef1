"""Trainings of the version that wrote checkpoints of format 1 are used, and gone on with."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from avanp.rng import stream
from avanp.systems.find import find
from avanp.training import earlier_names
from avanp.training.checkpoint import describe, load
from avanp.training.log import read_metrics
from cli_process import avanp

BEFORE = Path(__file__).parent / "golden" / "format1"
WORDS = {
    "ava5": ("AVA5", "--widths", "6", "--latent", "2"),
    "vaegan": ("VAEGAN", "--arch", "conv", "--widths", "4,4", "--latent", "2"),
    "classifier": ("classifier", "--widths", "6"),
    "gan": ("GAN", "--widths", "6", "--latent", "2", "--loss", "least-squares"),
}


@pytest.mark.parametrize("folder", WORDS)
def test_a_model_of_format_1_is_loaded_under_present_names_and_used(folder):
    path = BEFORE / folder / "checkpoint.npz"
    system, state = load(path)
    assert system.name == WORDS[folder][0]
    assert describe(path)["format"] == 1
    assert set(describe(path)["nets"]) == set(system.nets)
    assert state["epoch"] == 2
    if folder == "classifier":
        assert system.predict(np.zeros((3, 8, 8, 1), np.uint8)).shape == (3,)
    else:
        assert system.generate(3, stream(0, "sample")).shape == (3, 8, 8, 1)
    for row in read_metrics(BEFORE / folder):
        own = {name for name in row if "." not in name} - {"epoch", "step", "lr", "seconds"}
        assert own - {"active_units", "latent", "hint"} <= set(system.terms)
        norms = {name.split(".")[1] for name in row if name.startswith("grad_norm.")}
        assert norms == set(system.nets)


@pytest.mark.parametrize("folder", ["ava5", "vaegan", "classifier"])
def test_the_same_words_go_on_with_a_training_of_format_1(folder, tmp_path):
    out = tmp_path / "run"
    out.mkdir()
    for name in ("checkpoint.npz", "metrics.jsonl"):
        shutil.copy(BEFORE / folder / name, out)
    images = ("--data", "digits", "--limit", "60", "--batch", "30")
    done = avanp(tmp_path, "train", *WORDS[folder], *images, "--epochs", "4", "--out", "run")
    assert done.code == 0, done.err
    assert "goes on after epoch 2" in done.out
    assert describe(out / "checkpoint.npz")["format"] == 2
    now = load(out / "checkpoint.npz")[0].parameters()
    with np.load(BEFORE / folder / "four.npz") as file:
        before = {earlier_names.array(f"weights/{key}")[8:]: file[key] for key in file.files}
    assert now.keys() == before.keys()
    for key, array in before.items():
        # Equal to the last bit on one machine; a step moves a weight by 1e-3.
        np.testing.assert_allclose(now[key], array, rtol=0, atol=2e-6, err_msg=key)
    rows = [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]
    assert [row["epoch"] for row in rows] == [1, 2, 3, 4]
    # The old rows have present names too: the log is written anew.
    assert rows[0].keys() <= rows[-1].keys()


def test_another_word_is_refused_in_a_folder_of_format_1_too(tmp_path):
    shutil.copytree(BEFORE / "gan", tmp_path / "run")
    images = ("--data", "digits", "--limit", "60", "--batch", "30", "--schedule", "cosine")
    words = ("train", *WORDS["gan"], *images, "--epochs", "2", "--out", "run")
    done = avanp(tmp_path, *words)
    assert (done.code, "2 epochs, done before: nothing to train" in done.out) == (0, True)
    done = avanp(tmp_path, *words, "--weight-decay", "0.1")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "(weight_decay None there, 0.1 asked)" in done.err


def test_every_old_name_of_a_term_is_a_present_one():
    present = {name for kind in ("GAN", "VAEGAN", "AVA5") for name in find(kind).terms}
    assert set(earlier_names.TERMS.values()) <= present
    assert earlier_names.term("validation.d_loss") == "validation.discriminator_loss"
    assert earlier_names.term("grad_norm.D") == "grad_norm.code_discriminator"
    assert earlier_names.term("reconstruction") == "reconstruction"
