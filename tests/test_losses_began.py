"""The equations of the BEGAN v3 paper against literal loops over scalars, and M and collapse."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avanp.layers.elu import ELU
from avanp.layers.leaky_relu import LeakyReLU
from avanp.losses import began as eq
from avanp.losses.kl import kl_logvar
from avanp.losses.reconstruction import frobenius, l1, mean_squared
from avanp.metrics.collapse import Watch, collapsed, k_drop, loss_of_diversity, watch
from avanp.metrics.convergence import convergence, units

B, N, K = 3, 5, 4
REAL, FAKE_D, FAKE_G, KT, LC, ALPHA, GAMMA, RATE = 0.7, 0.3, 0.4, 0.2, 0.6, 0.1, 0.5, 0.01
same = lambda x: pytest.approx(x, rel=1e-12, abs=1e-15)  # noqa: E731


@pytest.fixture
def arrays():
    rng = np.random.default_rng(5)
    shapes = {"v": N, "again": N, "mu": K, "logvar": K, "z": K, "code": K}
    return {name: rng.standard_normal((B, n)) for name, n in shapes.items()}


def mean_over(one, other, f):
    """The mean of f over two arrays' elements, by a loop."""
    total = 0.0
    for b in range(one.shape[0]):
        for i in range(one.shape[1]):
            total += f(one[b, i], other[b, i])
    return total / one.size


@pytest.mark.parametrize(("eta", "loss"), [(1, l1), (2, mean_squared)])
def test_equation_1(arrays, eta, loss):
    v, again = arrays["v"], arrays["again"]
    expected = mean_over(v, again, lambda a, b: abs(a - b) ** eta)
    assert eq.eq1(v, again, eta) == same(expected)
    assert loss(again, v)[0] == same(expected)


def test_equation_5():
    assert eq.eq5(REAL, FAKE_D) == (same(0.7 - 0.3), same(-(0.7 - 0.3)))


def test_equation_6():
    assert eq.eq6(REAL, FAKE_D) == same(0.4)
    assert eq.eq6(0.3, 0.3) == 0


def test_equation_7():
    assert eq.eq7(0.8, 0.4) == same(0.5)


def clipped(k):
    return 0.0 if k < 0 else 1.0 if k > 1 else k


@pytest.mark.parametrize(("printed", "sign"), [(False, 1), (True, -1)])
def test_equation_8(printed, sign):
    ld, lg, k = eq.eq8(REAL, FAKE_D, FAKE_G, KT, gamma=GAMMA, rate=RATE, printed=printed)
    assert ld == same(0.7 - 0.2 * 0.3)
    assert lg == same(0.4)
    assert k == same(0.2 + sign * 0.01 * (0.5 * 0.7 - 0.4))


def test_equation_9():
    lg, ld = eq.eq9(REAL, FAKE_D, FAKE_G, KT, LC, ALPHA)
    assert lg == same(0.4)
    assert ld == same(0.7 - 0.2 * 0.3 + 0.1 * 0.6)


def test_equation_10_for_the_constraint(arrays):
    z, code = arrays["z"], arrays["code"]
    expected = mean_over(z, code, lambda a, b: abs(a - b))
    assert eq.eq10_constraint(z, code) == same(expected)
    assert l1(code, z)[0] == same(expected)


@settings(deadline=None)
@given(*[st.floats(0, 1)] * 3, st.floats(0, 1), st.floats(0, 100), st.booleans())
def test_equation_10_for_k(k, real, fake, gamma, rate, printed):
    sign = -1 if printed else 1
    expected = clipped(k + sign * rate * (gamma * real - fake))
    got = eq.eq10_k(k, real, fake, gamma=gamma, rate=rate, printed=printed)
    assert got == same(expected)
    assert 0 <= got <= 1


def test_k_drives_the_balance_to_gamma_and_with_the_printed_sign_stays_at_zero():
    """A G whose images D reconstructs the worse the larger k is."""
    for printed in (False, True):
        k, real = 0.0, 0.5
        for _ in range(5000):
            fake = real * (0.1 + 2 * k)
            k = eq.eq10_k(k, real, fake, gamma=GAMMA, rate=RATE, printed=printed)
        assert eq.eq7(real, fake) == pytest.approx(0.1 if printed else GAMMA, abs=1e-6)
        assert (k == 0) == printed


def literal_kl(mu, logvar):
    total = 0.0
    for b in range(B):
        for i in range(K):
            m, s2 = mu[b, i], math.exp(logvar[b, i])
            total += 0.5 * (m * m + s2 - 1 - math.log(s2))
    return total / B


