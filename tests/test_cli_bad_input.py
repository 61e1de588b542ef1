"""Bad input, through real processes: exit code 2, one line that helps, and nothing written."""

import json
import os
import re
import shutil
import sys

import pytest

from cli_process import avanp, contents, write_images
from data_fixtures import png_header

# Small, so that a command that should have been refused ends soon.
SMALL = ("--lr", "0.5", "--models", "VAE", "--rules", "program", "--draws", "1", "--jobs", "1")

# What is loaded on use is loaded first: the user that follows may not read where it lies.
AS_ORDINARY_USER = (
    "import os\n"
    "from functools import cache\n"
    "from importlib import import_module\n"
    "from pkgutil import walk_packages\n"
    "import avanp.cli, avanp.experiments.configuration as run\n"
    "for module in walk_packages(avanp.__path__, 'avanp.'):\n"
    "    if module.name != 'avanp.__main__':\n"
    "        import_module(module.name)\n"
    "from PIL import Image, ImageDraw, ImageFont\n"
    "Image.init()\n"
    "run.version = cache(run.version)\n"
    "_ = [run.version(name) for name in ('avanp', 'numpy', 'numba')]\n"
    "if os.geteuid() == 0:\n"
    "    os.setgroups([])\n"
    "    os.setegid(65534)\n"
    "    os.seteuid(65534)\n"
    "avanp.cli.main()\n"
)
ORDINARY = (sys.executable, "-c", AS_ORDINARY_USER)


@pytest.fixture
def place(tmp_path):
    write_images(tmp_path / "images")
    tmp_path.chmod(0o755)
    return tmp_path


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory):
    tmp = tmp_path_factory.mktemp("finished")
    write_images(tmp / "images")
    assert avanp(tmp, "sweep", "--data", "images", *SMALL, "--out", "run").code == 0
    return tmp / "run"


def refused(tmp, *words, command=None, **changes):
    """Run a command that must be refused and return what it says after ``avanp: ``."""
    before = contents(tmp)
    done = avanp(tmp, *words, command=command, **changes)
    assert done.code == 2, done
    assert done.err.startswith("avanp: "), done.err
    assert done.err.count("\n") == 1
    assert done.err.endswith("\n")
    assert done.err[:-1].isprintable()
    # At most the first line, which names the data.
    assert done.out == "" or (done.out.startswith("data: ") and done.out.count("\n") == 1)
    assert contents(tmp) == before
    return done.err.removeprefix("avanp: ").rstrip("\n")


def refused_sweep(tmp, *words, **kwargs):
    given = () if "--data" in words else ("--data", "images")
    out = () if "--out" in words else ("--out", "run")
    # The last of an option given twice counts.
    return refused(tmp, "sweep", *SMALL, *given, *out, *words, **kwargs)


# Images


def test_an_empty_folder(place):
    (place / "empty").mkdir()
    said = refused_sweep(place, "--data", "empty")
    assert "no images in 'empty'" in said
    assert ".png .jpg" in said


def test_images_of_mixed_sizes(place):
    write_images(place / "mixed", [(6, 5), (6, 5), (5, 6)])
    said = refused_sweep(place, "--data", "mixed")
    assert "'0.png' is 6x5, '2.png' is 5x6" in said
    assert "--size WxH" in said
    words = ("sweep", "--data", "mixed", *SMALL)
    assert avanp(place, *words, "--size", "6x5").code == 0


def test_a_truncated_file(place):
    path = place / "images" / "2.png"
    path.write_bytes(path.read_bytes()[:-40])
    said = refused_sweep(place)
    assert said.startswith("'images/2.png' is truncated or damaged: ")
    assert said.endswith("; move it out of the folder, or replace it")


def test_a_file_that_is_no_image(place):
    (place / "images" / "notes.png").write_text("no image at all\n")
    said = refused_sweep(place)
    assert said == "'images/notes.png' is not an image: remove it or replace it"


