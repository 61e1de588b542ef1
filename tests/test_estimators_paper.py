"""The paper's seven models as one estimator, `avanp.AVA`."""

import numpy as np
import pytest

import avanp
from avanp.ava.exact import ExactRules
from avanp.ava.experiment import evaluate, run_cell
from avanp.ava.groups import to_groups
from avanp.ava.nets import build
from avanp.ava.rules import rules_from_name
from avanp.ava.training import train
from avanp.registry import MODELS, load
from avanp.rng import stream

RULES = ("printed", "program", "exact")


@pytest.fixture(scope="module")
def X():
    return np.random.default_rng(0).random((5, 6, 4, 3)).astype(np.float32)


def make(model, **params):
    params.setdefault("random_state", 0)
    return avanp.AVA(int(model[3]) if model.startswith("AVA") else model, **params)


@pytest.mark.parametrize("rules", RULES)
@pytest.mark.parametrize("model", MODELS)
def test_an_estimator_with_the_sweeps_settings_is_the_sweeps_model(X, model, rules):
    estimator = make(model, rules=rules, lr=0.3, init="zeros", random_state=2).fit(X)
    cell = run_cell(X, load("model", model), rules_from_name(rules), 0.3, 2, draws=2)
    x, nets = to_groups(X, estimator.nets_.config), estimator.nets_
    moments = train(
        build(nets.variant, nets.config, stream(2, "init")), rules_from_name(rules), x, 0.3, 2
    )
    bm, bm_signed, _ = evaluate(nets, moments, x, seed=2, draws=2)
    assert (cell.bm, cell.bm_signed) == (bm, bm_signed)


@pytest.mark.parametrize("model", ["AVA5", "VAE"])
def test_shapes_go_round(X, model):
    m = make(model, lr=0.05).fit(X)
    codes = m.transform(X)
    assert codes.shape == (5, 30)
    assert codes.dtype == np.float32
    assert m.inverse_transform(codes).shape == X.shape
    assert m.sample(7).shape == (7, 6, 4, 3)
    assert m.sample(7, around=X).shape == (7, 6, 4, 3)
    assert 0 <= m.sample(3).min() <= m.sample(3).max() <= 1
    np.testing.assert_array_equal(codes, make(model, lr=0.05).fit_transform(X))


def test_joint_channels_have_one_code_for_all_colours(X):
    m = avanp.AVA("VAE", lr=0.05, channels="joint").fit(X)
    assert m.transform(X).shape == (5, 10)
    assert m.inverse_transform(m.transform(X)).shape == X.shape


def test_grey_images_and_plain_features_are_welcome(X):
    assert avanp.AVA("VAE", lr=0.05).fit(X[..., :1]).sample(2).shape == (2, 6, 4, 1)
    flat = X.reshape(5, -1)
    m = avanp.AVA("VAE", lr=0.05).fit(flat)
    assert m.sample(2).shape == (2, flat.shape[1])
    assert m.inverse_transform(m.transform(flat)).shape == flat.shape


def test_bytes_and_fractions_learn_the_same():
    x = np.random.default_rng(3).integers(0, 256, (4, 5, 5, 3), np.uint8)
    a, b = (make("AVA1", lr=0.1).fit(v).sample(2) for v in (x, x / np.float32(255)))
    np.testing.assert_array_equal(a, b)


def test_exact_training_lowers_its_loss_on_many_passes(X):
    one = avanp.AVA("VAE", rules="exact", lr=0.02, random_state=1).fit(X)
    many = avanp.AVA("VAE", rules="exact", lr=0.02, random_state=1, epochs=60, batch_size=2).fit(X)
    assert loss(many, X) < loss(one, X) - 1


def loss(m, X):
    x = to_groups(X, m.nets_.config)
    r = np.zeros((len(X), 10), np.float32)
    return ExactRules().losses(m.nets_, x, r)["encoder"]


