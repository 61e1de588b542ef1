"""Named random streams."""

import numpy as np
import pytest

from avanp.rng import PURPOSES, stream


def test_a_stream_is_keyed_by_seed_and_purpose():
    draws = {
        (seed, purpose): tuple(stream(seed, purpose).random(3))
        for seed in (0, 1, 2**40)
        for purpose in PURPOSES
    }
    assert len(set(draws.values())) == len(draws)
    for (seed, purpose), draw in draws.items():
        assert tuple(stream(seed, purpose).random(3)) == draw


def test_the_numbers_stay_those_of_the_published_results():
    draws = stream(0, "noise").standard_normal(3)
    np.testing.assert_allclose(draws, [-0.41647535, 0.62565727, 1.92583903], atol=1e-8)


def test_an_unknown_purpose_is_refused():
    with pytest.raises(KeyError, match="unknown random stream"):
        stream(0, "weather")
