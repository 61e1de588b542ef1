"""The paper's own protocol: who is trained on by hand, the contrast, and what the command draws."""

import json

import numpy as np
import pytest
from PIL import Image
from test_imbalance import flat, images, place, rows_of  # noqa: F401

from avanp.data.images import ImageSet, numbered
from avanp.errors import AvanpError
from avanp.experiments.paired import quickly
from avanp.papers.dfc import leak
from avanp.papers.dfc.generator import generator
from avanp.papers.dfc.head import Head, scores
from avanp.papers.dfc.imbalance import cells
from avanp.papers.dfc.listing import listing
from avanp.papers.dfc.released import FIRST, THROWN, of_seed
from avanp.papers.dfc.released_shown import overlaps
from avanp.papers.dfc.released_verdict import contrasts, verdicts
from avanp.papers.dfc.study import RELEASED, Study
from avanp.rng import stream
from cli_process import avanp


def by_hand(images, keep, seed, n):  # noqa: F811
    """Train and test rows as the notebook has them: two shuffles of two lists of files."""
    labels, order = images.labels, stream(seed, "parts").permutation(np.flatnonzero(images.labels))
    real = [*np.flatnonzero(labels == 0), *sorted(order[:keep])]
    lists = []
    for count in (0, n):
        files = real[:30] + [-1 - i for i in range(count)] + real[30:]
        np.random.RandomState(seed).shuffle(files)
        lists.append(files)
    held = int(0.3 * len(real))
    whole = int(0.3 * (len(real) + n))
    return lists[1][: len(lists[1]) - whole], lists[0][len(lists[0]) - held :]


def test_a_row_as_released_is_that_of_parts_drawn_by_hand(images):  # noqa: F811
    study = Study(images, "b", 12, (0, 9), ("VAE",), "mine", flat, 1, RELEASED)
    features = flat(images.images).astype(float)
    rows = {row["method"]: row for row in of_seed(study, features, 3, list(cells(study)))}
    assert list(rows) == ["nothing", THROWN, "VAE", f"VAE{FIRST}"]
    train, test = by_hand(images, 12, 3, 9)
    kept = [i for i in train if i >= 0]
    head = Head(features[kept], features[:0], images.labels[kept], 1)
    expected = scores(head.decide(features[test]), images.labels[test], 1, 2)
    thrown = rows[THROWN]
    assert {name: thrown[name] for name in expected} == expected
    assert thrown["seen"] == rows["VAE"]["seen"] == np.isin(test, kept).mean() > 0
    rare = np.array(test)[images.labels[test] == 1]
    assert thrown["seen_rare"] == np.isin(rare, kept).mean()
    for method in ("nothing", f"VAE{FIRST}"):
        assert rows[method]["seen"] == rows[method]["seen_rare"] == 0


def test_the_generator_sees_all_of_the_minority_and_sources_are_those_left_out(images):  # noqa: F811
    folder = listing(images, "b", 12, 0)
    assert folder.counts == {"a": 30, "b": 12}
    assert sorted(folder.every) == list(range(30, 46))
    assert len(folder.sources) == 4
    assert not set(folder.sources) & set(folder.rows["b"])
    assert len(listing(images, "b", None, 0).sources) == 16
    with pytest.raises(AvanpError, match="the class has 16 images"):
        listing(images, "b", 16, 0)


def test_the_notebook_s_test_part_is_nine_batches_of_48():
    held = leak.divided(leak.listed(leak.COUNTS, 0, leak.SEED))[1]
    assert (len(held), len(leak.tested(held))) == (843, leak.TEST)
    assert len(leak.tested(held[:40])) == 40  # one batch: all of it


UP, EVEN, SMALL = [0.4, 0.41, 0.39, 0.42], [0.001, -0.001, 0.0, 0.0], [0.01, 0.012, 0.011, 0.01]


@pytest.mark.parametrize(
    ("gain", "own", "said"),
    [
        (UP, EVEN, "the gain is the leak"),
        (UP, [-0.2, -0.1, -0.2, -0.1], "the gain is the leak"),
        (UP, SMALL, "helps beyond the leak"),
        (UP, UP, "helps beyond the leak"),
        (EVEN, EVEN, "no gain"),
        (UP, [0.3, -0.3, 0.2, -0.2], "cannot be told"),
        ([0.4, -0.4, 0.3, -0.1], UP, "cannot be told"),
        (SMALL, EVEN, "a small gain"),
        (SMALL, SMALL, "helps beyond the leak"),
        (UP[:3], EVEN[:3], "cannot be told"),
    ],
)
def test_what_a_gain_is_by_hand(gain, own, said):
    assert verdicts([(quickly(gain, 0.0), quickly(own, 0.0))]) == [said]


