"""The SSAVAE paper as an experiment: what cells share, tables, charts and verdicts."""

import numpy as np
import pytest

from avanp.data.resolve import resolve
from avanp.errors import AvanpError
from avanp.experiments.folder import read_run
from avanp.experiments.row import arrays_of
from avanp.experiments.run import run
from avanp.papers.ssavae import galleries, tables
from avanp.papers.ssavae.cell import named, untrained, weights_of
from avanp.papers.ssavae.charts import codes, regimes
from avanp.papers.ssavae.experiment import NUMBERS, SCORES, SSAVAE
from avanp.papers.ssavae.first import build_vec, filled, make_vec, sets_of
from avanp.papers.ssavae.judge import make_judge
from avanp.papers.ssavae.scores import SIDE, manifold, neighbours, of_images
from avanp.papers.ssavae.vae import build_vae
from avanp.report.table import Entry
from avanp.systems.parts import fingerprint
from cli_process import avanp

SMALL = {"images": 130, "epochs": 2, "steps": 4}
ASKED = {**SMALL, "seeds": "2", "decoders": "vec,b0-g0,b0.1-g0,b0.1-g0.1,vae,mean,real"}


@pytest.fixture(scope="module")
def digits():
    return arrays_of(resolve("digits"))


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    out = tmp_path_factory.mktemp("ssavae") / "run"
    run(SSAVAE, ASKED, data="digits", out=out)
    return out, *read_run(out, SSAVAE)


# What a row lacks: new images of a class where none is asked for, a grid where nothing is decoded.
LACKING = {
    "vec": set(SCORES),
    "vae": {"label_new"},
    "mean": {"label_new", "in_grid"},
    "real": {"psnr", "label_new", "in_grid"},
}


def test_rows_have_the_numbers_of_the_code_and_those_of_images_where_there_is_a_decoder(ran):
    _, rows, config = ran
    assert len(rows) == len(SSAVAE.grid.cells(config)) == 7 * 2
    for row in rows:
        assert row["status"] == "ok"
        assert all(np.isfinite(row[name]) for name in NUMBERS)
        lacking = {name for name in SCORES if row[name] is None}
        assert lacking == LACKING.get(row["decoder"], set())
        assert (row["code_x"] is None) == (row["decoder"] != "vec")


def test_one_first_stage_serves_all_decoders_of_a_seed(ran):
    out, rows, _ = ran
    # One VEC for each of the two seeds, and one judge.
    assert len(list((out / "shared").glob("vec-*.npz"))) == 2
    assert len(list((out / "shared").glob("judge-*.npz"))) == 1
    for seed in (0, 1):
        told = {tuple(row[name] for name in NUMBERS) for row in rows if row["seed"] == seed}
        assert len(told) == 1
    trained = [row for row in rows if row["decoder"] not in ("vec", "mean", "real")]
    assert len({row["sharpness"] for row in trained}) == 8


def test_a_cell_is_the_same_whatever_was_run_before_it(ran, digits):
    _, rows, _ = ran
    cell = {"kz": "2", "decoder": "b0.1-g0.1", "labels": "all", "seed": 1}
    whole = {**cell, **SMALL}
    shared = {one.name: one.make(one.of(whole), digits).arrays for one in SSAVAE.shared}
    again = SSAVAE.run(whole, digits, **shared)
    kept = next(r for r in rows if all(r[k] == v for k, v in cell.items()))
    assert {n: kept[n] for n in (*NUMBERS, *SCORES)} == again.numbers


def test_a_vec_filled_with_its_arrays_is_the_one_that_was_trained(digits):
    of = {"kz": "3", "labels": "20", "seed": 0, "images": 130, "epochs": 1}
    arrays = make_vec(of, digits).arrays
    sets = sets_of(of, digits)
    new = build_vec(of, sets)
    before = fingerprint(new.nets["encoder"])
    filled(new, arrays)
    assert fingerprint(new.nets["encoder"]) != before
    for net, layer in new.nets.items():
        for key, array in layer.params.items():
            np.testing.assert_array_equal(array, arrays[f"{net}.params.{key}"])
        for key, array in layer.state.items():
            np.testing.assert_array_equal(array, arrays[f"{net}.state.{key}"])
    other = make_vec({**of, "labels": "all"}, digits).arrays
    assert any((other[key] != array).any() for key, array in arrays.items())


def test_held_out_images_are_the_same_in_every_cell_and_never_trained_on(digits):
    sets, more = (sets_of({"images": n}, digits) for n in (50, 4000))
    np.testing.assert_array_equal(sets.held, more.held)
    assert (len(sets.train), len(more.train), len(sets.held)) == (50, 1438, 359)
    everything = np.concatenate([more.train, more.held]).astype(int)
    assert everything.sum() == digits["images"].sum(dtype=int)
    with pytest.raises(AvanpError, match="needs a set with labels"):
        sets_of({"images": 50}, {"images": digits["images"]})


