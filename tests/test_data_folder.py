import os
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from avanp.data.folder import SUFFIXES, image_files, is_image_name, read_folder
from avanp.errors import AvanpError
from data_fixtures import as_ordinary_user, png_header

# Names a file may have on any system, the hidden ones left out.
STEMS = st.text(st.sampled_from("abcXYZ019 _-é猫'%"), min_size=1, max_size=12)


def noise(seed: int, width: int = 5, height: int = 4) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (height, width, 3), dtype=np.uint8)


def put(path: Path, pixels: np.ndarray) -> None:
    Image.fromarray(pixels).save(path, "PNG")


def refused(path: str | os.PathLike[str], size: tuple[int, int] | None = None) -> str:
    with pytest.raises(AvanpError) as error:
        read_folder(path, size)
    assert len(str(error.value).splitlines()) == 1
    return str(error.value)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(STEMS, min_size=1, max_size=5, unique_by=str.casefold),
    st.tuples(st.integers(1, 20), st.integers(1, 20)),
)
def test_a_folder_is_read_in_the_order_of_its_names(
    stems: list[str], size: tuple[int, int]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        written = {f"{stem}.png": noise(i, *size) for i, stem in enumerate(stems)}
        for name, pixels in written.items():
            put(Path(folder, name), pixels)
        images = read_folder(folder)
        assert images.names == tuple(sorted(written))
        assert np.array_equal(images.images, [written[name] for name in sorted(written)])
        assert (images.width, images.height) == size
        assert images.name == Path(folder).name
        assert images.source == folder


@settings(deadline=None, max_examples=25)
@given(
    st.lists(st.tuples(st.integers(1, 30), st.integers(1, 30)), min_size=1, max_size=4),
    st.tuples(st.integers(1, 30), st.integers(1, 30)),
)
def test_with_a_size_images_of_all_sizes_become_one(
    sizes: list[tuple[int, int]], size: tuple[int, int]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for i, wh in enumerate(sizes):
            put(Path(folder, f"{i}.png"), noise(i, *wh))
        assert read_folder(folder, size).images.shape == (len(sizes), size[1], size[0], 3)


@pytest.mark.parametrize("suffix", [*SUFFIXES, ".PNG", ".Jpeg", ".TIFF"])
def test_a_suffix_is_read_in_any_case(tmp_path: Path, suffix: str) -> None:
    put(tmp_path / f"a{suffix}", noise(1))
    assert read_folder(tmp_path).names == (f"a{suffix}",)


def test_hidden_files_other_suffixes_and_subfolders_are_passed_over(tmp_path: Path) -> None:
    put(tmp_path / "b.png", noise(1))
    for name in (".a.png", "._b.png", "LICENSE", "notes.txt", "b.png.bak", "png"):
        (tmp_path / name).write_text("not an image")
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "below").mkdir()
    put(tmp_path / "below" / "c.png", noise(2))
    assert read_folder(tmp_path).names == ("b.png",)


def test_a_set_is_called_like_its_folder_or_as_one_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "a.png", noise(1))
    monkeypatch.chdir(tmp_path)
    assert read_folder(".").name == tmp_path.name
    assert read_folder(tmp_path, name="mine").name == "mine"


def test_an_empty_folder_says_which_files_are_read(tmp_path: Path) -> None:
    said = refused(tmp_path)
    assert said.startswith(f"no images in {str(tmp_path)!r}")
    assert all(suffix in said for suffix in SUFFIXES)


def test_mixed_sizes_name_two_files_and_the_option(tmp_path: Path) -> None:
    put(tmp_path / "a.png", noise(1, 5, 4))
    put(tmp_path / "b.png", noise(1, 5, 4))
    put(tmp_path / "c.png", noise(1, 4, 5))
    said = refused(tmp_path)
    assert "'a.png' is 5x4, 'c.png' is 4x5: give --size WxH" in said


def cut(path: Path) -> None:
    """Take the second half of an image away; its header stays."""
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def test_a_broken_file_is_named_in_one_line(tmp_path: Path) -> None:
    put(tmp_path / "a.png", noise(1, 50, 50))
    put(tmp_path / "b.png", noise(1, 50, 50))
    cut(tmp_path / "b.png")
    said = refused(tmp_path)
    assert said.startswith(f"{str(tmp_path / 'b.png')!r} is truncated or damaged: ")
    assert said.endswith("; move it out of the folder, or replace it")
    (tmp_path / "b.png").write_text("hello")
    assert refused(tmp_path).startswith(f"{str(tmp_path / 'b.png')!r} is not an image")


