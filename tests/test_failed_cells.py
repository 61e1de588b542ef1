"""Cells that fail are rows with the reason; the sweep goes on, and they can be tried again."""

import json
import os
import re
import shutil
from pathlib import Path

import pytest

from avanp.errors import AvanpError
from cli_process import NO_FIGURES, altered, avanp, write_images
from sweep_rows import read_rows, read_status, results

GRID = ("--lr", "0.9,0.05", "--models", "AVA5,GAN", "--rules", "program", "--draws", "2")
SWEEP = ("sweep", "--data", "images", *GRID, "--out", "run")
# One cell fails, in whatever process it runs.
FAILING = (
    NO_FIGURES
    + """
import os, signal
import numpy as np
import avanp.papers.ava.cell as cells
real = cells.run_cell
def one_fails(images, variant, rules, gamma, seed, **kwargs):
    if gamma == 0.05 and variant.name == "GAN":
        {what}
    return real(images, variant, rules, gamma, seed, **kwargs)
cells.run_cell = one_fails
"""
)
# As much as it has, and little more.
LIMITED = (
    "import resource; pages = int(open('/proc/self/statm').read().split()[0]); "
    "most = pages * resource.getpagesize() + (1 << 26); "
    "resource.setrlimit(resource.RLIMIT_AS, (most, most)); np.ones(1 << 28)"
)
HAS_STATM = pytest.mark.skipif(
    not Path("/proc/self/statm").exists(), reason="needs /proc/self/statm, of Linux"
)
GIB = 1 << 30


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    tmp = tmp_path_factory.mktemp("place")
    write_images(tmp / "images")
    assert avanp(tmp, *SWEEP, "--jobs", "1", command=altered(tmp, NO_FIGURES)).code == 0
    return tmp


@pytest.fixture
def copy(place, tmp_path):
    shutil.copytree(place / "images", tmp_path / "images")
    return tmp_path


def failing(tmp, what):
    return altered(tmp, FAILING.format(what=what))


@pytest.mark.parametrize(
    ("what", "jobs", "says"),
    [
        ("1 / 0", "1", "ZeroDivisionError: division by zero (sitecustomize.py, line "),
        ("np.empty(1 << 55)", "1", "MemoryError: Unable to allocate 256. PiB for an array"),
        pytest.param(LIMITED, "2", "MemoryError: Unable to allocate 2.00 GiB", marks=HAS_STATM),
        ("raise ValueError('two\\nlines')", "2", "ValueError: two lines (sitecustomize.py, line "),
        ("os.kill(os.getpid(), signal.SIGKILL)", "2", "its process died 3 times"),
    ],
)
def test_a_cell_that_fails_is_a_row_with_the_reason_and_can_be_retried(
    place, copy, what, jobs, says
):
    done = avanp(copy, *SWEEP, "--jobs", jobs, command=failing(copy, what))
    assert done.code == 1
    assert "Traceback" not in done.err
    last = done.err.splitlines()[-1]
    assert last.startswith("avanp: 1 of 4 cells failed: the same command with --retry-failed runs")
    assert f"program GAN 0.05, seed 0: {says}" in last
    rows = read_rows(copy / "run")
    (row,) = (row for row in rows if row["status"] == "failed")
    assert (row["model"], row["lr"], row["bm"]) == ("GAN", 0.05, None)
    assert row["reason"].startswith(says)
    assert row["host"]
    assert [r for r in results(place / "run") if r in results(rows)] == [
        r for r in results(rows) if '"failed"' not in r
    ]
    assert "failed" in done.out
    assert "1 run failed" in done.out.splitlines()[-1]

    # It stays as it is, and says so, until it is tried again.
    plain = altered(copy, NO_FIGURES)
    again = avanp(copy, *SWEEP, "--jobs", "1", command=plain)
    assert (again.code, again.err.splitlines()[0]) == (1, "4/4 cells there already")
    assert read_rows(copy / "run") == rows
    retried = avanp(copy, *SWEEP, "--jobs", "1", "--retry-failed", command=plain)
    assert (retried.code, retried.err.splitlines()[0]) == (0, "3/4 cells there already")
    assert results(copy / "run") == results(place / "run")
    tables = [json.loads((p / "run" / "tables.json").read_text()) for p in (copy, place)]
    assert tables[0] == tables[1]


