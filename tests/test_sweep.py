"""The sweep from Python: one seed, one result, however it is run."""

import os
import platform
import subprocess
import sys

import numpy as np
import pytest

import avanp
from avanp.data.images import ImageSet
from avanp.errors import AvanpError
from sweep_rows import read_rows, results


def small_set(n=4, h=6, w=5, seed=0):
    images = np.random.default_rng(seed).integers(0, 256, (n, h, w, 3), dtype=np.uint8)
    return ImageSet("small", images, tuple(f"{i}.png" for i in range(n)), "test")


GRID = {"models": "AVA5,GAN", "rules": "program,printed", "draws": 2, "seeds": 2}


@pytest.fixture(scope="module")
def undisturbed():
    return avanp.sweep("0.9,0.05", data=small_set(), **GRID)


def test_a_row_has_what_was_promised(undisturbed):
    assert len(undisturbed.rows) == 2 * 2 * 2 * 2
    promised = {"rules", "model", "lr", "seed", "bm", "data"} | {
        *("train_seconds", "eval_seconds", "host")
    }
    for row in undisturbed.rows:
        assert promised <= row.keys()
        assert row["status"] == "ok"
        assert 0 < row["bm"] < 1.3
        assert row["bm_signed"] <= row["bm"]
        assert row["data"] == small_set().sha256
        assert row["host"] == platform.node()
    assert any(row["bm_signed"] < row["bm"] for row in undisturbed.rows)


def test_a_notebook_shows_the_tables_and_pandas_takes_the_rows(undisturbed):
    shown = undisturbed._repr_html_()
    assert shown.count("<table") == 2 * 3
    assert "Table 3. " in shown
    assert shown.count("rules printed") == 3
    column = undisturbed.tables["rules"]["program"]["table3"]["AVA5"]
    assert f"{column['mean']['value']:.4f}"[1:] in shown
    pytest.importorskip("pandas")
    frame = undisturbed.to_frame()
    assert len(frame) == len(undisturbed.rows)
    assert list(frame["bm"]) == [row["bm"] for row in undisturbed.rows]


def test_rows_do_not_depend_on_the_order_or_the_company(undisturbed):
    other = avanp.sweep([0.05], data=small_set(), models="GAN", rules="printed", draws=2, seeds=2)
    expected = [
        row
        for row in undisturbed.rows
        if (row["lr"], row["model"], row["rules"]) == (0.05, "GAN", "printed")
    ]
    assert results(other.rows) == results(expected)


def test_seeds_may_be_named(undisturbed):
    for seeds in ("1:1", [1], range(1, 2)):
        other = avanp.sweep("0.9,0.05", data=small_set(), **GRID | {"seeds": seeds})
        assert other.config["seeds"] == [1]
        expected = [row for row in undisturbed.rows if row["seed"] == 1]
        assert results(other.rows) == results(expected)


class Stop(Exception):
    pass


@pytest.mark.parametrize("after", [0, 1, 7, 15])
def test_an_interrupted_run_goes_on_and_ends_the_same(undisturbed, tmp_path, after):
    def interrupt(done, total):
        if done == after:
            raise Stop

    with pytest.raises(Stop):
        avanp.sweep("0.9,0.05", data=small_set(), out=tmp_path, progress=interrupt, **GRID)
    kept = read_rows(tmp_path)
    assert len(kept) == after
    calls = []
    result = avanp.sweep(
        "0.9,0.05", data=small_set(), out=tmp_path, progress=lambda *c: calls.append(c), **GRID
    )
    assert calls[0] == (after, 16)
    assert calls[-1] == (16, 16)
    assert results(result.rows) == results(undisturbed.rows)
    assert read_rows(tmp_path)[:after] == kept


