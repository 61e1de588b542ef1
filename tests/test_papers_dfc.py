"""The DFC-VAE paper as an experiment: cells, tables, charts and claims; and the drawn lesions."""

from dataclasses import replace

import numpy as np
import pytest

from avanp.commands.asked import asked_sets, asked_values
from avanp.data.card import card
from avanp.data.lesions import lesions
from avanp.errors import AvanpError
from avanp.experiments.folder import read_run
from avanp.experiments.judge import judge
from avanp.experiments.row import arrays_of
from avanp.experiments.run import run
from avanp.metrics.confusion import class_scores
from avanp.papers import outputs
from avanp.papers.dfc import tables
from avanp.papers.dfc.cases import CASES, GENERATORS, N_SYN, TABLE, counted, options_of
from avanp.papers.dfc.cell import features_for, synthetic_for
from avanp.papers.dfc.claims import LISTS, OF_GENERATORS
from avanp.papers.dfc.experiment import DFC, OF_TABLE
from avanp.papers.dfc.leak import overlap
from avanp.papers.dfc.published import printed
from avanp.report.table import Entry
from cli_process import avanp

SOME = ("rec", "g1", "z16", "clean-0", "clean-300", "released-0", "released-300", "thrown-300",
        "fit-held", "fit-known")  # fmt: skip
ASKED = {"cases": list(SOME), "steps": 3, "epochs": 2, "seeds": "2"}