@pytest.mark.parametrize("size", [(60_000, 60_000), (9_000, 9_000)])
def test_a_decompression_bomb(place, size):
    (place / "images" / "bomb.png").write_bytes(png_header(*size))
    for words in ((), ("--size", "6x5")):
        said = refused_sweep(place, *words)
        assert "'images/bomb.png'" in said
        assert "at most 64 megapixels" in said


@pytest.mark.parametrize("locked", ["images", "images/1.png"])
def test_a_path_that_may_not_be_read(place, locked):
    (place / locked).chmod(0)
    try:
        said = refused_sweep(place, command=ORDINARY)
    finally:
        (place / locked).chmod(0o755)
    assert f"'{locked}' cannot be read: Permission denied" in said


def test_data_that_is_nothing(place):
    (place / "file.png").write_bytes(b"")
    assert "choose jungle, orbit, digits, " in refused_sweep(place, "--data", "jungel")
    assert "or a folder of images" in refused_sweep(place, "--data", "")
    assert "is a file: give the folder" in refused_sweep(place, "--data", "file.png")
    said = refused_sweep(place, "--data", "orbit")
    assert "github.com/ngphloc/ai" in said
    assert "AVANP_DATA" in said


@pytest.mark.parametrize("size", ["", "6x", "6*5", "-6x5", "6x5x4", "0x5", "99999x99999"])
def test_a_size_that_is_none(place, size):
    said = refused_sweep(place, "--size", size)
    assert "WxH in pixels, such as 100x64" in said or "no pixels" in said or "too large" in said
    assert said == refused(place, "data", "show", "images", "--size", size, "--out", "a.png")


# Words


@pytest.mark.parametrize(
    ("lr", "says"),
    [
        ("0", "0 is outside (0, 1]"),
        ("-0.1", "-0.1 is outside (0, 1]"),
        ("1.5", "1.5 is outside (0, 1]"),
        ("0.5,2", "2 is outside (0, 1]"),
        ("nan", "outside (0, 1]"),
        ("inf", "outside (0, 1]"),
        ("1e-400", "outside (0, 1]"),
        ("", "is not a number"),
        ("fast", "'fast' is not a number"),
        ("0.5,", "'' is not a number"),
        ("1.0:", "'' is not a number"),
        ("1:0.1:0.01:3", "malformed"),
        ("0.01:1.0", "1.0:0.01"),
        ("0.5:0.5", "goes down"),
        ("1:0.01:1", "N must be a whole number from 2"),
        ("1:0.01:x", "N must be a whole number from 2"),
        ("1:0.015", "use START:STOP:N"),
        ("0.5,0.5", "0.5 is there twice"),
        ("0.3,0.30000000001", "0.3 is there twice; rates must differ in their first six digits"),
        ("1:0.9999:1000", "is there twice"),
    ],
)
def test_a_learning_rate_or_a_range_that_is_none(place, lr, says):
    said = refused_sweep(place, "--lr", lr)
    assert said.startswith(f"--lr {lr}: ")
    assert says in said


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--models", "AVA9"), "unknown model 'AVA9': choose from AVA1, AVA2"),
        (("--models", "VAE,"), "unknown model ''"),
        (("--models", "VAE,vae"), "VAE is there twice"),
        (("--rules", "real"), "unknown rules 'real': choose from printed, program, exact"),
        (("--rules", "printed-1"), "program-N for program without its deviation N"),
        (("--rules", "program-9"), "numbered 1 to 8"),
        (("--seeds", "0"), "--seeds 0: from 1 to 10000 seeds"),
        (("--seeds", "-1"), "--seeds -1: not whole numbers of at least 0"),
        (("--seeds", "100000000"), "from 1 to 10000 seeds"),
        (("--seeds", "x"), "use N for seeds 0 … N-1, or FIRST:LAST (20:39)"),
        (("--seeds", "1.5"), "not whole numbers"),
        (("--seeds", "39:20"), "from 1 to 10000 seeds"),
        (("--seeds", "1:2:3"), "not whole numbers"),
        (("--draws", "0"), "draws must be from 1"),
        (("--jobs", "0"), "jobs must be from 1"),
        (("--jobs", "-2"), "jobs must be from 1"),
        (("--seed", "3"), "--seeds"),
        (("--zzz",), "see avanp sweep --help"),
        (("more",), "see avanp sweep --help"),
        (("--lr",), "requires an argument"),
    ],
)
def test_words_of_the_sweep_that_mean_nothing(place, words, says):
    assert says in refused_sweep(place, *words)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("swep",), "No such command 'swep'"),
        (("xyz",), "see avanp --help"),
        (("--zzz",), "see avanp --help"),
        (("data", "draw"), "see avanp data --help"),
        (("data", "show"), "see avanp data show --help"),
        (("data", "show", "images"), "'--out'"),
        (("tables",), "see avanp tables --help"),
        (("tables", "a", "b"), "see avanp tables --help"),
        (
            ("gradcheck", "dense", "densest"),
            "no gradient check 'densest' (did you mean dense?): avanp gradcheck --list names all",
        ),
        (("gradcheck", "foo"), "no gradient check 'foo': avanp gradcheck --list names all"),
    ],
)
def test_commands_that_mean_nothing(place, words, says):
    assert says in refused(place, *words)


