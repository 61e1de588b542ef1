"""The BEGAN v3 paper as an experiment: cells, tables, charts and verdicts."""

import numpy as np
import pytest

from avanp.data.resolve import resolve
from avanp.errors import AvanpError
from avanp.experiments.folder import read_run
from avanp.experiments.judge import judge
from avanp.experiments.result import Result
from avanp.experiments.row import arrays_of
from avanp.experiments.run import run
from avanp.layers.conv import Conv2d
from avanp.layers.dense import Dense
from avanp.nets.began import autoencoder, decoder
from avanp.nets.began_topology import Topology
from avanp.papers.began import late, second, tables
from avanp.papers.began.cell import of_images, of_log
from avanp.papers.began.charts import curves, samples
from avanp.papers.began.cost import cost, multiplications
from avanp.papers.began.experiment import BEGAN, CURVES, NUMBERS
from avanp.report.table import Entry
from cli_process import avanp

ASKED = {"steps": 64, "width": 8, "latent": 3, "seeds": "2", "signs": "all"}


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    out = tmp_path_factory.mktemp("began") / "run"
    run(BEGAN, ASKED, data="digits", out=out)
    return out, *read_run(out, BEGAN)


def test_a_row_has_every_number_and_a_curve_of_32_points(ran):
    _, rows, config = ran
    assert len(rows) == len(BEGAN.grid.cells(config)) == 3 * 2 * 2
    for row in rows:
        assert row["status"] == "ok"
        assert all(np.isfinite(row[name]) for name in NUMBERS)
        assert {len(row[name]) for name in CURVES} == {32}
        assert row["step_curve"][-1] == 64
        assert row["k_curve"][-1] == pytest.approx(row["k"], rel=1e-3)
    assert {r["k_highest"] for r in rows if r["sign"] == "minus"} == {0.0}
    assert all(r["k_highest"] > 0 for r in rows if r["sign"] == "plus")


def test_a_cell_is_the_same_whatever_was_run_before_it(ran):
    _, rows, _ = ran
    cell = {"variant": "v3", "gamma": "0.75", "sign": "plus", "loss": "l1", "seed": 1}
    again = BEGAN.run({**cell, "steps": 64, "width": 8, "latent": 3}, arrays_of(resolve("digits")))
    kept = next(r for r in rows if all(r[k] == v for k, v in cell.items()))
    assert {n: kept[n] for n in NUMBERS} == {n: again.numbers[n] for n in NUMBERS}


def entries(table, row):
    """The numbers of the row of this name."""
    return [cell for cell in next(r for r in table.rows if r[0] == row) if isinstance(cell, Entry)]


def test_table_3_is_the_mean_over_seeds_and_counts_collapses(ran):
    _, rows, config = ran
    (table,) = tables.table3(rows, config)
    own = [r for r in rows if r["variant"] == "cs" and r["sign"] == "plus"]
    shown = entries(table, "BEGAN-CS")
    for entry, name in zip(shown, ("m", "m_rms", "m_sd", "k_sd", "k", "diversity"), strict=True):
        values = [r[name] for r in own]
        assert entry.value == pytest.approx(sum(values) / 2)
        assert entry.spread == pytest.approx(abs(values[0] - values[1]) / 2**0.5)
    fell = sum(r["collapsed"] for r in own)
    assert next(r for r in table.rows if r[0] == "BEGAN-CS")[-1] == f"{fell:.0f} of 2"


def test_the_counts_are_those_of_the_nets():
    (table,) = tables.params([], {})
    assert [row[1] for row in table.rows] == [
        "15,121,990",
        "20,629,318",
        "22,726,534",
        "10,327,229",
    ]


def test_every_table_keeps_losses_apart(ran):
    """Numbers of one loss in the rows of the other are a mean of two units."""
    _, rows, config = ran
    other = [row | {"loss": "l2", "diversity": 9.0, "m": 9.0, "ratio": 9.0} for row in rows]
    both = config | {"losses": ["l1", "l2"]}
    for draw in (tables.table3, tables.samples, tables.gammas, tables.k_sign):
        for table in draw([*rows, *other], both):
            for row in table.rows:
                numbers = [cell.value for cell in row if isinstance(cell, Entry)]
                of_other = "0.75, L2" in f"{row[0]} {table.title.split(':')[0]}"
                assert (9.0 in numbers) == of_other, (table.name, row[0])
    first, second = curves([*rows, *other], both)
    assert (first.name, second.name) == ("curves-0.75-l1", "curves-0.75-l2")
    assert first.panels[0].parts[0].y == curves(rows, config).__next__().panels[0].parts[0].y


def test_the_samples_of_both_losses_stand_beside_each_other(ran):
    _, rows, config = ran
    (table,) = tables.samples(rows, config)
    own = [r["sharpness"] for r in rows if r["variant"] == "v3" and r["sign"] == "plus"]
    assert entries(table, "BEGAN v3, γ = 0.75, L1")[1].value == pytest.approx(np.mean(own))
    assert "without a number" in table.title


