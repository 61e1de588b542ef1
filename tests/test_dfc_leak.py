"""The leak of the DFC-VAE paper's notebook: the published overlaps, from indices alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avanp.papers.dfc.leak import COUNTS, SEED, TEST, divided, listed, overlap, synthetic_trained

STEPS = range(100, 900, 100)


def mean(name, first=None):
    return float(np.mean([overlap(800, seed, first=first)[name] for seed in range(20)]))


def test_the_counts_of_the_notebook_come_out():
    train, held = divided(listed(COUNTS, 0, SEED))
    assert (len(train) + len(held), len(held)) == (2813, 843)
    train, held = divided(listed(COUNTS, 800, SEED))
    assert (len(train) + len(held), len(train)) == (3613, 2530)


def test_without_synthetic_images_nothing_held_out_is_trained_on():
    assert all(set(overlap(0, seed).values()) == {0.0} for seed in range(20))


def test_from_a_hundred_synthetic_images_on_most_of_the_held_out_melanomas_are_trained_on():
    shares = [overlap(n) for n in STEPS]
    mel, nv = ([share[name] for share in shares] for name in ("mel", "nv"))
    assert (round(min(mel), 2), round(max(mel), 2)) == (0.66, 0.76)
    assert (round(min(nv), 2), round(max(nv), 2)) == (0.67, 0.75)
    assert {round(share["bcc"], 2) for share in shares} == {0.05}
    assert {round(share["bkl"], 2) for share in shares} == {0.04}


@pytest.mark.parametrize(
    ("name", "test_part", "held_out"),
    [("mel", 0.664, 0.685), ("nv", 0.703, 0.695), ("bcc", 0.094, 0.049), ("bkl", 0.092, 0.047)],
)
def test_over_twenty_seeds_the_overlaps_are_those_of_the_pilot(name, test_part, held_out):
    assert mean(name, TEST) == pytest.approx(test_part, abs=5e-4)
    assert mean(name) == pytest.approx(held_out, abs=5e-4)


def test_of_800_synthetic_images_559_are_trained_on():
    counts = [synthetic_trained(800, seed) for seed in range(20)]
    assert round(float(np.mean(counts))) == 559


@given(n=st.integers(1, 60), seed=st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=50)
def test_a_list_holds_every_image_once_and_the_overlap_is_counted_one_by_one(n, seed):
    counts = {"a": 7, "mel": 5, "z": 11}
    images = listed(counts, n, seed)
    assert len(images) == len(set(images)) == 23 + n
    before, after = listed(counts, 0, seed), images
    held = [image for i, image in enumerate(before) if i >= len(before) - int(0.3 * 23)]
    trained = [image for i, image in enumerate(after) if i < len(after) - int(0.3 * len(after))]
    for name, share in overlap(n, seed, counts=counts).items():
        own = [image for image in held if image[0] == name]
        if own:
            assert share == sum(image in trained for image in own) / len(own)
        else:
            assert np.isnan(share)
