"""VAE, GAN, VAEGAN and AVA1-AVA5 as estimators."""

import subprocess
import sys

import numpy as np
import pytest

import avanp
from avanp.rng import stream
from avanp.systems import build
from avanp.systems.auto import follows_images
from avanp.systems.find import find
from avanp.training.trainer import Trainer

ENCODING = ("VAE", "VAEGAN", "AVA1", "AVA2", "AVA3", "AVA4", "AVA5")
EVERY = (*ENCODING, "GAN")
SMALL = {"widths": (16,), "latent": 3, "epochs": 2, "batch_size": 8, "random_state": 0}


@pytest.fixture(scope="module")
def X():
    return np.random.default_rng(0).random((20, 6, 4, 3)).astype(np.float32)


@pytest.fixture(scope="module")
def table():
    return np.random.default_rng(1).normal(size=(30, 5))


def make(name, **params):
    return getattr(avanp, name)(**{**SMALL, **params})


@pytest.mark.parametrize("name", EVERY)
def test_an_estimator_is_its_system_trained_by_the_trainer(X, name):
    system = build(name, shape=(6, 4, 3), widths=(16,), latent=3, seed=5)
    rows = Trainer(system, batch_size=8, seed=5).fit(X, 2)
    m = make(name, random_state=5).fit(X)
    assert m.system_.config == system.config
    for key, array in system.parameters().items():
        np.testing.assert_array_equal(m.system_.parameters()[key], array)
    assert [row["epoch"] for row in m.history_] == [row["epoch"] for row in rows] == [1, 2]
    expected = system.generate(4, stream(9, "sample"))
    np.testing.assert_array_equal(m.sample(4, random_state=9), expected)


@pytest.mark.parametrize("name", EVERY)
def test_the_defaults_are_the_systems_own(name):
    config = find(name).config_class(shape=(4, 4, 1))
    params = getattr(avanp, name)().get_params()
    # What None stands for, and what follows the images.
    assert (config.widths, params.pop("widths")) == ((400,), None)
    assert (config.batch_norm, params.pop("batch_norm")) == (False, None)
    automatic = {k for k, v in params.items() if v == "auto"}
    following = {k for k in vars(config).keys() - {"widths"} if follows_images(name, k)}
    assert automatic == {"epochs", "batch_size"} | following
    params = {k: getattr(config, k, v) if v == "auto" else v for k, v in params.items()}
    shared = {k: v for k, v in vars(config).items() if k in params}
    assert shared == {k: v for k, v in params.items() if k in shared}
    left = {"epochs", "batch_size", "random_state", "patience", "validation_fraction"}
    left |= {"verbose", "warm_start"}
    assert set(params) - set(shared) <= left
    assert set(vars(config)) - set(shared) - {"classes"} == {"shape", "widths", "batch_norm"}


@pytest.mark.parametrize("arch", ["mlp", "conv"])
@pytest.mark.parametrize("name", ENCODING)
def test_images_go_round(X, name, arch):
    m = make(name, arch=arch).fit(X)
    codes = m.transform(X)
    assert codes.shape == (20, 3)
    assert codes.dtype == np.float32
    np.testing.assert_array_equal(codes, m.system_.encode(X)[0])
    assert m.inverse_transform(codes).shape == X.shape
    np.testing.assert_array_equal(m.reconstruct(X), m.inverse_transform(codes))
    assert m.sample(7).shape == (7, 6, 4, 3)
    assert 0 <= m.sample(3).min() <= m.sample(3).max() <= 1
    np.testing.assert_array_equal(codes, make(name, arch=arch).fit_transform(X))
    assert np.isfinite(m.score(X))
    assert (m.n_features_in_, m.image_shape_, m.n_iter_) == (72, (6, 4, 3), 2)


def test_the_score_is_minus_the_loss_of_one_draw(X):
    m = make("VAE").fit(X)
    x = X.astype(np.float64)
    mu, logvar = m.system_.encode(X)
    eps = stream(0, "eval").standard_normal((20, 3), dtype=np.float32)
    p = m.inverse_transform(mu + np.exp(logvar / 2) * eps).astype(np.float64)
    log_likelihood = (x * np.log(p) + (1 - x) * np.log(1 - p)).sum((1, 2, 3))
    kl = 0.5 * (mu**2 + np.exp(logvar) - 1 - logvar).sum(1)
    assert m.score(X) == pytest.approx((log_likelihood - kl).mean(), rel=1e-5)
    assert isinstance(m.score(X), float)


