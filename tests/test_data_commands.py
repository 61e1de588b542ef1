"""`avanp data`, as it is typed."""

from pathlib import Path

import numpy as np
from data_small import zipped
from PIL import Image

from avanp.registry import DATASETS
from cli_process import avanp

COLUMNS = 100


def test_the_table_names_every_set_and_fits_the_page(tmp_path: Path) -> None:
    done = avanp(tmp_path, "data", "list")
    assert (done.code, done.err) == (0, "")
    head, *lines = done.out.splitlines()
    assert head.split() == ["name", "images", "size", "colour", "licence", "where"]
    assert [line.split()[0] for line in lines[: len(DATASETS)]] == list(DATASETS)
    assert max(map(len, done.out.splitlines())) <= COLUMNS
    assert "github.com/ngphloc/ai" in done.out


def test_the_table_says_what_is_here(tmp_path: Path) -> None:
    (tmp_path / "sets" / "faces").mkdir(parents=True)
    Image.fromarray(np.zeros((4, 4), np.uint8)).save(tmp_path / "sets" / "faces" / "a.png")
    without = avanp(tmp_path, "data", "list").out.splitlines()
    here = avanp(tmp_path, "data", "list", AVANP_DATA=str(tmp_path / "sets")).out.splitlines()
    row = list(DATASETS).index("faces") + 1
    assert without[row].endswith("fetch")
    assert here[row].endswith("here")


def test_a_sample_of_a_large_set_is_drawn_by_seed(tmp_path: Path) -> None:
    words = ("data", "show", "digits", "--sample", "12", "--out")
    first = avanp(tmp_path, *words, "a.png")
    assert (first.code, first.err) == (0, "")
    assert first.out == (
        "data: digits, 1797 grey images 8x8, built in; 1797 distinct; shown: 12, seed 0\n"
        "written to a.png\n"
    )
    avanp(tmp_path, *words, "again.png")
    avanp(tmp_path, *words, "other.png", "--seed", "1")
    content = {name: (tmp_path / f"{name}.png").read_bytes() for name in ("a", "again", "other")}
    assert content["a"] == content["again"] != content["other"]


def test_without_a_number_a_large_set_is_sampled_and_a_small_one_is_not(tmp_path: Path) -> None:
    large = avanp(tmp_path, "data", "show", "digits", "--out", "a.png")
    assert "; shown: 400, seed 0\n" in large.out
    small = avanp(tmp_path, "data", "show", "jungle", "--out", "a.png")
    assert "shown" not in small.out


def test_a_folder_of_classes_is_shown_with_their_names(tmp_path: Path) -> None:
    for name in ("cat", "dog"):
        (tmp_path / "pets" / name).mkdir(parents=True)
        Image.fromarray(np.zeros((9, 9, 3), np.uint8)).save(tmp_path / "pets" / name / "a.png")
    done = avanp(tmp_path, "data", "show", "pets", "--out", "a.png")
    assert done.out.startswith("data: pets, 2 images 9x9, in pets; 1 distinct\n")


def test_an_import_says_where_the_set_is_and_whether_it_is_the_registered_one(
    tmp_path: Path,
) -> None:
    (tmp_path / "mine").mkdir()
    for i in range(3):
        Image.fromarray(np.full((6, 5, 3), i, np.uint8)).save(tmp_path / "mine" / f"{i}.png")
    done = avanp(tmp_path, "data", "import", "mine", "--name", "faces")
    assert (done.code, done.err) == (0, "")
    place = tmp_path / "no-data" / "avanp" / "faces"
    assert done.out.startswith(f"data: faces, 3 grey images 5x6, in {place}")
    assert done.out.endswith("; images of your own, not the registered ones\n")
    again = avanp(tmp_path, "data", "import", "mine", "--name", "faces")
    assert (again.code, again.out) == (2, "")
    assert "is there already" in again.err
    assert len(again.err.splitlines()) == 1


def test_an_archive_with_a_path_that_leads_out_is_one_line(tmp_path: Path) -> None:
    zipped(tmp_path / "evil.zip", {"../../evil.png": b""})
    done = avanp(tmp_path, "data", "import", "evil.zip", "--name", "faces")
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "avanp: 'evil.zip' names '../../evil.png', which is not a path below its folder\n"
    )
    assert not (tmp_path / "no-data" / "avanp" / "faces").exists()


def test_a_fetch_that_fails_is_one_line(tmp_path: Path) -> None:
    done = avanp(tmp_path, "data", "fetch", "mnist", "--mirror", "http://127.0.0.1:9")
    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines()[-1].startswith("avanp: ")
    assert len(done.err.splitlines()) == 1
    done = avanp(tmp_path, "data", "fetch", "orbit")
    assert (done.code, done.err) == (
        2,
        "avanp: orbit cannot be fetched: clone github.com/ngphloc/ai and point AVANP_DATA at "
        "the clone\n",
    )
