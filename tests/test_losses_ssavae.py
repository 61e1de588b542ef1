"""The equations of the SSAVAE paper, and the losses, against literal loops over scalars."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avanp.layers.gaussian_sample import reparameterise
from avanp.layers.softmax import Softmax
from avanp.losses import ssavae as eq
from avanp.losses.bernoulli import bernoulli_logits
from avanp.losses.class_probability import class_probability
from avanp.losses.cross_entropy import softmax_cross_entropy
from avanp.losses.gan import log_d, log_one_minus_d
from avanp.losses.kl import kl_logvar
from avanp.losses.least_squares import least_squares
from avanp.losses.reconstruction import mean_squared

B, K, N = 4, 3, 5
same = lambda x: pytest.approx(x, rel=1e-12, abs=1e-15)  # noqa: E731


@pytest.fixture
def rng():
    return np.random.default_rng(3)


def softmax(logits):
    return Softmax().forward(logits)[0]


def sigmoid(u):
    return 1 / (1 + math.exp(-u))


def mean_over_batch(f):
    """The mean of f(b) over the batch, by a loop."""
    total = 0.0
    for b in range(B):
        total += f(b)
    return total / B


def test_equation_1(rng):
    mu, sigma, eps = rng.standard_normal((3, B, K))
    sigma = abs(sigma)
    z = eq.eq1(mu, sigma, eps)
    for b in range(B):
        for i in range(K):
            assert z[b, i] == same(mu[b, i] + sigma[b, i] * eps[b, i])
    assert reparameterise(mu, 2 * np.log(sigma), eps) == same(z)


def test_equations_2_and_3(rng):
    logits, x = rng.standard_normal((B, N)), rng.random((B, N))

    def nats(b):
        total = 0.0
        for i in range(N):
            p = sigmoid(logits[b, i])
            total -= x[b, i] * math.log(p) + (1 - x[b, i]) * math.log(1 - p)
        return total

    value = eq.eq3(x, 1 / (1 + np.exp(-logits)))
    assert value == same(mean_over_batch(nats))
    assert bernoulli_logits(logits, x)[0] == same(value)
    assert eq.eq2(3.0, 0.5) == 3.5


@pytest.mark.parametrize("reduction", ["sum", "mean"])
def test_equation_4(rng, reduction):
    mu, logvar = rng.standard_normal((2, B, K))

    def nats(b):
        total = 0.0
        for i in range(K):
            total += 0.5 * (mu[b, i] ** 2 + math.exp(logvar[b, i]) - 1 - logvar[b, i])
        return total if reduction == "sum" else total / K

    value = eq.eq4(mu, logvar, reduction=reduction)
    assert value == same(mean_over_batch(nats))
    assert kl_logvar(mu, logvar, reduction=reduction)[0] == same(value)


def test_equation_5(rng):
    u, v = rng.standard_normal((2, B, 1))
    value = mean_over_batch(lambda b: math.log(sigmoid(u[b, 0])) + math.log(1 - sigmoid(v[b, 0])))
    assert eq.eq5(1 / (1 + np.exp(-u)), 1 / (1 + np.exp(-v))) == same(value)
    assert log_d(u)[0] + log_one_minus_d(v)[0] == same(value)


def test_equation_6_has_its_least_value_at_a_code_that_says_nothing():
    assert eq.eq6(0.7, 0.2) == same(0.9)
    assert eq.eq6(0.7, 0.2, 0.1) == same(0.27)
    # Ten equal classes told without error need a code of ln 10 nats: no less than none at all.
    assert eq.eq6(math.log(10), 0.0) == same(eq.eq6(0.0, math.log(10)))


@settings(deadline=None)
@given(st.lists(st.integers(-1, K - 1), min_size=B, max_size=B))
def test_equation_7_is_the_mean_over_the_labelled(labels):
    logits = np.random.default_rng(0).standard_normal((B, K))
    p, total, count = softmax(logits), 0.0, 0
    for b in range(B):
        if labels[b] >= 0:
            total -= math.log(p[b, labels[b]])
            count += 1
    value = eq.eq7(p, np.array(labels))
    assert value == same(total / count if count else 0.0)
    if count == B:
        assert softmax_cross_entropy(logits, np.array(labels))[0] == same(value)


def test_equation_8():
    assert eq.eq8(0.5, 0.3, 0.2, 0.005, 0.1) == same(0.5 + 0.005 * 0.3 + 0.1 * 0.2)


def test_equation_9(rng):
    layers = [rng.standard_normal((2, B, n)) for n in (N, K)]
    total = 0.0
    for (f, g), alpha in zip(layers, (1.0, 0.1), strict=True):
        squares = 0.0
        for b in range(B):
            for i in range(f.shape[1]):
                squares += (f[b, i] - g[b, i]) ** 2
        total += alpha * squares / f.size
    value = eq.eq9([f for f, _ in layers], [g for _, g in layers], (1.0, 0.1))
    assert value == same(total)
    parts = [a * mean_squared(g, f)[0] for (f, g), a in zip(layers, (1.0, 0.1), strict=True)]
    assert sum(parts) == same(total)


def test_equation_10_and_the_discriminators_two_losses(rng):
    s, t = rng.standard_normal((2, B, 1))
    value = mean_over_batch(lambda b: (s[b, 0] - t[b, 0]) ** 2)
    assert eq.eq10(s, t) == same(value)
    assert least_squares(t, s)[0] == same(value)
    for target in (1.0, -1.0):
        value = mean_over_batch(lambda b, target=target: (target - s[b, 0]) ** 2)
        assert eq.eq_dis(s, target) == same(value)
        assert least_squares(s, target)[0] == same(value)


@pytest.mark.parametrize("reduction", ["sum", "mean"])
def test_equation_11(rng, reduction):
    logits, again = rng.standard_normal((2, B, K))
    p, q = softmax(logits), softmax(again)

    def distance(b):
        total = 0.0
        for k in range(K):
            total += (p[b, k] - q[b, k]) ** 2
        return total if reduction == "sum" else total / K

    value = eq.eq11(p, q, reduction=reduction)
    assert value == same(mean_over_batch(distance))
    assert class_probability(again, p, reduction=reduction)[0] == same(value)
