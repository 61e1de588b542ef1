"""Estimators in everyday use: bytes of any range, tables with names, seeds, pipelines, training."""

import os
import pickle
import signal
import subprocess
import sys
import warnings

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

import avanp
from avanp.evaluation.codes import images_of

SMALL = {"widths": (16,), "latent": 3, "epochs": 2, "batch_size": 8, "random_state": 0}

BEGAN = {"arch": "mlp", "width": 8, "epochs": 2, "random_state": 0}


@pytest.fixture(scope="module")
def X():
    return np.random.default_rng(0).random((20, 6, 5, 1)).astype(np.float32)


def weights_of(m):
    return {key: array.copy() for key, array in m.system_.parameters().items()}


def assert_same(a, b):
    assert a.keys() == b.keys()
    for key in a:
        np.testing.assert_array_equal(a[key], b[key])


@pytest.mark.parametrize("most", [1, 15, 16])
@pytest.mark.parametrize("estimator", [avanp.VAE(**SMALL), avanp.AVA(1), avanp.GAN(**SMALL)])
def test_bytes_whose_white_is_not_255_are_refused_with_the_ways_out(estimator, most):
    x = np.arange(12 * 36).reshape(12, 6, 6, 1).astype(np.uint8) % (most + 1)
    with pytest.raises(avanp.AvanpError, match=f"is above {most}, and bytes are divided by 255"):
        estimator.fit(x)
    with pytest.raises(avanp.AvanpError, match="uint8"):
        estimator.fit(x.reshape(12, -1))
    estimator.fit(x / most)
    # One dark image is nothing strange.
    with pytest.warns(UserWarning, match=f"is above {most}"):
        estimator._check(x[:1])


def test_true_and_false_are_white_and_black():
    x = np.random.default_rng(0).random((10, 5, 5, 1)) > 0.5
    a, b = (avanp.VAE(**SMALL).fit(v) for v in (x, x.astype(np.float32)))
    np.testing.assert_array_equal(a.transform(x), b.transform(x))


def test_images_without_a_channel_axis_are_grey(X, tmp_path):
    flat = X[..., 0]
    m, same = avanp.VAE(**SMALL).fit(flat), avanp.VAE(**SMALL).fit(X)
    assert_same(weights_of(m), weights_of(same))
    assert m.image_shape_ == (6, 5)
    assert m.sample(2).shape == (2, 6, 5)
    np.testing.assert_array_equal(m.transform(flat), m.transform(X))
    m.save(tmp_path / "m.npz")
    assert avanp.load(tmp_path / "m.npz").reconstruct(flat).shape == flat.shape
    assert avanp.AVA(1).fit(flat).sample(3).shape == (3, 6, 5)


@pytest.mark.parametrize("make", [lambda: avanp.VAE(**SMALL), lambda: avanp.AVA(1)])
def test_columns_of_a_data_frame_are_those_of_fit(make, tmp_path):
    pd = pytest.importorskip("pandas")
    table = pd.DataFrame(np.random.default_rng(0).random((20, 3)), columns=["a", "b", "c"])
    m = make().fit(table)
    np.testing.assert_array_equal(m.feature_names_in_, ["a", "b", "c"])
    with pytest.raises(ValueError, match="must be in the same order as they were in fit"):
        m.transform(table[["b", "a", "c"]])
    with pytest.raises(ValueError, match=r"unseen at fit time:\n- d\n.*now missing:\n- c\n"):
        m.transform(table.rename(columns={"c": "d"}))
    with pytest.warns(UserWarning, match="does not have valid feature names, but"):
        m.transform(table.to_numpy())
    with pytest.warns(UserWarning, match="was fitted without feature names"):
        m.fit(table.to_numpy()).transform(table)
    assert not hasattr(m, "feature_names_in_")
    with pytest.raises(TypeError, match="string names"):
        m.fit(table.rename(columns={"c": 3}))
    if isinstance(m, avanp.VAE):
        m.fit(table).save(tmp_path / "m.npz")
        np.testing.assert_array_equal(avanp.load(tmp_path / "m.npz").feature_names_in_, [*"abc"])