@pytest.fixture
def small_group():
    """A group of processes that the system kills one of where they want more than a GiB."""
    group = None
    try:
        (own,) = re.findall(r"^0::/(.*)$", Path("/proc/self/cgroup").read_text(), re.M)
        (root,) = re.findall(r"^cgroup2 (\S+) ", Path("/proc/mounts").read_text(), re.M)
        group = Path(root) / own / f"avanp-test-{os.getpid()}"
        group.mkdir()
        for name, most in (("memory.max", GIB), ("memory.swap.max", 0)):
            with open(group / name, "r+") as file:
                file.write(str(most))
    except (OSError, ValueError) as error:
        if group is not None and group.exists():
            group.rmdir()
        pytest.skip(f"no cgroup of version 2 with a limit of memory can be made here: {error}")
    yield group
    group.rmdir()


def test_a_worker_that_the_system_kills_for_memory_costs_its_cell_alone(place, copy, small_group):
    wants = f"open({str(small_group / 'cgroup.procs')!r}, 'w').write('0'); np.ones({GIB} // 4)"
    done = avanp(copy, *SWEEP, "--jobs", "2", command=failing(copy, wants))
    last = done.err.splitlines()[-1]
    assert done.code == 1
    assert "its process died 3 times, perhaps for want of memory" in last
    retried = (*SWEEP, "--jobs", "1", "--retry-failed")
    assert avanp(copy, *retried, command=altered(copy, NO_FIGURES)).code == 0
    assert results(copy / "run") == results(place / "run")


def test_a_cell_that_fails_again_is_a_failed_row_again(copy):
    command = failing(copy, "1 / 0")
    avanp(copy, *SWEEP, "--jobs", "1", command=command)
    done = avanp(copy, *SWEEP, "--jobs", "1", "--retry-failed", command=command)
    assert done.code == 1
    assert [row["status"] for row in read_rows(copy / "run")].count("failed") == 1
    status = read_status(copy / "run")
    assert (status.done, status.failed, status.left) == (3, 1, 0)


def test_without_a_folder_a_failure_is_said_and_nothing_is_kept(copy):
    done = avanp(copy, *SWEEP[:-2], "--jobs", "1", command=failing(copy, "1 / 0"))
    assert done.code == 1
    assert "1 of 4 cells failed: nothing kept; the first: program GAN" in done.err


def test_where_no_process_can_be_started_the_sweep_ends_at_once(copy):
    command = altered(copy, NO_FIGURES + "if WORKER:\n    import os\n    os._exit(1)\n")
    done = avanp(copy, *SWEEP, "--jobs", "2", command=command)
    assert done.code == 1
    last = done.err.splitlines()[-1]
    assert last.startswith("avanp: ")
    assert last.endswith("finished cells are in run; the same command continues")
    assert not (copy / "run" / "rows.jsonl").exists()


def test_from_python_the_failed_rows_are_listed(place, monkeypatch):
    import avanp as package
    from avanp.papers.ava import cell as cells

    def fails(*args, **kwargs):
        raise RuntimeError("no luck")

    monkeypatch.setattr(cells, "run_cell", fails)
    result = package.sweep(0.5, models="VAE", rules="program", data=str(place / "images"))
    assert result.failed == result.rows
    assert result.rows[0]["reason"].startswith("RuntimeError: no luck (test_failed_cells.py, line")
    with pytest.raises(AvanpError, match="retry_failed needs out"):
        package.sweep(0.5, data=str(place / "images"), retry_failed=True)