class Same:
    """A model that returns what it is given, and a judge that reads the class from a pixel."""

    def __init__(self, images):
        self.images = images

    def predict(self, x):
        return np.round(255 * x[:, 0, 0, 0]).astype(int)

    def features(self, x):
        return x.reshape(len(x), -1)


def test_scores_of_images_are_those_of_hand(digits):
    sets = sets_of({"images": 50}, digits)
    held = sets.held.copy()
    held[:, 0, 0, 0] = sets.held_labels
    sets = sets._replace(held=held)
    real = held.astype(np.float32) / 255
    again = real.copy()
    again[:, 1, 1, 0] = 1 - again[:, 1, 1, 0]
    again[:90, 0, 0, 0] = 1
    wanted = np.where(np.arange(359) < 350, sets.held_labels, -1)
    wanted[:35] = (wanted[:35] + 1) % 10
    told = of_images(again, real, wanted, Same(real), sets)
    assert told["label_new"] == pytest.approx(1 - 35 / 350)
    assert told["label"] == (359 - 90) / 359
    errors = ((again - real).astype(np.float64) ** 2).reshape(359, -1).mean(axis=1)
    assert told["psnr"] == pytest.approx(np.mean(-10 * np.log10(errors)), rel=1e-5)
    assert told["frechet_new"] == pytest.approx(0, abs=1e-6)
    assert told["frechet"] > 0.1
    none = np.full(359, -1)
    assert of_images(again, real, none, Same(real), sets)["label_new"] is None
    # The images themselves have no error, of which PSNR would be infinite.
    assert of_images(real, real, none, Same(real), sets)["psnr"] is None


def test_what_needs_no_training_are_the_means_of_classes_and_the_images(digits):
    sets = sets_of({"images": 100}, digits)
    of_class, real = untrained("mean", sets), untrained("real", sets)
    np.testing.assert_array_equal(real, sets.held / np.float32(255))
    for i in (0, 7):
        own = sets.train[sets.labels == sets.held_labels[i]].astype(float) / 255
        np.testing.assert_allclose(of_class[i], sum(own) / len(own), rtol=1e-6)


def test_shoes_and_bags_are_distances_of_centres():
    rng = np.random.default_rng(0)
    centres, labels = rng.normal(size=(10, 2)) * 5, np.arange(10).repeat(4)
    mu = (centres[labels] + np.tile([[1, 0], [-1, 0], [0, 1], [0, -1]], (10, 1))).astype(np.float32)
    told = neighbours(mu, labels)
    far = lambda a, b: float(np.hypot(*(centres[a] - centres[b])))  # noqa: E731
    nearest = [min(far(a, b) for b in range(10) if b != a) for a in range(10)]
    shod = [min((far(a, b), b) for b in range(10) if b != a)[1] in (5, 7, 9) for a in (5, 7, 9)]
    assert told["shoes"] == pytest.approx(sum(shod) / 3)
    assert told["bags"] == pytest.approx(nearest[8] / (sum(nearest) / 10), rel=1e-5)
    mu[np.isin(labels, (5, 7, 9))] += 100  # away from all others
    assert neighbours(mu, labels)["shoes"] == 1
    assert neighbours(mu[:-4], labels[:-4]) == {}


class Lines:
    """A model whose images are of one number of the code, and a judge who reads it there."""

    dtype = np.dtype(np.float32)

    def encode(self, x):
        ends = np.array([[0, 0], [0, 9]] * 50, np.float32)
        return ends, ends

    def decode(self, z):
        return np.broadcast_to(z[:, 1, None, None, None] / 9, (len(z), 8, 8, 1))

    def predict(self, images):
        return np.round(9 * images[:, 3, 3, 0]).astype(int)


def test_the_grid_shows_each_class_once_and_counts_those_found(digits):
    model, sets = Lines(), sets_of({"images": 100}, digits)
    told, grid = manifold(model, model, sets)
    assert told == {"in_grid": 1.0}
    assert grid.shape == (1, SIDE * 8, SIDE * 8, 1)
    # From the top the second number falls; along a row it is the same.
    assert grid[0, 0, 0] == pytest.approx(1)
    assert grid[0, -1, -1] == pytest.approx(0)
    assert (np.diff(grid[0, :, 0, 0]) <= 0).all()
    only = sets._replace(classes=40)
    assert manifold(model, model, only)[0] == {"in_grid": 10 / 40}


def test_the_vae_has_the_shapes_of_the_encoder_and_the_decoder(digits):
    cell = {"kz": "3", "labels": "all", "seed": 0, "images": 130}
    first = build_vec(cell, sets_of(cell, digits))
    vae = build_vae((8, 8, 1), 3, 0)
    shapes = {key: p.shape for key, p in vae.encoder.params.items()}
    assert shapes == {key: p.shape for key, p in first.nets["encoder"].params.items()}
    assert vae.decoder.forward(np.zeros((2, 3), np.float32))[0].shape == (2, 8, 8, 1)