@pytest.mark.parametrize("estimator", [avanp.VAE(**SMALL), avanp.AVA(1, hidden=8, latent=2)])
def test_scikit_learns_checks_of_names_and_containers_pass(estimator):
    pytest.importorskip("pandas")
    from sklearn.utils import estimator_checks as checks

    model = make_pipeline(MinMaxScaler(), estimator)[-1]
    for check in (
        checks.check_transformer_get_feature_names_out,
        checks.check_transformer_get_feature_names_out_pandas,
        checks.check_set_output_transform,
        checks.check_set_output_transform_pandas,
        checks.check_global_output_transform_pandas,
    ):
        # They scale by StandardScaler.
        real = {"pixel_range": "real", "likelihood": "gaussian"}
        if isinstance(model, avanp.VAE):
            check(type(model).__name__, avanp.VAE(**{**SMALL, **real}))
        else:
            names = ("pandas" in check.__name__) * ["a", "b", "c"]
            table = np.random.default_rng(0).random((9, 3))
            model.fit(table)
            assert len(model.get_feature_names_out(names or None)) == 2


def test_what_transform_returns_can_be_a_data_frame(X):
    pd = pytest.importorskip("pandas")
    m = avanp.VAE(**SMALL).fit(X)
    codes = m.set_output(transform="pandas").transform(X)
    assert isinstance(codes, pd.DataFrame)
    assert list(codes.columns) == ["vae0", "vae1", "vae2"] == list(m.get_feature_names_out())
    np.testing.assert_array_equal(m.set_output(transform="default").transform(X), codes)
    with pytest.raises(avanp.AvanpError, match="unknown container 'arrow': choose from default"):
        m.set_output(transform="arrow")


def random_states():
    return [None, np.random.RandomState(3), np.random.default_rng(3)]


@pytest.mark.parametrize("make", [lambda **p: avanp.VAE(**{**SMALL, **p}), avanp.AVA])
def test_random_state_has_scikit_learns_meaning(X, make):
    m = make(random_state=5).fit(X)
    np.testing.assert_array_equal(m.sample(3), m.sample(3))
    for state in random_states():
        m.set_params(random_state=state)
        assert not np.array_equal(m.sample(3), m.sample(3))
    # One that is given draws on.
    for kind in (np.random.RandomState, np.random.default_rng):
        one, other = kind(7), kind(7)
        first = m.sample(2, random_state=one)
        np.testing.assert_array_equal(first, m.sample(2, random_state=other))
        assert not np.array_equal(first, m.sample(2, random_state=one))
    states = [np.random.RandomState(1) for _ in "ab"]
    a, b = (make(random_state=one).fit(X).sample(1, random_state=0) for one in states)
    np.testing.assert_array_equal(a, b)
    np.random.seed(4)  # noqa: NPY002
    a = make(random_state=None).fit(X).sample(2)
    np.random.seed(4)  # noqa: NPY002
    np.testing.assert_array_equal(a, make(random_state=None).fit(X).sample(2))
    assert not np.array_equal(a, make(random_state=None).fit(X).sample(2))


def test_the_commonest_pipeline_gives_scores_and_a_warning():
    rng = np.random.default_rng(0)
    y = np.arange(60) % 2
    x = rng.normal(size=(60, 4)) + 3 * y[:, None]
    model = make_pipeline(MinMaxScaler(), avanp.VAE(**SMALL), LogisticRegression())
    with pytest.warns(UserWarning, match=r"X has values in \[.*\], .* fitted to \[0, 1\]"):
        scores = cross_val_score(model, x, y, cv=5)
    assert np.isfinite(scores).all()
    # Clipped, and not refused: as behind a scaler that clips.
    clipping = make_pipeline(MinMaxScaler(clip=True), avanp.VAE(**SMALL), LogisticRegression())
    np.testing.assert_array_equal(scores, cross_val_score(clipping, x, y, cv=5))


