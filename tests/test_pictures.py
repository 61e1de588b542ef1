"""Pictures of what models make."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from PIL import Image

from avanp.errors import AvanpError
from avanp.pictures.gif import write_gif
from avanp.pictures.grid import PAPER
from avanp.pictures.pixels import to_bytes, to_rgb
from avanp.pictures.save import save_images, save_strip
from avanp.pictures.sheets import labelled_rows


def noise(n, height, width, channels=1):
    return np.random.default_rng(0).integers(0, 256, (n, height, width, channels), dtype=np.uint8)


def test_floats_become_the_nearest_bytes():
    values = np.array([0, 0.001, 0.002, 0.5, 1, 1.5, -1, np.nan], np.float32)
    expected = [0, 0, 1, 128, 255, 255, 0, 0]
    assert_array_equal(to_bytes(values.reshape(1, 2, 4, 1)).ravel(), expected)


def test_every_byte_comes_back_from_its_float():
    grey = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1)
    assert_array_equal(to_bytes(grey / np.float32(255)), grey)
    assert_array_equal(to_rgb(grey)[..., 2:], grey)


def test_what_is_no_image_is_refused():
    for shape in [(2, 2, 1), (1, 2, 2, 4)]:
        with pytest.raises(AvanpError, match="pictures need images"):
            to_bytes(np.zeros(shape))


def test_rows_stand_under_each_other_pixel_by_pixel_enlarged():
    one, two = noise(3, 4, 5), noise(3, 4, 5)[::-1]
    page = np.asarray(labelled_rows({"one": one, "two": two}))
    scale = 192 // 5
    cells = [image.repeat(scale, 0).repeat(scale, 1) for image in (*to_rgb(one), *to_rgb(two))]
    height, width = cells[0].shape[:2]
    right = page.shape[1] - 3 * (width + 4)  # where the images begin
    for i, cell in enumerate(cells):
        top, left = 4 + i // 3 * (height + 4), right + i % 3 * (width + 4)
        assert_array_equal(page[top : top + height, left : left + width], cell)
    names = page[:, :right]
    assert (names != PAPER).any()  # the names


def test_a_long_row_goes_on_in_a_further_band_of_the_same_page():
    page = labelled_rows({"a": noise(20, 28, 28), "b": noise(20, 28, 28)})
    assert page.width <= 1420
    cells = 3 * 2 * 28 * (192 // 28)
    assert cells < page.height < cells + 100


def test_large_images_are_reduced_to_the_page():
    page = labelled_rows({"a": noise(8, 300, 600, 3)})
    assert page.width <= 1420
    assert page.height < 120


def test_rows_that_do_not_fit_together_are_refused():
    with pytest.raises(AvanpError, match="as many images of one size"):
        labelled_rows({"a": noise(2, 4, 4), "b": noise(3, 4, 4)})
    with pytest.raises(AvanpError, match="give -n 240 or less"):
        labelled_rows({"a": noise(300, 2, 2), "b": noise(300, 2, 2)})


def test_a_gif_goes_there_and_back(tmp_path):
    images = np.zeros((3, 8, 8, 1), np.uint8)
    images[:, 0, 0] = [[50], [100], [150]]
    write_gif(images, tmp_path / "a.gif")
    with Image.open(tmp_path / "a.gif") as gif:
        assert gif.n_frames == 4
        assert gif.info["loop"] == 0
        assert gif.size == (224, 224)
        levels = []
        for frame in range(4):
            gif.seek(frame)
            levels.append(gif.convert("L").getpixel((5, 5)))
    assert levels == [50, 100, 150, 100]
    with pytest.raises(AvanpError, match="there is no folder"):
        write_gif(images, tmp_path / "no" / "a.gif")


def test_a_strip_has_the_real_images_at_its_ends(tmp_path):
    drawn, ends = noise(4, 10, 10), 255 - noise(2, 10, 10)
    save_strip(drawn, ends, str(tmp_path / "s.png"), ("image 3", "image 17"))
    save_strip(drawn, None, str(tmp_path / "plain.png"))
    strip = np.asarray(Image.open(tmp_path / "s.png"))
    side = (strip.shape[1] - 4) // 6 - 4
    first = to_rgb(ends)[0].repeat(side // 10, 0).repeat(side // 10, 1)
    assert_array_equal(strip[-4 - side : -4, 4 : 4 + side], first)
    with Image.open(tmp_path / "plain.png") as plain:
        assert plain.width > plain.height


def test_images_go_to_a_sheet_a_folder_or_an_archive(tmp_path):
    images = noise(9, 6, 5)
    for out in ("sheet.png", "folder", "arrays.npz"):
        save_images(images, str(tmp_path / out), z=np.ones((9, 2)))
    sheet = np.asarray(Image.open(tmp_path / "sheet.png"))
    scale = ((sheet.shape[1] - 4) // 3 - 4) // 5  # three columns of images 5 wide
    last = to_rgb(images)[8].repeat(scale, 0).repeat(scale, 1)
    assert_array_equal(sheet[-4 - 6 * scale : -4, -4 - 5 * scale : -4], last)
    names = sorted(path.name for path in (tmp_path / "folder").iterdir())
    assert names == [f"000{i}.png" for i in range(9)]
    with Image.open(tmp_path / "folder" / "0003.png") as image:
        assert image.mode == "L"
        assert_array_equal(np.asarray(image), images[3, ..., 0])
    with np.load(tmp_path / "arrays.npz") as file:
        assert_array_equal(file["images"], images)
        assert file["z"].shape == (9, 2)


def test_a_folder_of_pictures_is_never_written_over(tmp_path):
    save_images(noise(2, 4, 4, 3), str(tmp_path / "a"))
    with pytest.raises(AvanpError, match="is there already"):
        save_images(noise(2, 4, 4, 3), str(tmp_path / "a"))
    (tmp_path / "file").write_text("")
    (tmp_path / "a.npz").mkdir()
    for out, says in [
        ("file", "there already"),
        ("b.txt", "without a suffix"),
        ("a.npz", "folder"),
    ]:
        with pytest.raises(AvanpError, match=says):
            save_images(noise(2, 4, 4, 3), str(tmp_path / out))