@pytest.mark.parametrize(
    ("spread", "said"),
    [
        ([0.1, 0.5, 0.5, 0.5, 0.5, 0.5], ["20", "never", "never", "no"]),
        ([0.1, 0.1, 0.1, 0.1, 0.1, 0.1], ["never", "never", "never", "no"]),
        ([0.5, 0.5, 0.5, 0.5, 0.1, 0.2], ["10", "never", "50", "yes"]),
        ([0.5, 0.1, 0.1, 0.1, 0.1, 0.2], ["10", "never", "20", "no"]),
        # It came back, and is lost for good later.
        ([0.5, 0.1, 0.5, 0.5, 0.1, 0.2], ["10", "never", "50", "yes"]),
        ([0.5, 0.1, 0.5, 0.1, 0.5, 0.5], ["10", "never", "never", "no"]),
    ],
)
def test_a_late_collapse_is_one_that_lasts_after_the_first_steps(spread, said):
    curves = {"step_curve": [10, 20, 30, 40, 50, 60], "k_curve": [0.1] * 6}
    told = late._told(curves | {"diversity_curve": spread}, steps=30)
    assert told == [*said, f"{spread[-1]:.2f}"]


def test_a_late_collapse_tells_where_k_fell():
    curves = {"step_curve": [10, 20, 30, 40], "diversity_curve": [0.5] * 4}
    assert late._told(curves | {"k_curve": [0.1, 0.1, 0.04, 0.04]}, steps=30)[1] == "30"


def test_longer_runs_are_those_of_the_grid_but_the_first_began(ran):
    _, rows, config = ran
    study = late.late_collapse(rows, config, resolve("digits"))
    cells = [call.args[0] for call in study.calls]
    assert {(c["variant"], c["seed"]) for c in cells} == {
        (v, s) for v in ("cs", "v3") for s in (0, 1)
    }
    assert {c["steps"] for c in cells} == {5 * 64}
    results = [Result(status="diverged") for _ in cells]
    (table,) = study.tables(results)
    assert table["rows"][0] == ["BEGAN-CS, γ = 0.75, seed 0", "diverged", "–", "–", "–", "–"]


def test_a_second_set_is_another_one_of_the_same_shape_trained_alike(ran, monkeypatch):
    _, rows, config = ran
    monkeypatch.setattr(second, "SETS", ("digits", "jungle"))
    images = resolve("digits")
    study = second.second_set(rows, config, images)
    assert {call.args[:2] for call in study.calls} == {("jungle", (8, 8, 1))}
    cell = study.calls[-1].args[2]
    result = study.calls[-1].fn(None, *study.calls[-1].args)
    jungle = arrays_of(resolve("jungle", (8, 8), channels=1))
    assert result.numbers == BEGAN.run(cell, jungle).numbers
    results = [result] * (len(study.calls) - 1) + [Result(status="diverged")]
    (table,) = study.tables(results)
    by_name = {row[0]: row[1:] for row in table["rows"]}
    assert list(by_name)[:2] == ["BEGAN, digits", "BEGAN, jungle"]
    own = [r for r in rows if r["variant"] == "cs" and r["sign"] == "plus"]
    assert by_name["BEGAN-CS, digits"][0] == f"{np.mean([r['m'] for r in own]):.3f}"
    assert by_name["BEGAN v3, jungle"][-1] == "1 of 2"
    assert study.draw(results).startswith(b"\x89PNG")
    monkeypatch.setattr(second, "SETS", ("digits", "nowhere"))
    with pytest.raises(AvanpError, match="there is no second set of images"):
        second.second_set(rows, config, images)


