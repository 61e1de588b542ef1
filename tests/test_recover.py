"""Recovering what is missing: the energy, its gradient, its minimum, and what must not matter."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from PIL import Image

from avanp.errors import AvanpError
from avanp.evaluation.damage import filled, noisy, read_mask, scattered
from avanp.evaluation.recover import recover
from avanp.evaluation.seamless import seamless
from avanp.evaluation.search import Search
from avanp.grad.check import check_grad
from avanp.layers.dense import Dense
from avanp.layers.reshape import Reshape
from avanp.layers.sequential import Sequential
from avanp.losses.bernoulli import bernoulli_logits
from avanp.losses.squared_error import squared_error
from avanp.systems import build

SHAPE = (5, 4, 1)


def rng(seed=0):
    return np.random.default_rng(seed)


def system(name="VAE", **options):
    return build(name, shape=SHAPE, latent=3, widths=(16,), seed=1, **options)


def some(n=4, seed=0):
    images = rng(seed).random((n, *SHAPE), dtype=np.float32)
    return images, rng(seed + 1).random((n, *SHAPE[:2])) < 0.6


# The energy


@pytest.mark.parametrize(
    ("likelihood", "noise"), [("bernoulli", None), ("gaussian", None), ("bernoulli", 0.3)]
)
@pytest.mark.parametrize("batch_norm", [False, True])
def test_the_gradient_of_the_energy_is_right(likelihood, noise, batch_norm):
    model = system(likelihood=likelihood, batch_norm=batch_norm, dtype=np.float64)
    images, known = some()
    search = Search(model, images.astype(np.float64), known, noise)

    def total(z):
        energies, dz = search.energy(z)
        return energies.sum(), dz

    assert check_grad(total, rng(3).standard_normal((4, 3))).ok


@pytest.mark.parametrize(
    ("likelihood", "loss"), [("bernoulli", bernoulli_logits), ("gaussian", squared_error)]
)
def test_with_all_pixels_known_the_energy_is_the_loss_and_half_the_square_of_z(likelihood, loss):
    model = system(likelihood=likelihood, dtype=np.float64)
    images, _ = some()
    z = rng(3).standard_normal((4, 3))
    energies, _ = Search(model, images.astype(np.float64), np.ones((4, 5, 4), bool)).energy(z)
    for i in range(4):
        output = model.nets["decoder"].forward(z[i : i + 1])[0]
        drawn = model.decode(z[i : i + 1]) if likelihood == "gaussian" else output
        expected = loss(drawn, images[i : i + 1].astype(np.float64))[0] + z[i] @ z[i] / 2
        assert energies[i] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("noise", [None, 0.5])
def test_of_a_linear_decoder_the_minimum_is_that_of_ridge_regression(noise):
    model = system(likelihood="gaussian", pixel_range="real", dtype=np.float64)
    linear = Dense(3, 20, rng=rng(5), dtype=np.float64)
    linear.params["b"][...] = rng(6).standard_normal(20)
    model.nets["decoder"] = Sequential([linear, Reshape(SHAPE)])
    images, known = some(6)
    found = recover(model, images, known, rng(7), steps=2000, noise=noise)
    weights, b = np.asarray(linear.params["W"]), linear.params["b"]
    variance = 1 if noise is None else noise**2
    for i in range(6):
        rows = known[i].ravel()
        a, y = weights[rows], images[i].ravel()[rows] - b[rows]
        z = np.linalg.solve(a.T @ a + variance * np.eye(3), a.T @ y)
        assert_allclose(found.codes[i], z, atol=1e-4)
        energy = ((a @ z - y) ** 2).sum() / variance / 2 + z @ z / 2
        assert found.energies[i] == pytest.approx(energy, rel=1e-6)


# What must not matter, and what must stay


@pytest.mark.parametrize("name", ["VAE", "GAN", "AVA1"])
def test_what_stands_in_the_holes_does_not_matter(name):
    images, known = some()
    one = recover(system(name), images, known, rng(), steps=20)
    for hole in (1 - images, np.full_like(images, np.nan), np.full_like(images, 255)):
        other = np.where(known[..., None], images, hole)
        two = recover(system(name), other, known, rng(), steps=20)
        assert_array_equal(one.images, two.images)
        assert_array_equal(one.energies, two.energies)


def test_known_pixels_stay_bit_for_bit_and_others_are_the_decoders():
    images, known = some()
    found = recover(system(), images, known, rng(), steps=5)
    assert_array_equal(found.images[known], images[known])
    expected = seamless(images, found.decoded, known)
    assert_array_equal(found.images[~known], np.clip(expected, 0, 1)[~known])
    assert found.images.dtype == np.float32


def test_a_filling_that_differs_by_a_constant_or_a_ramp_fits_without_a_seam():
    x = rng().random((2, 7, 6, 3))
    known = np.ones((2, 7, 6), bool)
    known[0, 2:5, 1:4] = known[1, :, :2] = False
    ramp = np.linspace(0, 1, 7)[:, None, None] + np.linspace(0, 2, 6)[None, :, None]
    for other in (0.3, ramp):
        filled_in = seamless(x, x + other, known)
        inner = np.ones_like(known)
        inner[1] = other is not ramp or known[1]  # its ramp goes on beyond what is known
        np.testing.assert_allclose(filled_in[inner], x[inner], atol=1e-12)


def test_what_is_added_in_a_hole_is_the_mean_of_its_neighbours():
    x, filling = rng().random((2, 1, 5, 5, 2))
    known = rng(3).random((1, 5, 5)) > 0.5
    u = (seamless(x, filling, known) - filling)[0]
    for r, c in np.argwhere(~known[0]):
        around = [(r + a, c + b) for a, b in ((0, 1), (0, -1), (1, 0), (-1, 0))]
        there = [u[i, j] for i, j in around if 0 <= i < 5 and 0 <= j < 5]
        np.testing.assert_allclose(u[r, c], np.mean(there, axis=0), atol=1e-12)
    for all_or_nothing in (np.ones_like(known), np.zeros_like(known)):
        expected = np.where(all_or_nothing[..., None], x, filling)
        assert_array_equal(seamless(x, filling, all_or_nothing), expected)


def test_where_known_pixels_are_noisy_all_are_the_decoders():
    images, known = some()
    found = recover(system(), images, known, rng(), steps=5, keep=False)
    assert_array_equal(found.images, found.decoded)


def test_an_image_is_recovered_alike_alone_and_among_others():
    images, known = some(3)
    model = system()
    among = recover(model, images, known, rng(), steps=30)
    alone = recover(model, images[:1], known[:1], rng(), steps=30)
    assert_allclose(alone.images, among.images[:1], atol=1e-5)


def test_more_starts_never_end_at_a_higher_energy():
    images, known = some()
    model = system("GAN")
    energies = [
        # The first starts of all images come from equal draws where n is 1.
        [recover(model, images[i : i + 1], known[i : i + 1], rng(), steps=20, starts=s).energies[0]]
        for i in range(4)
        for s in (1, 4, 16)
    ]
    assert (np.diff(np.reshape(energies, (4, 3)), axis=1) <= 1e-6).all()


def test_the_search_ends_lower_than_it_began_even_at_a_wild_rate():
    images, known = some()
    model = system()
    start = model.encode(filled(images, known))[0]
    before = Search(model, images, known).energy(start)[0]
    found = recover(model, images, known, rng(), steps=10, lr=30.0)
    assert (found.energies <= before).all()


def test_an_image_that_the_decoder_drew_is_found_again():
    model = system(likelihood="bernoulli")
    for net in model.nets.values():
        for p in net.params.values():
            p *= 4  # so that codes differ in what they draw
    z = rng(2).standard_normal((3, 3), dtype=np.float32)
    images = model.decode(z)
    _, known = some(3)
    found = recover(model, images, known, rng(), steps=400, starts=6)
    holes = ~known
    wrong = np.abs(found.images - images)[holes].mean()
    assert wrong < 0.3 * np.abs(filled(images, known) - images)[holes].mean()


def test_progress_counts_to_its_end():
    seen = []
    images, known = some()
    recover(system(), images, known, rng(), steps=5, progress=lambda *at: seen.append(at))
    assert seen == [(i, 5) for i in range(6)]


def test_masks_and_counts_that_do_not_fit_are_refused():
    images, known = some()
    with pytest.raises(AvanpError, match=r"known must be bool \(4, 5, 4\)"):
        recover(system(), images, known[:2], rng())
    with pytest.raises(AvanpError, match="at least one start and one step"):
        recover(system(), images, known, rng(), steps=0)


# Damage


def test_a_hole_is_filled_with_the_mean_of_the_known_pixels_of_its_channel():
    image = np.zeros((1, 2, 2, 3), np.float32)
    image[0, 0] = [[1, 0.5, 0], [0, 0.5, 1]]
    image[0, 1] = 0.9  # not known
    known = np.array([[[True, True], [False, False]]])
    assert_allclose(filled(image, known)[0, 1], np.full((2, 3), 0.5))
    assert_array_equal(filled(image, known)[0, 0], image[0, 0])


def test_a_rectangle_hides_its_own_pixels():
    known = read_mask("1,0,2,3", (4, 5))
    assert (~known).sum() == 6
    assert not known[:3, 1:3].any()


def test_a_painted_mask_hides_what_is_white(tmp_path):
    pixels = np.zeros((5, 4), np.uint8)
    pixels[2, 3] = 255
    Image.fromarray(pixels).save(tmp_path / "mask.png")
    known = read_mask(str(tmp_path / "mask.png"), (4, 5))
    assert list(zip(*np.nonzero(~known), strict=True)) == [(2, 3)]


@pytest.mark.parametrize(
    ("text", "columns", "lines"),
    [
        ("0,0,12,15", range(2), range(3)),  # 6 pixels of the file for one across, 5 down
        ("5,4,2,2", range(2), range(2)),  # a corner of each of four
        ("23,24,1,1", [3], [4]),
    ],
)
def test_a_rectangle_in_a_files_pixels_is_scaled_outwards(text, columns, lines):
    known = read_mask(text, (4, 5), (24, 25))
    expected = np.zeros((5, 4), bool)
    expected[np.ix_(lines, columns)] = True
    assert_array_equal(~known, expected)
    with pytest.raises(AvanpError, match="is not inside images of 24x25"):
        read_mask("24,24,1,1", (4, 5), (24, 25))


def test_a_mask_of_the_files_size_is_resized_and_one_of_the_models_is_as_it_is(tmp_path):
    pixels = np.zeros((5, 4), np.uint8)
    pixels[2, 3] = pixels[4, 0] = 255
    Image.fromarray(pixels).save(tmp_path / "models.png")
    Image.fromarray(pixels.repeat(5, 0).repeat(6, 1)).save(tmp_path / "files.png")
    for name in ("models.png", "files.png"):
        known = read_mask(str(tmp_path / name), (4, 5), (24, 25))
        assert_array_equal(~known, pixels == 255)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("0,0,5,1", "is not inside images of 4x5"),
        ("1,1,0,1", "is not inside images of 4x5"),
        ("0,0,4,5", "leaves no pixel to go by"),
        ("1,2,3", "is not x,y,w,h"),
        ("-1,2,3,4", "is not x,y,w,h"),
        ("nix.png", "no mask 'nix.png'"),
        ("small.png", "draw it at their size"),
        ("black.png", "hides nothing"),
    ],
)
def test_a_mask_that_is_none_is_refused(text, says, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Image.new("L", (2, 2)).save("small.png")
    Image.new("L", (4, 5)).save("black.png")
    with pytest.raises(AvanpError, match=says):
        read_mask(text, (4, 5))


def test_scattered_holes_are_the_share_asked_for():
    known = scattered(0.3, (50, 20, 20), rng())
    assert np.mean(~known) == pytest.approx(0.3, abs=0.02)
    for share in (0, 1, -0.1, np.nan):
        with pytest.raises(AvanpError, match="between 0 and 1"):
            scattered(share, (1, 2, 2), rng())


def test_noise_has_its_mean_and_standard_deviation_and_leaves_the_pixel_range():
    grey = np.full((20, 30, 30, 1), 0.5, np.float32)
    added = noisy(grey, 2.0, rng()) - grey
    assert added.dtype == np.float32
    assert added.std() == pytest.approx(2, rel=0.02)
    assert added.mean() == pytest.approx(0, abs=0.06)
    for sd in (0, 1e-30, 1e30, 1e300, np.nan, np.inf):
        with pytest.raises(AvanpError, match=r"of 0\.0001 to 10000"):
            noisy(grey, sd, rng())
