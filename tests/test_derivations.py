"""Every derivative that docs/derivations.md claims, against differences of the stated loss."""

import re
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from avanp.ava import equations as eq
from avanp.ava import objectives
from avanp.ava.exact import ExactRules, _logits
from avanp.ava.nets import NetConfig, build
from avanp.ava.variants import AVA3, AVA5
from avanp.losses.kl import kl_variance

K, C = 0.5, 0.5
PAGE = (Path(__file__).parents[1] / "docs" / "derivations.md").read_text(encoding="utf-8")
CONFIG = NetConfig(n_pixels=5, n_channels=1, hidden=4, latent=3, init="glorot", factored=False)


def s(v):
    return 1 / (1 + np.exp(K * (C - v)))


def s_inverse(y):
    return C + np.log(y / (1 - y)) / K


def slopes(f, at, h=1e-5):
    """The derivative of f by each element of `at`, by central differences."""
    result = np.zeros_like(at)
    for i in np.ndindex(at.shape):
        up, down = at.copy(), at.copy()
        up[i] += h
        down[i] -= h
        result[i] = (f(up) - f(down)) / (2 * h)
    return result


def agree(one, other):
    np.testing.assert_allclose(one, other, rtol=1e-7, atol=1e-9)


@pytest.fixture
def rng():
    return np.random.default_rng(3)


@pytest.fixture
def outputs(rng):
    """Sums v of output neurons, and images: (1 channel, 1 image, n)."""
    names = {"x": 5, "x_gen": 5, "mu": 3, "var": 3, "mu_gen": 3, "d": 1, "d_gen": 1}
    return {name: rng.uniform(0.1, 0.9, (1, 1, n)) for name, n in names.items()}


def passes(nets, rng):
    x, r = rng.random((1, 1, 5)), rng.standard_normal((1, 3))
    mu, var, _ = nets.encode(x)
    return x, r, mu, var


def test_the_two_quotients_of_the_logistic():
    v = np.linspace(-3, 4, 15)
    y = s(v)
    agree(eq.derivative(y, K), slopes(lambda v: s(v).sum(), v))
    agree(eq.real_quotient(y, K), slopes(lambda v: np.log(s(v)).sum(), v))
    agree(eq.fake_quotient(y, K), -slopes(lambda v: np.log(1 - s(v)).sum(), v))


@pytest.mark.parametrize(("mu", "var"), [(0.0, 1.0), (0.7, 0.2), (-1.5, 0.9), (2.0, 3.0)])
def test_the_kl_of_equation_1_is_the_integral_it_stands_for(mu, var):
    q = norm(mu, np.sqrt(var))
    integral, _ = quad(lambda z: q.pdf(z) * (q.logpdf(z) - norm.logpdf(z)), -12, 14, limit=200)
    value = kl_variance(np.array([[mu]]), np.array([[var]]))[0]
    assert value == pytest.approx(integral, abs=1e-9)


def test_equation_1_for_the_decoder(outputs):
    x, x_gen, mu, var = (outputs[name] for name in ("x", "x_gen", "mu", "var"))
    loss = lambda v: objectives.eq1(x, s(v), mu, var)  # noqa: E731
    agree(eq.reconstruction(x, x_gen, K), -slopes(loss, s_inverse(x_gen)))


def test_equation_5_is_the_gradient_of_the_kl_term(outputs):
    mu, var = outputs["mu"], outputs["var"]
    of_mu = slopes(lambda v: kl_variance(s(v), var, batch_axis=-2)[0], s_inverse(mu))
    of_var = slopes(lambda v: kl_variance(mu, s(v), batch_axis=-2)[0], s_inverse(var))
    agree(eq.eq5_mu(mu, K), -of_mu)
    agree(eq.eq5_var(var, K), -of_var)
    agree(eq.eq5_var(var, K), (0.5 / var - 0.5) * eq.derivative(var, K))