@pytest.mark.parametrize("early", [False, True])
@pytest.mark.parametrize("side", [8, 16, 21, 32])
def test_multiply_adds_are_those_of_the_maps_that_a_forward_pass_makes(monkeypatch, early, side):
    seen = []
    for kind in (Conv2d, Dense):

        def forward(self, x, *, was=kind.forward, **more):
            y, cache = was(self, x, **more)
            seen.append(self.params["W"].size * y.size // y.shape[-1])
            return y, cache

        monkeypatch.setattr(kind, "forward", forward)
    t = Topology(shape=(side, side, 3), width=2, latent=5, early=early)
    draws = np.random.default_rng(0)
    for net, x in (
        (autoencoder(t, variational=early, rng=draws), np.zeros((1, side, side, 3), np.float32)),
        (decoder(t, rng=draws), np.zeros((1, 5), np.float32)),
    ):
        seen.clear()
        net.forward(x, rng=draws)
        assert multiplications(net, (side, side)) == sum(seen)


def test_half_of_the_weights_is_two_fifths_of_the_work():
    """That of a step at 64 × 64, 63 · 10⁹ of BEGAN-CS; the specification counts 7 D and 3 G."""
    assert cost("cs").multiplications == pytest.approx(63e9, rel=0.01)
    assert cost("v3", 81).multiplications / cost("cs").multiplications == pytest.approx(
        0.40, abs=0.01
    )


def made_up(k, dropped, m, collapsed):
    names = ("k", "k_dropped", "m", "collapsed")
    base = {"status": "ok", "sign": "plus"}
    lines = zip(k, dropped, m, collapsed, strict=True)
    return [{**base, **dict(zip(names, line, strict=True))} for line in lines]


def test_signs_of_collapse_are_counted_by_hand():
    rows = made_up([0, 0, 0.1, 0.2], [1, 0, 1, 0], [0.1, 0.3, 0.2, 0.4], [1, 1, 0, 0])
    (table,) = tables.collapse(rows, {})
    assert [row[1:] for row in table.rows] == [
        ["1.00", "2 of 2", "0 of 2"],
        ["0.50", "1 of 2", "1 of 2"],
        # M > .4 calls none collapsed, M > .2 two of which one is: either is right twice.
        ["0.50", "2 of 2", "2 of 2"],
        ["0.50", "0 of 2", "0 of 2"],
    ]
    assert list(tables.collapse([], {})) == []


def test_what_a_log_says_by_hand():
    k = [0.0, 0.1, 0.3, 0.3, 0.1, 0.0]
    rows = [
        {
            "step": 10 * i + 10,
            "k": v,
            "m_mean": 0.5 - 0.01 * i,
            "m_rms": 1.0,
            "ratio": 0.6,
            "validation.diversity": d,
        }
        for i, (v, d) in enumerate(zip(k, [0.1, 0.4, 0.5, 0.5, 0.4, 0.2], strict=True))
    ]
    told = of_log(rows)
    assert (told["k"], told["k_highest"], told["k_low"], told["k_dropped"]) == (0.0, 0.3, 0.0, 1.0)
    assert (told["collapsed"], told["m_lowest"]) == (1.0, pytest.approx(0.45))
    assert told["m_sd"] == pytest.approx(np.std([0.47, 0.46, 0.45]))


class Straight:
    """A system whose images are its codes, and jump where `cut` says."""

    def __init__(self, cut):
        self.cut = cut

    def noise(self, n, rng):
        return rng.uniform(-1, 1, (n, 4)).astype(np.float32)

    def decode(self, z):
        return np.where(z > 0, 1.0, 0.0).reshape(-1, 2, 2, 1) if self.cut else z


def test_an_even_walk_has_jumps_of_one_and_a_step_function_far_more():
    images = np.random.default_rng(0).random((30, 2, 2, 1)).astype(np.float32)
    real = (255 * images).astype(np.uint8)
    assert of_images(Straight(False), images, real, 0)["jump"] == pytest.approx(1, abs=1e-4)
    told = of_images(Straight(True), images, real, 0)
    assert told["jump"] > 100
    assert told["diversity"] == pytest.approx(1, abs=0.01)
    assert told["sharpness"] == pytest.approx(1, abs=0.02)


def test_charts_and_galleries_have_a_place_for_every_variant(ran):
    out, rows, config = ran
    (chart,) = curves(rows, config)
    assert [panel.y.label for panel in chart.panels] == ["M, mean |e|", "k", "Diversity of fakes"]
    assert all(
        [line.name for line in panel.parts] == ["BEGAN", "BEGAN-CS", "BEGAN v3"]
        for panel in chart.panels
    )
    for gallery in samples(out, rows, config):
        assert all(path.exists() for path in gallery.paths)


def test_claims_are_judged_in_the_direction_that_they_say(ran):
    _, rows, config = ran
    judged = {c["id"]: c["gammas"]["0.75"] for c in judge(BEGAN, rows, config)}
    assert set(judged) == {claim.id for claim in BEGAN.claims}
    assert judged["sign"]["difference"] > 0
    assert judged["sign"]["seeds"] == 2


def test_an_item_runs_what_it_needs_and_draws_its_images(tmp_path):
    quick = ("--quick", "--data", "digits", "--steps", "32", "--width", "4", "--seeds", "1")
    done = avanp(tmp_path, "reproduce", "began", "k-sign", *quick)
    assert done.code == 0, done.err
    assert "+, as Eq. 10" in done.out
    assert "−, as Eq. 8 prints it" in done.out
    done = avanp(tmp_path, "reproduce", "began", "samples", *quick, "--out", "run")
    assert done.code == 0, done.err
    for name in ("samples", "samples-again"):
        assert f"written to run/{name}.png" in done.out
        assert (tmp_path / "run" / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    assert "BEGAN v3, γ = 0.75, L2" in done.out
    done = avanp(tmp_path, "reproduce", "began", "samples", *quick)
    assert "its images need a folder: give --out DIR" in done.out


def test_the_command_counts_without_a_run_and_refuses_what_is_no_number(tmp_path):
    done = avanp(tmp_path, "reproduce", "began", "params")
    assert (done.code, done.err) == (0, "")
    assert "20,629,318" in done.out
    assert "cells" not in done.out
    done = avanp(tmp_path, "reproduce", "began", "--gammas", "high")
    assert done.code == 2
    assert "'high' is no number above 0" in done.err
    with pytest.raises(AvanpError, match="unknown variant 'v2': choose from began, cs, v3"):
        run(BEGAN, {"variants": "v2"}, data="digits")