@pytest.mark.parametrize("batch_size", [1, 2, 5])
def test_factored_and_plain_weights_learn_the_same(X, batch_size):
    from dataclasses import replace

    from avanp.ava import nets as nets_module

    config = nets_module.NetConfig(n_pixels=24, init="glorot")
    results = []
    for factored, threshold in ((False, 1 << 16), (True, 1)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(nets_module, "FACTORED_FROM", threshold)
            nets = nets_module.build(
                load("model", "AVA5"),
                replace(config, factored=factored),
                stream(0, "init"),
                np.float64,
            )
        x = to_groups(X.astype(np.float64), config)
        train(nets, rules_from_name("exact"), x, 0.05, 0, epochs=8, batch_size=batch_size)
        z = np.random.default_rng(1).standard_normal((3, 2, 10))
        results.append(nets.decoder.forward(z)[0])
    np.testing.assert_allclose(results[0], results[1], rtol=1e-10)


def test_parameters_are_read_and_set_as_in_scikit_learn():
    m = avanp.AVA(variant=3, rules="printed", lr=0.5)
    params = m.get_params()
    assert (params["variant"], params["rules"], params["lr"]) == (3, "printed", 0.5)
    assert avanp.AVA(**params).get_params() == params
    assert m.set_params(lr=0.1).lr == 0.1
    assert repr(m) == "AVA(variant=3, rules='printed')"
    with pytest.raises(avanp.AvanpError, match="unknown parameter 'rate'"):
        m.set_params(rate=1)


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({"variant": 6}, "variant must be one of 1, 2, 3, 4, 5, 'VAE', 'GAN'"),
        ({"variant": True}, "variant"),
        ({"variant": [1]}, "variant"),
        ({"variant": "AVA1"}, "variant"),
        ({"rules": "real"}, "unknown rules"),
        ({"lr": 0}, "lr"),
        ({"lr": 1.5, "rules": "printed"}, r"\(0, 1\]"),
        ({"lr": float("nan")}, "lr"),
        ({"epochs": 0}, "epochs"),
        ({"batch_size": 2, "rules": "program"}, "batch_size=1"),
        ({"hidden": 2.5}, "hidden"),
        ({"init": "ones"}, "init"),
        ({"channels": "cmyk"}, "channels"),
        ({"activation": "swish"}, "unknown layer 'swish'"),
        ({"slope": -1}, "slope"),
        ({"midpoint": "half"}, "midpoint must be a number"),
        ({"lr": "0.1"}, "lr must be"),
        ({"lr": None}, "lr must be"),
        *(({"random_state": s}, "must be None, a whole number") for s in (-1, 1.5, "0", True)),
    ],
)
def test_bad_parameters_are_named_in_one_line(X, params, says):
    with pytest.raises(avanp.AvanpError, match=says) as error:
        avanp.AVA(**params).fit(X)
    assert "\n" not in str(error.value)


def test_what_is_not_fitted_says_so(X):
    for call in (lambda m: m.transform(X), lambda m: m.sample(1)):
        with pytest.raises(avanp.AvanpError, match="not fitted"):
            call(avanp.AVA("VAE"))


def test_other_shapes_than_the_fitted_are_refused(X):
    m = avanp.AVA("VAE", lr=0.05).fit(X)
    with pytest.raises(avanp.AvanpError, match="6, 4, 3"):
        m.transform(X[:, :5])
    with pytest.raises(avanp.AvanpError, match="codes"):
        m.inverse_transform(np.zeros((2, 29)))
    with pytest.raises(avanp.AvanpError, match="n must be"):
        m.sample(0)


def test_divergence_names_the_weight_and_the_way_out(X):
    with pytest.raises(avanp.AvanpError, match="use a smaller lr"):
        avanp.AVA("VAE", rules="exact", lr=1e40, activation="relu", epochs=20).fit(X)


def test_a_gan_has_no_codes(X):
    m = avanp.AVA("GAN").fit(X)
    for call in (m.transform, m.fit_transform, lambda x: m.sample(2, around=x)):
        with pytest.raises(avanp.AvanpError, match="no encoder"):
            call(X)
    # But its decoder takes codes, one for each colour.
    assert m.inverse_transform(np.zeros((2, 30))).shape == (2, 6, 4, 3)


def test_what_load_images_returns_is_welcome_as_it_is():
    images = avanp.load_images("jungle", size="10x6")
    m = make("VAE", lr=0.05).fit(images)
    np.testing.assert_array_equal(m.transform(images), m.transform(images.as_float()))
    bm = avanp.balance_metric(m.sample(36), images)
    assert bm == avanp.balance_metric(m.sample(36), images.as_float())


