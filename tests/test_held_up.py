"""A command that is held up between two of its steps decides nothing from what it read before."""

import fcntl
import os
import subprocess
import time
from pathlib import Path

import pytest

from cli_process import COMMAND, altered, avanp, environment, started
from disturbed import DATA, left

WORDS = ("train", "VAE", "--widths", "6", "--latent", "2", *DATA, "run")
# The process waits as it comes to a step, until it is let go on.
HELD_UP = """
import pathlib, time
import {module} as module
real = module.{name}
def waits(*args, **kwargs):
    pathlib.Path("waits").touch()
    while not pathlib.Path("go").exists():
        time.sleep(0.005)
    return real(*args, **kwargs)
module.{name} = waits
"""
STEPS = {  # of a training, before it holds its folder
    "the images are read": ("avanp.commands.stages", "read"),
    "the weights are counted": ("avanp.commands.training", "count_weights"),
    "the folder is held": ("avanp.runs.journal", "held"),
}


def wait_for(found, process):
    while not found():
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.005)


@pytest.fixture(scope="module")
def forty(tmp_path_factory):
    """What 40 epochs leave."""
    place = tmp_path_factory.mktemp("forty")
    assert avanp(place, *WORDS, "--epochs", "40").code == 0
    return left(place / "run")


@pytest.mark.parametrize(("module", "name"), STEPS.values(), ids=STEPS)
def test_a_second_command_held_up_takes_nothing_of_forty_epochs(tmp_path, forty, module, name):
    command = altered(tmp_path, HELD_UP.format(module=module, name=name))
    fewer = started(tmp_path, *WORDS, "--epochs", "5", command=command)
    wait_for((tmp_path / "waits").exists, fewer)
    assert avanp(tmp_path, *WORDS, "--epochs", "40").code == 0
    assert left(tmp_path / "run") == forty
    (tmp_path / "go").touch()
    out, err = fewer.communicate(timeout=60)
    assert (fewer.returncode, "40 epochs, done before" in out) == (0, True), err
    assert left(tmp_path / "run") == forty


def test_a_finished_training_of_other_options_is_refused_by_one_that_was_held_up(tmp_path, forty):
    command = altered(tmp_path, HELD_UP.format(module="avanp.runs.journal", name="held"))
    other = started(tmp_path, *WORDS, "--epochs", "5", "--seed", "1", command=command)
    wait_for((tmp_path / "waits").exists, other)
    assert avanp(tmp_path, *WORDS, "--epochs", "40").code == 0
    (tmp_path / "go").touch()
    _, err = other.communicate(timeout=60)
    assert other.returncode == 2
    assert "run holds another run (seed 0 there, 1 asked)" in err.splitlines()[-1]
    assert left(tmp_path / "run") == forty


@pytest.mark.skipif(
    not hasattr(fcntl, "F_SETPIPE_SZ") or Path("/proc/self/wchan").read_text() == "",
    reason="needs pipes of a chosen size, and /proc/PID/wchan, of Linux",
)
@pytest.mark.parametrize("room", [20, 100])
def test_a_pager_that_does_not_read_on_makes_no_training_lose_another(tmp_path, forty, room):
    ours, theirs = os.pipe()
    size = fcntl.fcntl(theirs, fcntl.F_SETPIPE_SZ, 4096)
    os.write(theirs, b" " * (size - room))  # so many bytes can be said before it is held up
    fewer = subprocess.Popen(
        [*COMMAND, *WORDS, "--epochs", "5"], cwd=tmp_path, env=environment(tmp_path),
        stdout=theirs, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    os.close(theirs)
    wait_for(lambda: "pipe" in Path(f"/proc/{fewer.pid}/wchan").read_text(), fewer)
    done = avanp(tmp_path, *WORDS, "--epochs", "40")
    with os.fdopen(ours, "rb") as pager:
        pager.read()
    assert fewer.wait(timeout=60) == 0
    if done.code == 2:  # it was held up while it held the folder
        assert "is in use by another training" in done.err
        assert avanp(tmp_path, *WORDS, "--epochs", "40").code == 0
    assert left(tmp_path / "run") == forty
