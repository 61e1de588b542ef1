import subprocess
import sys

import numpy as np
import pytest

from avanp.data.bamboo import background
from avanp.data.canvas import Dice
from avanp.data.jungle import ORBIT, jungle
from avanp.data.sprites import dragon, tiger

JUNGLE_SHA256 = "cf74af98d9ba285b38f87cbf11ffb9f6d78d4cfd786199ebd36b0dcd93f06f0a"


def test_the_jungle_is_the_same_bytes_everywhere() -> None:
    assert jungle().sha256 == JUNGLE_SHA256


def test_the_jungle_has_36_images_of_which_21_are_distinct() -> None:
    drawn = jungle()
    assert drawn.images.shape == (36, 64, 100, 3)
    assert drawn.distinct == 21
    assert drawn.names[0] == "01"
    assert drawn.names[-1] == "36"
    assert (drawn.name, drawn.source) == ("jungle", "built in")


def test_only_one_figure_hides_the_unchanging_background() -> None:
    empty = background()
    for image in jungle().images:
        changed = np.argwhere((image != empty).any(axis=2))
        top, left = changed.min(axis=0)
        bottom, right = changed.max(axis=0) + 1
        assert bottom - top <= 22
        assert right - left <= 22


def test_each_image_shows_a_whole_dragon_or_a_whole_tiger_on_the_orbit() -> None:
    figures = {"dragon": dragon(), "tiger": tiger()}
    seen = {"dragon": 0, "tiger": 0}
    for image in jungle().images:
        found = [
            name
            for name, figure in figures.items()
            for x, y in ORBIT
            if np.array_equal(image[y : y + 22, x : x + 22], figure)
        ]
        assert len(found) == 1
        seen[found[0]] += 1
    assert min(seen.values()) >= 12


def test_every_place_of_the_orbit_is_inside_the_picture() -> None:
    assert len(set(ORBIT)) == len(ORBIT) == 12
    assert all(0 <= x <= 100 - 22 and 0 <= y <= 64 - 22 for x, y in ORBIT)


def test_the_dragon_is_blue_and_the_tiger_orange() -> None:
    red, green, blue = dragon().mean(axis=(0, 1))
    assert blue > green > red
    red, green, blue = tiger().mean(axis=(0, 1))
    assert red > green > blue


def test_the_background_is_a_light_green_with_contrast() -> None:
    red, green, blue = background().reshape(-1, 3).mean(axis=0)
    assert green > red > blue
    assert 120 < (red + green + blue) / 3 < 160
    assert background().std() > 50


def test_drawing_again_gives_the_same_pixels_and_a_new_array() -> None:
    first, second = jungle(), jungle()
    assert np.array_equal(first.images, second.images)
    assert not np.shares_memory(first.images, second.images)


def test_drawing_needs_no_pillow() -> None:
    code = "import sys; from avanp.data.jungle import jungle; jungle(); print('PIL' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


@pytest.mark.parametrize(("low", "high"), [(0, 0), (-4, 4), (50, 110)])
def test_the_dice_give_every_number_of_their_range_and_no_other(low: int, high: int) -> None:
    dice = Dice(1)
    assert {dice.draw(low, high) for _ in range(4000)} == set(range(low, high + 1))
