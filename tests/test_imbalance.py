"""The study of a rare class: divisions, verdicts, what a row holds, and `avanp imbalance`."""

import csv
import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from PIL import Image
from scipy.stats import ttest_1samp

from avanp.data.images import ImageSet, numbered
from avanp.errors import AvanpError
from avanp.experiments.paired import quickly, student_p
from avanp.papers.dfc.division import Division, divide, nearest, refuse_seen, seen
from avanp.papers.dfc.head import Decisions, Head, scores
from avanp.papers.dfc.imbalance import cells
from avanp.papers.dfc.imbalance_notes import notes, sizes
from avanp.papers.dfc.imbalance_seed import of_seed
from avanp.papers.dfc.imbalance_shown import chart
from avanp.papers.dfc.imbalance_verdict import judged, verdicts
from avanp.papers.dfc.released_verdict import contrasts
from avanp.papers.dfc.remedies import Material, added
from avanp.papers.dfc.study import Study, counts
from cli_process import avanp, contents

SEED = np.random.default_rng


# Divisions


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 9)), min_size=1, max_size=60),
    st.none() | st.integers(2, 8),
    st.integers(0, 1000),
)
@settings(deadline=None, max_examples=150)
def test_no_group_is_on_both_sides_and_every_image_is_in_one_part(pairs, keep, seed):
    # A group has images of several classes now and then, as data of strangers have.
    labels, groups = (np.array(column) for column in zip(*pairs, strict=True))
    try:
        parts = divide(labels, groups, 1, keep, SEED(seed))
    except AvanpError:
        return
    assert_array_equal(np.sort(np.concatenate(parts)), np.arange(len(labels)))
    sides = [set(groups[part]) for part in parts]
    assert not (sides[0] & sides[1])
    assert not (sides[0] & sides[2])
    assert not (sides[1] & sides[2])
    assert seen(parts.train, parts.held, groups) == 0
    first = {group: label for label, group in reversed(pairs)}
    assert all(first[group] == 1 for group in sides[2])
    for label in set(labels):
        assert all(any(first[g] == label for g in side) for side in sides[:2])


def test_a_division_is_stratified_and_keeps_so_many_of_the_minority():
    labels = np.repeat([0, 1], [200, 100])
    train, test, rest = divide(labels, np.arange(300), 1, 40, SEED(0))
    assert [int((labels[part] == 1).sum()) for part in (train, test, rest)] == [34, 6, 60]
    assert [int((labels[part] == 0).sum()) for part in (train, test, rest)] == [170, 30, 0]
    assert len(divide(labels, np.arange(300), 1, None, SEED(0)).rest) == 0


def test_groups_are_counted_by_the_images_that_they_hold():
    assert nearest(np.array([3, 3, 3]), 5) == 2
    assert nearest(np.array([3, 3, 3]), 4) == 1
    assert nearest(np.array([9, 1]), 1) == 1


@pytest.mark.parametrize(
    ("labels", "keep", "message"),
    [([0, 0, 1], None, "at least two"), ([0, 0, 1, 1, 1], 3, "the class has 3 images")],
)
def test_what_cannot_be_divided_is_refused(labels, keep, message):
    with pytest.raises(AvanpError, match=message):
        divide(np.array(labels), np.arange(len(labels)), 1, keep, SEED(0))


def test_sources_that_share_a_group_with_the_test_are_refused():
    groups = np.array([0, 1, 2, 2, 3])
    division = Division(np.array([0, 2]), np.array([3, 4]), np.array([], int))
    assert seen(np.array([0, 2]), division.held, groups) == 0.5
    with pytest.raises(AvanpError, match="VAE: 50% of the test images share a group"):
        refuse_seen("VAE", np.array([2]), division, groups)
    refuse_seen("VAE", np.array([0, 1]), division, groups)


# Scores


