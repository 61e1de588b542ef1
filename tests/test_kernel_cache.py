"""Compiled kernels on disk help where they can, and never make a command fail."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import avanp

# Six small loops; then the instructions of a convolution, which take long to compile.
LOOPS = """
import sys
import numpy as np
from avanp.kernels import kernel
x = np.linspace(-1, 1, 12, dtype=np.float32)
made = [kernel("leaky_relu")(x, 0.2), kernel("tanh_backward")(x, x)]
made += [kernel(f"{name}_backward")(x, x, 0.5) for name in ("logistic", "leaky_relu", "elu")]
w = np.zeros((3, 4), np.float32)
kernel("add_outer")(w, x[None, :3], x[None, :4], 1.0)
print(np.concatenate([*made, w.ravel()]).tobytes().hex())
"""
CONVOLUTION = """
import numpy as np
from avanp.kernels import kernel
x = np.linspace(-1, 1, 2 * 6 * 6 * 3, dtype=np.float32).reshape(2, 6, 6, 3)
w = np.linspace(1, 2, 3 * 3 * 3 * 4, dtype=np.float32).reshape(3, 3, 3, 4)
print(kernel("conv_forward")(x, w, None, (1, 1), ((1, 1), (1, 1))).tobytes().hex())
"""
QUIET = {"AVANP_KERNELS": "numba", "NUMBA_DISABLE_JIT": "0"}


def compute(cache, code=LOOPS, **environment):
    """Return what a process printed, and the lines it told."""
    env = os.environ | QUIET | {"NUMBA_CACHE_DIR": str(cache)} | environment
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr.splitlines()


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A cache, and the numbers of what is in it."""
    cache = tmp_path_factory.mktemp("cache")
    numbers, told = compute(cache)
    assert told == []
    return cache, numbers


def files(cache, suffix=""):
    return sorted(path for path in cache.rglob(f"*{suffix}") if path.is_file())


def test_a_second_process_compiles_nothing(filled, tmp_path):
    cache = shutil.copytree(filled[0], tmp_path / "cache")
    before = {path: path.stat().st_mtime_ns for path in files(cache)}
    assert before
    assert compute(cache) == (filled[1], [])
    assert {path: path.stat().st_mtime_ns for path in files(cache)} == before


DAMAGES = [
    lambda data: b"",
    lambda data: data[: len(data) // 2],
    lambda data: bytes(len(data)),
    lambda data: data[:-9] + bytes([data[-9] ^ 4]) + data[-8:],  # a bit
    lambda data: data + b"\0",
    lambda data: b"cos\nsystem\n(S'exit 3'\ntR.",
]


def damage(cache, suffix):
    paths = files(cache, suffix)
    assert len(paths) >= len(DAMAGES)
    for i, path in enumerate(paths):
        path.write_bytes(DAMAGES[i % len(DAMAGES)](path.read_bytes()))


def check_mended(cache, code, numbers, suffix):
    again, told = compute(cache, code)
    assert again == numbers
    (line,) = told
    assert line.startswith("avanp: a compiled kernel is damaged and is compiled again: ")
    assert Path(line.rpartition(": ")[2]).suffix == suffix
    assert compute(cache, code) == (numbers, [])


@pytest.mark.parametrize("suffix", [".nbi", ".nbc"])
def test_damaged_files_are_compiled_again_replaced_and_told_once(filled, tmp_path, suffix):
    cache = shutil.copytree(filled[0], tmp_path / "cache")
    damage(cache, suffix)
    check_mended(cache, LOOPS, filled[1], suffix)


@pytest.mark.slow
def test_damaged_instructions_are_too(tmp_path):
    numbers, _ = compute(tmp_path, CONVOLUTION)
    for suffix in (".nbi", ".nbc"):
        damage(tmp_path, suffix)
        check_mended(tmp_path, CONVOLUTION, numbers, suffix)


def test_a_file_that_cannot_be_read_is_no_reason_to_fail(filled, tmp_path):
    cache = shutil.copytree(filled[0], tmp_path / "cache")
    for path in files(cache, ".nbi"):
        path.unlink()
        path.mkdir()
    numbers, told = compute(cache)
    assert numbers == filled[1]
    assert [line[:41] for line in told] == [
        "avanp: compiled kernels cannot be read fr",
        "avanp: compiled kernels cannot be kept in",
    ]


def test_a_full_disk_is_told_and_the_numbers_are_the_same(filled, tmp_path):
    # Files of more than 2 kB cannot be written: an index can, what was compiled cannot.
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (2048, 2048))\n"
    numbers, told = compute(tmp_path / "cache", limit + LOOPS)
    assert numbers == filled[1]
    (line,) = told
    assert "compiled kernels cannot be kept in" in line
    assert line.endswith("; NUMBA_CACHE_DIR names another folder")
    assert not files(tmp_path, ".tmp.*")
    assert compute(tmp_path / "cache") == (filled[1], [])


@pytest.fixture
def installed_without_a_place(tmp_path):
    """A copy of the package beside which nothing can be made, and a home that is no folder."""
    package = shutil.copytree(
        Path(avanp.__file__).parent,
        tmp_path / "site" / "avanp",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    for folder in [package, *(path for path in package.rglob("*") if path.is_dir())]:
        (folder / "__pycache__").touch()  # holds for root too, unlike permissions
    return {
        "PYTHONPATH": str(tmp_path / "site"),
        "HOME": "/dev/null",
        "XDG_CACHE_HOME": "/dev/null",
        "NUMBA_CACHE_DIR": "",
    }


def test_without_any_place_kernels_compute_and_one_line_names_the_setting(
    filled, installed_without_a_place, tmp_path
):
    code = f"import avanp; assert avanp.__file__.startswith({str(tmp_path)!r})\n" + LOOPS
    numbers, told = compute("", code, **installed_without_a_place)
    assert numbers == filled[1]
    assert told == [
        "avanp: no folder for compiled kernels: they are compiled again in each process; "
        "set NUMBA_CACHE_DIR to a folder that can be written"
    ]
    elsewhere = installed_without_a_place | {"NUMBA_CACHE_DIR": str(tmp_path / "given")}
    assert compute("", code, **elsewhere) == (filled[1], [])
    assert files(tmp_path / "given", ".nbc")


@pytest.mark.slow
def test_a_training_without_any_place_trains(installed_without_a_place, tmp_path):
    train = ("train", "VAE", "--data", "digits", "--epochs", "1", "--widths", "8", "--out")
    done = subprocess.run(
        [sys.executable, "-m", "avanp", *train, str(tmp_path / "run")],
        env=os.environ | QUIET | installed_without_a_place,
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("NUMBA_CACHE_DIR") == 1
    assert np.load(tmp_path / "run" / "checkpoint.npz").files


def test_closed_standard_error_is_no_reason_to_fail(tmp_path, installed_without_a_place):
    env = os.environ | QUIET | installed_without_a_place
    words = f'{sys.executable} -c "$CODE" 2>&-'
    done = subprocess.run(["sh", "-c", words], env=env | {"CODE": LOOPS}, capture_output=True)
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 1