def test_a_contrast_is_of_means_over_counts_seed_by_seed():
    f1 = {"nothing": [0.2], THROWN: [0.5, 0.7], "VAE": [0.6, 0.8], f"VAE{FIRST}": [0.2, 0.3]}
    rows = [
        {"seed": seed, "method": method, "n": n, "f1": value + seed / 100}
        for seed in range(4)
        for method, values in f1.items()
        for n, value in zip((0,) if method == "nothing" else (5, 9), values, strict=True)
    ]
    (one,) = contrasts(rows)
    assert one.f1 == pytest.approx(0.715)
    differences = [d.difference for d in (one.gain, one.thrown, one.own, one.first)]
    assert differences == pytest.approx([0.5, 0.4, 0.1, 0.05])
    assert one.verdict == "helps beyond the leak"
    # A generator of which every seed lacks a number is compared with nothing but its like.
    assert contrasts([row for row in rows if row["method"] != "VAE" or row["n"] == 5]) == []
    (some,) = contrasts(rows[:-2])  # the last seed lacks both on the first parts
    assert (some.gain.seeds, some.first.seeds) == (4, 3)


def test_the_table_of_overlaps_has_the_pilot_s_numbers():
    part, held = (
        overlaps(leak.COUNTS, (0, 800), range(20), tested=tested) for tested in (True, False)
    )
    assert part.rows[1] == ["800", "0.094", "0.092", "0.664", "0.703", "559"]
    assert held.rows[1] == ["800", "0.049", "0.047", "0.685", "0.695", "559"]
    assert part.rows[0][1:5] == ["0.000"] * 4


def test_what_makes_no_images_is_no_generator():
    with pytest.raises(AvanpError, match="a classifier makes no images"):
        generator("classifier")


WORDS = ("imbalance", "--data", "photos", "--minority", "rare", "--steps", "2")


def test_the_paper_s_protocol_ends_with_its_contrast_and_a_page(place):  # noqa: F811
    words = ("--protocol", "as-released", "--keep", "18", "--n-syn", "20", "--seeds", "2")
    words += ("--head", "mlp")
    done = avanp(place, *WORDS, *words, "--generator", "VAE", "--out", "leak")
    assert done.code == 0, done.err
    assert "thrown away" in done.out
    assert "2 seeds are too few to tell: at least 4" in " ".join(done.out.split())
    assert max(map(len, done.out.splitlines())) <= 100
    rows = rows_of(place / "leak")
    assert [(row["method"], row["n"]) for row in rows[:4]] == [
        ("nothing", 0), (THROWN, 20), ("VAE", 20), (f"VAE{FIRST}", 20),
    ]  # fmt: skip
    assert json.loads((place / "leak" / "study.json").read_text())["counts"]["rare"] == 18
    page = (place / "leak" / "report.html").read_text()
    assert "program did: the parts are drawn anew" in page
    with Image.open(place / "leak" / "images" / "VAE.png") as strip:
        assert strip.size == (64, 8)
    linear = avanp(place, *WORDS, *words[:-2], "--out", "leak")
    assert linear.code == 2
    assert "holds another run (head" in linear.err
    before = page
    again = avanp(place, "report", "leak")
    assert again.code == 0, again.err
    assert (place / "leak" / "report.html").read_text() == before
    assert avanp(place, "report", "leak", "--markdown").code == 2


def test_quick_fills_in_what_is_not_given_and_any_system_may_make_the_images(place):  # noqa: F811
    (place / "mine.py").write_text(
        "from avanp.systems.gan import GAN\n\n\nclass Mine(GAN):\n    name = 'Mine'\n"
    )
    words = ("--quick", "--n-syn", "10", "--size", "8x8", "--out", "quick")
    done = avanp(place, *WORDS, *words, "--generator", "./mine.py:Mine")
    assert done.code == 0, done.err
    rows = rows_of(place / "quick")
    assert {row["seed"] for row in rows} == set(range(4))
    assert "Mine" in {row["method"] for row in rows}
    refused = avanp(place, *WORDS, "--generator", "classifier", "--out", "new")
    assert refused.code == 2
    assert "makes no images" in refused.err


def test_a_row_must_name_two_classes_that_are_tested_on():
    pixels = np.zeros((6, 4, 4, 1), np.uint8)
    labels = np.array([0, 0, 0, 0, 0, 1])
    few = ImageSet("few", pixels, numbered(6), "here", labels=labels, classes=("a", "b"))
    study = Study(few, "b", None, (0, 2), ("VAE",), "mine", flat, 1, RELEASED)
    with pytest.raises(AvanpError, match="none, or nothing else, is tested on"):
        list(of_seed(study, flat(pixels), 1, list(cells(study))))


def test_too_few_images_are_refused_in_one_line(place):  # noqa: F811
    # Seed 27 tests on both images that are kept.
    words = ("--protocol", "as-released", "--keep", "2", "--n-syn", "5", "--seeds", "27:27")
    done = avanp(place, *WORDS, *words, "--out", "few")
    assert done.code == 2
    assert "has no image that is trained on: give or --keep more" in done.err.splitlines()[-1]


def test_a_class_that_is_not_trained_on_is_refused():
    x = np.arange(8.0).reshape(4, 2)
    for labels in ([0, 0, 2, 2], [1, 1, 1, 1]):
        with pytest.raises(AvanpError, match="has no image that is trained on"):
            Head(x, x[:0], np.array(labels), 1)