def test_scores_are_those_counted_by_hand():
    # Rare is 1: of 0 1 1 1 taken for it, two are; it has three. F1 = 2·2 / (4 + 3).
    labels = np.array([0, 1, 1, 0, 0, 1])
    found = Decisions(np.array([1, 1, 1, 1, 0, 0]), np.array([0.9, 0.8, 0.7, 0.6, 0.2, 0.1]))
    by_hand = scores(found, labels, 1, 2)
    assert by_hand["f1"] == pytest.approx(4 / 7)
    assert by_hand["macro_f1"] == pytest.approx((4 / 7 + 2 / 5) / 2)
    # Pairs in which the rare one is above: of .8 two, of .7 two, of .1 none.
    assert by_hand["auc"] == pytest.approx(4 / 9)
    # Precision at each rare one found: 1/2, 2/3, 3/6.
    assert by_hand["ap"] == pytest.approx((1 / 2 + 2 / 3 + 3 / 6) / 3)


@pytest.fixture(scope="module")
def points():
    rng = SEED(1)
    y = np.repeat([0, 1, 2], [40, 8, 30])
    return rng.normal(size=(78, 4)) + y[:, None] * [1.0, -1.0, 0.5, 0.0], y


def test_whole_duplicates_and_weights_of_as_many_decide_alike(points):
    x, y = points
    twice = Head(x, np.repeat(x[y == 1], 2, axis=0), y, 1).decide(x)
    weighted = Head(x, x[:0], y, 1, 3).decide(x)
    assert_allclose(twice.rare, weighted.rare, atol=2e-3)


def test_an_mlp_is_of_its_seed_knows_its_images_by_heart_and_takes_weights(points):
    x, y = points
    heads = [Head(x, x[:0], y, 1, kind="mlp", seed=seed).decide(x).rare for seed in (3, 3, 4)]
    assert_array_equal(heads[0], heads[1])
    assert np.abs(heads[0] - heads[2]).max() > 1e-3
    heavy = Head(x, x[:0], y, 1, 50, kind="mlp", seed=3).decide(x)
    assert heavy.rare.mean() > heads[0].mean()
    many, labels = SEED(0).normal(size=(300, 400)), np.arange(300) % 3
    known = Head(many, many[:0], labels, 1, kind="mlp").decide(many).classes
    assert (known == labels).mean() > 0.95  # of noise: nothing but the images themselves tells it


def test_another_prior_moves_decisions_and_no_ranks(points):
    x, y = points
    head = Head(x, x[:0], y, 1)
    plain, shifted = head.decide(x), head.decide(x, 50)
    assert_array_equal(plain.rare, shifted.rare)
    assert (shifted.classes == 1).sum() > (plain.classes == 1).sum()
    assert set(shifted.classes[plain.classes == 1]) == {1}


# Verdicts

UP, DOWN, EVEN = [0.1, 0.11, 0.12, 0.1], [-0.1, -0.11, -0.12, -0.1], [0.001, -0.001, 0.0, 0.0]
LOOSE = [0.3, -0.3, 0.2, -0.2]
SEEDS = range(4)
CELLS = [("nothing", 0), ("VAE", 5)]


@pytest.mark.parametrize(
    ("f1", "auc", "ap", "said"),
    [
        (UP, UP, EVEN, "helps"),
        (EVEN, EVEN, UP, "helps"),
        (UP, EVEN, EVEN, "moves only the threshold"),
        (UP, DOWN, EVEN, "moves the threshold, ranks worse"),
        (UP, EVEN, DOWN, "moves the threshold, ranks worse"),
        (UP, UP, DOWN, "cannot be told"),
        # An interval below zero is not forgotten for a correction.
        (EVEN, UP, [-0.1, -0.15, -0.05, -0.12], "cannot be told"),
        (EVEN, EVEN, EVEN, "does not help"),
        ([0.0] * 4, [0.0] * 4, [0.0] * 4, "does not help"),
        (EVEN, DOWN, EVEN, "harms"),
        (DOWN, EVEN, EVEN, "harms"),
        (LOOSE, EVEN, EVEN, "cannot be told"),
        (EVEN, LOOSE, EVEN, "cannot be told"),
        (EVEN, UP, DOWN, "cannot be told"),
        (DOWN, UP, UP, "cannot be told"),
        (UP[:3], UP[:3], UP[:3], "cannot be told"),
        ([0.1], [0.1], [0.1], "cannot be told"),
        # Sure, and too small for anybody to notice.
        (EVEN, [0.001, 0.0011, 0.001, 0.001], EVEN, "does not help"),
        (EVEN, [-0.001, -0.0011, -0.001, -0.001], EVEN, "does not help"),
    ],
)
def test_verdicts_by_hand(f1, auc, ap, said):
    assert verdicts([[quickly(values, 0.0) for values in (f1, auc, ap)]]) == [said]


