"""Sheets of generated images, and everything that is drawn from rows, written together."""

import json
import warnings

import numpy as np
import pytest
from PIL import Image

import small_runs
from avanp.errors import AvanpError
from avanp.files import write_whole
from avanp.papers.ava import galleries
from avanp.papers.ava.sweep_files import write_tables
from avanp.pictures.grid import BLANK, BORDER
from avanp.report.gallery_sheet import sheet

RED, BLUE = (200, 30, 30), (30, 30, 200)


def config(rules=("program", "printed"), models=("AVA1", "VAE"), lr=(0.2, 0.1), seeds=(0, 1)):
    return small_runs.config(
        rules=list(rules),
        models=list(models),
        lr=list(lr),
        seeds=list(seeds),
        data={"height": 64, "width": 100},
    )


def rows_of(grid, diverged=()):
    return small_runs.rows_of(grid, without=dict.fromkeys(diverged, ("diverged", "not finite")))


def strip(folder, name, colour, size=(300, 64)):
    (folder / "samples").mkdir(exist_ok=True)
    Image.new("RGB", size, colour).save(folder / "samples" / f"{name}.png")


def drawn(folder, grid, model="AVA1"):
    """The sheet of a model as pixels."""
    return np.asarray(sheet(galleries.of_model(folder, grid, model)).convert("RGB"))


def count(pixels, colour):
    return int((pixels == colour).all(-1).sum())


def test_a_sheet_shows_the_strips_rates_downwards_and_rules_across(tmp_path):
    strip(tmp_path, "program-AVA1-0.2", RED)
    strip(tmp_path, "printed-AVA1-0.1", BLUE)
    pixels = drawn(tmp_path, config())
    red = np.argwhere((pixels == RED).all(-1))
    blue = np.argwhere((pixels == BLUE).all(-1))
    assert len(red) == len(blue) == 300 * 64
    assert red.max(0)[0] < blue.min(0)[0]  # the higher rate is above
    assert red.max(0)[1] < blue.min(0)[1]  # the first rule set is on the left


def test_a_missing_strip_is_a_grey_blank_for_each_of_its_images(tmp_path):
    strip(tmp_path, "program-AVA1-0.2", RED)
    # Three of the four cells, each of three images less the dash; the smooth edges of the labels
    # may have a few pixels of the same grey.
    grey = count(drawn(tmp_path, config()), BLANK)
    assert 0 <= grey - 3 * 3 * (100 * 64 - 17 * 2) < 100


@pytest.mark.parametrize(("size", "shown"), [((8, 8), 48), ((64, 64), 64), ((256, 512), 128)])
def test_small_images_are_enlarged_and_large_ones_reduced(tmp_path, size, shown):
    grid = config(rules=("program",), lr=(0.1,))
    grid["data"] |= {"width": size[0], "height": size[1]}
    strip(tmp_path, "program-VAE-0.1", RED, (2 * size[0], size[1]))
    width = size[0] * shown // size[1]
    assert count(drawn(tmp_path, grid, "VAE"), RED) == 2 * width * shown


def test_a_white_image_has_a_border(tmp_path):
    strip(tmp_path, "program-AVA1-0.2", (255, 255, 255))
    pixels = drawn(tmp_path, config(rules=("program",), models=("AVA1",), lr=(0.2,)))
    grey = (pixels == BORDER).all(-1)
    rows, columns = np.flatnonzero(grey.sum(1) >= 306), np.flatnonzero(grey.sum(0) >= 66)
    assert list(np.diff(rows)) == [65]
    assert list(np.diff(columns)) == [101, 7, 101, 7, 101]


def test_the_title_names_the_seed_and_what_is_grey(tmp_path):
    grid = config(rules=("program",), lr=(0.2,), seeds=(7, 8))
    strip(tmp_path, "program-AVA1-0.2", RED)
    assert galleries.of_model(tmp_path, grid, "AVA1").title == (
        "AVA1: generated images, data orbit\na row for each learning rate, seed 7"
    )
    grid["lr"] = [0.2, 0.1]
    title = galleries.of_model(tmp_path, grid, "AVA1").title
    assert title.endswith("seed 7; grey: diverged, failed, not run yet or lost")