def test_a_model_that_diverges_is_a_row_and_the_sweep_goes_on(monkeypatch, undisturbed):
    from avanp.ava.printed import PrintedRules

    step = PrintedRules.step

    def exploding(self, nets, x, r, r2, gamma):
        step(self, nets, x, r, r2, gamma)
        if gamma == 0.9:
            nets.decoder.params["2.b"][...] = np.nan

    monkeypatch.setattr(PrintedRules, "step", exploding)
    result = avanp.sweep("0.9,0.05", data=small_set(), **GRID)
    diverged = [row for row in result.rows if row["status"] == "diverged"]
    assert {(row["rules"], row["lr"]) for row in diverged} == {("printed", 0.9)}
    assert all(row["bm"] is None and row["reason"].startswith("decoder 2.b ") for row in diverged)
    assert all(row["reason"].endswith("after update 1") for row in diverged)
    others = [row for row in result.rows if row["status"] == "ok"]
    assert results(others) == [row for row in results(undisturbed.rows) if row in results(others)]
    assert len(others) == 12
    assert "diverged" in str(result)


def test_images_that_are_not_finite_are_a_diverged_row(monkeypatch):
    from avanp.ava import experiment

    monkeypatch.setattr(experiment, "balance_sums", lambda *_: (float("nan"), 0.0))
    (row,) = avanp.sweep(0.5, data=small_set(), models="VAE", rules="program").rows
    assert (row["bm"], row["status"]) == (None, "diverged")
    assert row["reason"] == "a generated image is not finite"


def test_models_are_compared_on_the_same_noise():
    # Under `program` the leaning terms touch no image: equal noise, equal rows.
    rows = avanp.sweep(0.5, data=small_set(), models="AVA1,AVA2,AVA3,AVA4", rules="program").rows
    assert rows[0]["bm"] == rows[1]["bm"]
    assert rows[2]["bm"] == rows[3]["bm"]


@pytest.mark.parametrize(
    "bad",
    [
        {"seeds": 0},
        {"draws": 0},
        {"jobs": 0},
        {"seeds": 1.5},
        {"seeds": "20:19"},
        {"seeds": []},
        {"seeds": [0, -1]},
        {"seeds": [0, True]},
        {"seeds": [3, 3]},
        {"models": "AVA9"},
        {"rules": "fast"},
        {"lr": "2"},
        {"data": "no/such/folder"},
    ],
)
def test_bad_arguments_are_one_line_and_write_nothing(tmp_path, bad):
    arguments = {"lr": "0.5", "data": small_set(), "out": tmp_path / "run"} | bad
    with pytest.raises(AvanpError) as error:
        avanp.sweep(**arguments)
    assert "\n" not in str(error.value)
    assert not list(tmp_path.rglob("*.json*"))


@pytest.mark.data
@pytest.mark.slow
def test_the_papers_images_give_the_papers_tables(orbit_set):
    # One seed; the author's own second run differs from the published one by RMS 0.0043.
    result = avanp.sweep(data=orbit_set, rules="program,printed")
    verdict = result.tables["rules"]["program"]["verdict"]
    assert verdict["compared"] == 133
    assert verdict["rms"] < 0.006
    assert verdict["correlation"] > 0.995
    assert all(row["status"] == "ok" for row in result.rows)


SCRIPT = """
import avanp, json
rows = avanp.sweep(0.5, models='VAE,AVA5', rules='program', data='jungle', jobs={jobs}).rows
print(json.dumps([row['bm'] for row in rows]))
"""


@pytest.mark.slow
def test_a_script_needs_no_guard_and_no_settings_for_the_same_rows(tmp_path):
    # At full size, where a BLAS of several threads would add in another order.
    free = {k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS")}
    printed = []
    for jobs, env in ((1, free), (2, free), (1, free | {"OPENBLAS_NUM_THREADS": "1"})):
        script = tmp_path / f"script{jobs}.py"
        script.write_text(SCRIPT.format(jobs=jobs))
        done = subprocess.run(
            [sys.executable, script], capture_output=True, text=True, timeout=120, env=env
        )
        assert done.returncode == 0, done.stderr
        printed.append(done.stdout)
    assert printed[0] == printed[1] == printed[2]
