"""The ablations of an audit, on a small set of images."""

import json
from io import BytesIO
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

import avanp
from avanp.ava.deviations import DEVIATIONS
from avanp.data.images import ImageSet
from avanp.papers.ava import audit as run
from avanp.papers.ava.ablations import measured, unmodelled, width
from avanp.papers.ava.ablations.table import size
from avanp.papers.ava.audit_markdown import render
from avanp.papers.ava.audit_text import render as on_a_terminal
from avanp.papers.ava.subject import RULES, Key, Subject
from avanp.papers.ava.trained import trained
from avanp.report.audit_file import FORMAT
from avanp.report.text import about_seeds, listed

RATES = [1.0, 0.3]
CELLS = 7 * len(RATES)


def images(n=4, height=12, width=11):
    pixels = np.random.default_rng(0).integers(0, 256, (n, height, width, 3), dtype=np.uint8)
    return ImageSet("small", pixels, tuple(f"{i}.png" for i in range(n)), "test")


@pytest.fixture(scope="module")
def subject():
    result = avanp.sweep(RATES, data=images(), rules=RULES, seeds="3:5", draws=2)
    return Subject(result.rows, result.config, images())


@pytest.fixture(scope="module")
def audited(subject):
    return run.audit(subject.rows, subject.config, subject.images)


@pytest.fixture(scope="module")
def tables(audited):
    return {one["id"]: one for one in audited[0]["ablations"]}


def column(table, name):
    return [row[table["columns"].index(name)] for row in table["rows"]]


def test_the_document_is_whole(audited):
    document, pictures = audited
    assert document["format"] == FORMAT
    assert (document["seeds"], document["run"]["seeds"]) == (3, [3, 4, 5])
    assert [len(document[k]) for k in ("claims", "ablations")] == [11, 9]
    assert document == json.loads(json.dumps(document, allow_nan=False))
    drawn = {one["picture"] for one in document["ablations"]} - {None} | {document["picture"]}
    assert drawn == {f"audit/{name}" for name in pictures}
    for one in document["ablations"]:
        assert one["says"].endswith(".")
        assert all(len(row) == len(one["columns"]) for row in one["rows"])
        assert bool(one["picture"]) == bool(one["alt"])
    for content in pictures.values():
        with Image.open(BytesIO(content)) as image:
            assert min(image.size) > 200


@pytest.mark.slow
def test_the_processes_make_no_difference(subject, audited):
    document, pictures = run.audit(subject.rows, subject.config, subject.images, jobs=2)
    assert document == audited[0]
    assert pictures == audited[1]


def test_progress_goes_from_nothing_to_all(subject):
    told = []
    only = Subject(subject.rows, {**subject.config, "models": ["VAE"], "lr": [0.3]}, images())
    rows = [row for row in subject.rows if row["model"] == "VAE" and row["lr"] == 0.3]
    run.audit(
        rows, only.config, only.images, progress=lambda done, total: told.append((done, total))
    )
    assert told[0][0] == 0
    assert [done for done, _ in told] == list(range(told[-1][1] + 1))


def test_without_discriminators_program_draws_the_same_images(tables):
    table = tables["discriminators"]
    assert column(table, "model") == ["AVA1", "AVA2", "AVA3", "AVA4", "AVA5", "GAN"]
    for way in ("removed", "never learn"):
        assert set(column(table, f"program: d and D {way}")) == {"2 of 2"}
    # The comparison can tell: under printed they matter.
    printed = column(table, "printed: d and D never learn")
    assert all(cell.startswith("0 of 2, up to 0.") for cell in printed)
    assert "12 of 12 cells under program draw the same images bit for bit" in table["says"]


def test_a_removed_discriminator_makes_all_that_reads_it_nan():
    x = images().as_float()
    assert np.isnan(
        trained(x, Key("printed", "AVA1", 0.3, 0), discriminators="removed").draw()
    ).all()
    assert np.isfinite(
        trained(x, Key("program", "AVA1", 0.3, 0), discriminators="removed").draw()
    ).all()