def test_messages_for_tables_speak_of_tables():
    x = StandardScaler().fit_transform(np.random.default_rng(0).normal(size=(20, 3)))
    wanted = "MinMaxScaler.*pixel_range='real' for columns of any numbers.*StandardScaler"
    with pytest.raises(avanp.AvanpError, match=wanted):
        avanp.VAE(**SMALL).fit(x)
    # And what is advised is enough.
    assert avanp.VAE(pixel_range="real", **SMALL).fit(x).reconstruct(x).shape == x.shape
    with pytest.raises(avanp.AvanpError, match="pixel_range='real' for columns"):
        avanp.GAN(**SMALL).fit(x)
    with pytest.raises(avanp.AvanpError, match="MinMaxScaler") as error:
        avanp.AVA(1).fit(x)
    assert "pixel_range" not in str(error.value)


def test_images_far_out_of_range_are_refused_where_a_table_is_clipped(X):
    m = avanp.VAE(**SMALL).fit(X)
    for bad in (2 * X - 1, 255 * X):
        with pytest.raises(avanp.AvanpError, match=r"X must have values in \[0, 1\]"):
            m.transform(bad)
    with pytest.warns(UserWarning, match="clipped"):
        near = m.transform(1.1 * X - 0.05)
    np.testing.assert_array_equal(near, m.transform(np.clip(1.1 * X - 0.05, 0, 1)))


def test_bytes_under_real_and_a_rate_too_large_give_one_advice(X):
    x = (255 * X).astype(np.uint8)
    with pytest.raises(avanp.AvanpError, match="floats, not bytes: give X / 255"):
        avanp.VAE(pixel_range="real", likelihood="gaussian", **SMALL).fit(x)
    with pytest.raises(avanp.AvanpError, match="use a smaller lr") as error:
        avanp.VAE(**{**SMALL, "epochs": 9}, lr=1e30).fit(x)
    assert "scale X" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("learning_rate", "lr"),
        ("latent_dim", "latent"),
        ("max_iter", "epochs"),
        ("seed", "random_state"),
        ("hidden_layer_sizes", "widths"),
        ("optimizer", "optimiser"),
        ("batch", "batch_size"),
        ("bata", "beta"),
    ],
)
def test_other_libraries_names_are_understood_enough_to_suggest_ours(name, meant):
    says = rf"'{name}' \(did you mean {meant}\?\)"
    with pytest.raises(TypeError, match=f"VAE has no parameter {says}"):
        avanp.VAE(**{name: 1})
    with pytest.raises(avanp.AvanpError, match=f"unknown parameter {says}"):
        avanp.VAE().set_params(**{name: 1})


def test_so_many_partial_fits_are_a_fit_also_over_a_file(X, tmp_path):
    whole = avanp.VAE(**{**SMALL, "epochs": 4}).fit(X)
    parts = avanp.VAE(**SMALL)
    for _ in range(3):
        parts.partial_fit(X)
    parts.save(tmp_path / "m.npz")
    parts = avanp.load(tmp_path / "m.npz")
    assert (parts.n_iter_, len(parts.history_)) == (3, 3)
    parts.partial_fit(X)
    assert_same(weights_of(parts), weights_of(whole))
    same = [{k: v for k, v in row.items() if k != "seconds"} for row in whole.history_]
    assert same == [{k: v for k, v in row.items() if k != "seconds"} for row in parts.history_]


def test_a_warm_start_goes_on_and_a_cold_one_begins_anew(X):
    warm = avanp.VAE(**SMALL, warm_start=True).fit(X).fit(X)
    assert_same(weights_of(warm), weights_of(avanp.VAE(**{**SMALL, "epochs": 4}).fit(X)))
    assert (warm.n_iter_, [row["epoch"] for row in warm.history_]) == (4, [1, 2, 3, 4])
    with pytest.raises(avanp.AvanpError, match="images must be"):
        warm.fit(X[:, :3])
    cold = avanp.VAE(**SMALL).fit(X).fit(X)
    assert cold.n_iter_ == 2


