"""A sweep on a Dask cluster of real processes: the same rows, whatever dies."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import Executor, Future
from types import SimpleNamespace

import pytest

from avanp.errors import AvanpError
from avanp.experiments.places import dask, dask_cluster
from avanp.experiments.places.outcome import Outcome, Task, failed
from avanp.experiments.places.place import Place
from cli_process import NO_FIGURES, SLOW, altered, avanp, started, write_images
from dask_processes import cluster, images_fetched, looking_at, tasks_of, wait_for
from sweep_rows import key_of, read_rows, results

distributed = pytest.importorskip(
    "distributed", reason="Dask is not installed: pip install '.[distributed]'"
)
pytestmark = pytest.mark.slow

SWEEP = ("sweep", "--data", "images", "--lr", "0.9,0.05", "--models", "AVA5,GAN,VAE")
SWEEP += ("--seeds", "2", "--draws", "2")
CELLS = 2 * 3 * 2 * 2


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """The images, and the run of one process, `one`."""
    tmp = tmp_path_factory.mktemp("place")
    write_images(tmp / "images")
    (tmp / "slow").mkdir()
    altered(tmp / "slow", SLOW)
    done = sweep(tmp, "one", "--jobs", "1")
    assert done.code == 0
    return tmp


@pytest.fixture(scope="module")
def processes(place):
    """A scheduler and two workers, whose cells take 50 ms longer."""
    with cluster(place / "dask", workers=2, PYTHONPATH=str(place / "slow" / "altered")) as made:
        yield made


def plain(tmp):
    return altered(tmp, NO_FIGURES)


def sweep(tmp, out, *words):
    return avanp(tmp, *SWEEP, "--out", out, *words, command=plain(tmp))


def begin(tmp, out, *words):
    """Start a sweep, and return it with its first row there."""
    command = altered(tmp, NO_FIGURES + SLOW)  # not to be at its end before it is looked at
    process = started(tmp, *SWEEP, "--out", out, *words, command=command)

    def has_a_row():
        assert process.poll() is None, process.stderr.read()
        return (tmp / out).exists() and read_rows(tmp / out)

    wait_for(has_a_row)
    return process


def test_one_process_two_processes_and_two_workers_give_the_same_rows(place, processes):
    with looking_at(processes) as client:
        before = images_fetched(client)
        done = sweep(place, "dask-run", "--scheduler", processes.address)
        assert (done.code, done.err.splitlines()[0]) == (0, f"0/{CELLS} cells")
        fetched = images_fetched(client)
    assert sweep(place, "two", "--jobs", "2").code == 0
    expected = results(place / "one")
    assert len(expected) == CELLS
    assert results(place / "two") == expected
    assert results(place / "dask-run") == expected
    # One worker has the images from the scheduler, the other from this one; 24 cells, one journey.
    assert sorted(fetched[name] - before[name] for name in before) == [0, 1]


def test_with_compiled_kernels_the_same_rows_come_four_ways(place):
    words = ("sweep", "--data", "images", "--draws", "2", "--seeds", "2")
    grid = ("--lr", "0.9,0.05", "--models", "AVA5,GAN", "--rules", "program,exact")
    backwards = ("--lr", "0.05,0.9", "--models", "GAN,AVA5", "--rules", "exact,program")
    ways = {
        "one": (*grid, "--jobs", "1"),
        "two": (*grid, "--jobs", "2"),
        "dask": (*grid, "--scheduler", "local:2"),
        "backwards": (*backwards, "--jobs", "1"),
    }
    found = {}
    for name, options in ways.items():
        out = f"numba-{name}"
        done = avanp(
            place, *words, *options, "--out", out, command=plain(place), AVANP_KERNELS="numba"
        )
        assert done.code == 0, done.err
        config = json.loads((place / out / "run.json").read_text())
        assert config["experiment"]["kernels"] == "numba"
        found[name] = results(place / out)
    assert len(found["one"]) == 16
    first, last = (key_of(read_rows(place / "numba-backwards")[i]) for i in (0, 7))
    assert (last, first) == tuple(key_of(read_rows(place / "numba-one")[i]) for i in (0, 7))
    assert found["one"] == found["two"] == found["dask"] == found["backwards"]


def test_a_worker_killed_in_mid_sweep_loses_nothing_and_a_later_one_gets_the_images(
    place, processes
):
    many = ("--seeds", "20")
    assert sweep(place, "many", *many, "--jobs", "1").code == 0
    process = begin(place, "killed", *many, "--scheduler", processes.address)
    processes.workers[0].send_signal(signal.SIGKILL)
    processes.workers[0].wait()
    processes.start_worker()
    with looking_at(processes) as client:
        wait_for(lambda: images_fetched(client)["worker-2"])
        assert process.poll() is None
        _, err = process.communicate(timeout=120)
        assert images_fetched(client)["worker-2"] == 1
    assert process.returncode == 0, err
    assert err.splitlines()[-1].startswith("240/240 cells in ")
    assert "Traceback" not in err
    assert results(place / "killed") == results(place / "many")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_sweep_leaves_the_cluster_clean(place, processes, number):
    out = f"stopped-{number}"
    process = begin(place, out, "--scheduler", processes.address)
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    said = f"avanp: interrupted: finished cells are in {out}; the same command continues"
    assert (process.returncode, err.splitlines()[-1]) == (1, said)
    assert "Traceback" not in err
    with looking_at(processes) as client:
        wait_for(lambda: not tasks_of(client))
    assert 0 < len(read_rows(place / out)) < CELLS
    assert sweep(place, out, "--jobs", "1").code == 0
    assert results(place / out) == results(place / "one")


def test_a_worker_of_several_blas_threads_is_refused(place, tmp_path):
    with cluster(tmp_path / "dask", workers=0) as made:
        made.start_worker(OPENBLAS_NUM_THREADS="2", OMP_NUM_THREADS="2")
        done = sweep(place, "refused", "--scheduler", made.address)
    assert done.code == 2
    last = done.err.splitlines()[-1]
    assert "gives BLAS several threads" in last
    assert "OPENBLAS_NUM_THREADS=1" in last
    assert "Traceback" not in done.err


def test_a_scheduler_that_dies_is_one_line_and_the_command_continues(place, tmp_path):
    slow = str(place / "slow" / "altered")
    with cluster(tmp_path / "dask", workers=1, PYTHONPATH=slow) as made:
        process = begin(place, "gone", "--scheduler", made.address)
        made.scheduler.kill()
        _, err = process.communicate(timeout=60)
    last = err.splitlines()[-1]
    assert process.returncode == 1
    assert last.startswith("avanp: the scheduler is gone, or has cancelled the cells: ")
    assert last.endswith("finished cells are in gone; the same command continues")
    assert "Traceback" not in err
    assert sweep(place, "gone", "--jobs", "1").code == 0
    assert results(place / "gone") == results(place / "one")


class Loses(Executor):
    """Gives the outcome of every cell, but the first time that of one is lost, as Dask loses it."""

    def __init__(self):
        self.submitted = []

    def submit(self, fn, task, *words):
        self.submitted.append(task)
        theirs, ours = SimpleNamespace(status="finished"), Future()

        async def result(raiseit):
            if self.submitted.count(task) == task.cell["seed"] == 1:
                theirs.status = "lost"  # the worker is killed while its result is on its way
            return Outcome(failed("no matter"), "host", "")

        theirs._result = result
        asyncio.run(_awaited(theirs, ours))
        return ours


async def _awaited(theirs, ours):
    await distributed.cfexecutor._cascade_future(theirs, ours)


def test_a_result_that_dask_had_and_lost_is_computed_again():
    executor = Loses()
    place = Place(executor, None, None, dask.killed_worker(), True, lambda: 4, lambda: 2)
    tasks = [Task((seed,), print, {"seed": seed}, {}) for seed in range(3)]
    told = [task for task, _ in place.outcomes(tasks)]
    assert sorted(task.key for task in told) == [(0,), (1,), (2,)]
    assert [task.cell["seed"] for task in executor.submitted] == [0, 1, 2, 1]


KILLING = """
import os, signal
import avanp.papers.ava.cell as cells
real = cells.run_cell
def one_kills(images, variant, rules, gamma, seed, **kwargs):
    if (gamma, variant.name, seed, rules.name) == (0.05, "GAN", 1, "printed"):
        os.kill(os.getpid(), signal.SIGKILL)
    return real(images, variant, rules, gamma, seed, **kwargs)