def test_one_that_never_learns_keeps_its_weights_and_the_others_learn():
    x = images().as_float()
    weights = trained(x, Key("printed", "AVA5", 0.3, 0), discriminators="never learn").weights()
    assert not any(p.any() for net in ("d", "D") for p in weights[net])
    assert all(any(p.any() for p in weights[net]) for net in ("encoder", "decoder"))


def test_leaning_terms_reach_images_under_printed_alone(tables):
    found = {tuple(row[:2]): row for row in tables["leaning"]["rows"]}
    for pair in ("AVA2 beside AVA1", "AVA4 beside AVA3"):
        for rules in ("program", "exact"):
            assert found[pair, rules][2:5] == ["equal at 2 of 2"] * 3
        assert not found[pair, "printed"][2].startswith("equal at 2 of 2")
    # Under program the term changes d and D, and d and D change nothing.
    assert found["AVA2 beside AVA1", "program"][5].startswith("equal at 0 of 2")
    assert found["AVA2 beside AVA1", "exact"][5] == "equal at 2 of 2"


def test_deviations_are_compared_cell_by_cell(tables, subject):
    table = tables["deviations"]
    assert column(table, "rules") == ["program", *(f"program-{n}" for n in DEVIATIONS), "printed"]
    changes = dict(zip(column(table, "rules"), column(table, "RMS change"), strict=True))
    assert changes["program-7"] == "0"  # d and D alone
    assert float(changes["printed"]) > float(changes["program-8"]) > 0
    assert "RMS to the paper" not in table["columns"]  # these are not its images
    both = [subject.bm(Key("program", "GAN", lr, seed)) for lr in RATES for seed in (3, 4)]
    assert column(table, "GAN mean")[0] == f"{np.mean(both):.4f}"[1:]


def test_a_hundred_hidden_units_are_one(tables):
    table = tables["width"]
    for name in table["columns"][3:]:
        assert max(map(float, column(table, name))) < 1e-5
    assert column(table, "mean BM, width 100") != column(table, "mean BM, width 1")


def test_units_that_differ_are_seen():
    x = images().as_float()
    from avanp.ava.nets import NetConfig

    glorot = trained(x, Key("program", "VAE", 0.3, 0), net=NetConfig(init="glorot"))
    assert width.units_apart(glorot.nets.decoder) > 0.01


def test_the_start_changes_the_models(tables, subject):
    table = tables["initial"]
    means = {tuple(row[:2]): row[2:9] for row in table["rows"]}
    assert set(means) == {(rules, init) for rules in RULES for init in ("zeros", "glorot")}
    zeros = [
        np.mean([subject.bm(Key("exact", model, lr, 3)) for lr in RATES])
        for model in subject.models
    ]
    assert means["exact", "zeros"] == [f"{bm:.4f}"[1:] for bm in zeros]
    assert means["exact", "zeros"] != means["exact", "glorot"]


def test_both_forms_of_bm_are_the_rows(tables, subject):
    row = tables["absolute"]["rows"][0]
    assert row[:2] == ["program", "AVA1"]
    for i, value in ((2, "bm"), (4, "bm_signed")):
        mean = np.mean(
            [subject.bm(Key("program", "AVA1", lr, s), value) for lr in RATES for s in (3, 4, 5)]
        )
        assert float(row[i].replace("−", "-")) == pytest.approx(mean, abs=6e-5)
    places = [row[3] for row in tables["absolute"]["rows"] if row[0] == "program"]
    assert min(places) == 1
    assert max(places) <= 7


def test_images_that_no_model_made_have_the_bm_of_the_metric(tables):
    x = images().as_float()
    made = unmodelled.made_by_no_model(x, 3)
    assert list(made) == [
        "all white",
        "all black",
        "grey",
        "noise",
        "the mean image",
        "a training image",
    ]
    for name, value in (("all white", 1.0), ("all black", 0.0), ("grey", 0.5)):
        d = np.sqrt(((x - value) ** 2).sum(axis=-1))
        bm, signed, mse = unmodelled.scores(made[name], x)
        assert bm == pytest.approx(np.abs(d * (1 - d)).mean(), rel=1e-5)
        assert signed == pytest.approx((d * (1 - d)).mean(), rel=1e-5)
        assert mse == pytest.approx(((x - value) ** 2).mean(axis=(1, 2, 3)).min(), rel=1e-5)
    assert unmodelled.scores(made["a training image"], x)[2] == 0
    table = tables["nobody"]
    assert len(table["rows"]) == 8
    bms = [float(bm) for bm in column(table, "BM")]
    assert bms == sorted(bms, reverse=True)
    assert "highest of the models" in column(table, "image")


