"""The checker of derivatives: it passes right ones, and catches errors planted on purpose."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from avanp import registry
from avanp.errors import AvanpError
from avanp.grad import cases as gradcases
from avanp.grad.check import GradientError, check_grad
from avanp.grad.scalar import check_scalar
from avanp.layers.base import Layer

pytestmark = pytest.mark.filterwarnings("error")


def asked(wrt, dx, grads):
    """What a backward pass returns of its gradients."""
    return None if wrt == "params" else dx, {} if wrt == "input" else grads


class Affine(Layer):
    """y = x W^T + b, whose backward pass each test spoils in its own way."""

    def __init__(self, n_in=6, n_out=6, spoil=lambda dx, grads: (dx, grads), dtype=np.float64):
        rng = np.random.default_rng(0)
        self.params = {
            "W": rng.standard_normal((n_out, n_in)).astype(dtype),
            "b": rng.standard_normal(n_out).astype(dtype),
        }
        self.spoil = spoil

    def forward(self, x, *, train=False, rng=None):
        return x @ self.params["W"].T + self.params["b"], x

    def backward(self, dy, cache, *, wrt="both"):
        dx, grads = dy @ self.params["W"], {"W": dy.T @ cache, "b": dy.sum(axis=0)}
        return asked(wrt, *self.spoil(dx, grads))


class Elementwise(Layer):
    """y = f(x) with the derivative it is told."""

    def __init__(self, f, derivative):
        super().__init__()
        self.f, self.derivative = f, derivative

    def forward(self, x, *, train=False, rng=None):
        return self.f(x), x

    def backward(self, dy, cache, *, wrt="both"):
        return asked(wrt, dy * self.derivative(cache), {})


class BatchNorm(Layer):
    """(x - mean) / sd over the batch, with the variance's term of the derivative or without."""

    def __init__(self, variance_term):
        super().__init__()
        self.variance_term = variance_term

    def forward(self, x, *, train=False, rng=None):
        sd = x.std(axis=0)
        y = (x - x.mean(axis=0)) / sd
        return y, (y, sd)

    def backward(self, dy, cache, *, wrt="both"):
        y, sd = cache
        dx = dy - dy.mean(axis=0)
        if self.variance_term:
            dx = dx - y * (dy * y).mean(axis=0)
        return asked(wrt, dx / sd, {})


class Factored:
    def __init__(self, left, right):
        self.left, self.right = left, right

    def to_array(self):
        return self.left.T @ self.right


def some_x(*shape):
    return np.random.default_rng(1).standard_normal(shape or (4, 6))


def caught(target, *inputs, **options):
    with pytest.raises(GradientError) as error:
        check_grad(target, *inputs, **options)
    return error.value


def with_weight_gradient(change):
    return Affine(spoil=lambda dx, grads: (dx, {**grads, "W": change(grads["W"])}))


def test_a_right_layer_passes_and_says_how_well():
    report = check_grad(Affine(), some_x())
    assert report.ok
    assert report.name == "Affine"
    assert report.error < 1e-8
    assert report.worst == ()
    assert str(report).startswith("Affine: gradient right, relative error ")


def test_a_right_function_passes():
    assert check_grad(lambda y, t: (float(((y - t) ** 2).sum()), 2 * (y - t)), some_x(), 0.5).ok


@pytest.mark.parametrize("step", [1e-3, 1e-4, 1e-5])
@pytest.mark.parametrize("size", [1e-9, 1.0, 1e9])
def test_right_gradients_pass_and_wrong_ones_fail_whatever_their_size(size, step):
    x = some_x()
    assert check_grad(lambda x: (size * np.exp(x).sum(), size * np.exp(x)), x, step=step).ok
    wrong = caught(lambda x: (size * np.exp(x).sum(), size * 1.001 * np.exp(x)), x, step=step)
    assert 0.0005 < wrong.report.error < 0.002