def test_more_epochs_give_a_higher_score():
    # Images that a code of 3 can tell apart.
    x = np.random.default_rng(2).random((4, 8, 8, 1)).round().astype(np.float32)
    x = x[np.arange(64) % 4]
    scores = [make("VAE", epochs=n, lr=1e-2).fit(x).score(x) for n in (1, 30)]
    assert scores[1] > scores[0] + 10


def test_a_gan_has_no_codes_but_a_decoder(X):
    m = make("GAN").fit(X)
    for absent in ("transform", "fit_transform", "reconstruct", "score"):
        assert not hasattr(m, absent)
    assert m.inverse_transform(np.zeros((2, 3))).shape == (2, 6, 4, 3)
    assert m.sample(5).shape == (5, 6, 4, 3)


def test_any_real_table_is_welcome(table):
    m = avanp.VAE(pixel_range="real", likelihood="gaussian", **SMALL).fit(table)
    assert m.transform(table).shape == (30, 3)
    assert m.reconstruct(table).shape == m.sample(30).shape == table.shape
    assert (m.n_features_in_, m.image_shape_) == (5, (5,))
    whole = (10 * table).astype(int)
    again = avanp.VAE(pixel_range="real", likelihood="gaussian", **SMALL).fit(whole.tolist())
    assert again.sample(2).shape == (2, 5)


def test_a_table_of_a_line_is_learned():
    # Rows on a line through the origin: one unit of code tells them apart.
    t = np.random.default_rng(0).normal(size=(200, 1))
    x = t * [[1.0, -2.0, 0.5]]
    m = avanp.VAE(
        pixel_range="real", likelihood="gaussian", latent=1, widths=(32,), epochs=60,
        batch_size=20, lr=1e-2,
    ).fit(x)  # fmt: skip
    assert abs(np.corrcoef(m.transform(x)[:, 0], t[:, 0])[0, 1]) > 0.98
    assert ((m.reconstruct(x) - x) ** 2).mean() < 0.2 * x.var()


def test_bytes_and_fractions_learn_the_same():
    x = np.random.default_rng(3).integers(0, 256, (12, 5, 5, 1), np.uint8)
    a, b = (make("VAE").fit(v).sample(2) for v in (x, x / np.float32(255)))
    np.testing.assert_array_equal(a, b)


def test_what_load_images_returns_is_welcome_as_it_is():
    images = avanp.load_images("jungle", size="10x6")
    m = make("VAE").fit(images)
    np.testing.assert_array_equal(m.transform(images), m.transform(images.as_float()))
    wide = make("VAE", pixel_range="real", likelihood="gaussian").fit(images.with_range(-1, 1))
    assert wide.sample(2).shape == (2, 6, 10, 3)
    with pytest.raises(avanp.AvanpError, match="Negative values"):
        m.transform(images.with_range(-1, 1))


@pytest.mark.parametrize("name", EVERY)
def test_one_seed_gives_one_result_and_touches_no_global_stream(X, name):
    np.random.seed(3)  # noqa: NPY002
    before = np.random.get_state()[1].tobytes()  # noqa: NPY002
    a, b, c = (make(name, random_state=seed).fit(X) for seed in (4, 4, 5))
    for array, same in zip(
        a.system_.parameters().values(), b.system_.parameters().values(), strict=True
    ):
        assert array.tobytes() == same.tobytes()
    assert a.sample(3).tobytes() == b.sample(3).tobytes() != c.sample(3).tobytes()
    assert a.sample(3, random_state=1).tobytes() != a.sample(3).tobytes()
    assert np.random.get_state()[1].tobytes() == before  # noqa: NPY002


def test_a_second_fit_starts_anew(X):
    m = make("AVA1").fit(X)
    first = m.sample(2)
    np.testing.assert_array_equal(m.fit(X).sample(2), first)


def test_patience_stops_early_and_holds_out_a_share(X):
    m = make("VAE", epochs=500, patience=2, validation_fraction=0.25, lr=1e-2).fit(X)
    assert m.n_iter_ == len(m.history_) < 500
    losses = [row["validation.loss"] for row in m.history_]
    # The last two were no better, and the weights are the best's.
    assert np.argmin(losses) == len(losses) - 3
    held = X[stream(0, "data").permutation(20)[:5]]
    assert -m.score(held) == pytest.approx(min(losses), rel=1e-6)