if WORKER:
    cells.run_cell = one_kills
"""


def test_a_cell_that_kills_its_workers_is_a_failed_row_in_a_cluster_of_this_machine(place):
    command = altered(place, NO_FIGURES + KILLING)
    words = (*SWEEP, "--out", "local", "--scheduler", "local:2")
    env = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1"}
    done = avanp(place, *words, command=command, **env)
    assert done.code == 1
    last = done.err.splitlines()[-1]
    assert last.startswith(f"avanp: 1 of {CELLS} cells failed")
    assert "printed GAN 0.05, seed 1: all workers that tried it died" in last
    assert "Traceback" not in done.err
    (failed,) = (row for row in read_rows(place / "local") if row["status"] == "failed")
    assert failed["host"] == "127.0.0.1"
    assert sweep(place, "local", "--retry-failed", "--jobs", "1").code == 0
    assert results(place / "local") == results(place / "one")


def test_ctrl_c_ends_a_cluster_of_this_machine_without_a_word_of_it(place):
    process = begin(place, "stopped-local", "--scheduler", "local:2")
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all its processes
    _, err = process.communicate(timeout=60)  # the pipes close when the last process is gone
    assert process.returncode == 1
    lines = err.splitlines()
    assert lines[-1].startswith("avanp: interrupted: finished cells are in stopped-local")
    assert all(line[0].isdigit() for line in lines[:-1]), err
    assert sweep(place, "stopped-local", "--jobs", "1").code == 0
    assert results(place / "stopped-local") == results(place / "one")


def test_nothing_in_the_current_folder_stands_in_for_a_module_of_a_worker_of_this_machine(place):
    folder = place / "planted"
    write_images(folder / "images")
    for name in ("socket", "pickle", "struct"):
        (folder / f"{name}.py").write_text(f"open('{name}.ran', 'w').close(); raise SystemExit(7)")
    (place / "bin").mkdir()
    script = "from avanp.cli import main\nif __name__ == '__main__':\n    main()\n"
    (place / "bin" / "script.py").write_text(script)
    command = (sys.executable, str(place / "bin" / "script.py"))  # as pip writes it
    words = ("sweep", "--data", "images", "--lr", "0.5", "--models", "GAN", "--draws", "1")
    for where in (("--scheduler", "local:1"), ("--jobs", "2")):
        done = avanp(folder, *words, *where, command=command, PYTHONSAFEPATH="")
        assert done.code == 0, done.err
    assert not list(folder.glob("*.ran"))


def certificates(folder):
    """Write an authority, and a certificate signed by it for this machine."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip(
            "TLS needs the program openssl, which makes certificates, and it is not installed"
        )
    key = ("-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost")
    for words in (
        (
            "req",
            "-x509",
            *key[:-1],
            "/CN=authority",
            "-days",
            "2",
            "-keyout",
            "ca-key.pem",
            "-out",
            "ca.pem",
        ),
        ("req", *key, "-keyout", "key.pem", "-out", "request.pem"),
        (
            *("x509", "-req", "-in", "request.pem", "-CA", "ca.pem", "-CAkey", "ca-key.pem"),
            *("-CAcreateserial", "-days", "2", "-out", "cert.pem"),
        ),
    ):
        subprocess.run([openssl, *words], cwd=folder, check=True, capture_output=True)
    names = {"--tls-ca-file": "ca.pem", "--tls-cert": "cert.pem", "--tls-key": "key.pem"}
    return [word for name, file in names.items() for word in (name, str(folder / file))]


def test_a_cluster_behind_tls_takes_the_certificates_and_refuses_without(place, tmp_path):
    files = certificates(tmp_path)
    with cluster(tmp_path / "dask", *files, workers=1, scheme="tls") as made:
        assert made.address.startswith("tls://")
        done = sweep(place, "tls", "--scheduler", made.address, *files)
        assert done.code == 0, done.err
        without = sweep(place, "no-tls", "--scheduler", made.address)
    assert results(place / "tls") == results(place / "one")
    assert without.code == 2
    assert without.err.count("\n") == 1
    assert "no answer" in without.err


def test_where_nobody_answers_it_is_one_line(monkeypatch):
    monkeypatch.setattr(dask_cluster, "SECONDS_TO_CONNECT", 1)
    start = time.monotonic()
    with (
        pytest.raises(AvanpError, match=r"--scheduler tcp://127\.0\.0\.1:9: no answer") as error,
        dask_cluster.connected("tcp://127.0.0.1:9", {}),
    ):
        pass
    assert "\n" not in str(error.value)
    assert time.monotonic() - start < 30