def test_a_true_zero_passes_and_an_invented_gradient_does_not():
    def sum_of_softmax(x):  # always 1, but for rounding
        return (np.exp(x) / np.exp(x).sum()).sum()

    x = some_x()
    assert len({sum_of_softmax(x + 1e-4 * some_x() * t) for t in range(50)}) > 1
    assert check_grad(lambda x: (sum_of_softmax(x), np.zeros_like(x)), x).ok
    caught(lambda x: (sum_of_softmax(x), np.full_like(x, 1e-3)), x)


def test_a_value_that_is_left_over_from_large_terms_is_not_held_to_their_rounding():
    arrays = {"a": some_x()}

    def f():
        return float((1e8 + np.sin(arrays["a"])).sum() - 24e8)

    def passes(gradient, scale):
        options = {"tol": 1e-4, "step": 1e-3, "scale": scale, "raise_on_fail": False}
        return check_scalar(f, arrays, {"a": gradient}, **options).ok

    assert not passes(np.cos(arrays["a"]), scale=0.0)
    assert passes(np.cos(arrays["a"]), scale=24e8)
    assert not passes(-np.cos(arrays["a"]), scale=24e8)


def test_a_factored_weight_gradient_is_multiplied_out():
    class FactoredAffine(Affine):
        def backward(self, dy, cache, *, wrt="both"):
            grads = {"W": Factored(dy, cache), "b": dy.sum(axis=0)}
            return asked(wrt, dy @ self.params["W"], grads)

    class Halved(FactoredAffine):
        def backward(self, dy, cache, *, wrt="both"):
            dx, grads = super().backward(dy, cache)
            return asked(wrt, dx, {**grads, "W": Factored(0.5 * dy, cache)})

    assert check_grad(FactoredAffine(), some_x()).ok
    assert {row.array for row in caught(Halved(), some_x()).report.worst} == {"W"}


def test_a_wrong_sign_is_caught():
    error = caught(Elementwise(np.sin, lambda x: -np.cos(x)), some_x())
    assert {row.array for row in error.report.worst} == {"input"}
    for row in error.report.worst:
        assert row.analytic == pytest.approx(-row.numeric)
        assert row.error == pytest.approx(2.0)


def test_a_missing_term_is_caught():
    caught(Elementwise(lambda x: x + 0.01 * x**3, lambda x: np.ones_like(x)), some_x())


def test_a_factor_of_two_is_caught_and_named():
    error = caught(with_weight_gradient(lambda dw: 2 * dw), some_x())
    row = error.report.worst[0]
    assert row.array == "W"
    assert row.analytic == pytest.approx(2 * row.numeric)
    assert row.error == pytest.approx(0.5)


def test_a_transpose_is_caught_though_the_shape_fits():
    error = caught(with_weight_gradient(lambda dw: dw.T.copy()), some_x())
    assert {row.array for row in error.report.worst} == {"W"}


def test_a_transposed_weight_in_dx_is_caught():
    layer = Affine()
    layer.spoil = lambda dx, grads: (dx @ layer.params["W"].T @ layer.params["W"], grads)
    assert {row.array for row in caught(layer, some_x()).report.worst} == {"input"}


@pytest.mark.parametrize("batch", [1, 3])
def test_a_wrong_batch_reduction_is_caught_unless_the_batch_is_one(batch):
    def loss(y):
        return 0.5 * (y**2).sum() / len(y), y

    x = some_x(batch, 6)
    assert check_grad(loss, x, raise_on_fail=False).ok == (batch == 1)


def test_one_wrong_element_of_a_large_array_is_found():
    def loss(w):
        gradient = np.cos(w)
        gradient[123, 45] += 0.05
        return np.sin(w).sum(), gradient

    error = caught(loss, some_x(200, 500))
    row = error.report.worst[0]
    assert (row.array, row.index) == ("w", (123, 45))
    assert row.analytic - row.numeric == pytest.approx(0.05)
    assert error.report.worst[1].error < 1e-6
    assert "w            [123, 45] " in str(error)