def test_the_best_weights_come_back_where_the_epochs_end_before_the_patience(X):
    m = make("VAE", epochs=12, patience=100, validation_fraction=0.25, lr=0.3).fit(X)
    losses = [row["validation.loss"] for row in m.history_]
    assert np.argmin(losses) < len(losses) - 1
    held = X[stream(0, "data").permutation(20)[:5]]
    assert -m.score(held) == pytest.approx(min(losses), rel=1e-6)


def test_all_images_are_trained_on_without_patience(X):
    m = make("VAE", batch_size=1, epochs=1).fit(X)
    assert m.history_[0]["step"] == 20
    assert "validation.loss" not in m.history_[0]
    m = make("VAE", batch_size=1, epochs=1, patience=1, validation_fraction=0.11).fit(X)
    assert m.history_[0]["step"] == 17


@pytest.mark.parametrize("suffix", [".npz", ".safetensors"])
@pytest.mark.parametrize("name", ["VAE", "GAN", "VAEGAN", "AVA5"])
def test_a_saved_estimator_is_the_same_when_loaded(X, tmp_path, name, suffix):
    m = make(name, random_state=3, lr=np.float32(1e-3), batch_norm=True).fit(X)
    m.save(tmp_path / f"m{suffix}")
    again = type(m).load(tmp_path / f"m{suffix}")
    assert again.get_params() == m.get_params()
    assert (again.n_features_in_, again.image_shape_) == (72, (6, 4, 3))
    np.testing.assert_array_equal(again.sample(3), m.sample(3))
    if name != "GAN":
        np.testing.assert_array_equal(again.transform(X), m.transform(X))


def test_a_table_stays_a_table_on_disk(table, tmp_path):
    m = avanp.AVA1(pixel_range="real", **SMALL).fit(table)
    m.save(tmp_path / "m.npz")
    again = avanp.AVA1.load(tmp_path / "m.npz")
    np.testing.assert_array_equal(again.reconstruct(table), m.reconstruct(table))


def test_what_a_trainer_saved_loads_as_an_estimator(X, tmp_path):
    system = build("VAE", shape=(6, 4, 3), widths=(16,), latent=3, seed=7)
    trainer = Trainer(system, batch_size=8, about={"data": "noise"})
    trainer.fit(X, 1)
    trainer.save(tmp_path / "c.npz")
    m = avanp.VAE.load(tmp_path / "c.npz")
    assert (m.widths, m.latent, m.random_state) == ((16,), 3, 7)
    np.testing.assert_array_equal(m.reconstruct(X), system.reconstruct(X))


def test_a_file_of_another_model_says_whose_it_is(X, tmp_path):
    make("GAN").fit(X).save(tmp_path / "g.npz")
    with pytest.raises(avanp.AvanpError, match="holds a GAN, not a VAE"):
        avanp.VAE.load(tmp_path / "g.npz")
    (tmp_path / "g.npz").write_bytes(b"PK not really")
    with pytest.raises(avanp.AvanpError) as error:
        avanp.VAE.load(tmp_path / "g.npz")
    assert "\n" not in str(error.value)
    with pytest.raises(avanp.AvanpError, match="cannot read"):
        avanp.VAE.load(tmp_path / "none.npz")
    with pytest.raises(avanp.AvanpError, match="not fitted"):
        avanp.VAE().save(tmp_path / "v.npz")


def test_parameters_are_read_and_set_as_in_scikit_learn():
    m = avanp.VAE(beta=4.0, widths=(64, 32))
    assert m.get_params()["beta"] == 4.0
    assert avanp.VAE(**m.get_params()).get_params() == m.get_params()
    assert m.set_params(lr=0.1) is m
    assert m.lr == 0.1
    assert repr(m) == "VAE(widths=(64, 32), lr=0.1, beta=4.0)"
    assert repr(avanp.GAN()) == "GAN()"
    with pytest.raises(avanp.AvanpError, match="unknown parameter 'rate'"):
        m.set_params(lr=0.7, rate=1)
    assert m.lr == 0.1
    with pytest.raises(TypeError):
        avanp.VAE("mlp")