def test_a_model_without_strips_has_no_sheet(tmp_path):
    assert galleries.of_model(tmp_path, config(), "AVA1") is None


def test_a_truncated_strip_is_named_in_one_line(tmp_path):
    strip(tmp_path, "program-AVA1-0.2", RED)
    path = tmp_path / "samples" / "program-AVA1-0.2.png"
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(
        AvanpError, match=r"program-AVA1-0\.2\.png' is truncated.*run the sweep again"
    ) as error:
        drawn(tmp_path, config())
    assert "\n" not in str(error.value)


def test_everything_is_written_and_nothing_else(tmp_path):
    strip(tmp_path, "program-VAE-0.2", BLUE)
    grid = config()
    with pytest.warns(UserWarning, match=r"missing in .*samples: .*-AVA1-0\.2\.png"):
        result = write_tables(tmp_path, rows_of(grid), grid)
    names = sorted(str(path.relative_to(tmp_path)) for path in result["paths"])
    assert names == [
        "curves-printed.png",
        "curves-program.png",
        "figure6-printed.png",
        "figure6-program.png",
        "sheets/VAE.png",
        "tables.json",
        "tables.md",
    ]
    there = {str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()}
    assert there == {*names, "samples/program-VAE-0.2.png"}
    text = (tmp_path / "tables.json").read_text(encoding="utf-8")
    assert text.endswith("}\n")
    assert json.loads(text) == result["tables"]


def test_strips_that_are_gone_are_named_and_no_other_blank_is(tmp_path):
    grid = config(rules=("program",), seeds=(3, 4))
    rows = rows_of(grid, diverged=("VAE",))
    for name in ("AVA1-0.2", "AVA1-0.1"):
        strip(tmp_path, f"program-{name}", RED)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        write_tables(tmp_path, rows, grid)
        write_tables(tmp_path, [row for row in rows if row["lr"] != 0.2], grid)
    (tmp_path / "samples" / "program-AVA1-0.1.png").unlink()
    says = r"missing in \S+samples: program-AVA1-0\.1\.png\. .*lines \(seed 3\) out of rows\.jsonl"
    with pytest.warns(UserWarning, match=says):
        write_tables(tmp_path, rows, grid)
    many = config(rules=("program",), models=("AVA1",), lr=(0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1))
    with pytest.warns(UserWarning, match=r"AVA1-0\.3\.png and 2 more\."):
        write_tables(tmp_path / "many", rows_of(many), many)


@pytest.mark.filterwarnings("ignore:missing in")
def test_without_matplotlib_there_are_tables_and_no_figures(tmp_path, monkeypatch):
    monkeypatch.setattr("avanp.papers.ava.sweep_files.charts_available", lambda: False)
    grid = config()
    result = write_tables(tmp_path, rows_of(grid), grid)
    assert [path.name for path in result["paths"]] == ["tables.json", "tables.md"]


def test_a_rule_set_in_which_all_diverged_has_tables_and_no_figures(tmp_path):
    grid = config(rules=("printed",))
    result = write_tables(tmp_path, rows_of(grid, diverged=grid["models"]), grid)
    assert [path.name for path in result["paths"]] == ["tables.json", "tables.md"]
    assert "NaN" not in (tmp_path / "tables.json").read_text(encoding="utf-8")


def test_rows_that_do_not_fit_leave_nothing_behind(tmp_path):
    grid = config()
    rows = rows_of(grid)
    with pytest.raises(AvanpError, match="two rows"):
        write_tables(tmp_path, [*rows, rows[0]], grid)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_one_line_and_leaves_no_piece(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(AvanpError, match="cannot write") as error:
        write_whole(tmp_path / "file" / "tables.md", b"text")
    assert "\n" not in str(error.value)
    (tmp_path / "tables.md").mkdir()
    with pytest.raises(AvanpError, match="cannot write"):
        write_whole(tmp_path / "tables.md", b"text")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "tables.md"]