def test_verdicts_are_corrected_for_all_that_a_table_compares():
    some = [0.1, 0.14, 0.07, 0.11]  # p of .006: below .05 times three, not times 24
    few, even = quickly(some, 0.0), quickly(EVEN, 0.0)
    assert student_p(few) == pytest.approx(ttest_1samp(some, 0).pvalue)
    assert verdicts([[few, even, even]]) == ["moves only the threshold"]
    assert set(verdicts([[few, even, even]] + [[even] * 3] * 7)) == {
        "cannot be told", "does not help",
    }  # fmt: skip


@pytest.mark.parametrize("seeds", [4, 10])
def test_where_nothing_differs_few_tables_hold_a_false_verdict(seeds):
    rng, tables, false = SEED(seeds), 300, 0
    for _ in range(tables):
        # Eight methods by three scores, all of them less the same scores of nothing.
        d = rng.normal(size=(8, 3, seeds)) - rng.normal(size=(3, seeds))
        said = verdicts([[quickly(row, 0.0) for row in method] for method in 0.05 * d])
        false += any(word not in ("cannot be told", "does not help") for word in said)
    assert false / tables < 0.09  # .05, and three deviations of 300 draws


def test_notes_say_what_is_few_not_rare_and_unfinished():
    about = sizes(np.array([0] * 6 + [1] * 5), np.arange(2, 10), np.array([0, 1, 10]), 1)
    assert about == {"classes": 2, "train": 8, "train_rare": 4, "test": 3, "test_rare": 1}
    rows = [a_row(seed, method, n, 0.2) | about for seed in SEEDS for method, n in CELLS]
    parts, few, seeds = notes(rows, "b")
    assert parts.endswith("8 images to train on, 4 of 'b'; 3 to test on, 1 of 'b'")
    assert "1.0 images of 'b' are tested on, fewer than 10" in few
    assert "4 seeds are a first look" in seeds
    frequent = [row | {"train_rare": 5} for row in rows]
    assert "'b' is 62% of what is trained on, more than one in 2" in notes(frequent, "b")[2]
    assert "unfinished: 1 of 4 seeds lack rows" in notes(rows[:-1], "b")[-1]
    assert not notes([a_row(s, m, n, 0.2) for s in range(10) for m, n in CELLS], "b")


def test_the_chart_has_the_intervals_as_bands():
    rows = [a_row(s, "nothing", 0, 0.2) for s in SEEDS]
    rows += [a_row(s, "VAE", 5, 0.2 + UP[s]) for s in SEEDS]
    (line,) = chart(rows, "b").panels[0].parts
    found = quickly(UP, 0.0)
    assert line.band == pytest.approx([0, found.high - found.difference])


def a_row(seed, method, n, f1, rest=None):
    values = {"f1": f1, "auc": 0.5 + f1 / 10, "ap": 0.5, "macro_f1": 0.6}
    values |= {f"rest_{name}": rest for name in ("f1", "auc", "ap")}
    return {"seed": seed, "method": method, "n": n, **values}


def test_a_method_is_judged_by_its_mean_over_all_counts_seed_by_seed():
    rows = [a_row(seed, "nothing", 0, 0.2 + seed / 10) for seed in SEEDS]
    rows += [a_row(s, "VAE", n, 0.2 + s / 10 + d) for s in SEEDS for n, d in ((5, 0.1), (9, 0.2))]
    rows += [a_row(0, "flips", 5, 0.2), a_row(0, "flips", 9, 0.2), a_row(1, "flips", 5, 0.9)]
    vae, flips = judged(rows)
    assert vae.f1 == pytest.approx(0.5)
    assert vae.differences["f1"].difference == pytest.approx(0.15)
    assert vae.differences["auc"].difference == pytest.approx(0.015)
    assert (vae.verdict, flips.verdict) == ("helps", "cannot be told")
    assert flips.differences["f1"].seeds == 1


def test_the_larger_test_judges_where_there_is_one():
    rows = [a_row(s, "nothing", 0, 0.2, 0.5) for s in SEEDS]
    rows += [a_row(s, "VAE", 5, 0.9, 0.4) for s in SEEDS]
    assert judged(rows)[0].verdict == "harms"