def test_a_constructor_stores_and_fit_looks(X):
    m = avanp.VAE(epochs=-1, arch="cnn")
    assert m.epochs == -1
    with pytest.raises(avanp.AvanpError, match="epochs"):
        m.fit(X)
    assert not hasattr(m, "system_")


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({"arch": "cnn"}, "unknown arch 'cnn': choose from mlp, conv"),
        ({"latent": 0}, "latent must be"),
        ({"widths": (0,)}, "widths must be"),
        ({"widths": 5}, "widths must be"),
        ({"epochs": 0}, "epochs must be"),
        ({"epochs": 1.5}, "epochs must be"),
        ({"batch_size": "8"}, "batch_size must be"),
        ({"lr": 0}, "lr must be"),
        ({"lr": float("nan")}, "lr must be"),
        ({"lr": np.array([0.1])}, "lr must be"),
        ({"optimiser": "adamax"}, "unknown optimiser"),
        ({"likelihood": "poisson"}, "unknown likelihood"),
        ({"pixel_range": "bytes"}, "unknown pixel_range"),
        ({"pixel_range": "real", "likelihood": "bernoulli"}, "needs likelihood='gaussian'"),
        ({"beta": -1}, "beta must be"),
        ({"patience": 0}, "patience must be"),
        ({"patience": 1, "validation_fraction": 1}, "validation_fraction"),
        ({"patience": 1, "validation_fraction": 0.99}, "n_samples = 20 is too few"),
        ({"random_state": -1}, "random_state must be"),
        ({"random_state": "0"}, "random_state must be"),
    ],
)
def test_bad_parameters_are_named_in_one_line(X, params, says):
    with pytest.raises(avanp.AvanpError, match=says) as error:
        avanp.VAE(**params).fit(X)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "params", "says"),
    [
        ("GAN", {"loss": "hinge"}, "unknown loss 'hinge'"),
        ("VAEGAN", {"tap": 3}, "tap must be"),
        ("VAEGAN", {"weight": 2}, "weight must be"),
        ("AVA3", {"non_saturating": "yes"}, "non_saturating must be"),
    ],
)
def test_each_model_checks_its_own(X, name, params, says):
    with pytest.raises(avanp.AvanpError, match=says):
        make(name, **params).fit(X)


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (np.zeros((4, 4, 3)), r"X\[None\]"),
        (np.zeros(4), "Reshape your data"),
        (np.float32(1), "must be"),
        (np.zeros((0, 4, 4, 3)), "no images"),
        (np.zeros((2, 0, 4, 3)), "no pixels"),
        (np.zeros((3, 0)), r"0 feature\(s\)"),
        (np.full((2, 4, 4, 3), np.nan), "not finite"),
        (np.full((2, 4, 4, 3), 255.0), "divide bytes by 255"),
        (np.full((2, 4, 4, 3), -0.1), "Negative values in data"),
        (np.zeros((2, 4, 4, 3), int), "uint8, or floating point"),
        (np.zeros((2, 4), complex), "Complex data not supported"),
        (np.array([["a"]]), "must be"),
        (np.array([["a"]], dtype=object), "numbers"),
        (np.array([[0.5, type("NAType", (), {})()]], dtype=object), r"missing values \(pd\.NA\)"),
    ],
)
def test_a_bad_array_says_what_would_be_right(bad, says):
    with pytest.raises(avanp.AvanpError, match=says) as error:
        avanp.VAE().fit(bad)
    assert "\n" not in str(error.value)


def test_a_real_array_is_finite_in_float32_and_never_bytes_of_an_image():
    m = avanp.VAE(pixel_range="real", likelihood="gaussian", **SMALL)
    with pytest.raises(avanp.AvanpError, match="not finite in float32"):
        m.fit(np.full((2, 3), 1e300))
    with pytest.raises(avanp.AvanpError, match="floats, not bytes"):
        m.fit(np.zeros((2, 4, 4, 1), np.uint8))


def test_other_shapes_than_the_fitted_are_refused(X, table):
    m = make("VAE").fit(X)
    with pytest.raises(avanp.AvanpError, match="6, 4, 3"):
        m.transform(X[:, :5])
    with pytest.raises(avanp.AvanpError, match=r"codes must be \(n, 3\)"):
        m.inverse_transform(np.zeros((2, 29)))
    for n in (0, 1.5, True):
        with pytest.raises(avanp.AvanpError, match="n must be"):
            m.sample(n)
    with pytest.raises(avanp.AvanpError, match="random_state must be"):
        m.sample(1, random_state="0")
    m = avanp.AVA1(pixel_range="real", **SMALL).fit(table)
    with pytest.raises(avanp.AvanpError, match="X has 4 features, but AVA1 is expecting 5"):
        m.score(table[:, :4])