@pytest.mark.parametrize("name", ["VAE", "GAN", "VAEGAN", "AVA5", "BEGAN"])
def test_every_model_has_a_validation_curve(X, name):
    small = (
        SMALL if name != "BEGAN" else {"arch": "mlp", "width": 8, "epochs": 2, "random_state": 0}
    )
    m = getattr(avanp, name)(**small).fit(X, validation_data=X[:5])
    curve = [[k for k in row if k.startswith("validation.")] for row in m.history_]
    assert len(curve) == 2
    assert all(curve)
    if not m.system_.keeps_best:  # the best are those of the curve
        assert_same(weights_of(m), weights_of(getattr(avanp, name)(**small).fit(X)))
    m.fit(X, validation_data=(X[:5], np.zeros(5)))
    with pytest.raises(avanp.AvanpError, match="validation_data must be of the shape of X"):
        m.fit(X, validation_data=X[:, :3])
    with pytest.raises(avanp.AvanpError, match=r"images, or \(images, labels\)"):
        m.fit(X, validation_data=(X, X, X))


def test_images_of_weight_zero_are_never_drawn_and_equal_weights_are_none(X):
    other = X.copy()
    other[10:] = 1 - other[10:]
    weights = np.r_[np.full(10, 2.0), np.zeros(10)]
    a, b = (avanp.VAE(**SMALL).fit(x, sample_weight=weights) for x in (X, other))
    assert_same(weights_of(a), weights_of(b))
    plain = weights_of(avanp.VAE(**SMALL).fit(X))
    assert_same(plain, weights_of(avanp.VAE(**SMALL).fit(X, sample_weight=np.full(20, 0.3))))
    held = {**SMALL, "patience": 2, "validation_fraction": 0.3}
    assert avanp.VAE(**held).fit(X, sample_weight=np.arange(20)).history_[0]["step"] == 2
    for bad in (np.ones(19), np.ones((20, 1)), -np.ones(20), np.zeros(20), np.full(20, np.nan)):
        with pytest.raises(avanp.AvanpError, match="weights must be"):
            avanp.VAE(**SMALL).fit(X, sample_weight=bad)


def test_a_heavy_image_is_drawn_as_often_as_its_weight_says():
    from avanp.systems import build
    from avanp.training.batches import Batches, shares_of

    shares = shares_of([1, 3, 0, 4], 4)
    np.testing.assert_allclose(shares, [0.125, 0.375, 0, 0.5])
    batches = Batches(build("VAE", shape=(2, 2, 1), widths=(2,)), 4, 4, np.random.default_rng(0))
    batches.shares = shares
    drawn = np.bincount(np.concatenate([batches._rows() for _ in range(4000)]), minlength=4)
    np.testing.assert_allclose(drawn / 16000, shares, atol=0.015)


def test_patience_looks_at_the_validation_data_where_there_are_some(X):
    m = avanp.VAE(**{**SMALL, "epochs": 50}, patience=1, lr=0.3).fit(X, validation_data=X[:5])
    assert m.n_iter_ < 50
    assert m.history_[0]["step"] == 3
    best = min(row["validation.loss"] for row in m.history_)
    assert -m.score(X[:5]) == pytest.approx(best, rel=1e-6)


def test_a_callback_sees_every_row_and_can_stop(X):
    seen = []

    def look(trainer, row):
        seen.append((trainer.epoch, row["loss"]))
        trainer.stopped = len(seen) == 3

    m = avanp.VAE(**{**SMALL, "epochs": 9}).fit(X, callbacks=[look])
    assert [epoch for epoch, _ in seen] == [1, 2, 3]
    assert m.n_iter_ == 3
    pickle.loads(pickle.dumps(m))
    with pytest.raises(avanp.AvanpError, match="callbacks must be functions"):
        m.fit(X, callbacks=["early"])


