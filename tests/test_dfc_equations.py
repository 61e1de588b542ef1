"""The equations of the DFC-VAE paper against literal loops over scalars."""

import math

import numpy as np
import pytest

from avanp.dfc import equations as eq
from avanp.errors import AvanpError
from avanp.layers.conv import Conv2d
from avanp.layers.max_pool import MaxPool2d
from avanp.layers.relu import ReLU
from avanp.layers.sequential import Sequential
from avanp.losses.feature import FeatureLoss

B, H, W, C, K = 2, 3, 4, 2, 5
same = lambda x: pytest.approx(x, rel=1e-12)  # noqa: E731


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def squares(one, other):
    """The sum of squared differences of each image, by loops."""
    totals = []
    for b in range(one.shape[0]):
        total = 0.0
        for h in range(one.shape[1]):
            for w in range(one.shape[2]):
                for c in range(one.shape[3]):
                    total += (one[b, h, w, c] - other[b, h, w, c]) ** 2
        totals.append(total)
    return totals


def test_equation_1():
    assert eq.eq1(3.0, 0.25) == 3.25


def test_equation_2(rng):
    x, again = rng.random((B, H, W, C)), rng.uniform(0.1, 0.9, (B, H, W, C))
    mu, logvar = rng.standard_normal((2, B, K))
    total = 0.0
    for b in range(B):
        for h in range(H):
            for w in range(W):
                for c in range(C):
                    p, t = again[b, h, w, c], x[b, h, w, c]
                    total -= (t * math.log(p) + (1 - t) * math.log(1 - p)) / C
        for k in range(K):
            var = math.exp(logvar[b, k])
            total += 0.5 * (mu[b, k] ** 2 + var - 1 - math.log(var))
    assert eq.eq2(x, again, mu, logvar) == same(total / B)


@pytest.mark.parametrize(
    ("reduction", "factor"),
    [("half_mean", 1 / (2 * H * W * C)), ("mean", 1 / (H * W * C)), ("sum", 1)],
)
def test_equation_3(rng, reduction, factor):
    features, again = rng.standard_normal((2, B, H, W, C))
    expected = factor * sum(squares(features, again)) / B
    assert eq.eq3(features, again, reduction) == same(expected)


def test_equation_3_is_as_printed_where_nothing_is_said(rng):
    features, again = rng.standard_normal((2, 1, H, W, C))
    assert eq.eq3(features, again) == same(squares(features, again)[0] / (2 * W * H * C))
    with pytest.raises(AvanpError, match="choose from half_mean, mean, sum"):
        eq.eq3(features, again, "max")


def test_equation_4():
    total = 0.0
    for layer in (0.5, 0.25, 2.0):
        total += layer
    assert eq.eq4([0.5, 0.25, 2.0]) == total


def test_equation_5():
    assert eq.eq5(3.0, 7.0, w_perc=0.5, w_kl=2.0) == 0.5 * 3 + 2 * 7


def test_equation_6():
    value = eq.eq6(11.0, 3.0, 7.0, w_rec=0.25, w_perc=0.5, w_kl=2.0)
    assert value == 0.25 * 11 + 0.5 * 3 + 2 * 7
    assert eq.eq6(11.0, 3.0, 7.0, w_rec=0, w_perc=0.5, w_kl=2.0) == eq.eq5(
        3.0, 7.0, w_perc=0.5, w_kl=2.0
    )


def test_equation_7(rng):
    z, noise = rng.standard_normal((2, B, K))
    altered = eq.eq7(z, noise, 0.3)
    for b in range(B):
        for k in range(K):
            assert altered[b, k] == same(z[b, k] + 0.3 * noise[b, k])
    np.testing.assert_array_equal(eq.eq7(z, noise, 0), z)


@pytest.mark.parametrize("reduction", eq.REDUCTIONS)
def test_the_loss_that_is_trained_is_equations_3_and_4(rng, reduction):
    layers = [Conv2d(C, 3, 3, rng=rng, dtype=np.float64), ReLU(), MaxPool2d()]
    net = Sequential([*layers, Conv2d(3, 4, 3, rng=rng, dtype=np.float64), ReLU()])
    x, again = rng.random((2, B, H, W, C))
    value, _ = FeatureLoss(net, (1, 4), (1, 1), reduction=reduction)(again, x)
    taps = [net.forward_taps(images, (1, 4))[1] for images in (x, again)]
    layer = [eq.eq3(taps[0][tap], taps[1][tap], reduction) for tap in (1, 4)]
    assert value == same(eq.eq4(layer))