def test_kernels_that_there_are_not(place):
    assert "choose from numba, numpy" in refused_sweep(place, AVANP_KERNELS="fortran")


def test_names_of_many_lines_or_letters_still_give_one_line(place):
    for name in ("two\nlines\r\x1b[31m", "x" * 5000, "\udcff"):
        for option in ("--data", "--lr", "--models", "--rules", "--seeds", "--size"):
            refused_sweep(place, option, name)
    (place / "two\nlines").write_text("")
    assert r"--out two\nlines is a file" in refused_sweep(place, "--out", "two\nlines")
    assert "File name too long" in refused_sweep(place, "--out", "x" * 5000)
    refused(place, "tables", "two\nlines")
    refused(place, "tables", "x" * 5000)
    refused(place, "two\nlines")


# --out


def test_an_out_that_is_a_file(place):
    (place / "mine.txt").write_text("mine")
    assert "--out mine.txt is a file" in refused_sweep(place, "--out", "mine.txt")
    assert "mine.txt/run" in refused_sweep(place, "--out", "mine.txt/run")
    assert "--out names no folder" in refused_sweep(place, "--out", "")


def test_an_out_that_is_read_only(place, run_folder):
    (place / "locked").mkdir()
    shutil.copytree(run_folder, place / "run")
    for name in ("locked", "run"):
        (place / name).chmod(0o555)
    try:
        for out in ("locked", "locked/run", "run"):
            said = refused_sweep(place, "--out", out, command=ORDINARY)
            assert re.search(
                f"{out}'?: Permission denied[;:] name a folder that can be written$", said
            )
        said = refused(place, "tables", "run", command=ORDINARY)
        assert said.endswith("Permission denied; name a folder that can be written")
    finally:
        for name in ("locked", "run"):
            (place / name).chmod(0o755)


def test_an_out_that_holds_other_files(place):
    said = refused_sweep(place, "--out", "images")
    assert said == "--out images holds other files: name a new or an empty folder"


def test_an_out_that_holds_another_run(place, run_folder):
    shutil.copytree(run_folder, place / "run")
    write_images(place / "others", [(6, 5)] * 3)
    for words, what in [
        (("--lr", "0.4"), "lr 0.5 there, 0.4 asked"),
        (("--lr", "1:0.01"), "lr 0.5 there, 1, 0.9 … 0.01 (19) asked"),
        (("--models", "GAN,VAE"), "models VAE there, GAN, VAE asked"),
        (("--rules", "printed"), "rules program there, printed asked"),
        (("--seeds", "1:2"), "seed 0 there, 1 and 2 asked"),
        (("--draws", "2"), "draws 1 there, 2 asked"),
        (("--data", "others"), "data images (4 of 6x5) there, others (3 of 6x5) asked"),
        (("--lr", "0.4", "--seeds", "1:3"), "lr 0.5 there, 0.4 asked; seed 0 there, 1 to 3 asked"),
    ]:
        said = refused_sweep(place, "--out", "run", *words)
        assert said == (
            f"--out run holds another run ({what}): name another folder, or give the options it had"
        )
    (place / "images" / "0.png").write_bytes((place / "images" / "1.png").read_bytes())
    said = refused_sweep(place, "--out", "run")
    assert "(data images (4 of 6x5) there, other pixels asked)" in said


