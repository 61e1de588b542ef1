"""The package against an independent implementation that writes every matrix (bench/)."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from avanp.ava.experiment import run_cell
from avanp.ava.rules import rules_from_name
from avanp.registry import MODELS, load

PLAIN = Path(__file__).parents[1] / "bench" / "plain_numpy.py"


@pytest.fixture(scope="module")
def plain():
    spec = importlib.util.spec_from_file_location("plain_numpy", PLAIN)
    module = importlib.util.module_from_spec(spec)
    sys.modules["plain_numpy"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("gamma", [1.0, 0.2, 0.03])
@pytest.mark.parametrize("rules", ["program", "printed"])
@pytest.mark.parametrize("model", MODELS)
def test_bm_is_that_of_the_independent_implementation(plain, model, rules, gamma):
    images = np.random.default_rng(7).random((9, 8, 5, 3))
    noise = plain.draw_noise(3, len(images), 2)
    expected = plain.cell(model, rules, images, gamma, noise, np.float64)
    cell = run_cell(images, load("model", model), rules_from_name(rules), gamma, 3, draws=2)
    assert cell.bm == pytest.approx(expected, rel=1e-10)


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.parametrize("rules", ["program", "printed"])
@pytest.mark.parametrize("model", MODELS)
def test_bm_in_float32_on_the_papers_images_agrees_too(plain, orbit_set, model, rules):
    images = orbit_set.as_float()
    noise = plain.draw_noise(0, len(images), 10)
    expected = plain.cell(model, rules, images, 0.5, noise)
    cell = run_cell(images, load("model", model), rules_from_name(rules), 0.5, 0)
    assert cell.bm == pytest.approx(expected, abs=2e-5)
