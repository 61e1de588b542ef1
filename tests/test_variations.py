"""New images near given ones: Eq. 7 of the DFC-VAE paper, in Python and by `avanp vary`."""

import csv

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from PIL import Image

from avanp.errors import AvanpError
from avanp.evaluation.variations import variations
from avanp.rng import stream
from avanp.systems import build
from avanp.training.checkpoint import load
from cli_process import avanp, contents

SHAPE = (6, 5, 1)


@pytest.fixture(scope="module")
def system():
    return build("VAE", shape=SHAPE, widths=(7,), latent=3)


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(0).random((4, *SHAPE), dtype=np.float32)


def test_codes_move_by_eps_times_the_noise_and_sources_stay_in_order(system, images):
    made = variations(system, images, 0.3, 2, stream(1, "sample"))
    noise = system.noise(8, stream(1, "sample"))
    mu, _ = system.encode(images)
    for i in range(8):
        expected = system.decode((mu[i // 2] + np.float32(0.3) * noise[i])[None])[0]
        assert_allclose(made[i], expected, atol=1e-6)


def test_a_sampled_code_is_drawn_anew_for_each(system, images):
    made = variations(system, images, 0.3, 2, stream(1, "sample"), sampled=True)
    rng = stream(1, "sample")
    draws, noise = system.noise(8, rng), system.noise(8, rng)
    mu, logvar = (np.repeat(a, 2, axis=0) for a in system.encode(images))
    z = mu + np.exp(logvar / 2) * draws + np.float32(0.3) * noise
    assert_allclose(made, system.decode(z), atol=1e-5)


def test_at_eps_0_a_variation_is_the_reconstruction(system, images):
    made = variations(system, images, 0, 3, stream(1, "sample"))
    assert_allclose(made[::3], system.reconstruct(images), atol=1e-6)
    assert_allclose(made[0], made[2], atol=1e-6)


def test_the_further_the_noise_the_further_the_images(system, images):
    plain = system.reconstruct(images)
    distances = [
        np.abs(variations(system, images, eps, 1, stream(1, "sample")) - plain).mean()
        for eps in (0.1, 0.5, 2.0)
    ]
    assert distances == sorted(distances)
    assert distances[0] > 0


@pytest.mark.parametrize(("eps", "n"), [(-0.1, 1), (float("nan"), 1), (0.2, 0)])
def test_what_is_no_amount_of_noise_is_refused(system, images, eps, n):
    with pytest.raises(AvanpError, match=r"eps must be|at least one variation"):
        variations(system, images, eps, n, stream(0, "sample"))


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with a VAE and a classifier of digits."""
    tmp = tmp_path_factory.mktemp("vary")
    for model in ("VAE", "classifier"):
        words = ("--data", "digits", "--epochs", "1", "--limit", "200", "--out", model.lower())
        done = avanp(tmp, "train", model, *words)
        assert done.code == 0, done.err
    return tmp


def test_every_file_has_a_row_that_names_its_source(place):
    words = ("--label", "3", "--eps", "0.1", "--per-image", "2", "--out", "made", "--seed", "4")
    done = avanp(place, "vary", "vae", *words)
    assert done.code == 0, done.err
    assert "0/24 images" in done.err
    with open(place / "made" / "sources.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["label"] for row in rows} == {"3"}
    files = sorted(path.name for path in (place / "made" / "images").iterdir())
    assert [row["file"] for row in rows] == [f"images/{name}" for name in files]
    sources = [row["source"] for row in rows]
    assert sources[::2] == sources[1::2]
    assert len(set(sources)) == len(rows) // 2
    with Image.open(place / "made" / "sheet.png") as sheet:
        assert min(sheet.size) > 50

    from avanp.data.resolve import resolve

    digits = resolve("digits")
    model, _ = load(place / "vae" / "checkpoint.npz")
    chosen = [digits.names.index(name) for name in dict.fromkeys(sources)]
    assert all(digits.labels[chosen] == 3)
    expected = variations(model, digits.images[chosen], 0.1, 2, stream(4, "sample"))
    with Image.open(place / "made" / "images" / files[1]) as image:
        assert_array_equal(np.asarray(image), np.rint(expected[1, ..., 0] * 255))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("vae", "--label", "ten", "--out", "x"), "has no class 'ten': choose from 0, 1"),
        (("vae", "--eps", "-1", "--out", "x"), "eps must be a number"),
        (("vae", "--per-image", "0", "--out", "x"), "at least one variation"),
        (("vae", "--per-image", "999999999", "--out", "x"), "do not fit in memory"),
        (("classifier", "--out", "x"), "has no encoder"),
        (("vae", "--out", "vae"), "is there already: name a new folder"),
    ],
)
def test_what_cannot_be_is_one_line_and_writes_nothing(place, words, message):
    before = contents(place)
    done = avanp(place, "vary", *words)
    assert done.code == 2
    assert message in done.err
    assert done.err.count("\n") == 1
    assert contents(place) == before