# Folders of runs


def test_tables_of_what_is_no_run(place):
    (place / "empty").mkdir()
    (place / "file").write_text("")
    for name in ("missing", "empty", "images", "."):
        assert "holds no run.json: name a sweep's --out folder" in refused(place, "tables", name)
    assert refused(place, "tables", "file").startswith("file is a file")


def changed(config, **changes):
    return json.dumps(config | changes)


def test_tables_of_a_run_whose_run_json_is_damaged(place, run_folder):
    shutil.copytree(run_folder, place / "run")
    path = place / "run" / "run.json"
    config = json.loads(path.read_text())
    for content, says in [
        ("", "is damaged"),
        ('{"format": 1', "is damaged"),
        ("\x00\xff", "is damaged"),
        ("[" * 100_000, "is damaged"),
        ("[]", "not the configuration"),
        ("{}", "not the configuration"),
        (changed(config, format=2), "format 2"),
        (changed(config, format="1"), "not the configuration"),
        (changed(config, lr=3), "not the configuration"),
        (changed(config, lr=[]), "not the configuration"),
        (changed(config, seeds=["a"]), "not the configuration"),
        (changed(config, data={}), "not the configuration"),
        # Names of models are names of files: this one leads out of the folder.
        (changed(config, models=["../../VAE"]), "not the configuration"),
        (changed(config, rules=["../program"]), "not the configuration"),
    ]:
        path.write_bytes(content.encode("latin-1"))
        assert says in refused(place, "tables", "run")
        assert says in refused_sweep(place, "--out", "run")


def test_tables_of_rows_that_are_no_sweeps(place, run_folder):
    shutil.copytree(run_folder, place / "run")
    path = place / "run" / "rows.jsonl"
    whole = path.read_text()
    row = json.loads(whole)
    for content, says in [
        (whole + "{}\n", "line 2, is not a row"),
        ("rubbish\n" + whole, "line 1, is not a row"),
        ("[" * 100_000 + "\n", "line 1, is not a row"),
        (json.dumps(row | {"bm": "high"}) + "\n", "line 1, is not a row"),
        (json.dumps(row | {"seed": [0]}) + "\n", "line 1, is not a row"),
        (json.dumps(row | {"model": "AVA1"}) + "\n", "not of this run"),
        (json.dumps(row | {"seed": 7}) + "\n", "not of this run"),
        (whole + whole, "two rows for one run"),
        ("", "no finished row yet"),
    ]:
        path.write_text(content)
        assert says in refused(place, "tables", "run")
    path.unlink()
    assert "no finished row yet" in refused(place, "tables", "run")
    path.mkdir()
    assert "rows.jsonl' cannot be read" in refused(place, "tables", "run")


def test_tables_of_a_run_with_a_damaged_picture(place, run_folder):
    shutil.copytree(run_folder, place / "run")
    (strip,) = (place / "run" / "samples").iterdir()
    strip.write_bytes(b"no picture")
    done = avanp(place, "tables", "run")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert strip.name in done.err
    assert "Traceback" not in done.err


# Sheets


def test_a_sheet_that_cannot_be_written(place):
    (place / "locked").mkdir(mode=0o555)
    for out, says in [
        ("sheet", ".png .jpg"),
        ("sheet.txt", ".png .jpg"),
        ("images", ".png .jpg"),
        ("no/sheet.png", "there is no folder 'no'"),
        ("locked/sheet.png", "Permission denied"),
        ("", ".png .jpg"),
    ]:
        assert says in refused(place, "data", "show", "images", "--out", out, command=ORDINARY)
    os.mkdir(place / "folder.png")
    assert "it is a folder" in refused(place, "data", "show", "images", "--out", "folder.png")
    assert "no data set or folder" in refused(place, "data", "show", "nix", "--out", "a.png")
