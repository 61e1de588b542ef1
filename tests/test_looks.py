"""What images look like: every word on images made so, none on real ones, and what is advised."""

import json

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.ndimage import gaussian_filter

from avanp.errors import AvanpError
from avanp.evaluation.advice import WHY
from avanp.evaluation.looks import Look, looks, told
from avanp.metrics.signs import signs
from avanp.report.training_looks import NAME, looks_section
from avanp.systems import build


def drawn(n, channels=3, seed=0):
    """Images of shapes with soft edges and grain, of many colours."""
    rng = np.random.default_rng(seed)
    i, j = np.indices((32, 32))
    found = []
    for _ in range(n):
        (a, b), r = rng.uniform(8, 24, 2), rng.uniform(4, 12)
        inside = 1 / (1 + np.exp(np.hypot(i - a, j - b) - r))[..., None]
        one, other = rng.uniform(0.1, 0.9, (2, channels))
        grain = 0.04 * rng.standard_normal((32, 32, 1))
        found.append(inside * one + (1 - inside) * other + grain)
    return np.clip(found, 0, 1)


REAL, MORE = drawn(60), drawn(60, seed=1)
STRIPES = 0.06 * (np.indices((32, 32)).sum(0) % 2 - 0.5)[..., None]
MADE = {
    "blurred": gaussian_filter(MORE, (0, 1.5, 1.5, 0)),
    "mottled": MORE + 0.1 * np.random.default_rng(2).standard_normal(MORE.shape),
    "all alike": MORE[:1] + 0.05 * (MORE - MORE[:1]),
    "checkerboard": gaussian_filter(MORE, (0, 0.5, 0.5, 0)) + STRIPES,
    "washed out": 0.4 * MORE + 0.6 * MORE.mean(axis=3, keepdims=True),
}


def shown(images, real=REAL):
    return {s.key for s in signs(np.clip(images, 0, 1), real) if s.shows}


def test_real_images_beside_real_ones_show_nothing():
    assert shown(MORE) == set()
    assert shown(drawn(40, 1), drawn(50, 1, seed=5)) == set()


@pytest.mark.parametrize("word", MADE)
def test_images_that_were_made_so_are_called_so(word):
    assert word in shown(MADE[word])
    others = shown(MADE[word]) - {word}
    # A checkerboard is fine detail too, and images that are one have that one's colours.
    assert others <= {"checkerboard": {"mottled"}, "all alike": {"washed out"}}.get(word, set())


def test_a_pattern_of_two_pixels_is_the_same_on_bright_images_as_on_dark_ones():
    for light in (lambda x: np.clip(x, 0, 1), lambda x: 1 - np.clip(x, 0, 1)):
        dark, board = light(0.2 * REAL), light(0.2 * MADE["checkerboard"])
        one = next(s for s in signs(board, dark) if s.key == "checkerboard")
        assert one.shows
        both = [s for s in signs(1 - board, 1 - dark) if s.key == "checkerboard"]
        assert_allclose(both[0].value, one.value)


def test_grey_images_have_contrast_for_colour():
    grey = drawn(40, 1)
    flat = 0.3 * grey + 0.7 * grey.mean(axis=(1, 2), keepdims=True)
    assert "washed out" in shown(flat, drawn(40, 1, seed=3))


def test_fine_detail_is_the_energy_of_the_laplacian_pixel_by_pixel():
    rng = np.random.default_rng(0)
    x, y = rng.random((2, 2, 4, 5, 1))

    def energy(images):
        squares = []
        for image in images[..., 0]:
            for i in range(1, 3):
                for j in range(1, 4):
                    near = image[i - 1, j] + image[i + 1, j] + image[i, j - 1] + image[i, j + 1]
                    squares.append((near - 4 * image[i, j]) ** 2)
        return np.mean(squares)

    fine = next(s for s in signs(x, y) if s.key == "blurred")
    assert_allclose(fine.value, energy(x) / energy(y))