@pytest.mark.skipif(
    signal.getsignal(signal.SIGINT) is not signal.default_int_handler, reason="Ctrl-C is ignored"
)
def test_ctrl_c_keeps_what_was_learned_and_leaves_the_handler_as_it_was(X):
    def press(trainer, row):
        if trainer.step == 6:
            signal.raise_signal(signal.SIGINT)

    with pytest.warns(UserWarning, match="interrupted: what was learned in 7 steps is kept"):
        m = avanp.VAE(**{**SMALL, "epochs": 50}).fit(X, callbacks=[press])
    # Two epochs of three steps, and the step that was under way.
    assert [row["step"] for row in m.history_] == [3, 6, 7]
    assert m.n_iter_ == 2
    assert m.sample(2).shape == (2, 6, 5, 1)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler

    def twice(trainer, row):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        avanp.VAE(**SMALL).fit(X, callbacks=[twice])
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_verbose_prints_what_the_command_prints(X, capsys):
    avanp.VAE(**SMALL).fit(X)
    assert capsys.readouterr() == ("", "")
    avanp.VAE(**SMALL, verbose=True).fit(X)
    out, err = capsys.readouterr()
    heading, *lines = out.splitlines()
    assert heading.split()[:3] == ["epoch", "loss", "reconstruction"]
    assert [line.split()[0] for line in lines] == ["1", "2"]
    assert "6/6 batches" in err


def test_an_image_alone_has_the_score_of_a_set_of_it_alone(X):
    m = avanp.VAE(**SMALL).fit(X)
    each = m.score_samples(X, draws=1)
    assert each.shape == (20,)
    np.testing.assert_allclose(each, [m.score(X[i : i + 1]) for i in range(20)])
    many = m.score_samples(X, draws=5)
    assert many[3] == pytest.approx(m.score(np.repeat(X[3:4], 5, axis=0)))
    began = avanp.BEGAN(**BEGAN).fit(X)
    with pytest.raises(avanp.AvanpError, match="has no evidence lower bound"):
        began.score_samples(X)


def test_an_outlier_scores_lower():
    x = np.zeros((64, 5, 5, 1), np.float32)
    x[:, :2] = 1
    m = avanp.VAE(**{**SMALL, "epochs": 30}, lr=1e-2).fit(x)
    assert m.score_samples(1 - x[:1])[0] < m.score_samples(x).min() - 10


def test_a_walk_begins_and_ends_with_reconstructions(X):
    m = avanp.VAE(**SMALL).fit(X)
    walk = m.interpolate(X[:2], steps=5)
    assert walk.shape == (5, 6, 5, 1)
    np.testing.assert_allclose(walk[[0, -1]], m.reconstruct(X[:2]), atol=1e-6)
    middle = images_of(m.system_, m.transform(X[:2]).mean(axis=0, keepdims=True))
    np.testing.assert_allclose(walk[2:3], middle, atol=1e-6)
    assert avanp.GAN(**SMALL).fit(X).interpolate(steps=4).shape == (4, 6, 5, 1)
    with pytest.raises(avanp.AvanpError, match="between two images, and X has 3"):
        m.interpolate(X[:3])
    with pytest.raises(avanp.AvanpError, match="GAN has no encoder"):
        avanp.GAN(**SMALL).fit(X).interpolate(X[:2])


def test_holes_are_filled_and_known_values_stay(X):
    m = avanp.VAE(**SMALL).fit(X)
    missing = np.zeros((6, 5), bool)
    missing[:2] = True
    filled = m.recover(X[:3], missing, steps=5)
    np.testing.assert_array_equal(filled[:, 2:], X[:3, 2:])
    assert not np.array_equal(filled[:, :2], X[:3, :2])
    holes = X[:3].copy()
    holes[:, :2] = np.nan
    np.testing.assert_array_equal(m.recover(holes, steps=5), filled)
    with pytest.raises(avanp.AvanpError, match="X has no NaN, so give missing"):
        m.recover(X)
    with pytest.raises(avanp.AvanpError, match=r"missing must be bool of the shape \(6, 5\)"):
        m.recover(X, missing[:3])


