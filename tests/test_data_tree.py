"""A folder of images, of classes, or of both."""

import os
import tempfile
import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from avanp.data.folder import SUFFIXES
from avanp.data.tree import read_tree
from avanp.errors import AvanpError
from cli_process import avanp
from data_fixtures import as_ordinary_user


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(folder: str, count: int = 2) -> None:
    os.makedirs(folder, exist_ok=True)
    for i in range(count):
        Image.fromarray(np.full((4, 5, 3), i, np.uint8)).save(Path(folder, f"{i}.png"))


def refused(folder: str) -> str:
    with pytest.raises(AvanpError) as error:
        read_tree(folder)
    return str(error.value)


def test_sub_folders_are_classes_in_the_order_of_their_names(place: Path) -> None:
    put("pets/dog", 1)
    put("pets/cat", 2)
    put("pets/.hidden", 1)
    os.makedirs("pets/empty")
    with warnings.catch_warnings(action="error"):
        images = read_tree("pets")
    assert images.classes == ("cat", "dog")
    assert images.labels is not None
    assert images.labels.tolist() == [0, 0, 1]
    assert images.names == ("cat/0.png", "cat/1.png", "dog/0.png")


def test_images_beside_sub_folders_are_read_alone_and_a_warning_names_the_others(
    place: Path,
) -> None:
    put("mixed", 3)
    put("mixed/a")
    os.makedirs("mixed/empty")
    with pytest.warns(UserWarning, match=r"^images in 'mixed/a' are not read: a folder holds "):
        images = read_tree("mixed")
    assert len(images) == 3
    assert images.labels is None


def test_images_below_a_class_are_named_in_a_warning(place: Path) -> None:
    put("pets/cat")
    for deeper in "abcd":
        put(f"pets/dog/{deeper}")
    said = "images in 'pets/dog/a', 'pets/dog/b', 'pets/dog/c', … are not read: "
    with pytest.warns(UserWarning, match=said):
        images = read_tree("pets")
    assert images.classes == ("cat",)


def test_a_sub_folder_that_may_not_be_read_does_not_matter_beside_images() -> None:
    with tempfile.TemporaryDirectory() as folder:
        put(folder)
        put(f"{folder}/locked")
        os.chmod(folder, 0o755)
        os.chmod(f"{folder}/locked", 0o000)
        with as_ordinary_user(), warnings.catch_warnings(action="error"):
            assert len(read_tree(folder)) == 2


def test_an_empty_folder_says_what_a_folder_holds(place: Path) -> None:
    os.makedirs("empty/below")
    said = refused("empty")
    rule = "a folder holds images, or one level of sub-folders, which are classes"
    assert said.startswith(f"no images in 'empty': {rule}; files ending in ")
    assert all(suffix in said for suffix in SUFFIXES)


def test_images_two_levels_down_are_found_and_the_folder_to_give_is_named(place: Path) -> None:
    put("deep/a/b")
    said = refused("deep")
    assert said.startswith(
        "no images in 'deep' or its sub-folders, but in 'deep/a/b': give 'deep/a'"
    )
    assert read_tree("deep/a").classes == ("b",)


def test_the_commands_say_so_in_a_note(place: Path) -> None:
    put("mixed", 5)
    put("mixed/a")
    note = (
        "note: images in 'mixed/a' are not read: "
        "a folder holds images, or sub-folders of them as classes"
    )
    done = avanp(place, "data", "show", "mixed", "--out", "sheet.png")
    assert done.code == 0
    assert done.err.startswith(f"{note}\n")
    small = ("--widths", "4", "--latent", "2", "--epochs", "1", "--validation", "0")
    done = avanp(place, "train", "VAE", "--data", "mixed", *small, "--out", "run")
    assert (done.code, done.err.splitlines()[0]) == (0, note)
    quick = ("--lr", "0.5", "--models", "VAE", "--rules", "program", "--draws", "1", "--jobs", "1")
    done = avanp(place, "sweep", "--data", "mixed", *quick)
    assert (done.code, done.err.splitlines()[0]) == (0, note)


def test_images_of_other_kinds_are_counted_in_one_warning(place: Path) -> None:
    for name in ("a/x.AVIF", "a/y.avif", "b/z.jp2", "w.tga", "notes.txt"):
        (place / name).parent.mkdir(exist_ok=True)
        (place / name).write_bytes(b"x")
    put(str(place / "a"))
    with pytest.warns(UserWarning, match="not read") as told:
        assert len(read_tree(place)) == 2
    assert [str(warning.message) for warning in told] == [
        f"4 files in {str(place)!r} not read (2 .avif, 1 .jp2, 1 .tga): convert them to PNG or JPEG"
    ]
