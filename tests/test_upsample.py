"""Nearest-neighbour upsampling; more of it in test_pooling.py, beside PyTorch's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from avanp.errors import AvanpError
from avanp.layers.avg_pool import AvgPool2d
from avanp.layers.upsample import Upsample2


def test_every_element_becomes_a_cell_of_four():
    x = np.array([[1.0, 2.0], [3.0, 4.0]])[None, :, :, None]
    y, cache = Upsample2().forward(x)
    assert_array_equal(y[0, ..., 0], [[1, 1, 2, 2], [1, 1, 2, 2], [3, 3, 4, 4], [3, 3, 4, 4]])
    dy = np.arange(16.0).reshape(1, 4, 4, 1)
    dx, grads = Upsample2().backward(dy, cache)
    assert_array_equal(dx[0, ..., 0], [[0 + 1 + 4 + 5, 2 + 3 + 6 + 7], [42, 50]])
    assert grads == {}


@given(
    shape=st.tuples(*(st.integers(1, 5) for _ in range(4))),
    dtype=st.sampled_from([np.float32, np.float64]),
    seed=st.integers(0, 10**6),
)
def test_a_mean_over_the_cells_gives_the_image_back(shape, dtype, seed):
    x = np.random.default_rng(seed).standard_normal(shape).astype(dtype)
    y, _ = Upsample2().forward(x)
    assert y.dtype == dtype
    assert_array_equal(y, x.repeat(2, axis=1).repeat(2, axis=2))
    assert_array_equal(AvgPool2d().forward(y)[0], x)


def test_only_images_are_taken():
    with pytest.raises(AvanpError, match=r"images \(B, H, W, C\), not x of \(4, 4\)"):
        Upsample2().forward(np.ones((4, 4)))
