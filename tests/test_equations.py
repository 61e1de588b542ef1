"""Every equation against its formula in scalars, and whole printed steps against scalar loops."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import literal
from avanp.ava import equations as eq
from avanp.ava.nets import NetConfig, build
from avanp.ava.printed import PrintedRules
from avanp.registry import MODELS, load

K = literal.KAPPA
C, B, PIXELS, LATENT = 2, 3, 7, 4


def a(y):
    return K * y * (1 - y)


@pytest.fixture
def arrays():
    rng = np.random.default_rng(5)
    shapes = {
        "x": PIXELS,
        "x1": PIXELS,
        "mu": LATENT,
        "mu1": LATENT,
        "var": LATENT,
        "d": 1,
        "d1": 1,
    }
    return {name: rng.uniform(0.05, 0.95, (C, B, n)) for name, n in shapes.items()}


def assert_everywhere(result, formula):
    """Compare with `formula(c, b, i)` at every index."""
    for c, b, i in np.ndindex(result.shape):
        assert result[c, b, i] == pytest.approx(formula(c, b, i), rel=1e-12, abs=1e-15)


def test_equation_2_for_the_decoder_of_a_gan(arrays):
    x1, d1 = arrays["x1"], arrays["d1"]
    assert_everywhere(
        eq.eq2_decoder(x1, d1, K),
        lambda c, b, i: a(d1[c, b, 0]) / (1 - d1[c, b, 0]) * a(x1[c, b, i]),
    )


def test_equation_5_for_mu(arrays):
    mu = arrays["mu"]
    assert_everywhere(eq.eq5_mu(mu, K), lambda c, b, i: -mu[c, b, i] * a(mu[c, b, i]))


def test_equation_5_for_sigma(arrays):
    var = arrays["var"]
    assert_everywhere(
        eq.eq5_var(var, K), lambda c, b, i: (0.5 / var[c, b, i] - 0.5) * a(var[c, b, i])
    )


def test_equation_6(arrays):
    x, x1, d1 = arrays["x"], arrays["x1"], arrays["d1"]
    assert_everywhere(
        eq.eq6(x, x1, d1, K),
        lambda c, b, i: (
            (x[c, b, i] - x1[c, b, i] + a(d1[c, b, 0]) / (1 - d1[c, b, 0])) * a(x1[c, b, i])
        ),
    )


@pytest.mark.parametrize("equation", [eq.eq7, eq.eq13], ids=["eq7", "eq13"])
def test_equations_7_and_13(arrays, equation):
    d, d1 = arrays["d"], arrays["d1"]
    real, fake = equation(d, d1, K)
    assert_everywhere(real, lambda c, b, i: a(d[c, b, i]) / d[c, b, i])
    assert_everywhere(fake, lambda c, b, i: -a(d1[c, b, i]) / (1 - d1[c, b, i]))


def test_equation_8_shares_the_noise_between_colours(arrays):
    mu, var = arrays["mu"], arrays["var"]
    r = np.random.default_rng(1).standard_normal((B, LATENT))
    assert_everywhere(
        eq.eq8(mu, var, r), lambda c, b, i: mu[c, b, i] + var[c, b, i] ** 0.5 * r[b, i]
    )


@pytest.mark.parametrize(
    ("equation", "names"), [(eq.eq10, ("x", "x1")), (eq.eq16, ("mu", "mu1"))], ids=["eq10", "eq16"]
)
def test_equations_10_and_16(arrays, equation, names):
    d, d1 = arrays["d"], arrays["d1"]
    y, y1 = (arrays[name] for name in names)
    real, fake = equation(y, y1, d, d1, K)
    assert_everywhere(real, lambda c, b, i: a(d[c, b, i]) / d[c, b, i])

    def third_term(c, b):
        n = y.shape[-1]
        return a(d1[c, b, 0]) * sum((y[c, b, i] - y1[c, b, i]) * a(y1[c, b, i]) for i in range(n))

    assert_everywhere(fake, lambda c, b, i: -a(d1[c, b, 0]) / (1 - d1[c, b, 0]) + third_term(c, b))


def test_equation_14(arrays):
    mu, d1 = arrays["mu"], arrays["d1"]
    assert_everywhere(
        eq.eq14(mu, d1, K),
        lambda c, b, i: (-mu[c, b, i] + a(d1[c, b, 0]) / (1 - d1[c, b, 0])) * a(mu[c, b, i]),
    )


@pytest.mark.parametrize("d", [0.0, 1.0])
def test_errors_stay_finite_where_a_discriminator_is_saturated(d):
    ones = np.ones((1, 1, 2), np.float32)
    d = np.full((1, 1, 1), d, np.float32)
    errors = [
        *eq.eq7(d, d, K),
        *eq.eq10(ones / 2, ones / 4, d, d, K),
        eq.eq6(ones / 2, ones / 4, d, K),
        eq.eq5_var(0 * ones, K),
    ]
    assert all(np.isfinite(e).all() for e in errors)


def as_lists(net, channel):
    params = net.params
    return [
        (params[f"{i}.W"][channel].tolist(), params[f"{i}.b"][channel].tolist()) for i in (0, 2)
    ]


def flat(net):
    return np.concatenate([np.ravel(part) for layer in net for part in layer])


@pytest.mark.parametrize("model", MODELS)
@given(seed=st.integers(0, 10**6), gamma=st.floats(0.01, 1.0))
def test_printed_steps_are_the_papers_scalar_formulas(model, seed, gamma):
    rng = np.random.default_rng(seed)
    config = NetConfig(n_pixels=5, n_channels=2, hidden=3, latent=2, init="glorot", factored=False)
    nets = build(load("model", model), config, rng, np.float64)
    x = rng.random((2, 1, 5))
    r = rng.standard_normal((1, 2))
    expected = []
    for c in range(2):
        lists = {name: as_lists(net, c) for name, net in nets.named().items()}
        for _ in range(2):
            lists = literal.step(model, lists, x[c, 0].tolist(), r[0].tolist(), gamma)
        expected.append(lists)
    for _ in range(2):
        PrintedRules().step(nets, x, r, r, gamma)
    for c in range(2):
        for name, net in nets.named().items():
            np.testing.assert_allclose(
                flat(as_lists(net, c)), flat(expected[c][name]), rtol=1e-12, atol=1e-13
            )
