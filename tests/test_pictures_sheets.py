import os
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from avanp.data.jungle import jungle
from avanp.errors import AvanpError
from avanp.pictures.grid import PAPER
from avanp.pictures.save import WRITERS, save_image
from avanp.pictures.sheets import contact_sheet
from data_fixtures import as_ordinary_user


def noise(count: int, width: int, height: int) -> np.ndarray:
    rng = np.random.default_rng(7)
    return rng.integers(0, 256, (count, height, width, 3), dtype=np.uint8)


def refused_to_save(path: str | Path) -> str:
    with pytest.raises(AvanpError) as error:
        save_image(Image.new("RGB", (3, 2)), path)
    said = str(error.value)
    assert len(said.splitlines()) == 1
    assert repr(str(path)) in said
    return said


def test_images_are_laid_out_row_by_row_with_enlarged_pixels() -> None:
    images = noise(5, 3, 2)
    sheet = np.asarray(contact_sheet(images, columns=3, scale=2, pad=1))
    assert sheet.shape == (2 * (4 + 1) + 1, 3 * (6 + 1) + 1, 3)
    for i, image in enumerate(images):
        top, left = 1 + i // 3 * 5, 1 + i % 3 * 7
        enlarged = image.repeat(2, axis=0).repeat(2, axis=1)
        assert np.array_equal(sheet[top : top + 4, left : left + 6], enlarged)
    assert (sheet[6:, 15:] == PAPER).all()
    assert (sheet[0] == PAPER).all()


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 120), st.integers(1, 60), st.integers(1, 60))
def test_a_chosen_layout_shows_every_image_and_fits_a_screen(
    count: int, width: int, height: int
) -> None:
    images = np.zeros((count, height, width, 3), np.uint8)  # black on nearly white paper
    sheet = np.asarray(contact_sheet(images))
    black = (sheet == 0).all(axis=2)
    area = black.sum() / count  # pixels an image
    scale = round((area / (width * height)) ** 0.5)
    assert scale >= 1
    assert black.sum() == count * width * height * scale**2
    assert sheet.shape[1] <= 1600


@pytest.mark.parametrize(
    ("count", "width", "height", "columns"), [(36, 100, 64, 6), (16, 28, 28, 4), (1, 100, 64, 1)]
)
def test_columns_are_chosen_so_that_the_sheet_is_full(
    count: int, width: int, height: int, columns: int
) -> None:
    images = noise(count, width, height)
    assert contact_sheet(images) == contact_sheet(images, columns=columns)


def test_the_jungle_is_shown_at_a_size_to_look_at() -> None:
    assert 1000 <= contact_sheet(jungle().images).width <= 1600


def test_large_images_are_reduced() -> None:
    assert contact_sheet(noise(9, 900, 700)).width <= 1600


def test_labels_stand_above_their_images_and_leave_them_whole() -> None:
    images = noise(2, 50, 20)
    plain = np.asarray(contact_sheet(images, columns=1, scale=1))
    sheet = np.asarray(contact_sheet(images, columns=1, scale=1, labels=["abc", ""]))
    head = (sheet.shape[0] - plain.shape[0]) // 2
    assert head > 8
    assert (sheet[4 : 4 + head] != PAPER).any()
    assert np.array_equal(sheet[4 + head : 24 + head, 4:54], images[0])
    assert (sheet[24 + head : 28 + 2 * head] == PAPER).all()
    assert np.array_equal(sheet[28 + 2 * head : 48 + 2 * head, 4:54], images[1])


@settings(deadline=None, max_examples=40)
@given(st.text(max_size=80))
def test_any_label_stays_above_its_own_image(label: str) -> None:
    images = noise(2, 40, 10)
    sheet = np.asarray(contact_sheet(images, columns=2, scale=1, labels=[label, ""]))
    head = sheet.shape[0] - 10 - 8
    assert (sheet[: 4 + head, 48:] == PAPER).all()
    assert np.array_equal(sheet[4 + head : 14 + head, 4:44], images[0])


def test_a_name_with_a_stray_byte_is_drawn() -> None:
    contact_sheet(noise(1, 100, 10), labels=["caf\udce9.png"])


