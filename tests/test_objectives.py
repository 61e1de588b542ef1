"""Equations (1)-(4), (9), (11), (12) and (15) against scalar loops over random small nets."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from avanp.ava import objectives
from avanp.ava.exact import _logits
from avanp.ava.nets import NetConfig, build
from avanp.ava.variants import AVA5

CONFIG = NetConfig(n_pixels=4, n_channels=2, hidden=3, latent=2, init="glorot", factored=False)
BATCH = 3


def values(seed):
    """Arrays of one pass through random nets: (2 channels, 3 images, …)."""
    rng = np.random.default_rng(seed)
    nets = build(AVA5, CONFIG, rng, np.float64)
    x, r = rng.random((2, BATCH, 4)), rng.standard_normal((BATCH, 2))
    mu, var, _ = nets.encode(x)
    x_gen = nets.decoder.forward(mu + np.sqrt(var) * r)[0]
    mu_gen = nets.encode(x_gen)[0]
    return {
        "x": x, "x_gen": x_gen, "mu": mu, "var": var, "mu_gen": mu_gen,
        "d": (nets.d, x), "d1": (nets.d, x_gen), "D": (nets.D, mu), "D1": (nets.D, mu_gen),
    }  # fmt: skip


def mean_of(per_element, *arrays):
    """Sum over channels and features, mean over the images, one scalar at a time."""
    total = 0.0
    for index in np.ndindex(arrays[0].shape):
        total += per_element(*(float(a[index]) for a in arrays))
    return total / BATCH


def half_square(a, b):
    return mean_of(lambda p, q: (p - q) ** 2 / 2, a, b)


def kl(mu, var):
    return mean_of(lambda m, s: (s + m * m - 1 - math.log(s)) / 2, mu, var)


def log_of(net_and_input):
    return mean_of(math.log, net_and_input[0].forward(net_and_input[1])[0])


def log_one_minus(net_and_input):
    return mean_of(lambda y: math.log(1 - y), net_and_input[0].forward(net_and_input[1])[0])


def u(net_and_input):
    return _logits(*net_and_input)[0]


SCALAR = {
    "eq1": lambda v: half_square(v["x"], v["x_gen"]) + kl(v["mu"], v["var"]),
    "eq2": lambda v: log_of(v["d"]) + log_one_minus(v["d1"]),
    "eq3": lambda v: SCALAR["eq1"](v) + log_one_minus(v["d1"]),
    "eq4": lambda v: log_of(v["d"]) + log_one_minus(v["d1"]),
    "eq9": lambda v: SCALAR["eq4"](v) - half_square(v["x"], v["x_gen"]),
    "eq11": lambda v: log_of(v["D"]) + log_one_minus(v["D1"]),
    "eq12": lambda v: SCALAR["eq3"](v) + log_one_minus(v["D1"]),
    "eq15": lambda v: SCALAR["eq11"](v) - half_square(v["mu"], v["mu_gen"]),
}
ARGUMENTS = {
    "eq1": lambda v: (v["x"], v["x_gen"], v["mu"], v["var"]),
    "eq2": lambda v: (u(v["d"]), u(v["d1"])),
    "eq3": lambda v: (v["x"], v["x_gen"], v["mu"], v["var"], u(v["d1"])),
    "eq4": lambda v: (u(v["d"]), u(v["d1"])),
    "eq9": lambda v: (v["x"], v["x_gen"], u(v["d"]), u(v["d1"])),
    "eq11": lambda v: (u(v["D"]), u(v["D1"])),
    "eq12": lambda v: (v["x"], v["x_gen"], v["mu"], v["var"], u(v["d1"]), u(v["D1"])),
    "eq15": lambda v: (v["mu"], v["mu_gen"], u(v["D"]), u(v["D1"])),
}


@pytest.mark.parametrize("name", SCALAR)
@given(seed=st.integers(0, 10**6))
def test_an_objective_is_its_formula_in_scalars(name, seed):
    v = values(seed)
    value = getattr(objectives, name)(*ARGUMENTS[name](v))
    assert value == pytest.approx(SCALAR[name](v), rel=1e-12, abs=1e-12)


@given(seed=st.integers(0, 10**6))
def test_without_d_equation_12_is_that_of_ava3(seed):
    v = values(seed)
    arguments = list(ARGUMENTS["eq12"](v))
    arguments[4] = None
    expected = SCALAR["eq1"](v) + log_one_minus(v["D1"])
    assert objectives.eq12(*arguments) == pytest.approx(expected, rel=1e-12)