def test_equation_8_has_the_derivatives_1_and_r_by_twice_the_deviation(rng, outputs):
    mu, var, r = outputs["mu"], outputs["var"], rng.standard_normal((1, 3))
    agree(slopes(lambda m: eq.eq8(m, var, r).sum(), mu), np.ones_like(mu))
    agree(slopes(lambda v: eq.eq8(mu, v, r).sum(), var), r / (2 * np.sqrt(var)))


def test_the_whole_gradient_for_mu_and_sigma_has_what_comes_through_z(rng):
    nets = build(AVA5, CONFIG, rng, np.float64)
    x, r, mu, var = passes(nets, rng)

    def loss(mu, var):
        x_gen = nets.decoder.forward(eq.eq8(mu, var, r))[0]
        return objectives.eq3(x, x_gen, mu, var, _logits(nets.d, x_gen)[0])

    def of_z(z):
        x_gen = nets.decoder.forward(z)[0]
        return objectives.eq3(x, x_gen, mu, var, _logits(nets.d, x_gen)[0])

    delta = slopes(of_z, eq.eq8(mu, var, r))
    assert np.abs(delta).max() > 1e-3
    agree(slopes(lambda m: loss(m, var), mu), mu + delta)
    agree(slopes(lambda v: loss(mu, v), var), 0.5 - 0.5 / var + delta * r / (2 * np.sqrt(var)))


def adversarial(nets, x_gen):
    """a'(d)/(1 - d), and J_i by differences of d's sum v."""
    d = nets.d.forward(x_gen)[0]
    jacobian = slopes(lambda x: _logits(nets.d, x)[0].sum() / K, x_gen)
    return eq.fake_quotient(d, K), jacobian


def test_equation_6_lacks_the_way_through_the_discriminators_weights(rng):
    nets = build(AVA5, CONFIG, rng, np.float64)
    x, x_gen = rng.random((2, 1, 1, 5))
    quotient, jacobian = adversarial(nets, x_gen)
    fool = lambda x: np.log(1 - nets.d.forward(x)[0]).sum()  # noqa: E731
    agree(-slopes(fool, x_gen), quotient * jacobian)
    w, b, out = nets.d.params["0.W"], nets.d.params["0.b"], nets.d.params["2.W"]
    hidden = s(x_gen @ w[0].T + b)
    agree(jacobian, (out * eq.derivative(hidden, K)) @ w)
    printed = eq.eq6(x, x_gen, nets.d.forward(x_gen)[0], K) - eq.reconstruction(x, x_gen, K)
    agree(printed, quotient * eq.derivative(x_gen, K))
    assert (printed > 0).all()
    assert jacobian.min() < 0 < jacobian.max()


def test_equation_6_is_the_gradient_where_the_discriminators_weights_are_1(rng):
    x, x_gen = rng.random((2, 1, 1, 5))
    # d = s(sum of the pixels): one neuron whose weights are 1.
    loss = lambda v: ((x - s(v)) ** 2).sum() / 2 + np.log(1 - s(s(v).sum()))  # noqa: E731
    d = s(x_gen.sum(axis=-1, keepdims=True))
    agree(eq.eq6(x, x_gen, d, K), -slopes(loss, s_inverse(x_gen)))


@pytest.mark.parametrize("equation", [eq.eq7, eq.eq13], ids=["eq7", "eq13"])
def test_equations_7_and_13_are_the_gradient_at_the_output_neuron(outputs, equation):
    real, fake = outputs["d"], outputs["d_gen"]
    e_real, e_fake = equation(real, fake, K)
    agree(e_real, slopes(lambda v: np.log(s(v)).sum(), s_inverse(real)))
    agree(e_fake, slopes(lambda v: np.log(1 - s(v)).sum(), s_inverse(fake)))


@pytest.mark.parametrize("net", ["d", "D"])
def test_the_third_terms_of_equations_10_and_16_have_no_gradient_and_are_not_zero(rng, net):
    nets = build(AVA5, CONFIG, rng, np.float64)
    x, r, mu, var = passes(nets, rng)
    weights = nets.named()[net].params["2.b"]

    def third(bias):
        weights[...] = bias
        x_gen = nets.decoder.forward(eq.eq8(nets.encode(x)[0], var, r))[0]
        one, other = (x, x_gen) if net == "d" else (mu, nets.encode(x_gen)[0])
        return -((one - other) ** 2).sum() / 2

    assert not slopes(third, weights.copy()).any()
    x_gen = nets.decoder.forward(eq.eq8(mu, var, r))[0]
    y, y_gen = (x, x_gen) if net == "d" else (mu, nets.encode(x_gen)[0])
    printed = eq.leaning(np.full((1, 1, 1), 0.5), eq.reconstruction(y, y_gen, K), K)
    assert np.abs(printed).max() > 1e-4