@pytest.mark.parametrize(
    ("better", "key"), [("lower", "mse"), ("higher", "psnr"), ("nearer 1", "diversity")]
)
def test_a_rank_correlation_is_one_where_bm_agrees(better, key):
    assert measured.MEASURES[key].better == better
    values = {
        "lower": [0.9, 0.5, 0.1, 0.05],
        "higher": [1, 2, 3, 9],
        "nearer 1": [0.1, 1.5, 1.2, 1.1],
    }
    cells = [{"bm": 0.1 * i, key: v} for i, v in enumerate(values[better])]
    assert measured.correlation_with(cells, key) == pytest.approx(1)
    turned = [{"bm": -one["bm"], key: one[key]} for one in cells]
    assert measured.correlation_with(turned, key) == pytest.approx(-1)
    assert measured.correlation_with([{}, *cells[:2]], key) is None
    assert measured.correlation_with([{**one, key: 1.0} for one in cells], key) is None


def test_measures_are_of_the_images_that_bm_is_of(tables, subject):
    x = images().as_float()
    (found,) = measured.measure(x, [Key("program", "VAE", 0.3, 3)], 2)
    assert found["bm"] == subject.bm(Key("program", "VAE", 0.3, 3))
    drawn = trained(x, Key("program", "VAE", 0.3, 3)).draw()
    assert drawn.shape == x.shape
    assert found["psnr"] == pytest.approx(
        np.mean(-10 * np.log10(((drawn - x) ** 2).mean(axis=(1, 2, 3)))), rel=1e-6
    )
    assert set(found) == {"bm", *measured.MEASURES}
    assert column(tables["measures-models"], "model") == subject.models


def test_images_too_small_for_a_measure_leave_it_out():
    x = images(height=6, width=5).as_float()
    (found,) = measured.measure(x, [Key("program", "VAE", 0.3, 0)], 2)
    assert set(found) == {"bm", "mse", "psnr", "diversity"}


def test_the_pages_say_what_the_document_says(audited):
    document, _ = audited
    page, shown = render(document), on_a_terminal(document)
    assert max(map(len, shown.splitlines())) <= 100
    for one in document["ablations"]:
        assert one["title"] in shown
        assert one["title"] in page
        assert one["says"] in page
    for claim in document["claims"]:
        assert claim["claim"] in page
        for rules in RULES:
            assert claim["rules"][rules]["says"] in page
    assert "published their code and their images freely" in page
    lines = [line for line in page.splitlines() if line.startswith("|")]
    for above, line in pairwise(lines):
        if set(line) <= set("|- "):
            assert above.count("|") - above.count("\\|") == line.count("|")


def test_many_rule_sets_still_fit_a_terminal(subject):
    rules = ["program", "program-1", "program-2", "printed"]
    document, _ = run.audit(subject.rows, {**subject.config, "rules": rules})
    shown = on_a_terminal(document)
    assert max(map(len, shown.splitlines())) <= 100
    assert shown.count("AVA5 has the highest mean BM") == 2
    assert document["ablations"] == []


def test_words_for_numbers_and_names():
    assert [size(v) for v in (0.0, 0.012345, 343.2, 4.7e-7)] == ["0", "0.012", "340", "4.7e-07"]
    assert [listed(names) for names in (["a"], ["a", "b"], ["a", "b", "c"])] == [
        "a",
        "a and b",
        "a, b and c",
    ]
    assert [about_seeds(s) for s in ([3], [0, 1], range(20), [3, 7, 9])] == [
        "seed 3",
        "seeds 0 and 1",
        "seeds 0 to 19",
        "seeds 3, 7 and 9",
    ]