@pytest.mark.parametrize("name", EVERY)
def test_what_is_not_fitted_says_so(X, name):
    m = make(name)
    calls = [lambda: m.sample(1), lambda: m.inverse_transform(np.zeros((1, 3)))]
    if name != "GAN":
        calls += [lambda f=f: f(X) for f in (m.transform, m.reconstruct, m.score)]
    for call in calls:
        with pytest.raises(avanp.AvanpError, match=f"this {name} is not fitted yet"):
            call()


def test_divergence_names_net_and_term_and_the_way_out(X, table):
    with pytest.raises(avanp.AvanpError, match="use a smaller lr"):
        make("VAE", lr=1e30, epochs=5).fit(X)
    m = avanp.VAE(pixel_range="real", likelihood="gaussian", **SMALL)
    with pytest.raises(avanp.AvanpError, match="or scale X, which goes up to"):
        m.fit(1e6 * table)


def test_a_failed_refit_leaves_the_estimator_as_it_was(X):
    m = make("AVA1").fit(X)
    before, params = m.sample(2), m.get_params()
    with pytest.raises(avanp.AvanpError):
        m.set_params(lr=1e30, epochs=5).fit(X.reshape(20, 4, 6, 3))
    m.set_params(**params)
    np.testing.assert_array_equal(m.sample(2), before)
    assert m.n_iter_ == 2


def test_numpy_scalars_as_parameters_change_no_bit(X):
    scalars = {"lr": np.float64(0.01), "latent": np.int64(3), "widths": [np.int32(16)]}
    a = make("VAE", **scalars).fit(X).sample(2)
    b = make("VAE", lr=0.01).fit(X).sample(2)
    np.testing.assert_array_equal(a, b)


def test_x_is_left_as_it_is(X):
    x = X.copy()
    x.flags.writeable = False
    make("VAEGAN", batch_norm=True).fit(x).transform(x)
    np.testing.assert_array_equal(x, X)


def test_batch_norm_needs_more_than_one_image(X):
    with pytest.raises(avanp.AvanpError, match="one sample"):
        make("VAE", batch_norm=True).fit(X[:1])
    assert make("VAE").fit(X[:1]).sample(1).shape == (1, 6, 4, 3)


def test_estimators_work_where_scikit_learn_is_not_installed():
    code = (
        "import sys; sys.modules['sklearn'] = None\n"
        "import numpy as np, avanp\n"
        "X = np.zeros((4, 2, 2, 1), np.uint8)\n"
        "print(avanp.VAE(epochs=1, widths=(4,)).fit(X).transform(X).shape)\n"
        "try: avanp.GAN().sample(1)\n"
        "except avanp.AvanpError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.splitlines() == [
        "(4, 20)",
        "this GAN is not fitted yet: call fit(X) first",
    ], done.stderr


@pytest.mark.parametrize("shape", [(20, 3, 32, 32), (20, 1, 8, 5)])
@pytest.mark.parametrize("name", ["VAE", "GAN", "AVA"])
def test_channels_first_are_refused_with_the_way_to_turn_them(name, shape):
    with pytest.raises(avanp.AvanpError) as error:
        getattr(avanp, name)().fit(np.zeros(shape, np.uint8))
    says = f"X of shape {shape} looks like channels first: X.transpose(0, 2, 3, 1)"
    assert str(error.value) == says


def test_images_three_pixels_high_are_not_taken_for_channels_first():
    assert make("VAE").fit(np.zeros((8, 3, 5, 3), np.uint8)).image_shape_ == (3, 5, 3)


def test_the_folder_of_a_training_loads_too(X, tmp_path):
    system = build("VAE", shape=(6, 4, 3), widths=(16,), latent=3, seed=5)
    Trainer(system, batch_size=8, out=tmp_path / "vae").fit(X, 1)
    m = avanp.VAE.load(tmp_path / "vae")
    np.testing.assert_array_equal(
        m.sample(2, random_state=1), system.generate(2, stream(1, "sample"))
    )
    (tmp_path / "empty").mkdir()
    with pytest.raises(avanp.AvanpError, match=r"has no checkpoint.npz"):
        avanp.VAE.load(tmp_path / "empty")