def test_an_error_that_a_cotangent_of_ones_would_hide_is_caught():
    x = some_x(8, 5)
    ones = np.ones((8, 5))
    right, wrong = BatchNorm(variance_term=True), BatchNorm(variance_term=False)
    # For ones the two derivatives are the same: both are zero.
    _, cache = right.forward(x)
    assert np.abs(right.backward(ones, cache)[0] - wrong.backward(ones, cache)[0]).max() < 1e-15
    assert check_grad(right, x).ok
    assert caught(wrong, x).report.error > 0.01


def test_an_error_in_a_small_gradient_is_not_hidden_by_a_large_one():
    def loss(large, small):
        value = 1e6 * np.sin(large).sum() + 1e-1 * np.sin(small).sum()
        return value, 1e6 * np.cos(large), 2e-1 * np.cos(small)

    # Rounding of the value, 1e6, would swamp it at the usual step.
    error = caught(loss, some_x(1, 2), some_x(2, 3), step=1e-2, tol=1e-4)
    assert {row.array for row in error.report.worst} == {"small"}


def test_missing_and_extra_gradients_are_named():
    missing = Affine(spoil=lambda dx, grads: (dx, {"W": grads["W"]}))
    assert "Affine: no gradient was returned for 'b'" in str(caught(missing, some_x()))
    extra = Affine(spoil=lambda dx, grads: (dx, {**grads, "c": dx}))
    assert "a gradient was returned for 'c', not there" in str(caught(extra, some_x()))
    no_dx = Affine(spoil=lambda dx, grads: (None, grads))
    assert "no gradient was returned for 'input'" in str(caught(no_dx, some_x()))


def test_wrong_shapes_and_dtypes_are_named():
    column = Affine(spoil=lambda dx, grads: (dx, {**grads, "b": grads["b"][:, None]}))
    message = "the gradient of 'b' has shape (6, 1), not (6,)"
    assert message in str(caught(column, some_x()))
    single = with_weight_gradient(lambda dw: dw.astype(np.float32))
    assert "the gradient of 'W' is float32, not float64" in str(caught(single, some_x()))
    narrow = Elementwise(lambda x: x.astype(np.float32), np.ones_like)
    assert "forward turns float64 into float32" in str(caught(narrow, some_x()))


def test_a_nan_is_a_failure():
    error = caught(
        Elementwise(np.sin, lambda x: np.where(x > x.max() - 1e-9, np.nan, np.cos(x))), some_x()
    )
    assert error.report.error == np.inf
    assert np.isnan(error.report.worst[0].analytic)


def test_what_is_no_loss_is_named():
    assert "must return (value, *gradients)" in str(caught(lambda x: x, some_x()))
    assert "must return (value, *gradients)" in str(caught(lambda x: (x, x), some_x()))
    assert "returns 2 gradients of 1 inputs" in str(caught(lambda x: (1.0, x, x), some_x()))
    assert "returns 0 gradients of 1 inputs" in str(caught(lambda x: (1.0,), some_x()))


def test_without_raising_the_report_holds_the_same():
    layer = with_weight_gradient(lambda dw: -dw)
    report = check_grad(layer, some_x(), raise_on_fail=False)
    assert not report.ok
    assert report == caught(layer, some_x()).report
    assert len(report.worst) == 5
    errors = [row.error for row in report.worst]
    assert errors == sorted(errors, reverse=True)
    misshapen = check_grad(Affine(spoil=lambda dx, g: (dx.T, g)), some_x(), raise_on_fail=False)
    assert not misshapen.ok
    assert misshapen.error == np.inf
    assert misshapen.problem == "the gradient of 'input' has shape (6, 4), not (4, 6)"


