"""The built-in set is the same bytes everywhere, and the script that drew it draws it again."""

import runpy
from pathlib import Path

import numpy as np
import pytest

from avanp.data.decode import read_image
from avanp.data.jungle import CARD, FILE, jungle

SCRIPT = Path(__file__).parents[1] / "datasets" / "draw_jungle.py"


@pytest.fixture(scope="module")
def painter():
    """What the script defines."""
    return runpy.run_path(str(SCRIPT))


def test_the_jungle_has_36_images_of_which_21_are_distinct():
    found = jungle()
    assert found.sha256 == CARD.pixel_sha256
    assert (found.images.shape, found.distinct) == ((36, 64, 100, 3), 21)
    assert (found.names[0], found.names[-1]) == ("01", "36")
    assert (found.name, found.source) == ("jungle", "built in")


def test_the_script_draws_the_frames_anew_pixel_by_pixel(painter):
    assert np.array_equal(painter["strip"](), read_image(FILE))


def test_each_image_shows_a_whole_dragon_or_a_whole_tiger_on_the_orbit_and_nothing_else(painter):
    figures = {"d": painter["dragon"](), "t": painter["tiger"]()}
    empty = painter["background"]()
    frames = painter["FRAMES"].split()
    assert min(sum(f[0] == kind for f in frames) for kind in figures) >= 12
    for image, frame in zip(jungle().images, frames, strict=True):
        expected = empty.copy()
        x, y = painter["ORBIT"][int(frame[1:])]
        expected[y : y + 22, x : x + 22] = figures[frame[0]]
        assert np.array_equal(image, expected)


def test_every_image_is_a_new_array():
    assert not np.shares_memory(jungle().images, jungle().images)