# Rows


@pytest.fixture(scope="module")
def images():
    rng = SEED(0)
    labels = np.repeat([0, 1], [30, 16])
    pixels = rng.integers(0, 200, (46, 8, 8, 1), dtype=np.uint8) + 30 * labels[:, None, None, None]
    return ImageSet(
        "made", pixels.astype(np.uint8), numbered(46), "here", labels=labels, classes=("a", "b")
    )


def flat(x):
    x = x / 255 if x.dtype == np.uint8 else x
    return x.reshape(len(x), -1)[:, ::9]


def test_a_row_is_that_of_a_head_trained_by_hand(images):
    study = Study(images, "b", None, (0, 6), ("duplicates", "prior"), "mine", flat, 1)
    features, groups = flat(images.images).astype(float), np.arange(46)
    rows = {row["method"]: row for row in of_seed(study, features, groups, 3, list(cells(study)))}
    from avanp.rng import stream

    train, test, _ = divide(images.labels, groups, 1, None, stream(3, "parts"))
    rare = train[images.labels[train] == 1]
    copies = features[stream(3, "sample").permutation(rare)[:6]]
    head = Head(features[train], copies, images.labels[train], 1)
    expected = scores(head.decide(features[test]), images.labels[test], 1, 2)
    assert {name: rows["duplicates"][name] for name in expected} == expected
    assert rows["prior"]["auc"] == rows["nothing"]["auc"]
    assert all(row["seen"] == 0 and row["rest_f1"] is None for row in rows.values())


METHODS = ["duplicates", "flips", "noise", "SMOTE", "VAE", "GAN", "BEGAN", "SSAVAE"]


@pytest.mark.parametrize("method", METHODS)
def test_what_is_added_depends_on_the_minority_s_training_images_alone(images, method):
    labels = images.labels
    division = divide(labels, np.arange(46), 1, 12, SEED(0))

    def made(pixels):
        changed = ImageSet("x", pixels, images.names, "x", labels=labels, classes=images.classes)
        features = flat(pixels).astype(float)
        return added(method, Material(changed, features, flat, division, 1, 0, 7, 2))

    before = made(images.images)
    pixels = images.images.copy()
    pixels[division.held] = 255 - pixels[division.held]
    assert before.shape == (7, flat(pixels).shape[1])
    assert_array_equal(before, made(pixels))
    rare = division.train[labels[division.train] == 1]
    pixels[rare] = 255 - pixels[rare]
    assert not np.allclose(before, made(pixels))


@pytest.mark.parametrize(
    ("words", "numbers"),
    [("0:800:400", (0, 400, 800)), ("5,2,5", (2, 5)), ("7", (7,)), ("1:6:2", (1, 3, 5))],
)
def test_counts_are_read(words, numbers):
    assert counts(words) == numbers


@pytest.mark.parametrize("words", ["", "a", "0", "1:2", "3:1:1", "0:9:0", "-5,3", "1:9999999:1"])
def test_what_are_no_counts_is_refused(words):
    with pytest.raises(AvanpError, match="--n-syn"):
        counts(words)


# The command


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    tmp = tmp_path_factory.mktemp("imbalance")
    rng = SEED(0)
    for channel, (name, n) in enumerate([("common", 40), ("other", 30), ("rare", 24)]):
        (tmp / "photos" / name).mkdir(parents=True)
        for i in range(n):
            pixels = rng.normal(120, 50, (8, 8, 3))
            pixels[..., channel] += 15
            image = Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
            image.save(tmp / "photos" / name / f"{i}.png")
    return tmp


WORDS = (
    "imbalance",
    "--data",
    "photos",
    "--minority",
    "rare",
    "--keep",
    "14",
    "--n-syn",
    "0:20:10",
)
WORDS += ("--steps", "3", "--out", "out")


def rows_of(folder: Path):
    return [json.loads(line) for line in (folder / "rows.jsonl").read_text().splitlines()]