def test_what_is_seen_comes_with_why_and_what_to_change():
    vae = build("VAE", shape=(32, 32, 3), widths=(4,), latent=2)
    gan = build("GAN", shape=(32, 32, 3), arch="conv", widths=(4,), latent=2)
    assert looks(vae, REAL, MORE, REAL) == []
    (one,) = looks(vae, REAL, again=MADE["blurred"])
    assert (one.sees, one.of) == ("blurred", "reconstructions")
    assert "--latent" in one.change
    (line,) = told([one], "runs/a")
    assert line.startswith("reconstructions look blurred (fine detail 0.")
    (other,) = looks(vae, REAL, np.clip(MADE["mottled"], 0, 1))
    assert "avanp generate runs/a --sampler gmm" in told([other], "runs/a")[0]
    (board,) = looks(gan, REAL, np.clip(MADE["checkerboard"], 0, 1))
    assert board.sees == "checkerboard"
    assert board.change == "a new --out with --arch upsample"
    assert set(WHY) == {*MADE, "overfitted"}


def advised(word, of="again", model="VAE", steps=None, **options):
    """What is said of images that look so, of a model with these options."""
    system = build(model, shape=(32, 32, 3), widths=(4,), latent=2, **options)
    given = {of: np.clip(MADE[word], 0, 1)}
    return next(s for s in looks(system, REAL, **given, steps=steps) if s.sees == word)


def test_what_is_set_already_is_not_advised():
    for word in ("blurred", "washed out"):
        assert "optimal-gaussian" in advised(word).change
        assert "optimal-gaussian" not in advised(word, likelihood="optimal-gaussian").change
    for word in ("mottled", "all alike"):
        assert "--sampler gmm" in advised(word, "generated").change
        assert "--sampler gmm" not in advised(word, "generated", mixture=1).change
    set_ = advised("all alike", free_nats=0.2, warmup=500).change
    assert "--free-nats" not in set_
    assert "--warmup" not in set_
    assert "--free-nats" not in advised("all alike", model="AVA1").change  # it has none
    assert "--arch" not in advised("checkerboard", "generated", "GAN", arch="upsample").change


def test_reconstructions_are_not_blamed_on_how_codes_are_drawn():
    for word in MADE:
        said = advised(word)
        assert "drawn" not in said.why
        assert "--sampler" not in said.change
    assert "drawn" in advised("mottled", "generated").why


@pytest.mark.parametrize(("model", "few", "many"), [("VAE", 299, 300), ("GAN", 1499, 1500)])
def test_a_training_is_short_where_its_steps_were_few(model, few, many):
    short = advised("all alike", "generated", model, few)
    assert (short.why, short.change) == (
        "the training was short",
        "a new --out with more --epochs",
    )
    for steps in (many, None):
        assert "short" not in advised("all alike", "generated", model, steps).why


def test_nothing_is_advised_where_all_that_helps_is_set():
    said = Look("blurred", "samples", "fine detail 0.1 of real", "little is kept", "")
    assert told([said], "runs/a") == [
        "samples look blurred (fine detail 0.1 of real): little is kept"
    ]


def test_training_images_known_by_heart_are_overfitted():
    vae = build("VAE", shape=(32, 32, 3), widths=(4,), latent=2)
    noise = np.random.default_rng(0).standard_normal(REAL.shape)
    near, far = (np.clip(REAL + sd * noise, 0, 1) for sd in (0.01, 0.02))
    (one,) = looks(vae, REAL, again=far, known=(REAL, near))
    assert one.sees == "overfitted"
    assert "training images 6" in one.measured or "training images 5" in one.measured
    assert looks(vae, REAL, again=near, known=(REAL, near)) == []
    (copies,) = looks(vae, REAL, MORE, copied=0.1)
    assert (copies.sees, copies.of) == ("overfitted", "samples")
    assert looks(vae, REAL, MORE, copied=0.9) == []


def test_the_report_says_what_was_seen_and_refuses_a_damaged_file(tmp_path):
    assert looks_section(tmp_path) is None
    (tmp_path / NAME).write_text(json.dumps(["samples look blurred"]))
    assert looks_section(tmp_path).title == "What the pictures look like"
    (tmp_path / NAME).write_text("[]")
    assert looks_section(tmp_path) is None
    for damaged in ("[1]", "{}", "[", "\xff"):
        (tmp_path / NAME).write_text(damaged, encoding="latin-1")
        with pytest.raises(AvanpError, match=r"looks\.json' is damaged"):
            looks_section(tmp_path)
