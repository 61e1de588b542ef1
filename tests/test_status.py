"""`avanp sweep --status`: how far a run is, told from its folder while it runs or after."""

import json
import os
import shutil
import signal
import time

import pytest

from avanp.commands.sweep_status import lines
from avanp.experiments.status import Status
from cli_process import NO_FIGURES, SLOW, altered, avanp, contents, started, write_images
from sweep_rows import opened, read_rows, read_status, results

SWEEP = ("sweep", "--data", "images", "--lr", "0.9,0.05", "--models", "AVA5,GAN", "--seeds", "4")
SWEEP += ("--draws", "2", "--out", "run")
CELLS = 32


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    tmp = tmp_path_factory.mktemp("finished")
    write_images(tmp / "images")
    assert avanp(tmp, *SWEEP, "--jobs", "1", command=altered(tmp, NO_FIGURES)).code == 0
    return tmp


def test_a_finished_run_has_nothing_left(finished):
    before = contents(finished / "run")
    done = avanp(finished, "sweep", "--status", "run")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        f"done     {CELLS}",
        "failed   0",
        "running  0: no process is at work",
        "left     0",
        "to go    0 s",
    ]
    assert contents(finished / "run") == before


def test_a_running_sweep_is_told_from_another_process(finished, tmp_path):
    shutil.copytree(finished / "images", tmp_path / "images")
    process = started(tmp_path, *SWEEP, "--jobs", "2", command=altered(tmp_path, NO_FIGURES + SLOW))
    while not ((tmp_path / "run").exists() and read_rows(tmp_path / "run")):
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGSTOP)  # it goes no further while it is looked at
    at_work = read_status(tmp_path / "run")
    done = avanp(tmp_path, "sweep", "--status", "run")
    os.killpg(process.pid, signal.SIGCONT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err  # the look has disturbed nothing
    assert at_work.running == 2
    assert at_work.worker["pid"] == process.pid
    assert 0 < at_work.done < at_work.done + at_work.left == CELLS
    assert 0 < at_work.to_go == at_work.seconds / 2
    said = done.out.splitlines()
    assert said[0] == f"done     {at_work.done}"
    assert said[2].startswith(f"running  2: process {process.pid} on ")
    assert said[3] == f"left     {at_work.left}, with those running"
    assert said[4].endswith("at 2 at once")


def test_the_note_of_a_dead_process_of_another_machine_keeps_nobody_out(finished, tmp_path):
    shutil.copytree(finished / "images", tmp_path / "images")
    train = ("train", "VAE", "--data", "images", "--validation", "0", "--epochs", "1", "--out")
    note = json.dumps({"pid": os.getpid(), "host": "another-machine", "at_once": 2})
    for words in (SWEEP, (*train, "vae")):
        folder = tmp_path / words[-1]
        folder.mkdir()
        (folder / ".lock").write_text(note)
        done = avanp(tmp_path, *words, command=altered(tmp_path, NO_FIGURES))
        assert done.code == 0, done.err
    (tmp_path / "run" / ".lock").write_text(note)
    status = read_status(tmp_path / "run")
    assert (status.done, status.running, status.worker) == (CELLS, 0, None)
    assert results(tmp_path / "run") == results(finished / "run")


def test_every_state_of_a_cell_is_counted(finished, tmp_path):
    config = json.loads((finished / "run" / "run.json").read_text())
    rows = read_rows(finished / "run")[:6]
    rows[1] |= {"bm": None, "status": "diverged"}
    rows[2] |= {"bm": None, "status": "failed", "reason": "MemoryError"}
    for row in rows:
        row |= {"train_seconds": 2.0 + (row["model"] == "GAN"), "eval_seconds": 1.0}
    with opened(tmp_path / "run") as store:
        store.start(config)
        for row in rows:
            store.append(row)
        store.note(lambda: 3)
        status = read_status(tmp_path / "run")
        assert status.running == 3
    assert (status.done, status.diverged, status.failed, status.left) == (5, 1, 1, CELLS - 6)
    # Three seeds of 2 rates are left of each, and of GAN under `printed`, as yet unseen, four.
    assert status.seconds == pytest.approx(6 * (3 + 4 + 3) + 8 * (3 + 4 + 3) / 3)
    assert status.to_go == status.seconds / 3
    stopped = read_status(tmp_path / "run")
    assert (stopped.running, stopped.worker, stopped.to_go) == (0, None, status.seconds)
    assert lines(stopped)[:4] == [
        "done     5, of which 1 diverged",
        "failed   1: --retry-failed runs them again",
        "running  0: no process is at work; the same command continues",
        "left     26",
    ]
    assert lines(stopped)[4] == f"to go    {status.seconds:.0f} s of one processor's time"


def test_before_the_first_row_the_time_is_unknown():
    status = Status(0, 0, 0, 4, {"pid": 7, "host": "a", "at_once": 2}, float("nan"))
    assert lines(status)[2:] == [
        "running  2: process 7 on a is at work",
        "left     4, with those running",
        "to go    unknown: no cell is done",
    ]


def test_a_note_that_is_being_written_is_no_trouble(finished, tmp_path):
    shutil.copytree(finished / "run", tmp_path / "run")
    with opened(tmp_path / "run"):
        (tmp_path / "run" / ".lock").write_text('{"pid": 1')
        status = read_status(tmp_path / "run")
    assert (status.worker, status.running) == ({}, 0)
    assert lines(status)[2] == (
        "running  0: process unknown on unknown writes the tables and pictures"
    )


@pytest.mark.parametrize("name", ["none", "images"])
def test_a_folder_of_no_run_is_one_line(finished, name):
    done = avanp(finished, "sweep", "--status", name)
    assert (done.code, done.out) == (2, "")
    assert done.err == f"avanp: {name} holds no run.json: name a sweep's --out folder\n"
