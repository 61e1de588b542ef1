"""Holes filled without a seam."""

from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import splu

Array = np.ndarray
AROUND = ((0, 1), (0, -1), (1, 0), (-1, 0))


def seamless(images: Array, filling: Array, known: Array) -> Array:
    """Return images whose holes are filled so that the filling meets the known pixels.

    In a hole the result is ``filling + u``. At known pixels u is what the filling lacks there,
    ``images - filling``, and in the hole it is as smooth as can be: each value is the mean of its
    neighbours above, below, left and right (Laplace's equation; Pérez, Gangnet, Blake 2003, whose
    gradients are the filling's).

    Parameters
    ----------
    images : array (N, H, W, C)
        What stands at unknown pixels is not looked at.
    filling : array (N, H, W, C)
    known : array (N, H, W) of bool
        An image without a known pixel is the filling.
    """
    whole = np.where(known[..., None], images, filling)
    solvers: dict[bytes, Any] = {}
    for i, mask in enumerate(known):
        key = mask.tobytes()
        if key not in solvers:
            solvers[key] = _system(mask)
        if solvers[key] is not None:
            hole, edges, solver = solvers[key]
            lacks = np.where(mask[..., None], images[i] - filling[i], 0).reshape(mask.size, -1)
            u = solver.solve(edges @ lacks.astype(np.float64))
            whole[i].reshape(mask.size, -1)[hole] += u.astype(whole.dtype)
    return whole


def _system(known: Array) -> tuple[Array, Any, Any] | None:
    """Return a mask's hole as indices, the sums of known neighbours, and the solver of Laplace's.

    None where nothing is missing, or nothing known.
    """
    hole = np.flatnonzero(~known)
    n = len(hole)
    if n in (0, known.size):
        return None
    number = np.full(known.size, -1)
    number[hole] = np.arange(n)
    rows, columns = np.divmod(hole, known.shape[1])
    counts = np.zeros(n)
    inside, edges = [], []  # pairs (of the hole, its neighbour)
    for down, right in AROUND:
        r, c = rows + down, columns + right
        there = np.flatnonzero((r >= 0) & (r < known.shape[0]) & (c >= 0) & (c < known.shape[1]))
        beside = r[there] * known.shape[1] + c[there]
        counts[there] += 1
        in_hole = number[beside] >= 0
        inside.append((there[in_hole], number[beside[in_hole]]))
        edges.append((there[~in_hole], beside[~in_hole]))
    laplace = sparse.diags_array(counts) - _ones(inside, (n, n))
    return hole, _ones(edges, (n, known.size)), splu(laplace.tocsc())


def _ones(pairs: list[tuple[Array, Array]], shape: tuple[int, int]) -> Any:
    a, b = (np.concatenate(side) for side in zip(*pairs, strict=True))
    return sparse.csr_array((np.ones(len(a)), (a, b)), shape=shape)
