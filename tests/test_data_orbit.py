import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from avanp.data import orbit as module
from avanp.data.folder import read_folder
from avanp.data.images import ImageSet
from avanp.data.jungle import jungle
from avanp.data.orbit import find_orbit, is_paper_set, orbit, search_folders
from avanp.errors import AvanpError


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, and the jungle's hash in place of the paper's."""
    monkeypatch.delenv("AVANP_DATA", raising=False)
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(module, "ORBIT_SHA256", jungle().sha256)
    return tmp_path


def write_set(folder: Path, images: np.ndarray | None = None, kind: str = "png") -> Path:
    folder.mkdir(parents=True)
    for i, image in enumerate(jungle().images if images is None else images):
        Image.fromarray(image).save(folder / f"{i:02d}.{kind}")
    return folder


def found_in() -> str | None:
    found = find_orbit()
    return None if found is None else found.source


def test_without_the_set_the_error_says_how_to_get_it(home: Path) -> None:
    assert find_orbit() is None
    with pytest.raises(AvanpError) as error:
        orbit()
    said = str(error.value)
    assert len(said.splitlines()) == 1
    for part in (
        module.ORIGIN,
        "github.com/ngphloc/ai",
        "MIT",
        "~/.local/share/avanp",
        "AVANP_DATA",
    ):
        assert part in said


def test_the_set_is_found_in_the_users_data_folder_whatever_its_name(home: Path) -> None:
    folder = write_set(home / ".local/share/avanp/some/name")
    assert found_in() == str(folder)
    assert orbit().name == "orbit"
    assert is_paper_set(orbit())


def test_the_xdg_data_folder_is_searched(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_set(home / "xdg/avanp/a")
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "xdg"))
    assert found_in() == str(folder)


def test_a_relative_xdg_data_folder_is_ignored(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "xdg")
    assert search_folders() == [str(home / ".local/share/avanp")]


def test_every_folder_of_avanp_data_is_searched_before_the_users(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_set(home / ".local/share/avanp/a")
    folder = write_set(home / "second/deep/er")
    (home / "first").mkdir()
    monkeypatch.setenv("AVANP_DATA", os.pathsep.join([str(home / "first"), "", "~/second"]))
    assert found_in() == str(folder)


def test_the_folder_itself_may_be_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_set(home / "mine")
    monkeypatch.setenv("AVANP_DATA", str(folder))
    assert found_in() == str(folder)


@pytest.mark.parametrize(("depth", "seen"), [(6, True), (7, False)])
def test_the_search_goes_four_folders_down(
    home: Path, monkeypatch: pytest.MonkeyPatch, depth: int, seen: bool
) -> None:
    write_set(home.joinpath("data", *"abcdefg"[:depth]))
    monkeypatch.setenv("AVANP_DATA", str(home / "data"))
    assert (find_orbit() is not None) == seen


@pytest.mark.parametrize("change", ["another encoding", "another pixel", "another order"])
def test_the_set_is_known_by_its_pixels_and_their_order(home: Path, change: str) -> None:
    images = jungle().images.copy()
    if change == "another pixel":
        images[35, 63, 99, 2] ^= 1
    if change == "another order":
        images = images[::-1]
    kind = "bmp" if change == "another encoding" else "png"
    folder = write_set(home / ".local/share/avanp/orbit", images, kind)
    assert found_in() == (str(folder) if change == "another encoding" else None)


def test_other_folders_of_36_or_of_fewer_images_do_not_hide_the_set(home: Path) -> None:
    data = home / ".local/share/avanp"
    write_set(data / "a", np.zeros((36, 64, 100, 3), np.uint8))
    write_set(data / "b", np.zeros((36, 4, 5, 3), np.uint8))
    write_set(data / "c", jungle().images[:35])
    (data / "d").mkdir()
    for i in range(36):
        (data / "d" / f"{i}.png").write_text("not an image")
    damaged = write_set(data / "e")
    (damaged / "20.png").write_bytes((damaged / "20.png").read_bytes()[:500])
    (data / "f").mkdir()
    for i in range(36):
        os.mkfifo(data / "f" / f"{i}.png")
    folder = write_set(data / "z")
    assert found_in() == str(folder)


def test_folders_without_36_images_are_not_decoded(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_set(home / ".local/share/avanp/a", jungle().images[:35])
    write_set(home / ".local/share/avanp/b", np.zeros((36, 4, 5, 3), np.uint8))
    monkeypatch.setattr(module, "read_folder", lambda *a, **k: pytest.fail("decoded"))
    assert find_orbit() is None


def test_what_cannot_be_read_in_avanp_data_is_passed_over(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "file").write_text("a file")
    (home / "loop").symlink_to(home / "loop")
    folder = write_set(home / "good")
    (home / "good" / "self").symlink_to(home / "good")
    bad = [str(home / name) for name in ("none", "file", "loop", "x" * 5000)]
    monkeypatch.setenv("AVANP_DATA", os.pathsep.join([*bad, str(home / "good")]))
    assert found_in() == str(folder)


def test_hidden_folders_are_not_searched(home: Path) -> None:
    write_set(home / ".local/share/avanp/.trash")
    assert find_orbit() is None


def test_the_search_gives_up_at_its_bounds(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = home / ".local/share/avanp"
    write_set(data / "z")
    for i in range(60):
        (data / f"a{i}").mkdir()
    assert find_orbit() is not None
    monkeypatch.setattr("avanp.data.find.MAX_ENTRIES", 50)
    assert find_orbit() is None


@pytest.mark.data
def test_the_papers_set_is_36_images_of_which_21_are_distinct(orbit_set: ImageSet) -> None:
    assert orbit_set.images.shape == (36, 64, 100, 3)
    assert orbit_set.distinct == 21
    assert orbit_set.sha256 == module.ORBIT_SHA256
    assert orbit_set.names == tuple(f"{i:02d}.png" for i in range(1, 37))


@pytest.mark.data
def test_the_papers_set_has_its_mean_brightness(orbit_set: ImageSet) -> None:
    channels = orbit_set.as_float(np.float64).mean(axis=(0, 1, 2))
    assert channels == pytest.approx([0.53394521, 0.68026768, 0.41305705], abs=1e-8)


@pytest.mark.data
def test_a_copy_of_the_papers_set_is_recognised_in_any_folder(
    orbit_set: ImageSet, tmp_path: Path
) -> None:
    copy = read_folder(write_set(tmp_path / "my pictures", orbit_set.images))
    assert copy.name == "my pictures"
    assert is_paper_set(copy)


@pytest.mark.data
def test_no_figure_of_the_built_in_set_is_copied_from_the_papers(orbit_set: ImageSet) -> None:
    same = (jungle().images[:, None] == orbit_set.images[None]).all(axis=-1)
    assert same.mean() < 0.01


def test_the_built_in_set_is_not_taken_for_the_papers() -> None:
    assert not is_paper_set(jungle())