def test_equation_18(arrays):
    mu, logvar = arrays["mu"], arrays["logvar"]
    assert eq.eq18(1.5, mu, logvar) == same(1.5 + literal_kl(mu, logvar))
    assert kl_logvar(mu, logvar)[0] == same(literal_kl(mu, logvar))


def test_equation_19(arrays):
    mu, logvar = arrays["mu"], arrays["logvar"]
    entropy = cross = 0.0
    for b in range(B):
        for i in range(K):
            m, s2 = mu[b, i], math.exp(logvar[b, i])
            entropy += 0.5 * math.log(2 * math.pi * math.e * s2) / B
            cross += 0.5 * (math.log(2 * math.pi) + m * m + s2) / B
    assert eq.eq19(1.5, mu, logvar) == same(1.5 - entropy + cross)
    assert eq.eq19(1.5, mu, logvar) == pytest.approx(eq.eq18(1.5, mu, logvar), rel=1e-12)


def test_equation_20(arrays):
    mu, logvar = arrays["mu"], arrays["logvar"]
    real, fake = literal_kl(mu, logvar), literal_kl(logvar, mu)
    assert eq.eq20(real, fake, KT) == same(real - 0.2 * fake)
    # What a system adds up: the second with a negative weight.
    parts = kl_logvar(mu, logvar)[0] + kl_logvar(logvar, mu, weight=-KT)[0]
    assert parts == same(real - 0.2 * fake)


def test_equation_21():
    expected = ((0.7 - 0.2 * 0.3) + 1.1) / 2 + 0.1 * 0.6
    assert eq.eq21(REAL, FAKE_D, 1.1, KT, LC, ALPHA) == same(expected)


@pytest.mark.parametrize("scale", [0.2, 1.0])
def test_equations_22_and_23(scale):
    z = np.array([[-3.0, -0.5, 0.0, 1e-9, 2.0, 800.0]])
    leaky, elu = eq.eq22(z, 0.2), eq.eq23(z, scale)
    for i, v in enumerate(z[0]):
        assert leaky[0, i] == same(max(v, 0) + 0.2 * min(v, 0))
        # (e^v overflows at 800, where the second term is 0.)
        assert elu[0, i] == same(max(v, 0) + (min(scale * (math.exp(v) - 1), 0) if v < 9 else 0))
    np.testing.assert_allclose(LeakyReLU(0.2).forward(z)[0], leaky, rtol=1e-12)
    np.testing.assert_allclose(ELU(scale).forward(z)[0], elu, rtol=1e-12)


# M, and the signs of collapse


def test_m_worked_by_hand():
    assert convergence(0.4, 0.1, 0.5) == pytest.approx(0.4 + 0.1)
    assert convergence(0.4, 0.2, 0.5) == 0.4


def test_the_units_of_an_error_worked_by_hand():
    assert units(np.array([[3.0, -1.0], [0.0, 0.0]])) == (1.0, math.sqrt(10) / 2)


def test_the_l2_of_began_cs_is_the_root_mean_square_in_another_unit():
    y, x = np.random.default_rng(0).standard_normal((2, 16, 8, 8, 3))
    assert frobenius(y, x)[0] == pytest.approx(units(y - x).rms * math.sqrt(8 * 8 * 3 / 16))


def test_a_k_that_falls_below_half_its_recent_top_has_dropped():
    assert k_drop([0, 0.1, 0.2, 0.15, 0.09, 0.0], 4) == 4
    assert k_drop([0, 0.1, 0.2, 0.15, 0.1, 0.1], 4) is None
    assert k_drop([0.2, 0.18, 0.16, 0.14, 0.12, 0.1, 0.08], 3) is None


def test_a_k_that_never_passed_two_hundredths_cannot_drop():
    assert k_drop([0, 0.02, 0.0, 0.019, 0.0], 5) is None
    assert k_drop([0, 0.021, 0.0], 5) == 2
    assert k_drop([], 5) is None


def test_diversity_is_lost_where_it_had_been_there():
    assert loss_of_diversity([0.05, 0.1, 0.4, 0.31, 0.29, 0.6]) == 4
    assert loss_of_diversity([0.05, 0.1, 0.2]) is None
    assert loss_of_diversity([0.05, 0.3, float("nan")]) == 2
    assert collapsed(0.299)
    assert not collapsed(0.3)


def test_both_signs_are_watched():
    assert watch([0, 0.1, 0.04], [0.5, 0.2], 3) == Watch(2, 1)
    assert watch([0, 0.1, 0.2], [0.5, 0.4], 3) == Watch(None, None)
