"""The SSAVAE paper as an experiment: what cells share, tables, charts and verdicts."""

import numpy as np
import pytest

from avanp.data.resolve import resolve
from avanp.errors import AvanpError
from avanp.experiments.folder import read_run
from avanp.experiments.judge import judge
from avanp.experiments.run import arrays_of, run
from avanp.papers.ssavae import tables
from avanp.papers.ssavae.cell import named, of_images, weights_of
from avanp.papers.ssavae.charts import codes, reconstructions, regimes
from avanp.papers.ssavae.experiment import NUMBERS, SCORES, SSAVAE
from avanp.papers.ssavae.first import build_vec, filled, make_judge, make_vec, sets_of
from avanp.papers.ssavae.vae import build_vae
from avanp.report.table import Entry
from avanp.systems.parts import fingerprint
from cli_process import avanp

SMALL = {"images": 130, "epochs": 2, "steps": 4}
ASKED = {**SMALL, "seeds": "2", "decoders": "vec,b0-g0,b0.1-g0,b0.1-g0.1,vae"}


@pytest.fixture(scope="module")
def digits():
    return arrays_of(resolve("digits"))


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    out = tmp_path_factory.mktemp("ssavae") / "run"
    run(SSAVAE, ASKED, data="digits", out=out)
    return out, *read_run(out, SSAVAE)


def test_rows_have_the_numbers_of_the_code_and_those_of_images_where_there_is_a_decoder(ran):
    _, rows, config = ran
    assert len(rows) == len(SSAVAE.grid.cells(config)) == 5 * 2
    for row in rows:
        assert row["status"] == "ok"
        assert all(np.isfinite(row[name]) for name in NUMBERS)
        assert {row[name] is None for name in SCORES} == {row["decoder"] == "vec"}
        assert (row["code_x"] is None) == (row["decoder"] != "vec")


def test_one_first_stage_serves_all_decoders_of_a_seed(ran):
    out, rows, _ = ran
    # One VEC for each of the two seeds, and one judge.
    assert len(list((out / "shared").glob("vec-*.npz"))) == 2
    assert len(list((out / "shared").glob("judge-*.npz"))) == 1
    for seed in (0, 1):
        told = {tuple(row[name] for name in NUMBERS) for row in rows if row["seed"] == seed}
        assert len(told) == 1
    assert len({row["sharpness"] for row in rows if row["decoder"] != "vec"}) == 8


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

    def generate(self, n, rng):
        return self.images[:n]

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
    told = of_images(Same(real), again, Same(real), sets, 0)
    assert told["label"] == (359 - 90) / 359
    errors = ((again - real).astype(np.float64) ** 2).reshape(359, -1).mean(axis=1)
    assert told["psnr"] == pytest.approx(np.mean(-10 * np.log10(errors)), rel=1e-5)
    assert told["frechet_new"] == pytest.approx(0, abs=1e-6)
    assert told["frechet"] > 0.1


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
    assert [row[0] for row in table.rows] == ["β = 0, γ = 0", "β = 0.1, γ = 0", "β = 0.1, γ = 0.1"]
    for decoder, line in zip(("b0-g0", "b0.1-g0", "b0.1-g0.1"), table.rows, strict=True):
        own = [r for r in rows if r["decoder"] == decoder]
        entries = [cell for cell in line if isinstance(cell, Entry)]
        for entry, name in zip(entries, tables.SCORES, strict=True):
            values = [r[name] for r in own]
            assert entry.value == pytest.approx(sum(values) / 2)
            assert entry.spread == pytest.approx(abs(values[0] - values[1]) / 2**0.5)
    (table,) = tables.vae(rows, config)
    assert [row[0] for row in table.rows] == ["VAE, same nets", "β = 0.1, γ = 0.1"]
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
    assert sum(len(part.x) for part in points) == 200
    assert len({(part.style.colour, part.style.marker) for part in points}) == 10
    (chart,) = regimes(rows, config)
    for panel, name in zip(chart.panels, ("sharpness", "label", "psnr"), strict=True):
        without, with_gamma = panel.parts
        assert [without.name, with_gamma.name] == ["γ = 0", "γ = 0.1"]
        own = [r[name] for r in rows if r["decoder"] == "b0.1-g0"]
        assert without.y[1] == pytest.approx(sum(own) / 2)
        assert with_gamma.y[0] is None
    (gallery,) = reconstructions(out, rows, config)
    assert len(gallery.paths) == 5
    assert all(path.exists() for path in gallery.paths)


def made_up(decoder, seed, **numbers):
    base = dict.fromkeys((*NUMBERS, *SCORES), 0.5)
    axes = {"kz": "2", "labels": "all", "decoder": decoder, "seed": seed}
    return {**base, **axes, "status": "ok", **numbers}


def test_claims_are_judged_in_the_direction_that_they_say():
    scores = {
        "b0-g0": {"sharpness": 0.1, "label": 0.96},
        "b0.005-g0": {"sharpness": 0.4, "label": 0.95},
        "b0.1-g0": {"sharpness": 0.5, "label": 0.5},
        "b0.1-g0.1": {"sharpness": 0.5, "label": 0.8},
        "b0.005-g0.1": {"sharpness": 0.4, "label": 0.95, "psnr": 13.0},
        "vae": {"sharpness": 0.3, "label": 0.8, "psnr": 15.0},
    }
    rows = [
        made_up(decoder, seed, **{name: v + 0.001 * seed for name, v in numbers.items()})
        for decoder, numbers in scores.items()
        for seed in range(12)
    ]
    config = {"kz": ["2"], "labels": ["all"], "decoders": list(scores), "seeds": list(range(12))}
    judged = {c["id"]: c["all"]["all"]["verdict"] for c in judge(SSAVAE, rows, config, draws=1)}
    holding = ("sharper", "labels-fall", "gamma-repairs", "beats-vae")
    assert judged == {
        **dict.fromkeys(holding, "holds"),
        "beats-vae-psnr": "does not hold",
        "two-numbers": "cannot be told",
        "fewer-labels": "cannot be told",
    }


def test_nearly_as_good_allows_for_its_margin_and_no_more():
    for loss, verdict in ((0.01, "holds"), (0.2, "does not hold")):
        rows = [
            made_up("vec", seed, labels=kept, accuracy=0.95 - loss * (kept == "1000"))
            for kept in ("1000", "all")
            for seed in range(12)
        ]
        seeds = list(range(12))
        config = {"kz": ["2"], "labels": ["1000", "all"], "decoders": ["vec"], "seeds": seeds}
        judged = {c["id"]: c["all"]["all"] for c in judge(SSAVAE, rows, config, draws=1)}
        assert judged["fewer-labels"]["verdict"] == verdict


def test_a_judge_depends_on_no_seed(digits):
    one, other = (make_judge({"images": 130, "epochs": 1}, digits).arrays for _ in range(2))
    assert all((one[key] == other[key]).all() for key in one)


def test_the_command_refuses_in_one_line_what_is_no_decoder_or_number(tmp_path):
    for option, words, said in (
        ("--decoders", "b1", "no decoder 'b1': b0.1-g0 has"),
        ("--decoders", "b0.10-g0", "'b0.10-g0' is written b0.1-g0"),
        ("--labels", "none", "'none' is no whole number of at least 1, or all"),
    ):
        done = avanp(tmp_path, "reproduce", "ssavae", option, words)
        assert done.code == 2
        assert said in done.err
    with pytest.raises(AvanpError, match="--kz: '02' is no whole number"):
        run(SSAVAE, {"kz": "02"}, data="digits")
