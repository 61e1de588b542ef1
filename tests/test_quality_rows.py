"""The rows of bench/bench_quality.py: appended, read again, and a table of means over seeds."""

import importlib.util
from pathlib import Path

import pytest

FILE = Path(__file__).parents[1] / "bench" / "quality_rows.py"


@pytest.fixture
def rows():
    spec = importlib.util.spec_from_file_location("quality_rows", FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def row(seed, psnr, **more):
    cell = {"set": "clothes", "model": "VAE", "seconds": 120, "seed": seed, "cpu": 118.0}
    return {**cell, "psnr": psnr, "lpips": 0.1, "frechet": 300.0, "diversity": 0.9, **more}


def test_a_row_that_was_measured_again_takes_the_place_of_the_one_before(rows, tmp_path):
    path = tmp_path / "quality" / "rows.jsonl"
    assert rows.read(path) == []
    for one in (row(0, 20.0), row(1, 22.0), row(0, 24.0)):
        rows.append(path, one)
    assert [r["psnr"] for r in rows.read(path)] == [24.0, 22.0]


def test_a_table_has_the_mean_and_the_deviation_over_seeds(rows):
    real = {"set": "clothes", "model": "real", "seconds": 0, "seed": 0, "frechet": 90.0}
    lines = rows.table([row(0, 24.0), row(1, 22.0, frechet=310.0), real]).splitlines()
    assert lines[0] == "### clothes"
    assert lines[-2] == "| real | – | 1 | – | – | 90 | – |"
    assert lines[-1] == ("| VAE | 118 | 2 | 23.0 ± 1.4 | 0.100 ± 0.000 | 305 ± 7 | 0.90 ± 0.00 |")


def test_a_table_tells_of_how_many_images_a_row_is_and_commits_that_differ(rows):
    real = {"set": "clothes", "model": "real", "seconds": 0, "seed": 0, "images": 54}
    one = rows.table([row(0, 24.0, commit="a1"), real]).splitlines()
    assert one[4].startswith("| real (54) | – | 1 |")
    assert one[-1].startswith("| VAE | 118 |")
    two = rows.table([row(0, 24.0, commit="a1"), row(1, 22.0, commit="b2")]).splitlines()
    assert two[-2:] == ["", "Measured at a1, b2."]