@pytest.fixture(scope="module", autouse=True)
def nothing_here(tmp_path_factory):
    """No weights of VGG16 and no photographs: what is drawn and a random net stand in."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("home")))
        patch.delenv("AVANP_DATA", raising=False)
        yield


@pytest.fixture(scope="module")
def drawn():
    return lesions()


@pytest.fixture(scope="module")
def small(drawn):
    """A third of the lesions, at 16×16."""
    few = drawn.select(np.arange(0, len(drawn), 3))
    pooled = few.images.reshape(len(few), 16, 4, 16, 4, 3).mean(axis=(2, 4))
    return replace(few, pixels=np.rint(pooled).astype(np.uint8))


@pytest.fixture(scope="module")
def ran(small, tmp_path_factory):
    out = tmp_path_factory.mktemp("dfc") / "run"
    run(DFC, ASKED, data=small, out=out)
    return out, *read_run(out, DFC)


# What is drawn


def test_lesions_are_the_same_everywhere_in_four_classes_and_by_lesion(drawn):
    assert card("lesions").is_registered(drawn)
    assert drawn.classes == ("bcc", "bkl", "mel", "nv")
    assert np.bincount(drawn.labels).tolist() == [120, 240, 240, 220]
    sizes = np.bincount(drawn.groups)
    assert set(sizes) == {1, 2}
    for group in np.flatnonzero(sizes == 2)[:5]:
        assert len(set(drawn.labels[drawn.groups == group])) == 1


def test_classes_differ_in_colour_and_overlap(drawn):
    middle = drawn.images[:, 26:38, 26:38].mean(axis=(1, 2, 3))
    means = [middle[drawn.labels == k].mean() for k in range(4)]
    assert np.argmin(means) == 2
    darker = (middle[drawn.labels == 3] < means[2]).mean()
    assert 0.02 < darker < 0.5


# Cells


def test_a_row_has_the_numbers_of_its_kind_and_no_others(ran):
    _, rows, config = ran
    assert len(rows) == len(DFC.grid.cells(config)) == 2 * len(SOME)
    for row in rows:
        assert row["status"] == "ok", row["reason"]
        kind = OF_GENERATORS if row["case"] in GENERATORS else OF_TABLE
        kind = () if row["case"].startswith("fit") else kind
        there = {n for n in (*OF_GENERATORS, *OF_TABLE) if row[n] is not None}
        assert there == set(kind) - {"lpips", "lpips_train"}
        assert np.isfinite(row["score"])
        lists = {n for n in LISTS if row[n] is not None}
        curves = set(LISTS) - {"confusion"}
        wanted = {"confusion"} if row["case"] in TABLE else set()
        assert lists == (curves if row["case"].startswith("fit") else wanted)


def test_a_row_of_the_table_is_what_its_confusion_matrix_says(ran):
    _, rows, _ = ran
    for row in (row for row in rows if row["case"] in TABLE):
        found = class_scores(np.array(row["confusion"]).reshape(4, 4))
        assert row["score"] == found.f1[2]
        assert row["recall"] == found.recall[2]
        assert row["macro_f1"] == found.macro()["f1"]
        seen = row["case"].startswith(("released", "thrown")) and not row["case"].endswith("-0")
        assert (row["seen"] > 0) == seen


def test_the_overlap_as_released_is_that_of_the_indices(ran, small):
    _, rows, _ = ran
    counts = dict(zip(small.classes, np.bincount(small.labels).tolist(), strict=True))
    counts["mel"] //= 4
    by_class = overlap(300, 1, counts=counts, first=48)
    row = next(r for r in rows if r["case"] == "thrown-300" and r["seed"] == 1)
    matrix = np.array(row["confusion"]).reshape(4, 4)
    seen = sum(by_class[name] * n for name, n in zip(counts, matrix.sum(axis=1), strict=True) if n)
    assert row["seen"] == pytest.approx(seen / matrix.sum())


def test_a_cell_is_the_same_whatever_was_run_before_it(ran, small):
    _, rows, config = ran
    for case in ("g1", "released-300", "fit-held"):
        cell = {"case": case, "seed": 1} | {name: config[name] for name in DFC.settings}
        data = arrays_of(small)
        given = {s.name: s.make(s.of(cell), data).arrays for s in DFC.shared}
        again = DFC.run(cell, data, **given).numbers
        kept = next(r for r in rows if r["case"] == case and r["seed"] == 1)
        assert {name: kept[name] for name in again} == again


def test_synthetic_images_are_made_once_for_a_protocol_and_a_seed():
    cell = {"seed": 0, "minority": 3, "keep": 9, "steps": 2}

    def of(case):
        return synthetic_for({**cell, "case": case})

    assert of("clean-100") == of("clean-800") != of("released-100")
    none = of("g1")
    assert [of(case) for case in ("clean-0", "thrown-100", "fit-held")] == [none] * 3
    assert features_for({"case": "thrown-100"}) != features_for({"case": "rec"}) == none


def test_cases_are_what_they_are_called():
    assert len(set(CASES)) == len(CASES)
    assert counted("thrown-800") == ("thrown", 800)
    assert options_of("g0.5") == {"features": "random", "taps": 3, "latent": 100, "w_rec": 0.5}
    assert options_of("rec")["w_perc"] == 0
    assert options_of("t5")["taps"] is None
    assert options_of("z256")["latent"] == 256
    assert options_of("sum")["perc_reduction"] == "sum"
    weights = [
        [options_of(case)[f"w_{of}"] for of in ("rec", "perc", "kl")]
        for case in ("paper", "perc", "sum")
    ]
    assert weights == [[0.5, 0.5, 1], [0, 0.5, 1], [0.5, 0.5, 1]]


def test_unlabelled_images_and_a_class_that_is_not_there_are_refused(small):
    cell = {"case": "g1", "seed": 0, "minority": 5, "keep": 9, "steps": 1, "epochs": 1}
    for data in (arrays_of(small), {"images": small.images}):
        with pytest.raises(AvanpError, match="--minority N is the N-th of their classes"):
            DFC.run(cell, data, features={}, synthetic={})


# Tables and claims


def test_the_published_rows_stand_beside_ours_on_their_images_alone(ran):
    _, rows, config = ran
    ham = {**config, "data": {**config["data"], "name": "ham10000"}}
    for said, there in ((config, False), (ham, True)):
        released, thrown, clean = tables.table(rows, said)
        f1 = [row[3].paper for row in released.rows]
        assert f1 == ([0.35, 0.60] if there else [None, None])
        assert not thrown.compared
        assert not clean.compared
    own = [r["score"] for r in rows if r["case"] == "released-300"]
    assert released.rows[1][3].value == pytest.approx(np.mean(own))
    (matrix, _) = tables.confusion(rows, config)
    assert sum(int(n) for row in matrix.rows for n in row[1:]) == 2 * sum(
        next(r for r in rows if r["case"] == "released-0")["confusion"]
    )


def test_every_table_chart_and_gallery_is_drawn_of_what_is_there(ran):
    out, rows, config = ran
    drawn_tables = outputs.tables(DFC, rows, config)
    assert {name for name, some in drawn_tables.items() if some} == set(DFC.tables)
    entries = [e for some in drawn_tables.values() for t in some for e in t.entries]
    assert all(isinstance(e, Entry) for e in entries)
    paths = outputs.write(DFC, out, rows, config)
    page = paths[0].read_text()
    for said in ("no perceptual term", "Fig. 15", "thrown away", "Seed 42, indices alone"):
        assert said in page
    strips = {path.name for path in (out / "samples").iterdir()}
    assert {"rec.png", "rec-new.png", "rec-real.png"} <= strips


def test_the_paper_s_own_numbers_agree_with_its_claims_but_for_the_peak_of_f1():
    verdicts = {claim.id: all(p.agrees() for p in claim.parts) for claim in DFC.claims}
    assert all(verdicts.values())
    assert printed("score")["released-800"] > printed("score")["released-400"]
    assert set(printed("macro_f1")) == {f"released-{n}" for n in N_SYN}


def test_claims_are_judged_over_what_they_compare(ran):
    _, rows, config = ran
    called = {"rec": "perc", "g1": "paper"}
    both = [{**row, "case": called[row["case"]]} for row in rows if row["case"] in called]
    config = {**config, "cases": ["perc", "paper"]}
    judged = {one["id"]: one["all"]["all"] for one in judge(DFC, both, config, draws=5)}
    means = [np.mean([r["score"] for r in both if r["case"] == c]) for c in ("perc", "paper")]
    error, kl = judged["perceptual-fails"]["parts"]
    assert error["difference"] == pytest.approx(means[0] - means[1])
    below = 1 - np.mean([row["kl"] for row in both if row["case"] == "perc"])
    assert kl["difference"] == pytest.approx(below)
    assert judged["equal-best"]["seeds"] == 0  # its cases were not run


@pytest.mark.parametrize("item", sorted(DFC.items))
def test_an_item_runs_its_part_of_the_grid(item):
    asked = asked_values(DFC, item, {"case": None, "seed": None}, False)
    assert set(asked["cases"]) < set(CASES)
    assert asked_sets(DFC, item, None, False) == (["lesions"], False)  # none of the paper's is here


def test_leak_needs_no_image_and_quick_is_a_part(tmp_path):
    done = avanp(tmp_path, "reproduce", "dfc", "leak")
    assert done.code == 0, done.err
    assert "0.664" in done.out
    assert "0.703" in done.out
    quick = asked_values(DFC, None, {"case": None, "seed": None}, True)
    assert set(quick["cases"]) < set(CASES)
    assert {"released-400", "thrown-400", "clean-400", "released-800"} <= set(quick["cases"])
    assert max(map(len, done.out.splitlines())) <= 100
