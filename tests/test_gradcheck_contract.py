"""What the checker asks of a layer besides its derivative, and when it cannot tell."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from avanp.grad.check import GradientError, check_grad
from avanp.layers.base import Layer
from avanp.losses.kl import kl_variance

pytestmark = pytest.mark.filterwarnings("error")


def some_x(*shape):
    return np.random.default_rng(1).standard_normal(shape or (4, 6))


def problem(target, *inputs, **options):
    with pytest.raises(GradientError) as error:
        check_grad(target, *inputs, **options)
    report = error.value.report
    assert not report.ok
    assert report.error == np.inf
    assert str(error.value).endswith(report.problem)
    return report.problem


class Scale(Layer):
    """y = a x, right in everything; each test breaks one thing."""

    def __init__(self):
        super().__init__()
        self.params = {"a": np.array([1.5])}

    def forward(self, x, *, train=False, rng=None):
        return self.params["a"] * x, [{"x": x.copy()}]

    def backward(self, dy, cache, *, wrt="both"):
        dx = None if wrt == "params" else self.params["a"] * dy
        grads = {} if wrt == "input" else {"a": np.array([np.vdot(dy, cache[0]["x"])])}
        return dx, grads


def broken(change):
    """Return a `Scale` whose backward pass is ``change(layer, dy, cache, wrt, dx, grads)``."""

    class Broken(Scale):
        def backward(self, dy, cache, *, wrt="both"):
            return change(self, dy, cache, wrt, *Scale.backward(self, dy, cache, wrt=wrt))

    return Broken()


def test_a_layer_that_keeps_the_contract_passes():
    assert check_grad(Scale(), some_x()).ok


def test_a_dx_that_nobody_asked_for_is_named():
    def always_dx(layer, dy, cache, wrt, dx, grads):
        return layer.params["a"] * dy, grads

    assert "backward(wrt='params') returns a dx" in problem(broken(always_dx), some_x())


def test_gradients_that_nobody_asked_for_are_named():
    def always_grads(layer, dy, cache, wrt, dx, grads):
        return dx, {"a": np.array([np.vdot(dy, cache[0]["x"])])}

    found = problem(broken(always_grads), some_x())
    assert "backward(wrt='input') returns gradients of parameters" in found


@pytest.mark.parametrize("size", [1e-11, 1.0])
def test_a_dx_that_depends_on_what_is_asked_is_named(size):
    def other_dx(layer, dy, cache, wrt, dx, grads):
        return (dx * (1 + size) if wrt == "input" else dx), grads

    found = problem(broken(other_dx), some_x())
    assert found == "dx is another with wrt='input' than with wrt='both'"


def test_a_dx_of_another_shape_or_none_at_all_is_another():
    for change in (lambda dx: None, np.ravel):

        def other_dx(layer, dy, cache, wrt, dx, grads, change=change):
            return (change(dx) if wrt == "input" else dx), grads

        assert "dx is another" in problem(broken(other_dx), some_x())


def test_gradients_that_depend_on_what_is_asked_are_named():
    def other_value(layer, dy, cache, wrt, dx, grads):
        return dx, {key: g * (2 if wrt == "params" else 1) for key, g in grads.items()}

    def none_alone(layer, dy, cache, wrt, dx, grads):
        return dx, {} if wrt == "params" else grads

    found = problem(broken(other_value), some_x())
    assert found == "the gradient of 'a' is another with wrt='params' than with 'both'"
    assert "gradients of other parameters with wrt='params'" in problem(
        broken(none_alone), some_x()
    )


def test_rounding_may_differ():
    def rounded(layer, dy, cache, wrt, dx, grads):
        return (dx * (1 + 1e-15) if wrt == "input" else dx), grads

    assert check_grad(broken(rounded), some_x()).ok


@pytest.mark.parametrize("asked", ["both", "input", "params"])
@pytest.mark.parametrize("what", ["dy", "its cache", "the parameter 'a'"])
def test_a_backward_pass_that_writes_into_what_it_is_given_is_named(what, asked):
    def writes(layer, dy, cache, wrt, dx, grads):
        written = {"dy": dy, "its cache": cache[0]["x"], "the parameter 'a'": layer.params["a"]}
        if wrt == asked:
            written[what] *= 2
        return dx, grads

    found = problem(broken(writes), some_x())
    assert found == f"backward(wrt={asked!r}) writes into {what}: leave it as it is"


def test_a_forward_pass_that_writes_into_x_is_named():
    class InPlace(Scale):
        def forward(self, x, *, train=False, rng=None):
            y, cache = super().forward(x)
            x *= 0
            return y, cache

    assert problem(InPlace(), some_x()) == "forward writes into its input: leave x as it is"


def test_a_backward_pass_that_writes_into_x_or_y_is_named():
    class Keeps(Scale):
        def forward(self, x, *, train=False, rng=None):
            y, cache = super().forward(x)
            self.kept = {"x": x, "y": y}
            return y, cache

        def backward(self, dy, cache, *, wrt="both"):
            self.kept[self.spoilt] += 1
            return super().backward(dy, cache, wrt=wrt)

    for spoilt in ("x", "y"):
        layer = Keeps()
        layer.spoilt = spoilt
        assert f"backward(wrt='both') writes into {spoilt}" in problem(layer, some_x())


def test_a_loss_that_writes_into_its_arguments_is_named():
    def loss(y, target):
        y -= target
        return 0.5 * float((y**2).sum()), y.copy()

    assert "the function writes into its arguments" in problem(loss, some_x(), some_x() + 1)


def test_a_layers_state_is_put_back():
    class Moving(Scale):
        def __init__(self):
            super().__init__()
            self.state = {"mean": np.array([3.0])}

        def forward(self, x, *, train=False, rng=None):
            self.state["mean"] += 0.1
            return super().forward(x)

    layer = Moving()
    check_grad(layer, some_x(), train=True)
    assert_array_equal(layer.state["mean"], [3.0])


# What rounding hides


def beside(constant, factor=1.0):
    """Return a loss of sin beside a large constant; its gradient is `factor` times the right."""

    def loss(x):
        return constant + np.sin(x).sum(), factor * np.cos(x)

    return loss


@pytest.mark.parametrize("factor", [1.0, 1 + 1e-4, 1.01, 2.0])
def test_beside_a_constant_of_1e8_nothing_is_called_right(factor):
    report = check_grad(beside(1e8, factor), some_x(), raise_on_fail=False)
    assert not report.ok
    # A factor of 2 is seen to be wrong; the others might be rounding.
    assert bool(report.problem) == (factor < 1.01)
    if report.problem:
        assert report.problem.startswith("cannot tell whether the gradient of 'x' is right")
        assert "subtract a constant from f, or scale it" in report.problem


@pytest.mark.parametrize("constant", [0.0, 1.0, 1e2, 1e4, 1e6])
def test_up_to_1e6_errors_of_a_thousandth_are_seen_and_right_gradients_pass(constant):
    assert check_grad(beside(constant), some_x()).ok
    report = check_grad(beside(constant, 1.001), some_x(), raise_on_fail=False)
    assert not report.ok
    assert not report.problem


@given(st.floats(0, 11), st.floats(-8, -0.1), st.sampled_from([-1, 1]))
def test_no_wrong_gradient_passes_by_more_than_a_hundred_tolerances(constant, wrong, sign):
    loss = beside(10**constant, 1 + sign * 10**wrong)
    report = check_grad(loss, some_x(), raise_on_fail=False)
    if report.ok:
        assert 10**wrong < 1e-4


def test_a_gradient_said_to_be_zero_is_wrong_where_differences_see_one():
    for constant in (0.0, 1e4, 1e8):
        report = check_grad(beside(constant, 0.0), some_x(), raise_on_fail=False)
        assert not report.ok
        assert not report.problem
        assert report.worst[0].analytic == 0


def test_without_the_constant_or_with_a_larger_step_and_tol_the_check_can_tell():
    assert "cannot tell" in problem(beside(1e9), some_x())
    assert check_grad(beside(0.0), some_x()).ok
    assert check_grad(beside(1e9), some_x(), step=1e-2, tol=1e-4).ok


def test_a_gradient_of_tiny_size_is_not_called_right_unseen():
    def loss(x):
        return 1e-11 * np.sin(x).sum(), 1e-11 * np.cos(x)

    assert "cannot tell" in problem(loss, some_x())
    assert check_grad(lambda x: tuple(1e11 * part for part in loss(x)), some_x()).ok


def test_the_array_that_cannot_be_told_is_named():
    def loss(large, small):
        value = 1e3 * np.sin(large).sum() + 1e-6 * np.sin(small).sum()
        return value, 1e3 * np.cos(large), 1e-6 * np.cos(small)

    assert "the gradient of 'small'" in problem(loss, some_x(1, 2), some_x(2, 3))


@pytest.mark.parametrize("constant", [0.0, 1.0, 1e8])
def test_a_stationary_point_passes_beside_any_constant(constant):
    def loss(x):
        return constant + 0.5 * ((x - 0.3) ** 2).sum(), x - 0.1 * 3

    # 0.1 * 3 is not 0.3: a gradient of rounding only.
    assert loss(np.full(3, 0.3))[1].any()
    assert check_grad(loss, np.full(3, 0.3)).ok
    assert check_grad(lambda x: (constant, np.zeros_like(x)), some_x()).ok


def test_a_kink_that_no_element_meets_alone_is_guessed_at():
    def loss(x):
        # A kink between x and what all elements together are moved to.
        over = x.sum() - 200.0005
        return max(float(over), 0.0), np.full_like(x, float(over > 0))

    report = check_grad(loss, np.ones(200), raise_on_fail=False)
    assert not report.ok
    assert str(report).endswith("each element alone is right: does a kink, as of a ReLU, lie near?")


# Small arrays


@pytest.mark.parametrize("size", [1.0, 1e-2, 1e-4, 1e-6])
def test_small_variances_stay_in_their_domain_and_errors_in_them_are_seen(size):
    var = size * np.random.default_rng(2).uniform(0.3, 1.0, (4, 6))
    assert check_grad(kl_variance, some_x(), var).ok

    def wrong(mu, var):
        value, dmu, dvar = kl_variance(mu, var)
        return value, dmu, dvar * 1.001

    report = check_grad(wrong, some_x(), var, raise_on_fail=False)
    assert not report.ok
    assert {row.array for row in report.worst} == {"var"}


def test_the_table_gives_derivatives_of_small_arrays_as_they_are():
    def half(x):
        return np.sin(x).sum(), 0.5 * np.cos(x)

    report = check_grad(half, 1e-3 * some_x(), raise_on_fail=False)
    for row in report.worst:
        assert row.analytic == pytest.approx(0.5, rel=1e-4)
        assert row.numeric == pytest.approx(1.0, rel=1e-4)


def test_arrays_of_zeros_are_moved_by_whole_steps():
    seen = set()

    def loss(x):
        seen.add(float(np.abs(x).max()))
        return float(np.sin(x).sum()), np.cos(x)

    assert check_grad(loss, np.zeros((2, 3))).ok
    assert max(seen) > 1e-5
