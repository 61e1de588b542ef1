"""A sweep killed again and again, at moments nobody chose, loses nothing; also under Dask.

pytest -m stress tests/test_kills.py
AVANP_KILLS=1000 pytest -m stress tests/test_kills.py
"""

import os
import random
import shutil
import signal
import time

import pytest

from cli_process import NO_FIGURES, altered, avanp, started, write_images
from disturbed import SWEEP
from sweep_rows import key_of, read_config, read_rows, results

pytestmark = pytest.mark.stress

KILLS = int(os.environ.get("AVANP_KILLS", "50"))
SEED = int(os.environ.get("AVANP_SEED", "0"))
CELLS = 19 * 3 * 3


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    tmp = tmp_path_factory.mktemp("place")
    write_images(tmp / "images")
    assert avanp(tmp, *SWEEP, "undisturbed", command=altered(tmp, NO_FIGURES)).code == 0
    return tmp


def lived_through(process, run, moment):
    """Wait for the moment; False where the sweep has ended before it.

    A moment is so many seconds after the start, or so many bytes more in rows.jsonl.
    """
    kind, size = moment
    path = run / "rows.jsonl"
    begun, before = time.monotonic(), path.stat().st_size if path.exists() else 0
    while process.poll() is None:
        if kind == "seconds" and time.monotonic() - begun >= size:
            return True
        if kind == "bytes" and path.exists() and path.stat().st_size - before >= size:
            return True
        time.sleep(0.0005)
    return False


def test_random_kills_lose_nothing(place):
    rng = random.Random(SEED)
    command = altered(place, NO_FIGURES)
    expected = results(place / "undisturbed")
    assert len(expected) == CELLS
    alive = kills_with_rows = torn = rounds = ends = 0
    run, kept = place / "run", []
    while alive < KILLS:
        rounds += 1
        jobs, group = rng.choice("12"), rng.random() < 0.5
        # From the first import to the drawing, or as a row is being written.
        seconds = ("seconds", rng.uniform(0, 2.5))
        moment = seconds if rng.random() < 0.5 else ("bytes", rng.randint(1, 8000))
        process = started(place, *SWEEP, "run", "--jobs", jobs, command=command)
        killed = lived_through(process, run, moment)
        if killed:
            (os.killpg if group else os.kill)(process.pid, signal.SIGKILL)
        process.communicate(timeout=60)  # ends when no process of the sweep is left
        alive += process.returncode == -signal.SIGKILL

        rows = read_rows(run)
        assert rows[: len(kept)] == kept  # every finished row is still there
        assert len({key_of(row) for row in rows}) == len(rows)  # and exactly once
        assert set(results(rows)) <= set(expected)
        kills_with_rows += killed and len(rows) > len(kept)
        if (run / "rows.jsonl").exists():
            torn += not (run / "rows.jsonl").read_bytes().endswith(b"\n") and killed
        kept = rows
        if (run / "run.json").exists():
            read_config(run)
        if process.returncode == 0:
            assert results(run) == expected
            shutil.rmtree(run)
            kept, ends = [], ends + 1
    done = avanp(place, *SWEEP, "run", command=command)
    assert done.code == 0, done.err
    assert results(run) == expected
    assert kills_with_rows >= alive / 2  # most came while there was something to lose
    assert ends or KILLS < 50  # and some runs came to their end between them
    print(
        f"{alive} kills of a running sweep in {rounds} starts, {kills_with_rows} after new rows, "
        f"{torn} with a torn line; {ends + 1} runs ended, all with the undisturbed rows"
    )


def test_random_kills_of_sweeps_and_workers_under_dask_lose_nothing(place):
    pytest.importorskip("distributed", reason="pip install '.[distributed]'")
    from dask_processes import cluster

    rng = random.Random(SEED)
    command, expected = altered(place, NO_FIGURES), results(place / "undisturbed")
    run, kept, ends = place / "dask-run", [], 0
    killed = {"sweep": 0, "worker": 0}
    with cluster(place / "dask", workers=2) as made:
        while sum(killed.values()) < KILLS / 5 or not ends:
            process = started(place, *SWEEP, run.name, "--scheduler", made.address, command=command)
            after = rng.choice([("seconds", rng.uniform(0, 2)), ("bytes", rng.randint(1, 8000))])
            if sum(killed.values()) < KILLS / 5 and lived_through(process, run, after):
                who = rng.choice(["sweep", "worker"])
                if who == "sweep":
                    process.kill()
                else:
                    made.workers[-1].kill()
                    made.workers[-1].wait()
                    made.start_worker()
                killed[who] += 1
            _, err = process.communicate(timeout=120)
            assert process.returncode in (0, -signal.SIGKILL), err
            rows = read_rows(run)
            assert rows[: len(kept)] == kept
            assert len({key_of(row) for row in rows}) == len(rows)
            kept = rows
            if process.returncode == 0:
                assert results(run) == expected
                shutil.rmtree(run)
                kept, ends = [], ends + 1
    print(f"under Dask: {killed} killed; {ends} runs ended, all with the undisturbed rows")