def test_a_folder_has_its_answer_after_one_command_and_more_seeds_go_on(place):
    first = avanp(place, *WORDS, "--seeds", "1")
    assert first.code == 0, first.err
    assert "seen in training, of the images held out: 0%" in first.out
    assert first.out.count("cannot be told") == 7
    # 12 of the 14 that are kept are trained on, and the larger test has the other ten.
    parts = "72 images to train on, 12 of 'rare'; 20 to test on, 10 of 'rare'"
    assert f"parts, mean of a seed: {parts}" in first.out
    page = (place / "out" / "report.html").read_text()
    assert "72 images to train on, 12 of" in page
    for name, value in (("generator", "VAE"), ("seeds", "0"), ("head", "linear")):
        assert re.search(rf">{name}</\w+>\s*<dd[^>]*>{value}<", page)
    before = rows_of(place / "out")
    methods = ["prior", "weights", "duplicates", "flips", "noise", "SMOTE", "VAE"]
    cells = [("nothing", 0)] + [(method, n) for method in methods for n in (10, 20)]
    assert [(row["method"], row["n"]) for row in before] == cells
    assert all(row["rest_f1"] is not None for row in before)

    # A killed process left a row half written.
    with open(place / "out" / "rows.jsonl", "ab") as file:
        file.write(b'{"seed": 1, "method": "no')
    more = avanp(place, *WORDS, "--seeds", "3", "--generator", "VAE", "--generator", "DFC-VAE")
    assert more.code == 0, more.err
    after = rows_of(place / "out")
    assert after[: len(before)] == before
    assert len(after) == 3 * (15 + 2)
    table = more.out.split("─\n")[1]
    assert [line.split()[0] for line in table.splitlines()[:16:2]] == [*methods, "DFC-VAE"]
    assert max(map(len, more.out.splitlines())) <= 100
    with open(place / "out" / "by_n.csv", newline="") as file:
        by_n = list(csv.DictReader(file))
    one = next(r for r in by_n if (r["method"], r["n"], r["score"]) == ("VAE", "20", "rest_f1"))
    values = [row["rest_f1"] for row in after if (row["method"], row["n"]) == ("VAE", 20)]
    assert float(one["mean"]) == pytest.approx(np.mean(values), abs=1e-5)
    with Image.open(place / "out" / "imbalance.png") as picture:
        assert min(picture.size) > 300

    again = avanp(place, *WORDS, "--seeds", "3", "--generator", "DFC-VAE")
    assert again.code == 0, again.err
    assert rows_of(place / "out") == after
    assert "VAE" not in {line.split()[0] for line in again.out.splitlines() if line.strip()}


def test_an_undisturbed_run_has_the_same_rows(place):
    words = [*WORDS[:-1], "whole", "--seeds", "2"]
    done = avanp(place, *words)
    assert done.code == 0, done.err
    resumed = [r for r in rows_of(place / "out") if r["seed"] < 2 and r["method"] != "DFC-VAE"]
    assert rows_of(place / "whole") == resumed


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--steps", "4"), "holds another run (steps 3 there, 4 asked)"),
        (("--minority", "none"), "no class 'none': choose from common, other, rare"),
        (("--keep", "24"), "the class has 24 images"),
        (("--n-syn", "x"), "--n-syn x: not whole numbers"),
        (("--features", "pca"), "choose random-conv, pixels, vgg16 or vgg16:FILE"),
        (("--data", "jungle"), "has no two classes"),
    ],
)
def test_what_cannot_be_is_one_line_and_leaves_the_rows(place, words, message):
    out = ("--out", "new") if words[0] == "--keep" else ()
    before = contents(place / "out")
    done = avanp(place, *WORDS, "--seeds", "1", *words, *out)
    assert done.code == 2
    assert message in done.err
    assert contents(place / "out") == before


def test_the_document_says_what_its_rows_say():
    docs = Path(__file__).parents[1] / "docs"
    lines = (docs / "imbalance.md").read_text().splitlines()
    rows = [json.loads(line) for line in (docs / "dfc" / "clean.jsonl").read_text().splitlines()]
    for one in judged(rows):
        (line,) = (line for line in lines if line.startswith(f"| {one.method} | {one.f1:.3f} |"))
        assert line.endswith(f"| {one.verdict} |")
    for name in ("mlp", "linear"):
        text = (docs / "dfc" / f"released-{name}.jsonl").read_text()
        (one,) = contrasts([json.loads(line) for line in text.splitlines()])
        gain = f"gain {one.gain.difference:+.3f} (".replace("0.", ".", 1)
        (line,) = (line for line in lines if gain in line)
        assert f"Verdict: **{one.verdict}**" in line
