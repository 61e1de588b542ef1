"""New codes without retraining, walks among them, and holes filled by them."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from avanp.data.images import ImageSet, numbered
from avanp.errors import AvanpError
from avanp.evaluation.codes import images_of
from avanp.evaluation.interpolation import lerp, walk
from avanp.evaluation.recover import recover
from avanp.evaluation.sampling import fitted, of_classes
from avanp.grad.check import check_grad
from avanp.rng import stream
from avanp.systems import build, gaussian_mixture, mixture


@pytest.fixture(scope="module")
def two_classes():
    """Return dark and bright images, of two classes and one of a third, and a VAE."""
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 60, (61, 6, 5, 1), np.uint8)
    pixels[30:] += 190
    labels = np.repeat([0, 1, 2], [30, 30, 1])
    names = ("dark", "bright", "rare")
    images = ImageSet("two", pixels, numbered(61), "made", labels=labels, classes=names)
    return images, build("VAE", shape=(6, 5, 1), widths=(16,), latent=3)


def test_a_mixture_is_fitted_to_the_codes_of_the_training_images_or_the_one_kept(two_classes):
    images, system = two_classes
    found = fitted(system, images, stream(0, "sample"))
    mean = np.average(found.means, axis=0, weights=found.weights)
    assert_allclose(mean, system.encode(images.images)[0].mean(axis=0), atol=1e-5)
    keeps = build("VAE", shape=(6, 5, 1), widths=(16,), latent=3, mixture=1)
    keeps.conclude(images.images[:30], stream(0, "sample"))
    kept = fitted(keeps, images, stream(0, "sample"))
    assert_allclose(kept.means[0], keeps.encode(images.images[:30])[0].mean(axis=0), atol=1e-5)


def test_codes_of_a_class_lie_where_those_of_its_images_do(two_classes):
    images, system = two_classes
    for label in (0, 1):
        z, of = of_classes(system, images, 500, stream(0, "sample"), label)
        mu = system.encode(images.images[images.labels == label])[0]
        assert_allclose(z.mean(axis=0), mu.mean(axis=0), atol=0.2 * mu.std() + 1e-3)
        assert set(of) == {label}
    _, of = of_classes(system, images, 500, stream(0, "sample"))
    assert set(of) == {0, 1}  # of one image there is no Gaussian
    with pytest.raises(AvanpError, match="class 'rare' has 1 training images, and needs 2"):
        of_classes(system, images, 5, stream(0, "sample"), 2)
    bare = ImageSet("bare", images.images, images.names, "made")
    with pytest.raises(AvanpError, match="bare has no labels"):
        of_classes(system, bare, 5, stream(0, "sample"))


def test_a_walk_between_two_images_begins_and_ends_with_their_reconstructions(two_classes):
    images, system = two_classes
    ends = images.images[[3, 40]]
    a, b = system.encode(ends)[0]
    strip = images_of(system, lerp(a, b, 5))
    assert_allclose(strip[[0, -1]], system.reconstruct(ends), atol=1e-6)


def test_a_walk_between_new_codes_lies_where_the_mixture_does(two_classes):
    images, _ = two_classes
    system = build("VAE", shape=(6, 5, 1), widths=(16,), latent=3, mixture=1)
    assert_array_equal(walk(system, 4, stream(0, "sample"))[0],
                       system.noise(2, stream(0, "sample"))[0])  # fmt: skip
    system.conclude(images.images, stream(0, "sample"))
    ends = system.codes(2, stream(0, "sample"))
    assert_allclose(walk(system, 4, stream(0, "sample"))[[0, -1]], ends)


def test_the_energy_of_a_mixture_goes_down_its_gradient_and_is_its_density(two_classes):
    rng = np.random.default_rng(1)
    m = mixture.fit(rng.normal(size=(50, 3)) * [1, 2, 3], 2, rng)
    z = rng.normal(size=(4, 3))
    assert_allclose(-gaussian_mixture.energies(z, m)[0],
                    np.log(np.exp(gaussian_mixture.log_densities(z, m)).sum(axis=1)))  # fmt: skip

    def total(z):
        values, dz = gaussian_mixture.energies(z, m)
        return float(values.sum()), dz

    check_grad(total, z)


def test_holes_are_searched_for_among_the_codes_of_the_mixture(two_classes):
    images, _ = two_classes
    system = build("VAE", shape=(6, 5, 1), widths=(16,), latent=3, mixture=1)
    system.conclude(images.images, stream(0, "sample"))
    x = images.images[:2] / np.float32(255)
    known = np.ones((2, 6, 5), bool)
    known[:, 2:4, 1:3] = False
    found = recover(system, x, known, stream(0, "eval"), steps=5)
    prior = gaussian_mixture.energies(found.codes, mixture.kept(system.state))[0]
    terms = -(x * np.log(found.decoded) + (1 - x) * np.log1p(-found.decoded))[..., 0]
    assert_allclose(found.energies, (terms * known).sum(axis=(1, 2)) + prior, rtol=1e-4)
    assert_array_equal(found.images[known], x[known])