@pytest.mark.parametrize(
    ("images", "options", "said"),
    [
        (np.zeros((2, 3, 4, 3)), {}, "uint8"),
        (np.zeros((3, 4, 3), np.uint8), {}, "(N, H, W, 3)"),
        (np.zeros((0, 3, 4, 3), np.uint8), {}, "(N, H, W, 3)"),
        (np.zeros((2, 3, 4, 3), np.uint8), {"labels": ["a"]}, "2 images need as many labels"),
        (np.zeros((2, 3, 4, 3), np.uint8), {"columns": 0}, "0 columns"),
        (np.zeros((2, 3, 4, 3), np.uint8), {"scale": 0}, "scale 0"),
        (np.zeros((2, 3, 4, 3), np.uint8), {"pad": -1}, "pad -1"),
        (np.zeros((2, 3, 4, 3), np.uint8), {"scale": 10_000}, "100 megapixels"),
    ],
)
def test_what_makes_no_sheet_is_refused_in_one_line(
    images: np.ndarray, options: dict[str, object], said: str
) -> None:
    with pytest.raises(AvanpError) as error:
        contact_sheet(images, **options)
    assert said in str(error.value)
    assert len(str(error.value).splitlines()) == 1


@pytest.mark.parametrize("suffix", [*WRITERS, ".PNG"])
def test_the_suffix_chooses_the_format(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"sheet{suffix}"
    save_image(Image.new("RGB", (3, 2), (255, 0, 0)), path)
    with Image.open(path) as image:
        assert image.format == WRITERS[suffix.lower()]
        assert image.size == (3, 2)
    assert os.listdir(tmp_path) == [path.name]


def test_saving_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    sheet = contact_sheet(noise(4, 5, 5), labels=list("abcd"))
    save_image(sheet, tmp_path / "a.png")
    save_image(sheet, tmp_path / "b.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_an_existing_sheet_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("old")
    save_image(Image.new("RGB", (3, 2)), tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as image:
        assert image.size == (3, 2)


def test_a_name_without_a_path_is_written_to_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    save_image(Image.new("RGB", (3, 2)), "a.png")
    assert os.listdir(tmp_path) == ["a.png"]


@pytest.mark.parametrize("name", ["sheet", "sheet.txt", "sheet.png.bak", ".png", "two\nlines"])
def test_an_unknown_suffix_lists_the_known(tmp_path: Path, name: str) -> None:
    said = refused_to_save(tmp_path / name)
    assert all(suffix in said for suffix in WRITERS)
    assert os.listdir(tmp_path) == []


def test_a_folder_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "a.png").mkdir()
    assert "it is a folder" in refused_to_save(tmp_path / "a.png")


def test_a_missing_folder_is_named_and_not_made(tmp_path: Path) -> None:
    assert "there is no folder" in refused_to_save(tmp_path / "none" / "a.png")
    assert os.listdir(tmp_path) == []


def test_a_read_only_folder_is_refused() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o555)
        with as_ordinary_user():
            said = refused_to_save(os.path.join(folder, "a.png"))
        assert "Permission denied" in said
        assert os.listdir(folder) == []


def test_a_path_that_no_system_has_is_refused(tmp_path: Path) -> None:
    refused_to_save(tmp_path / "nul\0.png")
    refused_to_save(tmp_path / ("a" * 300 + ".png"))
    assert os.listdir(tmp_path) == []


def test_a_failure_while_writing_leaves_the_old_sheet_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(*args: object) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "a.png").write_text("old")
    monkeypatch.setattr(os, "replace", no_space)
    with pytest.raises(OSError, match="No space left on device"):
        save_image(Image.new("RGB", (3, 2)), tmp_path / "a.png")
    assert os.listdir(tmp_path) == ["a.png"]
    assert (tmp_path / "a.png").read_text() == "old"


def test_an_image_that_the_format_cannot_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AvanpError, match="as WEBP"):
        save_image(Image.new("RGB", (20_000, 1)), tmp_path / "a.webp")
    assert os.listdir(tmp_path) == []