def test_decoders_are_named_by_their_weights():
    assert [named(0.0, 0.1), named(0.005, 0.0)] == ["b0-g0.1", "b0.005-g0"]
    assert weights_of("b0.005-g0.1") == (0.005, 0.1)
    assert [tables.told(n) for n in ("b0.1-g0", "vae")] == ["β = 0.1, γ = 0", "VAE, same nets"]


def test_tables_are_means_over_seeds(ran):
    _, rows, config = ran
    (table,) = tables.weights(rows, config)
    of_weights = ["β = 0, γ = 0", "β = 0.1, γ = 0", "β = 0.1, γ = 0.1"]
    assert [row[0] for row in table.rows] == [*of_weights, "mean of the class", "real images"]
    for decoder, line in zip(("b0-g0", "b0.1-g0", "b0.1-g0.1"), table.rows[:3], strict=True):
        own = [r for r in rows if r["decoder"] == decoder]
        entries = [cell for cell in line if isinstance(cell, Entry)]
        for entry, name in zip(entries, tables.SCORES, strict=True):
            values = [r[name] for r in own]
            assert entry.value == pytest.approx(sum(values) / 2), name
            assert entry.spread == pytest.approx(abs(values[0] - values[1]) / 2**0.5)
    (table,) = tables.vae(rows, config)
    names = ["VAE, same nets", "β = 0.1, γ = 0.1", "mean of the class", "real images"]
    assert [row[0] for row in table.rows] == names
    assert table.rows[0][-1].value is None  # a VAE is not asked for classes
    (table,) = tables.manifold(rows, config)
    grids = [row["in_grid"] for row in rows if row["decoder"] == "b0-g0"]
    assert [row[0] for row in table.rows] == of_weights
    assert table.rows[0][1].value == pytest.approx(sum(grids) / 2)
    assert not list(tables.cifar(rows, config))
    (table,) = tables.cifar(rows, {**config, "decoders": ["b0.001-g0", "mean"]})
    assert [row[0] for row in table.rows] == ["β = 0.001, γ = 0", "mean of the class"]
    (table,) = tables.labels(rows, config)
    accuracy = {row["seed"]: row["accuracy"] for row in rows}
    assert table.rows[0][1].value == pytest.approx(sum(accuracy.values()) / 2)
    (table,) = tables.latent(rows, config)
    assert table.rows[0][1].value == pytest.approx(sum(accuracy.values()) / 2)


def test_charts_and_galleries_have_a_place_for_every_decoder(ran):
    out, rows, config = ran
    (chart,) = codes(rows, config)
    points = chart.panels[0].parts
    assert [part.name for part in points] == [str(i) for i in range(10)]
    assert sum(len(part.x) for part in points) == 359
    assert chart.panels[0].title == "359 held-out images, 10 of 10 classes"
    many = [{**row, "code_class": list(range(359))} for row in rows if row["decoder"] == "vec"]
    (chart,) = codes(many, config)
    assert chart.panels[0].title == "12 held-out images, 12 of 359 classes"
    (chart,) = regimes(rows, config)
    for panel, name in zip(chart.panels, ("sharpness", "label", "psnr"), strict=True):
        without, with_gamma = panel.parts
        assert [without.name, with_gamma.name] == ["γ = 0", "γ = 0.1"]
        own = [r[name] for r in rows if r["decoder"] == "b0.1-g0"]
        assert without.y[1] == pytest.approx(sum(own) / 2)
        assert with_gamma.y[0] is None
    for draw, count in (("reconstructions", 7), ("new_images", 4), ("manifold", 3)):
        (gallery,) = getattr(galleries, draw)(out, rows, config)
        assert len(gallery.paths) == count
        assert all(path.exists() for path in gallery.paths)
    assert gallery.image_width == SIDE * 8


def test_a_judge_depends_on_no_seed(digits):
    one, other = (make_judge({"images": 130, "epochs": 1}, digits).arrays for _ in range(2))
    assert all((one[key] == other[key]).all() for key in one)


def test_the_command_refuses_in_one_line_what_is_no_decoder_or_number(tmp_path):
    for option, words, said in (
        ("--decoders", "b1", "no decoder 'b1': b0.1-g0 has"),
        ("--decoders", "b0.10-g0", "'b0.10-g0' is written b0.1-g0"),
        (
            "--labels",
            "none",
            "'none' is no whole number of at least 1, nor that with -rec or -only",
        ),
        ("--labels", "010-rec", "'010-rec' is no whole number"),
    ):
        done = avanp(tmp_path, "reproduce", "ssavae", option, words)
        assert done.code == 2
        assert said in done.err
    with pytest.raises(AvanpError, match="--kz: '02' is no whole number"):
        run(SSAVAE, {"kz": "02"}, data="digits")
