"""An experiment is a value: axes, shared parts, rows that resume, verdicts, page and command."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from avanp.data.images import ImageSet
from avanp.errors import AvanpError
from avanp.experiments.folder import read_rows, read_run
from avanp.experiments.judge import judge
from avanp.experiments.row import arrays_of, images_for
from avanp.experiments.run import run
from avanp.experiments.status import read_status
from avanp.papers import outputs, verdict_tables
from cli_process import altered, avanp, write_images
from toy_paper import FOLDER, TOY

ASKED = {"lr": "0.5,0.25", "seeds": 3}
UNTIMED = ("seconds", "host")


def images():
    pixels = np.random.default_rng(0).integers(0, 256, (4, 6, 5, 3), dtype=np.uint8)
    return ImageSet("small", pixels, tuple("abcd"), "test")


def plain(rows):
    return [{k: v for k, v in row.items() if k not in UNTIMED} for row in rows]


@pytest.fixture
def log(tmp_path, monkeypatch):
    """Where each making of the shared part is noted."""
    monkeypatch.setenv("TOY_LOG", str(tmp_path / "log"))
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    return tmp_path / "log"


def toy(out=None, asked=ASKED, **options):
    return run(TOY, asked, data=images(), out=out, **options)


def test_cells_go_over_all_axes_seed_by_seed_and_a_row_has_a_column_for_each(log):
    rows = toy().rows
    assert [(r["seed"], r["variant"], r["lr"]) for r in rows[:5]] == [
        *((0, "plain", lr) for lr in (0.5, 0.25)),
        *((0, "better", lr) for lr in (0.5, 0.25)),
        (1, "plain", 0.5),
    ]
    assert len(rows) == 2 * 2 * 3
    assert list(rows[0]) == [
        *("variant", "lr", "seed", "score", "status", "reason", "seconds", "host", "data")
    ]


def test_images_are_of_the_experiment_s_size_and_cells_are_given_their_groups(tmp_path):
    write_images(tmp_path / "set")
    sized = replace(TOY, size=(7, 4))
    assert images_for(sized, str(tmp_path / "set")).images.shape[1:3] == (4, 7)
    assert images_for(sized, str(tmp_path / "set"), (3, 2)).images.shape[1:3] == (2, 3)
    few = replace(images(), labels=[0, 0, 0, 1], classes=("a", "b"), groups=[5, 5, 6, 7])
    given = arrays_of(few)
    assert {name: given[name].tolist() for name in ("labels", "groups")} == {
        "labels": [0, 0, 0, 1], "groups": [5, 5, 6, 7],
    }  # fmt: skip
    assert set(arrays_of(images())) == {"images"}


def test_what_cells_share_is_made_once_in_any_number_of_processes_and_kept(log, tmp_path):
    alone = toy()
    assert log.read_text().split() == ["0", "1", "2"]
    assert plain(toy(tmp_path / "run", jobs=2).rows) == plain(alone.rows)
    assert sorted(log.read_text().split()) == ["0", "0", "1", "1", "2", "2"]
    (tmp_path / "run" / "rows.jsonl").unlink()
    kept = sorted((tmp_path / "run" / "shared").iterdir())
    assert [path.name.split("-")[0] for path in kept] == ["encoder"] * 3
    kept[0].write_bytes(b"damaged")  # is made again; the others are read
    assert plain(toy(tmp_path / "run").rows) == plain(alone.rows)
    assert len(log.read_text().split()) == 7


def test_cells_whose_shared_part_fails_are_failed_rows_and_are_tried_again(
    log, tmp_path, monkeypatch
):
    monkeypatch.setenv("TOY_FAILS", "1")
    found = toy(tmp_path / "run")
    assert {row["seed"] for row in found.failed} == {1}
    assert len(found.failed) == 4
    assert found.failed[0]["reason"].startswith("encoder: ZeroDivisionError: no encoder (toy_paper")
    assert read_status(tmp_path / "run", TOY).failed == 4
    monkeypatch.delenv("TOY_FAILS")
    again = toy(tmp_path / "run", retry_failed=True)
    assert plain(again.rows) == plain(toy().rows)


@pytest.mark.parametrize("after", [0, 1, 7])
def test_an_interrupted_run_goes_on_and_ends_the_same(log, tmp_path, after):
    def interrupt(done, total):
        if done == after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        toy(tmp_path / "run", progress=interrupt)
    assert len(read_rows(tmp_path / "run", TOY)) == after
    assert plain(toy(tmp_path / "run").rows) == plain(toy().rows)


def test_another_grid_or_setting_is_another_run(log, tmp_path):
    toy(tmp_path / "run")
    for change, said in (
        ({"variants": "plain"}, "variants plain, better there, plain asked"),
        ({"steps": 8}, "steps 7 there, 8 asked"),
        ({"seeds": 2}, "seeds 0 to 2 there, 0 and 1 asked"),
    ):
        with pytest.raises(AvanpError, match=re.escape(said)):
            toy(tmp_path / "run", ASKED | change)
    assert json.loads((tmp_path / "run" / "run.json").read_text())["paper"] == "toy"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"variants": "what"}, "unknown variant 'what': choose from plain, better"),
        ({"variants": ["plain", "plain"]}, "--variants: plain is there twice"),
        ({"lr": []}, "--lr : no rate"),
        ({"seeds": "x"}, "--seeds x: not whole numbers"),
        ({"steps": 0}, "steps must be from 1"),
    ],
)
def test_bad_values_of_an_axis_or_a_setting_are_one_line(change, said):
    with pytest.raises(AvanpError, match=re.escape(said)):
        toy(asked=ASKED | change)


def test_strips_of_the_first_seed_are_kept_by_the_names_of_the_cell(log, tmp_path):
    toy(tmp_path / "run")
    assert sorted(path.name for path in (tmp_path / "run" / "samples").iterdir()) == [
        f"{variant}-{lr}-drawn.png" for variant in ("better", "plain") for lr in (0.25, 0.5)
    ]


def test_claims_are_judged_over_any_axis_and_without_groups(log):
    found = toy(asked={"lr": "0.5,0.25", "seeds": 12})
    better, worse = judge(TOY, found.rows, found.config, resamples=99, draws=5)
    assert better["all"]["all"]["verdict"] == "holds"
    assert worse["all"]["all"]["verdict"] == "does not hold"
    assert better["all"]["all"]["seeds"] == 12
    assert better["all"]["all"]["parts"][0]["paper_difference"] is None
    by_hand = [
        np.mean([r["score"] for r in found.rows if (r["seed"], r["variant"]) == (s, "better")])
        - np.mean([r["score"] for r in found.rows if (r["seed"], r["variant"]) == (s, "plain")])
        for s in range(12)
    ]
    assert better["all"]["all"]["difference"] == pytest.approx(np.mean(by_hand), abs=1e-12)


def test_a_point_at_which_one_diverged_is_left_out_for_both(log):
    found = toy(asked={"lr": "0.5,0.125", "seeds": 12})
    assert [r["status"] for r in found.rows].count("diverged") == 12
    (part,) = judge(TOY, found.rows, found.config, resamples=99, draws=1)[0]["all"]["all"]["parts"]
    assert (part["pairs"], part["diverged"]) == (24, 12)
    assert part["most_lost"] == {"lr": 0.125, "seeds": 12, "of": 12}
    assert part["speaks"] == "open"


def test_tables_charts_and_verdicts_are_written_and_make_a_page(log, tmp_path):
    toy(tmp_path / "run")
    rows, config = read_run(tmp_path / "run", TOY)
    paths = outputs.write(TOY, tmp_path / "run", rows, config)
    assert [path.name for path in paths] == ["report.html", "report.md"]
    text = paths[1].read_text()
    assert "Table 1. Scores" in text
    assert "better is better" in text
    assert "![Scores](scores.png)" in text
    assert (tmp_path / "run" / "scores.png").read_bytes().startswith(b"\x89PNG")
    page = paths[0].read_text()
    for said in ("Is better better?", "Table 1. Scores", "<svg", "cannot be told", "Nobody, nowh"):
        assert said in page


@pytest.mark.parametrize(
    ("seeds", "lr", "said"),
    [(2, "0.5", "? cannot be told: 2 seeds of 7"), (8, "0.5", "✓ holds, 100 % again")],
)
def test_a_verdict_says_where_its_seeds_are_too_few(log, seeds, lr, said):
    found = toy(asked={"lr": lr, "seeds": seeds})
    (table,) = verdict_tables.verdicts(
        TOY, judge(TOY, found.rows, found.config, resamples=99, draws=9)
    )
    assert table.rows[0][1] == said
    few = "Corrected for 2 claims, a sign test tells nothing of fewer than 7 seeds"
    assert (few in table.title) == (seeds < 7)


def test_a_verdict_on_what_was_not_run_says_so(log):
    found = toy(asked={"lr": "0.5", "seeds": 2})
    rows = [row for row in found.rows if row["variant"] == "plain"]
    (table,) = verdict_tables.verdicts(TOY, judge(TOY, rows, found.config, resamples=99, draws=9))
    assert table.rows[0][1] == "? cannot be told: nothing to compare"


KNOWN = f"""
sys.path.insert(0, {str(FOLDER)!r})
from avanp import registry
registry.PAPERS["toy"] = "toy_paper:TOY"
"""


@pytest.fixture
def place(tmp_path):
    write_images(tmp_path / "images")
    return tmp_path


def reproduce(place, *words):
    return avanp(place, *words, command=altered(place, KNOWN))


def test_a_paper_is_reproduced_by_a_command_with_an_option_for_each_of_its_axes(place):
    said = reproduce(place, "reproduce", "toy", "--help")
    assert said.code == 0
    for option in ("--variants", "--lr", "--seeds", "--steps", "--quick", "--scheduler"):
        assert option in said.out
    assert "claims: better, worse" in said.out
    words = ("reproduce", "toy", "--data", "images", "--lr", "0.5,0.25", "--seeds", "9")
    done = reproduce(place, *words, "--jobs", "2", "--out", "run")
    assert done.code == 0, done.err
    assert "Table 1. Scores" in done.out
    assert re.search(r"better is better +✓ holds", done.out)
    assert max(map(len, done.out.splitlines())) <= 100
    judged = json.loads((place / "run" / "verdicts.json").read_text())
    assert [one["id"] for one in judged] == ["better", "worse"]
    again = reproduce(place, *words, "--out", "run")
    assert again.err.splitlines()[0] == "36/36 cells there already"
    report = reproduce(place, "report", "run")
    assert (report.code, report.out) == (0, "written to run/report.html\n")
    assert "Is better better?" in (place / "run" / "report.html").read_text()


@pytest.mark.parametrize(
    ("item", "cells", "said", "other"),
    [
        ("scores", "4/4", "Table 1. Scores", "claims"),
        ("worse", "4/4", "plain is better", "Table 1"),
        ("double", "4/4", "Doubled", "Table 1"),
    ],
)
def test_an_item_is_reproduced_alone_and_quickly(place, item, cells, said, other):
    done = reproduce(place, "reproduce", "toy", item, "--quick", "--data", "images", "--jobs", "1")
    assert done.code == 0, done.err
    assert said in done.out
    assert other not in done.out
    assert f"{cells} cells" in done.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("tory",), "unknown paper 'tory' (did you mean toy?): choose from ava, "),
        (("toy", "worst"), "unknown item 'worst' (did you mean worse?): choose from scores, "),
        (("toy", "--variants", "x"), "unknown variant 'x'"),
        (("toy", "--retry-failed"), "--retry-failed needs --out"),
    ],
)
def test_a_paper_or_item_that_is_not_known_is_one_line(place, words, says):
    done = reproduce(place, "reproduce", *words, "--data", "images")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert done.err.startswith(f"avanp: {says}")