def test_the_message_is_a_table_with_the_worst_element_first():
    lines = str(caught(with_weight_gradient(lambda dw: 2 * dw), some_x())).splitlines()
    assert lines[0].startswith("Affine: gradient wrong, relative error ")
    assert lines[0].endswith(" > 1e-06")
    assert lines[1].split() == ["array", "index", "analytic", "numeric", "error"]
    assert len(lines) == 7
    assert all(line.startswith("W            [") for line in lines[2:])


@pytest.mark.parametrize("spoil", [lambda dx, g: (dx, g), lambda dx, g: (-dx, g)])
def test_parameters_and_inputs_are_what_they_were_bit_for_bit(spoil):
    layer, x = Affine(spoil=spoil), some_x()
    arrays = [*layer.params.values(), x]
    before = [a.copy() for a in arrays]
    check_grad(layer, x, raise_on_fail=False)
    for array, old in zip(arrays, before, strict=True):
        assert_array_equal(array, old)


def test_parameters_are_put_back_where_the_layer_raises():
    layer = Affine()
    before = {key: array.copy() for key, array in layer.params.items()}

    def forward(x, *, train=False, rng=None):
        if not np.array_equal(layer.params["W"], before["W"]):
            raise RuntimeError("moved")
        return Affine.forward(layer, x)

    layer.forward = forward
    with pytest.raises(RuntimeError, match="moved"):
        check_grad(layer, some_x())
    for key, old in before.items():
        assert_array_equal(layer.params[key], old)


def test_a_noisy_layer_sees_the_same_noise_in_every_pass_and_the_train_flag():
    class Dropout(Layer):
        def forward(self, x, *, train=False, rng=None):
            mask = rng.random(x.shape) < 0.5 if train else np.ones(x.shape, bool)
            masks.append(mask)
            return x * mask, mask

        def backward(self, dy, cache, *, wrt="both"):
            return asked(wrt, dy * cache, {})

    layer = Dropout()
    for train in (True, False):
        masks = []
        assert check_grad(layer, some_x(), train=train).ok
        assert all(np.array_equal(mask, masks[0]) for mask in masks)
        assert masks[0].all() != train


def test_one_seed_gives_one_report_and_another_seed_another():
    first, again, other = (check_grad(Affine(), some_x(), seed=s).error for s in (0, 0, 1))
    assert first == again != other


def test_arguments_without_gradients_are_left_alone():
    def loss(y, target):
        seen.add(target.tobytes())
        return float((y * target).sum()), target.copy()

    seen = set()
    assert check_grad(loss, some_x(), some_x(4, 6) + 1).ok
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("call", "what"),
    [
        (
            lambda: check_grad(Affine(dtype=np.float32), some_x()),
            "float64 arrays, and 'W' is float32",
        ),
        (lambda: check_grad(Affine(), some_x(), some_x()), "one input for a layer, not 2"),
        (lambda: check_grad(3, some_x()), "a layer or a function, not int"),
        (lambda: check_grad(Affine(), "six"), "inputs that convert to float64"),
        (lambda: check_grad(Affine(), some_x(), tol=0.0), "must be positive, not 0.0 and 0.0001"),
        (lambda: check_scalar(float, {}, {}), "no arrays to check a gradient of"),
        (lambda: check_scalar(float, {"a": [1.0]}, {}), "float64 arrays, and 'a' is a list"),
    ],
)
def test_what_cannot_be_checked_is_named_in_one_line(call, what):
    with pytest.raises(AvanpError, match=what):
        call()


def test_a_scalar_function_of_arrays_read_in_place_is_checked():
    arrays = {"a": some_x(2, 3), "b": some_x(3, 2).T}  # one of them not contiguous
    before = {key: array.copy() for key, array in arrays.items()}

    def f():
        return float((arrays["a"] ** 2 * arrays["b"]).sum())

    gradients = {"a": 2 * arrays["a"] * arrays["b"], "b": arrays["a"] ** 2}
    assert check_scalar(f, arrays, gradients, name="model").ok
    with pytest.raises(GradientError, match=r"^model: gradient wrong"):
        check_scalar(f, arrays, {**gradients, "b": arrays["a"]}, name="model")
    for key, old in before.items():
        assert_array_equal(arrays[key], old)


