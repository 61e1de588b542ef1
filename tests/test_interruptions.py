"""Whatever interrupts a sweep, the same command ends with the rows of an undisturbed run."""

import json
import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from cli_process import NO_FIGURES, SLOW, altered, avanp, started, write_images
from sweep_rows import read_rows, read_status, results

SWEEP = ("sweep", "--data", "images", "--lr", "0.9,0.05", "--models", "AVA5,GAN", "--seeds", "3")
SWEEP += ("--draws", "2")
CELLS = 2 * 2 * 2 * 3
CONTINUES = "finished cells are in run; the same command continues"


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    tmp = tmp_path_factory.mktemp("undisturbed")
    write_images(tmp / "images")
    words = (*SWEEP, "--out", "run", "--jobs", "1")
    assert avanp(tmp, *words, command=altered(tmp, NO_FIGURES)).code == 0
    return tmp


@pytest.fixture
def place(undisturbed, tmp_path):
    shutil.copytree(undisturbed / "images", tmp_path / "images")
    return tmp_path


def begin(place, jobs):
    """Start a slow sweep, and return it once it has a row."""
    slow = altered(place, NO_FIGURES + SLOW)
    process = started(place, *SWEEP, "--out", "run", "--jobs", jobs, command=slow)
    while not ((place / "run").exists() and read_rows(place / "run")):
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.005)
    return process


def goes_on(place, undisturbed):
    """Run the same command to its end: the rows are those of an undisturbed run."""
    words = (*SWEEP, "--out", "run", "--jobs", "1")
    done = avanp(place, *words, command=altered(place, NO_FIGURES))
    assert done.code == 0, done.err
    assert results(place / "run") == results(undisturbed / "run")
    drawn = [json.loads((p / "run" / "tables.json").read_text()) for p in (place, undisturbed)]
    assert drawn[0] == drawn[1]