def test_missing_values_of_a_table_are_imputed():
    t = np.random.default_rng(0).normal(size=(200, 1))
    x = t * [[1.0, -2.0, 0.5]]
    m = avanp.VAE(
        pixel_range="real", likelihood="gaussian", latent=1, widths=(32,), epochs=60,
        batch_size=20, lr=1e-2, random_state=0,
    ).fit(x)  # fmt: skip
    holes = x.copy()
    holes[:, 0] = np.nan
    filled = m.recover(holes, steps=60)
    np.testing.assert_allclose(filled[:, 1:], x[:, 1:], rtol=1e-6)
    assert np.corrcoef(filled[:, 0], x[:, 0])[0, 1] > 0.9


def test_scores_and_plots_are_those_of_the_command(X):
    pytest.importorskip("matplotlib")
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib.figure import Figure

    m = avanp.VAE(**SMALL).fit(X, validation_data=X[:5])
    scores = m.evaluate(X[:8], X[8:])
    assert {"elbo", "psnr", "frechet_distance", "diversity"} <= scores.keys()
    assert set(scores["psnr"]) == {"value", "real", "unit", "better"}
    ax = m.plot(ax=Figure().subplots())
    assert [line.get_label() for line in ax.lines] == ["loss", "validation.loss"]
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), [row["loss"] for row in m.history_])
    for what in ("samples", "reconstructions"):
        assert m.plot(what, X, n=4, ax=Figure().subplots()).images
    with pytest.raises(avanp.AvanpError, match="unknown plot 'loss': choose from history"):
        m.plot("loss")


def test_more_samples_than_fit_in_memory_are_refused_with_what_would(X):
    with pytest.raises(avanp.AvanpError, match="not fit in memory: sample at most 71,582,788"):
        avanp.VAE(**SMALL).fit(X).sample(10**9)


def test_any_estimator_is_loaded_by_its_file(X, tmp_path):
    models = [avanp.VAE(**SMALL), avanp.GAN(**SMALL), avanp.BEGAN(arch="mlp", width=8, epochs=1)]
    for m in models:
        m.fit(X).save(tmp_path / "m.npz")
        again = avanp.load(tmp_path / "m.npz")
        assert type(again) is type(m)
        assert again.n_iter_ == m.n_iter_
        assert again.history_ == m.history_
        np.testing.assert_array_equal(again.sample(2, random_state=1), m.sample(2, random_state=1))
    with pytest.raises(avanp.AvanpError, match="no checkpoint"):
        avanp.load(tmp_path / "none.npz")


def test_the_folder_of_a_training_brings_its_history(tmp_path):
    words = "train VAE --data digits --limit 60 --epochs 2 --widths 8 --batch 20 --validation .2"
    env = {**os.environ, "PYTHONSAFEPATH": "1"}
    subprocess.run(
        [sys.executable, "-m", "avanp", *words.split(), "--out", str(tmp_path / "r")],
        check=True, capture_output=True, env=env,
    )  # fmt: skip
    m = avanp.load(tmp_path / "r")
    assert m.n_iter_ == 2
    assert "validation.loss" in m.history_[1]
    m.partial_fit(avanp.load_images("digits").as_float()[:40])
    assert (m.n_iter_, [row["epoch"] for row in m.history_]) == (3, [1, 2, 3])


def test_only_what_is_public_is_listed():
    assert set(dir(avanp)) == {*avanp.__all__, "__doc__", "__version__"}


@pytest.mark.parametrize("name", ["VAE", "GAN", "BEGAN", "SSAVAE", "AVA", "AVA5", "DFCVAE"])
def test_help_explains_every_parameter(name):
    cls = getattr(avanp, name)
    for parameter in cls().get_params():
        assert parameter in cls.__doc__, parameter
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        help_of = subprocess.run(
            [sys.executable, "-c", f"import avanp; help(avanp.{name})"],
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
    assert "Parameters" in help_of