def test_all_broken_files_are_named_at_once(tmp_path: Path) -> None:
    for i in range(6):
        put(tmp_path / f"{i}.png", noise(i, 50, 50))
    for i in (1, 4):
        cut(tmp_path / f"{i}.png")
    for size in (None, (9, 9)):
        assert refused(tmp_path, size) == (
            f"'1.png' and '4.png' in {str(tmp_path)!r} are damaged, or no images: "
            "move them out of the folder, or replace them"
        )
    for i in (0, 3, 5):
        (tmp_path / f"{i}.png").write_text("no image")
    assert refused(tmp_path).startswith("'0.png', '1.png', '3.png', '4.png', '5.png' and perhaps ")


@pytest.mark.parametrize("text", [False, True])
def test_of_many_broken_files_five_are_named(tmp_path: Path, text: bool) -> None:
    for i in range(8):
        put(tmp_path / f"{i}.png", noise(i, 50, 50))
        if text:
            (tmp_path / f"{i}.png").write_text("no image")
        else:
            cut(tmp_path / f"{i}.png")
    said = refused(tmp_path)
    assert said.startswith("'0.png', '1.png', '2.png', '3.png', '4.png' and perhaps more in ")
    assert "5.png" not in said


def test_a_bomb_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png_header(8001, 8000))
    said = refused(tmp_path, (10, 10))
    assert "is 8001x8000 pixels: at most 64 megapixels an image are read" in said


def test_a_set_that_is_too_large_is_refused_before_any_image_is_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("avanp.data.size.available", lambda: 1 << 30)
    for i in range(12):
        (tmp_path / f"{i}.png").write_bytes(png_header(8000, 8000) + bytes(200_000))
    said = "12 images of 8000x8000 are 2.1 GiB decoded, more than the 0.8 GiB of memory"
    assert said in refused(tmp_path)
    for i in range(12):
        put(tmp_path / f"{i}.png", noise(i))
    assert said in refused(tmp_path, (8000, 8000))


@pytest.mark.parametrize("size", [(0, 4), (4, -1), (8001, 8000)])
def test_an_impossible_size_is_refused(tmp_path: Path, size: tuple[int, int]) -> None:
    put(tmp_path / "a.png", noise(1))
    assert refused(tmp_path, size).startswith(f"size {size[0]}x{size[1]}")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda p: None, "no such folder: {}"),
        (lambda p: put(p, noise(1)), "{} is a file: give the folder that holds the images"),
        (lambda p: p.symlink_to(p), "folder {} cannot be read: Too many levels of symbolic links"),
    ],
    ids=["missing", "file", "loop of links"],
)
def test_what_is_no_folder_says_so(tmp_path: Path, make, said: str) -> None:
    make(tmp_path / "a.png")
    assert refused(tmp_path / "a.png") == said.format(repr(str(tmp_path / "a.png")))


@pytest.mark.parametrize("path", ["a\0b", "a" * 5000])
def test_a_path_that_no_system_has_is_one_line(path: str) -> None:
    said = refused(path)
    assert said.startswith(f"folder {path[:200]!r}"[:-1])
    assert "cannot be read: " in said


@pytest.mark.parametrize(
    "make", [lambda p: p.symlink_to("gone.png"), os.mkfifo], ids=["broken link", "named pipe"]
)
def test_what_is_no_file_is_named_and_not_waited_for(tmp_path: Path, make) -> None:
    make(tmp_path / "a.png")
    said = f"{str(tmp_path / 'a.png')!r} cannot be read: not a regular file"
    assert refused(tmp_path) == said


@pytest.mark.parametrize("what", ["folder", "file"])
def test_denied_permission_is_told_of_the_folder_or_the_file(what: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.png")
        put(path, noise(1))
        os.chmod(folder, 0o755 if what == "file" else 0o000)
        os.chmod(path, 0o000)
        try:
            with as_ordinary_user():
                said = refused(folder)
        finally:
            os.chmod(folder, 0o755)
    assert said.endswith("cannot be read: Permission denied")
    assert repr(folder if what == "folder" else str(path)) in said


def test_a_link_to_an_image_is_read(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    put(tmp_path / "real" / "a", noise(3))
    (tmp_path / "b.png").symlink_to(tmp_path / "real" / "a")
    assert np.array_equal(read_folder(tmp_path).images, [noise(3)])


def test_image_files_are_sorted_and_an_empty_folder_has_none(tmp_path: Path) -> None:
    assert image_files(tmp_path) == []
    for name in ("b.png", "a.JPG", "c.txt"):
        (tmp_path / name).touch()
    assert image_files(tmp_path) == ["a.JPG", "b.png"]
    assert not is_image_name(".hidden.png")