@pytest.mark.parametrize(
    ("X", "says"),
    [
        (np.zeros((4, 4, 3)), r"X\[None\]"),
        (np.zeros((0, 4, 4, 3)), "no images"),
        (np.full((2, 4, 4, 3), np.nan), "not finite"),
        (np.full((2, 4, 4, 3), 255.0), "divide bytes by 255"),
        (np.zeros((2, 4, 4, 3), int), "uint8, or floating point"),
        (["a.png"], "must be"),
    ],
)
def test_a_bad_array_says_what_would_be_right(X, says):
    with pytest.raises(avanp.AvanpError, match=says) as error:
        avanp.AVA("VAE").fit(X)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("channels", ["independent", "joint"])
def test_codes_are_the_encoders_mu_and_go_back_through_the_decoder(X, channels):
    m = avanp.AVA("VAE", lr=0.05, channels=channels, epochs=3).fit(X)
    x = to_groups(X, m.nets_.config)
    mu, var, _ = m.nets_.encode(x)
    groups = m.nets_.config.groups
    codes = m.transform(X)
    for n in range(len(X)):
        for g in range(groups):
            np.testing.assert_array_equal(codes[n, 10 * g : 10 * g + 10], mu[g, n])
    decoded, _ = m.nets_.decoder.forward(mu)
    images = m.inverse_transform(codes)
    flat = images.reshape(len(X), 24, 3)
    for n in range(len(X)):
        expected = decoded[:, n].T if groups == 3 else decoded[0, n].reshape(24, 3)
        np.testing.assert_allclose(flat[n], expected, rtol=1e-6)
    # Around images: Eq. 8 with the named stream; from the prior: z itself.
    r = stream(9, "sample").standard_normal((7, 10)).astype(np.float32)
    turn = np.arange(7) % len(X)
    z = mu[:, turn] + np.sqrt(var[:, turn]) * r
    around = m.sample(7, around=X, random_state=9)
    np.testing.assert_allclose(
        around, m.inverse_transform(np.moveaxis(z, 0, 1).reshape(7, -1)), rtol=1e-5
    )
    prior = m.inverse_transform(np.tile(r, (1, groups)))
    np.testing.assert_allclose(m.sample(7, random_state=9), prior, rtol=1e-5)


def test_every_pass_has_new_noise_and_a_new_order_if_asked(X):
    seen = []

    class Recording(ExactRules):
        def step(self, nets, x, r, r2, gamma):
            seen.append((x.copy(), r.copy()))
            return super().step(nets, x, r, r2, gamma)

    avanp.AVA("VAE", rules=Recording(), lr=0.01, epochs=2, shuffle=True, random_state=0).fit(X)
    noise = np.concatenate([r for _, r in seen])
    assert len(np.unique(noise, axis=0)) == 10
    x = to_groups(X, avanp.AVA("VAE", lr=0.01).fit(X).nets_.config)
    orders = [
        [
            next(i for i in range(5) if np.array_equal(x[:, i : i + 1], b))
            for b, _ in seen[k : k + 5]
        ]
        for k in (0, 5)
    ]
    assert all(sorted(order) == list(range(5)) for order in orders)
    assert orders[0] != orders[1]


def test_a_failed_refit_leaves_the_estimator_as_it_was(X):
    m = avanp.AVA(1, lr=0.05, random_state=0).fit(X)
    before = m.sample(2)
    m.set_params(lr=1e40, activation="relu", epochs=20)
    with pytest.raises(avanp.AvanpError, match="diverged"):
        m.fit(X.reshape(5, 4, 6, 3))
    np.testing.assert_array_equal(m.sample(2), before)


def test_numpy_scalars_as_parameters_change_no_bit(X):
    numbers = {"lr": 0.3, "slope": 0.5}
    a, b = (
        avanp.AVA("VAE", random_state=0, **{k: kind(v) for k, v in numbers.items()})
        .fit(X)
        .sample(2)
        for kind in (float, np.float64)
    )
    np.testing.assert_array_equal(a, b)