REGISTERED = [*registry.LAYERS, *registry.LOSSES]
ROWS = [*gradcases.CASES, *gradcases.SCALAR_CASES]


def test_everything_registered_with_a_derivative_has_a_row():
    assert set(REGISTERED) <= set(ROWS)


def test_names_are_unique_across_kinds():
    assert len(set(REGISTERED)) == len(REGISTERED)
    assert len(set(ROWS)) == len(ROWS)


@pytest.fixture(scope="module")
def all_reports():
    return gradcases.run()


@pytest.mark.parametrize("name", ROWS)
def test_every_row_passes(name, all_reports):
    report = all_reports[ROWS.index(name)]
    assert report.ok, str(report)


def test_all_rows_are_run_where_none_is_named(all_reports):
    assert [report.name for report in all_reports] == ROWS
    assert gradcases.run(["dense"]) == [all_reports[ROWS.index("dense")]]


@pytest.mark.parametrize(
    ("name", "like"), [("rely", " (did you mean relu?)"), ("AVA6", ""), ("foo", "")]
)
def test_an_unknown_row_is_an_error_that_names_those_like_it_and_how_to_list_all(name, like):
    with pytest.raises(AvanpError) as error:
        gradcases.run(["relu", name])
    assert str(error.value) == f"no gradient check {name!r}{like}: avanp gradcheck --list names all"


def test_a_wrong_row_is_reported_and_the_others_still_run(monkeypatch):
    wrong = Elementwise(np.sin, np.sin)
    monkeypatch.setitem(gradcases.CASES, "relu", lambda rng: (wrong, (some_x(),)))
    reports = gradcases.run(["tanh", "relu", "elu"])
    assert [(report.name, report.ok) for report in reports] == [
        ("tanh", True),
        ("relu", False),
        ("elu", True),
    ]


def test_a_models_row_is_checked_against_its_stated_loss(monkeypatch):
    def case(rng):
        w = rng.standard_normal(3)
        return lambda: float((w**2).sum()), {"w": w}, {"w": 3 * w}

    monkeypatch.setitem(gradcases.SCALAR_CASES, "cubic", case)
    (report,) = gradcases.run(["cubic"])
    assert (report.name, report.ok) == ("cubic", False)


@pytest.mark.parametrize("train", [False, True])
@pytest.mark.parametrize("name", list(registry.LAYERS))
def test_every_layer_returns_only_what_is_asked_for(name, train):
    layer, (x,) = gradcases.CASES[name](np.random.default_rng(0))
    y, cache = layer.forward(x, train=train, rng=np.random.default_rng(2))
    dy = np.random.default_rng(1).standard_normal(y.shape)
    dx, grads = layer.backward(dy, cache)
    assert set(grads) == set(layer.params)
    only_dx, nothing = layer.backward(dy, cache, wrt="input")
    assert_array_equal(only_dx, dx)
    assert nothing == {}
    none, only_grads = layer.backward(dy, cache, wrt="params")
    assert none is None
    assert set(only_grads) == set(grads)


def test_a_right_gradient_passes_at_a_stationary_point():
    def half_square(y, target):
        return 0.5 * np.sum((y - target) ** 2), y - target

    for shape in ((3,), (2, 3)):
        assert check_grad(half_square, np.ones(shape), np.ones(shape)).ok


def test_a_layer_without_params_is_told_what_to_derive_from():
    class Square:
        def forward(self, x):
            return x * x

        def backward(self, dy):
            return dy

    with pytest.raises(AvanpError, match=r"derive it from avanp\.layers\.base\.Layer"):
        check_grad(Square(), np.ones(3))
