"""The plane in which codes are looked at: the code's own, or that of most variance."""

from typing import NamedTuple

import numpy as np

from avanp.errors import AvanpError

Array = np.ndarray
# Of the codes' own range in a direction: a few far away would make a grid empty.
RANGE = (5, 95)


class Plane(NamedTuple):
    """A point and two directions of codes.

    Attributes
    ----------
    origin : ndarray (latent,)
    directions : ndarray (2, latent)
        Orthonormal.
    names : (str, str)
        Of the two axes.
    """

    origin: Array
    directions: Array
    names: tuple[str, str]

    def of_codes(self, mu: Array) -> Array:
        """Return the places (n, 2) of codes (n, latent)."""
        return (mu - self.origin) @ self.directions.T

    def codes(self, places: Array) -> Array:
        """Return the codes (n, latent) at places (n, 2)."""
        return self.origin + places @ self.directions

    def grid(self, mu: Array, side: int) -> Array:
        """Return the codes of side × side places, row by row from the top, over most of `mu`."""
        places = self.of_codes(mu)
        low, high = np.percentile(places, RANGE, axis=0)
        across, up = (np.linspace(low[i], high[i], side) for i in range(2))
        columns, rows = np.meshgrid(across, up[::-1])
        return self.codes(np.stack([columns.ravel(), rows.ravel()], axis=1))


def plane(mu: Array) -> Plane:
    """Return the plane of two numbers a code, else that of the two first principal components.

    Parameters
    ----------
    mu : ndarray (n, latent)
        Codes of images, float64 or float32; two or more of them.
    """
    latent = mu.shape[1]
    if latent < 2 or len(mu) < 2:
        raise AvanpError(f"a plane needs codes of two numbers or more, not {mu.shape}")
    if latent == 2:
        return Plane(np.zeros(2), np.eye(2), ("z1", "z2"))
    mean = mu.mean(axis=0, dtype=np.float64)
    _, sizes, directions = np.linalg.svd(mu - mean, full_matrices=False)
    shares = 100 * np.square(sizes) / max(float(np.sum(np.square(sizes))), 1e-300)
    names = [f"principal component {i + 1}, {shares[i]:.0f} % of the variance" for i in range(2)]
    return Plane(mean, directions[:2], (names[0], names[1]))