def test_the_third_term_of_equation_10_is_up_to_ten_on_the_papers_images():
    # 6400 pixels at 1/2, x brighter by 0.1; d = 1/2. The other two terms are below kappa.
    x, x_gen = np.full((1, 1, 6400), 0.6), np.full((1, 1, 6400), 0.5)
    half = np.full((1, 1, 1), 0.5)
    third = eq.eq10(x, x_gen, half, half, K)[1] - eq.eq7(half, half, K)[1]
    assert third.item() == pytest.approx(10)
    assert "0.1 \\cdot \\frac{\\kappa}{4} = 10" in PAGE


def test_equation_14_differs_from_the_gradient_in_weight_and_in_pass(rng):
    nets = build(AVA3, CONFIG, rng, np.float64)
    _, r, mu, var = passes(nets, rng)
    mu_gen = nets.encode(nets.decoder.forward(eq.eq8(mu, var, r))[0])[0]
    D = nets.D.forward(mu_gen)[0]
    fool = lambda v: np.log(1 - nets.D.forward(s(v))[0]).sum()  # noqa: E731
    k = slopes(lambda m: _logits(nets.D, m)[0].sum() / K, mu_gen)
    true = eq.fake_quotient(D, K) * k * eq.derivative(mu_gen, K)
    agree(-slopes(fool, s_inverse(mu_gen)), true)
    printed = eq.eq14(mu, D, K) - eq.eq5_mu(mu, K)
    agree(printed, eq.fake_quotient(D, K) * eq.derivative(mu, K))
    assert np.abs(printed - true).max() > 0.01


def test_log_one_minus_D_reaches_the_decoder_of_ava3(rng):
    nets = build(AVA3, CONFIG, rng, np.float64)
    x, r, mu, var = passes(nets, rng)
    whole = ExactRules().gradients(nets, x, r)["decoder"]["2.b"]
    x_gen = nets.decoder.forward(eq.eq8(mu, var, r))[0]
    alone = -eq.reconstruction(x, x_gen, K)[:, 0]
    D = lambda v: nets.D.forward(nets.encode(s(v))[0])[0]  # noqa: E731
    through = slopes(lambda v: np.log(1 - D(v)).sum(), s_inverse(x_gen))
    assert np.abs(through).max() > 1e-7
    np.testing.assert_allclose(whole, alone + through[:, 0], rtol=1e-7, atol=1e-10)


def test_equation_17_is_largest_at_one_half_and_least_at_the_largest_distance():
    d = np.linspace(0, np.sqrt(3), 100_001)
    bm = d * (1 - d)
    assert bm.max() == pytest.approx(0.25)
    assert d[bm.argmax()] == pytest.approx(0.5, abs=1e-4)
    assert bm.min() == bm[-1] == pytest.approx(np.sqrt(3) - 3)
    assert round(np.sqrt(3) - 3, 2) == -1.27


def test_the_formulas_are_written_as_github_renders_them():
    prose = re.sub(r"^```.*?^```", "", PAGE, flags=re.MULTILINE | re.DOTALL)
    assert PAGE.count("```math") == len(re.findall(r"^```math\n.+?\n```$", PAGE, re.M | re.S))
    for line in prose.splitlines():
        assert line.count("$") % 2 == 0, line  # a formula does not run over a line's end
    for formula in re.findall(r"\$([^$]+)\$", prose):
        assert formula == formula.strip()
        # Markdown takes these for itself: \, \{ lose the backslash, * and '_ begin emphasis.
        assert not re.search(r"\\[^a-zA-Z]|\*|(?<!\w)_", formula), formula
