"""The package against an independent implementation that writes every matrix (bench/)."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from avanp.ava import nets as nets_module
from avanp.ava.experiment import run_cell
from avanp.ava.groups import to_groups
from avanp.ava.rules import rules_from_name
from avanp.ava.training import train
from avanp.registry import MODELS, load
from avanp.rng import stream

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


@pytest.mark.parametrize("factored_from", [1, 1 << 16], ids=["factored", "plain"])
@pytest.mark.parametrize("gamma", [0.7, 0.05])
@pytest.mark.parametrize("rules", ["program", "printed"])
@pytest.mark.parametrize("model", MODELS)
def test_every_weight_of_every_net_is_that_of_the_independent_implementation(
    plain, monkeypatch, model, rules, gamma, factored_from
):
    # BM alone would not tell: under `program` nothing of d and D reaches an image.
    monkeypatch.setattr(nets_module, "FACTORED_FROM", factored_from)
    images = np.random.default_rng(8).random((7, 6, 5, 3))
    noise = plain.draw_noise(4, len(images), 1).train
    noise2 = stream(4, "noise2").standard_normal((7, 10))
    expected = plain.train(model, rules, images, gamma, noise, noise2, np.float64)
    config = nets_module.NetConfig(n_pixels=30)
    nets = nets_module.build(load("model", model), config, stream(4, "init"), np.float64)
    moments = train(nets, rules_from_name(rules), to_groups(images, config), gamma, 4)
    assert nets.decoder.params["2.W"].__class__.__name__ == (
        "FactoredWeight" if factored_from == 1 else "ndarray"
    )
    for name, net in nets.named().items():
        peer = getattr(expected, name)
        for key, weight in (("0.W", "W1"), ("0.b", "b1"), ("2.W", "W2"), ("2.b", "b2")):
            p = net.params[key]
            p = p.to_array() if hasattr(p, "to_array") else p
            theirs = getattr(peer, weight).reshape(p.shape)
            np.testing.assert_allclose(p, theirs, rtol=1e-9, atol=1e-13, err_msg=f"{name} {key}")
    if moments is not None and expected.mu is not None:
        np.testing.assert_allclose(np.squeeze(moments[0]), np.squeeze(expected.mu), rtol=1e-10)
        np.testing.assert_allclose(
            np.squeeze(moments[1]), np.squeeze(expected.variance), rtol=1e-10
        )


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
