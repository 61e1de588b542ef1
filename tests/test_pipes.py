"""A named pipe where a file of a run should be: refused in one line, not waited for."""

import os
import shutil

import pytest

import small_runs
from avanp.locks import is_held
from cli_process import NO_FIGURES, altered, avanp, write_images


@pytest.fixture(scope="module")
def run_with_pipes(tmp_path_factory):
    """A run whose lock and audit are named pipes, which a careless reader waits for."""
    tmp = tmp_path_factory.mktemp("pipes")
    write_images(tmp / "images")
    run = small_runs.config(rules=["program"], lr=[0.5], seeds=[0])
    small_runs.save(tmp / "run", run, small_runs.rows_of(run))
    for name in (".lock", "audit.json"):
        os.mkfifo(tmp / "run" / name)
    return tmp


PIPE = "' cannot be read: it is not a regular file\n"


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("report", "run"), "audit.json"),
        (("sweep", "--data", "images", "--lr", "0.5", "--out", "run"), ".lock"),
        (("train", "VAE", "--data", "images", "--out", "run"), ".lock"),
    ],
)
def test_a_named_pipe_among_the_files_of_a_run_is_not_waited_for(run_with_pipes, words, name):
    done = avanp(run_with_pipes, *words)
    assert (done.code, done.err) == (2, f"avanp: 'run/{name}{PIPE}")


def test_a_named_pipe_as_rows_is_not_waited_for(run_with_pipes, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(run_with_pipes / "images", tmp_path / "images")
    words = ("sweep", "--data", "images", "--lr", "0.5", "--models", "VAE", "--out", "run")
    assert avanp(tmp_path, *words, command=altered(tmp_path, NO_FIGURES)).code == 0
    (run / "rows.jsonl").unlink()
    os.mkfifo(run / "rows.jsonl")
    done = avanp(tmp_path, *words)
    assert (done.code, done.err) == (2, f"avanp: 'run/rows.jsonl{PIPE}")


def test_a_named_pipe_as_lock_holds_nothing(run_with_pipes):
    assert not is_held(run_with_pipes / "run")
    done = avanp(run_with_pipes, "sweep", "--status", "run")
    assert (done.code, done.err) == (0, "")
    assert "no process is at work" in done.out
