"""A system in one file outside the package can all that one of the package can."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from avanp.errors import AvanpError
from avanp.estimators.make import estimator_class
from avanp.grad.cases import run as gradcheck
from avanp.systems.find import find, from_source
from avanp.training.checkpoint import load
from avanp.training.log import read_metrics
from avanp.training.trainer import Trainer
from cli_process import avanp

SOURCE = f"{Path(__file__).parent / 'own_system.py'}:Squeezer"
WORDS = ("--data", "digits", "--limit", "60", "--batch", "8", "--widths", "6", "--latent", "3")


def train(place, *words, out="run"):
    return avanp(place, "train", SOURCE, *WORDS, "--out", out, *words)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    place = tmp_path_factory.mktemp("own")
    done = train(place, "--epochs", "3", "--patience", "2", "--schedule", "plateau:1")
    assert done.code == 0, done.err
    return place, done


def test_it_trains_with_patience_and_a_plateau_and_prints_its_terms(trained):
    place, done = trained
    assert "loss" in done.out
    assert "spread" in done.out
    assert "squeezer, mlp 6, codes of 3" in done.out
    rows = read_metrics(place / "run")
    assert {"loss", "spread_loss", "validation.loss", "steps_done"} <= set(rows[-1])
    assert {p.name for p in (place / "run").iterdir()} >= {"samples.png", "reconstructions.png"}


def test_its_help_shows_its_own_options_and_no_others(tmp_path):
    said = avanp(tmp_path, "train", SOURCE, "--help").out
    assert "--keep" in said
    assert "An auto-encoder whose two halves" in said
    assert "--beta " not in said
    assert train(tmp_path, "--beta", "2").code == 2
    assert "keep must be a number at least 0 and below 1" in train(tmp_path, "--keep", "2").err


@pytest.mark.parametrize("after", [1, 2, 5, 7, 8, 11])
def test_it_goes_on_after_any_step_with_its_state_bit_for_bit(tmp_path, after):
    images = np.random.default_rng(0).random((11, 4, 4, 1), dtype=np.float32)
    kind = find(SOURCE)
    config = kind.config_class(shape=(4, 4, 1), widths=(5,), latent=2)

    def trainer(out):
        return Trainer(kind(config), batch_size=3, out=tmp_path / out, log_every=3)

    whole = trainer("whole")
    whole.fit(images, steps=12)
    begun = trainer("begun")
    begun.fit(images, steps=after)
    begun.save(tmp_path / "begun" / "checkpoint.npz")
    again = Trainer.resume(tmp_path / "begun" / "checkpoint.npz", out=tmp_path / "begun")
    again.fit(images, steps=12 - after)
    assert again.step == whole.step == 12
    for arrays in ("parameters", "state"):
        one, other = (getattr(t.system, arrays) for t in (whole, again))
        one, other = (a() if callable(a) else a for a in (one, other))
        assert {k: v.tobytes() for k, v in one.items()} == {
            k: v.tobytes() for k, v in other.items()
        }


def test_a_killed_training_goes_on_to_the_undisturbed_weights(trained, tmp_path):
    for epochs in ("1", "2", "3"):
        done = train(tmp_path, "--epochs", epochs, "--patience", "2", "--schedule", "plateau:1")
        assert done.code == 0, done.err
    from_source(SOURCE)
    one, other = (load(p / "run" / "checkpoint.npz")[0] for p in (trained[0], tmp_path))
    assert one.state["steps_done"] > 0
    for key, array in {**one.parameters(), **one.state}.items():
        assert array.tobytes() == {**other.parameters(), **other.state}[key].tobytes(), key


@pytest.mark.parametrize(
    "words",
    [
        ("generate", "run", "-n", "4", "--out", "made.png"),
        ("reconstruct", "run", "--out", "again.png"),
        ("evaluate", "run", "-n", "20"),
        ("interpolate", "run", "--out", "between.png"),
        ("info", "run"),
    ],
    ids=lambda words: words[0],
)
def test_it_is_used_by_naming_its_class_again(trained, words):
    place, _ = trained
    done = avanp(place, *words, "--system", SOURCE)
    assert done.code == 0, done.err
    refused = avanp(place, *words)
    assert refused.code == 2
    assert "name its class with --system FILE.py:CLASS" in refused.err


@pytest.mark.parametrize(
    ("words", "lacks"),
    [
        (("encode", "run", "--out", "c.csv"), "has no encoder"),
        (("recover", "run", "--missing", ".5", "--out", "r.png"), "has no decoder"),
    ],
    ids=["encode", "recover"],
)
def test_what_it_cannot_do_is_one_line(trained, words, lacks):
    done = avanp(trained[0], *words, "--system", SOURCE)
    assert done.code == 2
    assert f"holds a squeezer, which {lacks}" in done.err
    assert done.err.count("\n") == 1


def test_its_training_has_a_report(trained):
    place, _ = trained
    shutil.rmtree(place / "copy", ignore_errors=True)
    shutil.copytree(place / "run", place / "copy")
    done = avanp(place, "report", "copy")
    assert done.code == 0, done.err
    assert "squeezer on digits" in (place / "copy" / "report.html").read_text(encoding="utf-8")


def test_every_update_of_its_nets_is_checked():
    reports = gradcheck([SOURCE])
    assert {r.name.split(".")[1] for r in reports} == {"squeeze", "spread"}
    assert all(r.ok for r in reports)


def test_it_has_an_estimator_whose_parameters_are_its_options():
    kind = estimator_class(SOURCE)
    X = np.random.default_rng(0).random((20, 4, 4, 1), dtype=np.float32)
    model = kind(keep=0.5, latent=2, widths=(5,), epochs=2, batch_size=6).fit(X)
    assert model.get_params()["keep"] == 0.5
    assert model.sample(3).shape == (3, 4, 4, 1)
    assert "keep : float" in kind.__doc__


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("class A: pass", "is no avanp.systems.base.System"),
        ("class A(System): pass", "has no name"),
        ("class A(System):\n    name = 'a'", "has no build"),
        ("class A(System):\n    name = 'a'\n    build = 1", "has neither gradients nor updates"),
        (
            "class A(System):\n    name = 'a'\n    build = gradients = 1\n"
            "    can = frozenset({'generate'})",
            "can 'generate' and has no noise",
        ),
        ("class A(System):\n    name = 'VAE'\n    build = gradients = 1", "avanp's own VAE"),
        ("class B: pass", "has no 'A'"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
    ],
)
def test_what_a_file_lacks_to_be_a_system_is_one_line(tmp_path, body, says):
    path = tmp_path / "mine.py"
    path.write_text(f"from avanp.systems.base import System\n\n{body}\n")
    with pytest.raises(AvanpError, match=says):
        find(f"{path}:A")


def test_two_files_with_systems_of_one_name_are_kept_apart(tmp_path):
    body = "from own_system import Squeezer\n\nclass Mine(Squeezer):\n    name = 'a name of mine'\n"
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "mine.py").write_text(body)
    first = find(f"{tmp_path}/a/mine.py:Mine")
    with pytest.raises(AvanpError, match=r"has the name 'a name of mine', which .*a/mine.py. has"):
        find(f"{tmp_path}/b/mine.py:Mine")
    assert find("a name of mine") is first


def test_an_installed_package_offers_systems_by_its_entry_points(tmp_path):
    shutil.copy(Path(SOURCE.rpartition(":")[0]), tmp_path / "squeezing.py")
    info = tmp_path / "squeezing-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: squeezing\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[avanp.systems]\nsqueezer = squeezing:Squeezer\n")
    here = {"PYTHONPATH": str(tmp_path)}
    done = avanp(tmp_path, "train", "squeezer", *WORDS, "--epochs", "1", "--out", "run", **here)
    assert done.code == 0, done.err
    done = avanp(tmp_path, "generate", "run", "-n", "2", "--out", "made.png", **here)
    assert done.code == 0, done.err


def test_a_file_and_a_line_in_the_registry_are_all_that_a_system_of_the_package_needs(tmp_path):
    root = Path(__file__).parents[1]
    for folder in ("avanp", "docs"):
        without = shutil.ignore_patterns("__pycache__", "img")
        shutil.copytree(root / folder, tmp_path / folder, ignore=without)
    body = (root / "tests" / "own_system.py").read_text().replace('"squeezer"', '"Squeezer"')
    (tmp_path / "avanp" / "systems" / "squeezer.py").write_text(body)
    registry = tmp_path / "avanp" / "registry.py"
    line = 'SYSTEMS = {\n    "Squeezer": "avanp.systems.squeezer:Squeezer",'
    registry.write_text(registry.read_text().replace("SYSTEMS = {", line))
    here = {"PYTHONPATH": str(tmp_path)}

    def python(*words):
        env = os.environ | here | {"AVANP_KERNELS": "numpy"}
        command = [sys.executable, *words]
        return subprocess.run(
            command, env=env, cwd=tmp_path, capture_output=True, check=True
        ).stdout

    python("docs/pages.py")
    rows = (tmp_path / "docs" / "registry.md").read_text(encoding="utf-8")
    assert "| `Squeezer` | `Squeezer` in `avanp/systems/squeezer.py` | An auto-encoder" in rows
    options = (tmp_path / "docs" / "options.md").read_text(encoding="utf-8")
    assert "## Squeezer" in options
    assert "| `keep` | float | `0.9` | How slowly" in options
    assert "--keep" in avanp(tmp_path, "train", "Squeezer", "--help", **here).out
    done = avanp(tmp_path, "train", "squeezer", *WORDS, "--epochs", "1", "--out", "run", **here)
    assert done.code == 0, done.err
    assert "spread" in done.out
    for words in (["generate", "run", "--out", "a.png"], ["evaluate", "run"], ["report", "run"]):
        done = avanp(tmp_path, *words, **here)
        assert done.code == 0, done.err
    done = avanp(tmp_path, "gradcheck", "system-Squeezer", **here)
    assert done.code == 0, done.err + done.out
    said = python(
        "-c", "import avanp; print(avanp.Squeezer(keep=0.5).keep, avanp.Squeezer.__doc__)"
    )
    assert b"0.5" in said
    assert b"keep : float" in said
