from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from avanp.data import orbit as orbit_module
from avanp.data.describe import describe
from avanp.data.images import ImageSet
from avanp.data.jungle import jungle
from avanp.data.resolve import is_paper_set, resolve
from avanp.errors import AvanpError
from avanp.registry import DATASETS


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home that is also the current folder."""
    monkeypatch.delenv("AVANP_DATA", raising=False)
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write_set(folder: Path, images: np.ndarray) -> Path:
    folder.mkdir(parents=True)
    for i, image in enumerate(images):
        Image.fromarray(image).save(folder / f"{i:02d}.png")
    return folder


def pretend_paper_set(home: Path, monkeypatch: pytest.MonkeyPatch) -> ImageSet:
    """Write 36 images below the home and let their hash stand for the paper's."""
    images = ImageSet("orbit", jungle().images[::-1], jungle().names, "")
    monkeypatch.setattr(orbit_module, "ORBIT_SHA256", images.sha256)
    write_set(home / ".local/share/avanp/a", images.images)
    return images


def test_the_default_is_the_jungle_where_the_papers_set_is_not(home: Path) -> None:
    assert resolve(None).sha256 == jungle().sha256


def test_the_default_is_the_papers_set_where_it_is_found(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = pretend_paper_set(home, monkeypatch)
    taken = resolve(None)
    assert (taken.name, taken.sha256) == ("orbit", expected.sha256)
    assert resolve("orbit").sha256 == expected.sha256
    assert resolve("jungle").sha256 == jungle().sha256


def test_a_name_wins_over_a_folder_of_that_name(home: Path) -> None:
    write_set(home / "jungle", jungle().images[:2])
    assert len(resolve("jungle")) == 36
    assert len(resolve("./jungle")) == 2


def test_a_folder_is_read_and_a_tilde_is_the_home(home: Path) -> None:
    write_set(home / "mine", jungle().images[:3])
    assert np.array_equal(resolve("~/mine").images, jungle().images[:3])


def test_a_named_set_that_is_missing_says_how_to_get_it(home: Path) -> None:
    with pytest.raises(AvanpError, match="point AVANP_DATA at it"):
        resolve("orbit")


@pytest.mark.parametrize("spec", ["", "jungel", "no/such/folder", "two\nlines", "nul\0"])
def test_an_unknown_name_lists_the_names_and_mentions_folders(home: Path, spec: str) -> None:
    with pytest.raises(AvanpError) as error:
        resolve(spec)
    said = str(error.value)
    assert len(said.splitlines()) == 1
    assert repr(spec) in said
    assert "or a folder of images" in said
    assert all(name in said for name in DATASETS)


def test_a_folder_that_is_misspelt_is_guessed_and_where_it_was_looked_for_is_said(
    home: Path,
) -> None:
    write_set(home / "photos", jungle().images[:1])
    for spec, meant in (("fotos", "photos"), (f"{home}/fotos", f"{home}/photos")):
        with pytest.raises(AvanpError) as error:
            resolve(spec)
        start = f"no data set or folder '{spec}' (did you mean {meant}?): there is no '"
        assert str(error.value).startswith(start)
        assert "/fotos'; choose " in str(error.value)


def test_a_file_is_not_taken_for_a_folder(home: Path) -> None:
    (home / "a.png").write_text("hello")
    with pytest.raises(AvanpError, match="is a file: give the folder"):
        resolve("a.png")


@pytest.mark.parametrize("spec", [None, "jungle", "mine"])
def test_a_size_resizes_any_set(home: Path, spec: str | None) -> None:
    write_set(home / "mine", jungle().images[:3])
    resized = resolve(spec, (50, 20))
    assert (resized.width, resized.height) == (50, 20)
    assert resized.images.dtype == np.uint8


def test_a_resized_set_is_resized_as_a_folder_of_it_would_be(home: Path) -> None:
    write_set(home / "mine", jungle().images)
    assert resolve("jungle", (31, 17)).sha256 == resolve("mine", (31, 17)).sha256


def test_the_size_it_has_changes_nothing(home: Path) -> None:
    assert resolve("jungle", (100, 64)).sha256 == jungle().sha256


@pytest.mark.parametrize(
    ("size", "said"), [((0, 5), "no pixels"), ((8001, 8000), "too large"), ((8000, 8000), "GiB")]
)
def test_an_impossible_size_is_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], said: str
) -> None:
    monkeypatch.setattr("avanp.data.size.available", lambda: 1 << 30)
    with pytest.raises(AvanpError, match=said):
        resolve("jungle", size)


def test_the_first_line_of_the_default_says_how_to_get_the_papers_set(home: Path) -> None:
    line = describe(resolve(None), default=True)
    assert line.startswith("data: jungle, 36 images 100x64, built in; the paper's: ")
    assert "github.com/ngphloc/ai" in line
    assert "AVANP_DATA" in line
    assert len(line) <= 100


def test_the_first_line_on_the_papers_set_says_how_to_get_the_built_in_one(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend_paper_set(home, monkeypatch)
    line = describe(resolve(None), default=True)
    assert line == (
        "data: orbit, 36 images 100x64, the paper's own (the built-in set: --data jungle), "
        f"in {home}/.local/share/avanp/a"
    )


def test_where_the_user_named_the_set_the_line_is_short(home: Path) -> None:
    assert describe(resolve("jungle"), default=False) == "data: jungle, 36 images 100x64, built in"
    write_set(home / "mine", jungle().images[:1])
    assert describe(resolve("mine"), default=False) == "data: mine, 1 image 100x64, in mine"


def test_the_papers_files_in_a_users_folder_are_called_the_papers_own(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = pretend_paper_set(home, monkeypatch)
    write_set(home / "mine", images.images)
    assert is_paper_set(resolve("mine"))
    line = describe(resolve("mine"), default=False)
    assert line == "data: mine, 36 images 100x64, the paper's own, in mine"


def test_a_folder_with_a_line_break_is_described_in_one_line(home: Path) -> None:
    write_set(home / "two\nlines", jungle().images[:1])
    assert len(describe(resolve("two\nlines"), default=False).splitlines()) == 1
