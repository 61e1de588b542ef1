"""The first run on a machine compiles kernels, the next load them: the numbers are the same."""

import pytest

from cli_process import avanp
from sweep_rows import results

GRID = ("--models", "AVA5,VAE", "--rules", "program", "--lr", "0.5,0.05", "--draws", "3")


@pytest.mark.slow
def test_a_sweep_that_compiles_gives_the_rows_of_one_that_does_not(tmp_path):
    def rows(run, cache, *words):
        environment = {"AVANP_KERNELS": "numba", "NUMBA_CACHE_DIR": str(tmp_path / cache)}
        words = ("sweep", "--data", "jungle", *GRID, "--out", run, *words)
        done = avanp(tmp_path, *words, **environment)
        assert done.code == 0, done.err
        return results(tmp_path / run)

    cold = rows("cold", "one", "--jobs", "1")
    assert list((tmp_path / "one").rglob("*.nbc"))
    assert rows("warm", "one", "--jobs", "1") == cold
    # Two processes that compile at once, each some of what the other then loads.
    assert rows("both", "two", "--jobs", "2") == cold
    assert rows("after", "two", "--jobs", "1") == cold


@pytest.mark.slow
def test_a_kernel_compiled_beside_others_from_the_cache_is_the_same(tmp_path):
    environment = {"AVANP_KERNELS": "numba", "NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    train = ("train", "VAE", "--data", "digits", "--epochs", "2", "--widths", "32", "--out")
    first = avanp(tmp_path, *train, "alone", **environment)
    assert (first.code, first.err.count("compiling kernels, once\n")) == (0, 1)
    warm = avanp(tmp_path, *train, "warm", **environment)
    assert (warm.code, warm.err.count("compiling")) == (0, 0)
    environment["NUMBA_CACHE_DIR"] = str(tmp_path / "other")
    sweep = ("sweep", "--data", "jungle", *GRID, "--jobs", "1")
    assert avanp(tmp_path, *sweep, **environment).code == 0
    assert avanp(tmp_path, *train, "after", **environment).code == 0
    alone, after = (losses(tmp_path / name / "metrics.jsonl") for name in ("alone", "after"))
    assert alone == after


def losses(path):
    """The lines of a log without their last entry, the seconds."""
    return [line.rpartition(', "seconds"')[0] for line in path.read_text().splitlines()]
