"""The Fréchet distance of two sets of features."""

import numpy as np

from avanp.metrics.arrays import Array, feature_pairs


def frechet_distance(generated: Array, real: Array) -> float:
    """Return the squared Fréchet distance of the Gaussians fitted to two sets of features.

    ``|mu1 - mu2|² + tr(S1 + S2 - 2 (S1 S2)^1/2)``, with the unbiased covariances (Dowson, Landau
    1982; FID is this in features of Inception, Heusel et al. 2017). Values compare only within
    one feature space and one number of samples: for finite samples it is biased upwards, even for
    two samples of one distribution, the more the fewer there are to a dimension.

    Parameters
    ----------
    generated, real : array (N, D), (M, D)
        At least two rows each; fewer rows than dimensions are no difficulty.
    """
    a, b = feature_pairs(generated, real, least=2)
    difference = a.mean(axis=0) - b.mean(axis=0)
    root_a, root_b = _root(a), _root(b)
    # With S = R^T R for both, tr (S1 S2)^1/2 is the sum of the singular values of R1 R2^T: no
    # root of a matrix that rounding has left with negative eigenvalues.
    cross = np.linalg.svd(root_a @ root_b.T, compute_uv=False).sum()
    distance = difference @ difference + (root_a**2).sum() + (root_b**2).sum() - 2 * cross
    return max(0.0, float(distance))


def _root(x: Array) -> Array:
    """Return R, (at most D, D), with ``R^T R`` the covariance of the rows of x, (N, D)."""
    r = (x - x.mean(axis=0)) / np.sqrt(len(x) - 1)
    return r if len(x) <= x.shape[1] else np.asarray(np.linalg.qr(r, mode="r"))