def children(pid):
    """The processes that compute cells: children that are not multiprocessing's own."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
            if parent == pid and b"places.process" in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
        except OSError:  # it has ended
            continue
    return found


@pytest.mark.slow
def test_a_process_that_is_killed_is_replaced_and_the_sweep_goes_on(place, undisturbed):
    if not Path("/proc/self/stat").exists():
        pytest.skip("this system has no /proc, by which the sweep's processes are found")
    process = begin(place, "2")
    for pid in children(process.pid):
        os.kill(pid, signal.SIGKILL)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert err.splitlines()[-1].startswith(f"{CELLS}/{CELLS} cells in ")
    assert results(place / "run") == results(undisturbed / "run")


def test_processes_killed_as_they_start_are_started_again(place, undisturbed):
    if not Path("/proc/self/stat").exists():
        pytest.skip("this system has no /proc, by which the sweep's processes are found")
    process = started(
        place, *SWEEP, "--out", "run", "--jobs", "2", command=altered(place, NO_FIGURES)
    )
    killed = set()
    while len(killed) < 2 and process.poll() is None:
        for pid in set(children(process.pid)) - killed:
            os.kill(pid, signal.SIGKILL)  # before it has read what it is to compute with
            killed.add(pid)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert len(killed) >= 2
    assert results(place / "run") == results(undisturbed / "run")


@pytest.mark.parametrize(("jobs", "group"), [("1", False), ("2", False), ("2", True)])
def test_sigterm_is_ctrl_c(place, undisturbed, jobs, group):
    process = begin(place, jobs)
    # A batch system sends it to all processes, `kill` to one.
    (os.killpg if group else os.kill)(process.pid, signal.SIGTERM)
    out, err = process.communicate(timeout=60)  # ends when no process holds the pipes
    assert (process.returncode, err.splitlines()[-1]) == (1, f"avanp: interrupted: {CONTINUES}")
    assert all(re.match(rf"\d+/{CELLS} cells", line) for line in err.splitlines()[:-1]), err
    assert "Table" not in out
    assert 0 < len(read_rows(place / "run")) < CELLS
    goes_on(place, undisturbed)


def test_sigterm_ends_a_training_as_ctrl_c_does(place):
    words = ("train", "VAE", "--data", "images", "--epochs", "100000", "--out", "vae")
    process = started(place, *words, "--validation", "0")
    while not (place / "vae" / "checkpoint.npz").exists():
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.005)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert err.splitlines()[-1].startswith("avanp: interrupted: ")
    assert "Traceback" not in err


def test_a_machine_that_sleeps_loses_nothing(place, undisturbed):
    process = begin(place, "2")
    os.killpg(process.pid, signal.SIGSTOP)
    kept = read_rows(place / "run")
    time.sleep(1)
    assert read_rows(place / "run") == kept
    status = read_status(place / "run")  # it still holds its folder
    assert (status.done, status.running, status.worker["pid"]) == (len(kept), 2, process.pid)
    os.killpg(process.pid, signal.SIGCONT)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert read_rows(place / "run")[: len(kept)] == kept
    assert results(place / "run") == results(undisturbed / "run")


DRAWING = (("tables", "run"), ("report", "run", "--markdown"))
DRAWING += (("audit", "--from", "run", "--claims-only"),)


def test_what_draws_a_run_disturbs_no_sweep_that_is_at_work_on_it(place, undisturbed):
    process = begin(place, "2")
    os.killpg(process.pid, signal.SIGSTOP)  # in the middle, wherever that is
    kept = (place / "run" / "rows.jsonl").read_bytes()
    for words in DRAWING:
        done = avanp(place, *words, command=altered(place, NO_FIGURES))
        assert (done.code, done.err) == (0, "")
        assert (place / "run" / "rows.jsonl").read_bytes() == kept
        assert read_status(place / "run").worker["pid"] == process.pid
    os.killpg(process.pid, signal.SIGCONT)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert (place / "run" / "rows.jsonl").read_bytes().startswith(kept)
    assert results(place / "run") == results(undisturbed / "run")
    # Nothing is left of the tables that were drawn in the middle.
    drawn = [(p / "run" / "tables.json").read_bytes() for p in (place, undisturbed)]
    assert drawn[0] == drawn[1]


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 64 kB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if os.geteuid() or shutil.which("mount") is None:
        pytest.skip("the full disk is a small one that root mounts, and this is not root")
    mounted = subprocess.run(words, capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"the full disk, a small one, cannot be mounted: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize(
    ("room", "where"),
    [(-4096, r"run/run\.json"), (12288, r"run/samples/program-\S+"), (40960, r"run/rows\.jsonl")],
)
def test_a_full_disk_is_one_line_and_nothing_is_lost(place, undisturbed, small_disk, room, where):
    # Room in bytes; tmpfs gives pages of 4096, so that the row which fills one ends in the middle.
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(65536 - 4096 - room))
    command = altered(place, NO_FIGURES)
    words = (*SWEEP, "--out", "disk/run", "--jobs", "1")
    done = avanp(place, *words, command=command)
    assert done.code == 1
    assert re.fullmatch(
        rf"avanp: No space left on device: disk/{where}: finished cells are in disk/run; the same "
        "command continues",
        done.err.splitlines()[-1],
    )
    assert "Traceback" not in done.err
    run = small_disk / "run"
    kept = read_rows(run)
    if (run / "rows.jsonl").exists():
        assert (run / "rows.jsonl").read_bytes().count(b"\n") == len(kept)
    assert len(results(kept)) == len(set(results(kept))) < CELLS
    ballast.unlink()
    again = avanp(place, *words, command=command)
    if again.code:  # the sheets do not fit, the rows do
        assert "No space left on device: disk/run/sheets" in again.err, again.err
    assert not [path for path in run.rglob("*") if path.suffix == ".tmp"]
    assert results(run) == results(undisturbed / "run")
    assert read_rows(run)[: len(kept)] == kept


def test_a_disk_that_fills_up_within_a_row_leaves_whole_rows(small_disk):
    from avanp.files import append_whole

    path = small_disk / "rows.jsonl"
    line = b"x" * 299 + b"\n"
    (small_disk / "ballast").write_bytes(bytes(65536 - 3 * 4096))

    def fill():
        while True:
            append_whole(path, line)

    with pytest.raises(OSError, match=r"No space left on device: .*rows\.jsonl"):
        fill()
    content = path.read_bytes()
    assert len(content) >= 300
    assert content == line * (len(content) // 300)
    (small_disk / "ballast").unlink()
    append_whole(path, line)
    assert path.read_bytes() == content + line
