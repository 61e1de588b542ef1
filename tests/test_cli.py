"""The command in processes of its own: what it prints, keeps, continues and leaves behind."""

import contextlib
import json
import os
import re
import shlex
import shutil
import signal
import sys
import time
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from PIL import Image

from avanp.cli import COMMANDS, cli
from avanp.progress import duration, status
from cli_process import (
    COMMAND,
    NO_TRAINING,
    SLOW,
    altered,
    avanp,
    contents,
    on_a_terminal,
    started,
    write_images,
)
from sweep_rows import results

GRID = ("--lr", "0.9,0.05", "--models", "AVA5,GAN", "--seeds", "2", "--draws", "2")
SWEEP = ("sweep", "--data", "images", *GRID)
KEPT = (*SWEEP, "--out", "run")
CELLS = 2 * 2 * 2 * 2
COLUMNS = 100


def rows_of(directory):
    return [json.loads(line) for line in (directory / "rows.jsonl").read_text().splitlines()]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    tmp = tmp_path_factory.mktemp("place")
    write_images(tmp / "images")
    return tmp


@pytest.fixture(scope="module")
def finished(place):
    """A whole sweep: its folder `run`, and what it printed."""
    return avanp(place, *KEPT, "--jobs", "1")


@pytest.fixture
def copy(place, finished, tmp_path):
    """A folder that holds the images and the finished run, to be changed freely."""
    shutil.copytree(place, tmp_path, dirs_exist_ok=True)
    return tmp_path


# Help


NAMES = ["", *COMMANDS]
NAMES += [f"data {name}" for name in cli.get_command(click.Context(cli), "data").commands]


@pytest.mark.parametrize("name", NAMES)
def test_help_fits_the_page_and_is_not_cut_short(tmp_path, name):
    done = avanp(tmp_path, *name.split(), "--help")
    # By an interpreter that has loaded nothing before.
    assert avanp(tmp_path, *name.split(), "--help", command=COMMAND) == done
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"Usage: avanp {name}".rstrip())
    assert max(map(len, done.out.splitlines())) <= COLUMNS
    assert "..." not in done.out.replace("[ARGS]...", "")


def commands():
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        yield command
        if isinstance(command, click.Group):
            yield from command.commands.values()


def test_every_command_has_examples_that_it_understands(tmp_path, monkeypatch):
    # One trains a model of the reader's own.
    own = Path(__file__).parents[1] / "examples" / "10_own_model.py"
    (tmp_path / "examples").mkdir()
    shutil.copy(own, tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    plain = [command for command in commands() if not isinstance(command, click.Group)]
    assert len(plain) > len(COMMANDS)
    for command in plain:
        shown = CliRunner().invoke(command, ["--help"]).output
        assert command.examples
        for example in command.examples:
            assert example in shown
            words = shlex.split(example)
            first = words.index(command.name)
            assert cli.get_command(click.Context(cli), words[1]) is command or first == 2
            # --help is understood, and ends there.
            with contextlib.suppress(click.exceptions.Exit):
                command.make_context(command.name, words[first + 1 :])


@pytest.mark.parametrize("name", ["", "data", "reproduce"])
def test_a_command_of_commands_alone_shows_its_help(tmp_path, name):
    assert avanp(tmp_path, *name.split()) == avanp(tmp_path, *name.split(), "--help")


def test_the_version_is_the_packages(tmp_path):
    import avanp as package

    done = avanp(tmp_path, "--version")
    assert (done.code, done.out, done.err) == (0, f"avanp, version {package.__version__}\n", "")


def test_help_loads_nothing_heavy(tmp_path):
    code = (
        "import sys, avanp.cli\n"
        "sys.argv = ['avanp', '--help']\n"
        "try:\n"
        "    avanp.cli.main()\n"
        "finally:\n"
        "    heavy = {'numpy', 'numba', 'scipy', 'PIL', 'matplotlib', 'multiprocessing'}\n"
        "    print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    done = avanp(tmp_path, command=(sys.executable, "-c", code))
    assert (done.code, done.err) == (0, "[]\n")
    assert "gradcheck" in done.out


# The first line


def test_without_the_papers_images_the_first_line_names_jungle_and_how_to_get_them(tmp_path):
    done = avanp(tmp_path, "sweep", "--lr", "0.5", "--models", "VAE", "--draws", "1", "--jobs", "1")
    assert done.code == 0
    first = done.out.splitlines()[0]
    assert first.startswith("data: jungle, 36 images 100x64, built in; the paper's: ")
    assert "AVANP_DATA=" in first
    assert "github.com/ngphloc/ai" in first
    assert max(map(len, done.out.splitlines())) <= COLUMNS
    assert "the paper's numbers are for its own images" in done.out.splitlines()[-1]


@pytest.mark.data
def test_with_the_papers_images_the_default_is_orbit_beside_the_papers_numbers(tmp_path, orbit_set):
    words = ("sweep", "--lr", "0.5", "--rules", "program", "--draws", "1", "--jobs", "1")
    done = avanp(tmp_path, *words, AVANP_DATA=orbit_set.source)
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0].startswith("data: orbit, 36 images 100x64, the paper's own")
    assert "--data jungle" in lines[0]
    assert max(map(len, lines[1:])) <= COLUMNS
    assert any(line.split() == ["ours", "paper"] * 7 for line in lines)
    assert re.match(r"program: RMS \.\d{4}, largest difference .*, correlation", lines[-1])


def test_the_first_line_is_there_before_any_work(place):
    waiting = altered(
        place,
        "import avanp.experiments.run as run\n"
        "def wait(*args, **kwargs):\n"
        "    input()\n"
        "    raise KeyboardInterrupt\n"
        "run.run = wait\n",
    )
    process = started(place, *SWEEP, command=waiting)
    assert process.stdout.readline() == "data: images, 4 images 6x5, in images\n"
    assert process.poll() is None
    _, err = process.communicate("go on\n", timeout=60)
    assert (process.returncode, err) == (1, "avanp: interrupted: nothing kept\n")


def test_a_folder_of_another_encodings_name_is_no_trouble(tmp_path):
    name = b"im\xff\nages"
    try:
        write_images(tmp_path / os.fsdecode(name))
    except OSError:
        pytest.skip("this file system has no names of bytes that are no UTF-8")
    words = (b"sweep", b"--data", name, b"--out", b"run\xfe", b"--lr", b"0.5", b"--models", b"VAE")
    done = avanp(tmp_path, *words, b"--draws", b"1", b"--jobs", b"1")
    assert done.code == 0
    assert done.out.splitlines()[1] == r"written to run\udcfe"
    assert (tmp_path / os.fsdecode(b"run\xfe") / "tables.md").exists()


# A sweep in a pipe


def test_a_sweep_ends_with_the_tables_and_a_verdict_per_rule_set(finished):
    assert finished.code == 0
    lines = finished.out.splitlines()
    assert lines[0] == "data: images, 4 images 6x5, in images"
    assert max(map(len, lines)) <= COLUMNS
    for rules in ("program", "printed"):
        for number in (1, 2, 3):
            assert any(line.startswith(f"Table {number}. BM") and rules in line for line in lines)
    assert [line.split(":")[0] for line in lines[-2:]] == ["program", "printed"]


def test_in_a_pipe_progress_is_plain_lines_on_standard_error(finished):
    lines = finished.err.splitlines()
    assert lines[0] == f"0/{CELLS} cells"
    for line in lines[1:-1]:
        assert re.fullmatch(rf"\d+/{CELLS} cells, [\d.e+]+ cells/s, \d+ s left", line)
    assert re.fullmatch(rf"{CELLS}/{CELLS} cells in \d+ s", lines[-1])
    assert 3 <= len(lines) <= 12
    assert all(c.isprintable() or c == "\n" for c in finished.err + finished.out)


def test_the_folder_holds_rows_tables_and_pictures(place, finished):
    run = place / "run"
    files = set(contents(run))
    assert {"run.json", "rows.jsonl", "tables.md", "tables.json"} <= files
    assert {"sheets/AVA5.png", "sheets/GAN.png"} <= files
    assert {"figure6-program.png", "curves-program.png", "figure6-printed.png"} <= files
    assert not [name for name in files if name.endswith(".tmp")]
    config = json.loads((run / "run.json").read_text())
    assert (config["lr"], config["models"]) == ([0.9, 0.05], ["AVA5", "GAN"])
    assert (config["rules"], config["seeds"]) == (["program", "printed"], [0, 1])
    assert {"python", "numpy", "numba"} <= config["versions"].keys()
    rows = rows_of(run)
    promised = {"rules", "model", "lr", "seed", "bm", "train_seconds", "eval_seconds", "data"}
    assert len(rows) == CELLS
    assert all(promised <= row.keys() for row in rows)
    assert {row["data"] for row in rows} == {config["data"]["sha256"]}
    assert set(json.loads((run / "tables.json").read_text())["rules"]) == {"program", "printed"}


def test_the_same_command_again_keeps_the_rows_and_computes_nothing(copy, finished):
    before = contents(copy / "run")
    done = avanp(copy, *KEPT, command=altered(copy, NO_TRAINING))
    assert done.err == f"{CELLS}/{CELLS} cells there already\n"
    assert (done.code, done.out) == (0, finished.out)
    assert contents(copy / "run") == before


def test_tables_redraws_everything_from_the_rows_without_training(copy, finished):
    before = contents(copy / "run")
    for name in before:
        if re.match(r"tables\.|sheets/|figure6|curves", name):
            (copy / "run" / name).unlink()
    (copy / "run" / "sheets").rmdir()
    done = avanp(copy, "tables", "run", command=altered(copy, NO_TRAINING))
    assert (done.code, done.err) == (0, "")
    assert contents(copy / "run") == before
    # What the sweep printed, without its first line.
    assert done.out == finished.out.split("\n", 1)[1]


def test_tables_of_an_unfinished_run_say_what_is_to_do(copy):
    path = copy / "run" / "rows.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:3]))
    done = avanp(copy, "tables", "run")
    assert done.code == 0
    assert "to do" in done.out.splitlines()[-1]
    assert rows_of(copy / "run") == rows_of(copy / "run")[:3]


def test_a_picture_that_is_gone_is_noted_and_made_again_when_its_row_is_taken_out(copy):
    run, gone = copy / "run", "samples/program-GAN-0.05.png"
    before = contents(run)
    (run / gone).unlink()
    for words in (("tables", "run"), (*KEPT, "--jobs", "1"), ("report", "run", "--markdown")):
        done = avanp(copy, *words)
        notes = " ".join(done.err.split("note: ")[1:]).split()
        assert (done.code, len(notes) > 9, max(map(len, done.err.splitlines())) <= 100) == (0, 1, 1)
        assert " ".join(notes).startswith("missing in run/samples: program-GAN-0.05.png. ")
    assert not (run / gone).exists()
    rows = run / "rows.jsonl"
    cell = {"rules": "program", "model": "GAN", "lr": 0.05, "seed": 0}
    kept = [row for row in rows_of(run) if not cell.items() <= row.items()]
    assert len(kept) == CELLS - 1
    rows.write_text("".join(json.dumps(row) + "\n" for row in kept))
    done = avanp(copy, *KEPT, "--jobs", "1")
    assert (done.code, "note:" in done.err) == (0, False)
    for name in (gone, "sheets/GAN.png", "tables.json"):
        assert contents(run)[name] == before[name]


def test_a_terminal_without_greek_letters_still_gets_its_tables(copy):
    done = avanp(copy, "tables", "run", PYTHONIOENCODING="latin-1")
    assert (done.code, done.err) == (0, "")
    assert "Table 1. BM, ? ? 0.1" in done.out


# Several processes, and ends that come too early


def test_two_processes_give_the_rows_of_one(place, finished):
    done = avanp(place, *SWEEP, "--out", "two", "--jobs", "2")
    assert done.code == 0
    assert results(place / "two") == results(place / "run")
    ours, theirs = (json.loads((place / d / "tables.json").read_text()) for d in ("two", "run"))
    assert ours == theirs


def test_compiled_kernels_give_the_same_rows_but_for_rounding(place, finished):
    done = avanp(place, *SWEEP, "--out", "compiled", AVANP_KERNELS="numba")
    assert done.code == 0
    pairs = zip(results(place / "compiled"), results(place / "run"), strict=True)
    for ours, theirs in (map(json.loads, pair) for pair in pairs):
        assert ours["bm"] == pytest.approx(theirs["bm"], rel=1e-4)


def wait_for_a_row(process, directory):
    path = directory / "rows.jsonl"
    while not (path.exists() and path.read_bytes().count(b"\n")):
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.005)


def end(process):
    """Wait until nobody holds the pipes: while a worker lives, they stay open."""
    out, err = process.communicate(timeout=60)
    return out, err, process.returncode


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_killed_sweep_leaves_no_process_and_goes_on_to_the_same_rows(copy, jobs):
    words = (*SWEEP, "--out", "killed", "--jobs", jobs)
    process = started(copy, *words, command=altered(copy, SLOW))
    wait_for_a_row(process, copy / "killed")
    process.kill()
    assert end(process)[2] == -signal.SIGKILL
    kept = (copy / "killed" / "rows.jsonl").read_bytes()
    kept = kept[: kept.rfind(b"\n") + 1]
    assert 1 <= kept.count(b"\n") < CELLS
    done = avanp(copy, *words)
    assert done.code == 0
    assert done.err.startswith(f"{kept.count(10)}/{CELLS} cells there already\n")
    assert (copy / "killed" / "rows.jsonl").read_bytes().startswith(kept)
    assert results(copy / "killed") == results(copy / "run")


@pytest.mark.parametrize(
    ("jobs", "moment"),
    [
        ("1", "at the start"),
        ("1", "in the middle"),
        ("2", "at the start"),
        ("2", "while workers start"),
        ("2", "in the middle"),
    ],
)
def test_ctrl_c_is_one_line_that_keeps_the_rows_and_leaves_no_process(copy, jobs, moment):
    words = (*SWEEP, "--out", "stopped", "--jobs", jobs)
    born = "if WORKER:\n    open('born', 'w').close()\n    import time\n    time.sleep(0.3)\n"
    process = started(copy, *words, command=altered(copy, SLOW + born))
    assert process.stderr.readline() == f"0/{CELLS} cells\n"
    if moment == "in the middle":
        wait_for_a_row(process, copy / "stopped")
    elif moment == "while workers start":
        while not (copy / "born").exists():
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.005)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all its processes
    out, err, code = end(process)
    said = "avanp: interrupted: finished cells are in stopped; the same command continues"
    assert (code, err.splitlines()[-1]) == (1, said)
    assert all(re.match(r"\d+/16 cells", line) for line in err.splitlines()[:-1]), err
    assert "Table" not in out
    kept = results(copy / "stopped") if (copy / "stopped" / "rows.jsonl").exists() else []
    assert len(kept) < CELLS
    assert all(row in results(copy / "run") for row in kept)
    assert bool(kept) or moment != "in the middle"


@pytest.mark.parametrize(
    ("error", "says"),
    [
        ("KeyboardInterrupt", "interrupted"),
        ("MemoryError", "not enough memory: give a smaller --size, "),
        ("OSError(28, 'No space left on device', 'run/rows')", "No space left on device: run/rows"),
    ],
)
def test_what_nobody_can_foresee_is_one_line_too(copy, error, says):
    failing = altered(
        copy,
        "import avanp.papers.ava.sweep_files as write\n"
        "def fail(*args):\n"
        f"    raise {error}\n"
        "write.write_tables = fail\n",
    )
    done = avanp(copy, "tables", "run", command=failing)
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert done.err.startswith(f"avanp: {says}")


@pytest.mark.parametrize("ending", ["SystemExit(0)", "KeyboardInterrupt"])
def test_a_process_whose_cell_ends_it_is_no_end_of_the_sweep(copy, ending):
    shutil.rmtree(copy / "run")
    ends = f"""
import avanp.papers.ava.cell as cell
def run(*args):
    raise {ending}
cell.run = run
"""
    done = avanp(copy, *KEPT, "--jobs", "2", command=altered(copy, ends))
    line = done.err.splitlines()[-1]
    assert done.code == 1
    assert line.startswith(f"avanp: a worker cannot run cells: {ending.removesuffix('(0)')}")
    assert line.endswith("finished cells are in run; the same command continues")
    assert not (copy / "run" / "rows.jsonl").exists()


def test_a_reader_that_leaves_is_no_traceback(place):
    for words in (("--help",), (*SWEEP, "--jobs", "1")):
        process = started(place, *words)
        process.stdout.close()
        process.stdout = None
        _, err, code = end(process)
        assert code in (0, 1)
        assert all(re.match(r"\d+/16 cells", line) for line in err.splitlines())


def test_a_model_that_diverges_is_said_in_the_tables_and_is_no_failure(place, tmp_path):
    write_images(tmp_path / "images")
    exploding = altered(
        tmp_path,
        "import numpy as np\n"
        "from avanp.ava.printed import PrintedRules\n"
        "step = PrintedRules.step\n"
        "def explode(self, nets, x, r, r2, gamma):\n"
        "    nets.decoder.params['2.b'][...] = np.inf\n"
        "    return step(self, nets, x, r, r2, gamma)\n"
        "PrintedRules.step = explode\n",
    )
    done = avanp(tmp_path, *KEPT, "--jobs", "1", command=exploding)
    assert done.code == 0
    assert len(done.err.splitlines()) >= 3
    rows = rows_of(tmp_path / "run")
    assert {(r["rules"], r["status"]) for r in rows} == {("program", "ok"), ("printed", "diverged")}
    assert all(row["bm"] is None and row["reason"] for row in rows if row["status"] == "diverged")
    program, printed = done.out.splitlines()[-2:]
    assert "diverged" not in program
    assert "8 runs diverged" in printed
    assert re.search(r"^0\.9 +diverged +diverged$", done.out, re.MULTILINE)


# On a terminal


@pytest.mark.parametrize("columns", [100, 40])
def test_on_a_terminal_there_is_a_bar_with_rate_and_time_left(place, columns):
    said = on_a_terminal(place, *SWEEP, "--jobs", "1", columns=columns)
    bar = next(line for line in said.split("\r\n") if "\r" in line)
    states = bar.split("\r")
    assert len(states) == CELLS + 1
    assert all(len(state) < columns for state in states)
    hashes = [state.count("#") for state in states]
    if columns == 100:
        assert hashes == sorted(hashes)
        assert re.match(r"\[#{10}\.{30}\] 4/16 cells, [\d.e+]+ cells/s, \d+ s left ", states[4])
        assert re.match(r"\[#{40}\] 16/16 cells in \d+ s ", states[16])
    assert "16/16 cells in" in states[16]
    assert "\x1b" not in said
    assert said.splitlines()[-1].startswith("printed: ")


@pytest.mark.parametrize("columns", [200, 60, 7])
def test_on_a_terminal_an_error_is_whole_words_and_in_a_pipe_one_line(tmp_path, columns):
    words = ("train", "VAEE", "--data", "digits", "--out", "run")
    said = on_a_terminal(tmp_path, *words, columns=columns, code=2).splitlines()
    piped = avanp(tmp_path, *words).err
    assert len(said) > 1
    assert max(map(len, said)) <= max(min(columns, 100), 40)
    assert " ".join(map(str.strip, said)) == piped.rstrip("\n")


def test_how_far_it_is_in_words():
    assert status(0, 10, 0, 0.0, "cells") == "0/10 cells"
    assert status(4, 10, 0, 0.0, "cells") == "4/10 cells there already"
    assert status(6, 10, 2, 4.0, "cells") == "6/10 cells, 0.5 cells/s, 8 s left"
    assert status(6000, 10000, 6000, 4.0, "cells") == "6000/10000 cells, 1,500 cells/s, 3 s left"
    assert status(10, 10, 6, 12.0, "cells") == "10/10 cells in 12 s"
    assert status(1, 2, 1, 0.0, "cells").startswith("1/2 cells, ")
    assert [duration(s) for s in (0.2, 99.4, 600.0, 7200.0)] == ["0 s", "99 s", "10 min", "2.0 h"]


# The other commands


def test_data_show_draws_a_sheet_of_every_image(place):
    done = avanp(place, "data", "show", "images", "--out", "sheet.png")
    assert (done.code, done.err) == (0, "")
    assert done.out == "data: images, 4 images 6x5, in images; 4 distinct\nwritten to sheet.png\n"
    with Image.open(place / "sheet.png") as sheet:
        assert min(sheet.size) > 100
    resized = avanp(place, "data", "show", "jungle", "--size", "20x10", "--out", "sheet.jpg")
    assert resized.out.startswith("data: jungle, 36 images 20x10, built in; ")
    with Image.open(place / "sheet.jpg") as sheet:
        assert sheet.format == "JPEG"


def test_data_list_names_the_sets_and_how_to_get_what_is_missing(tmp_path):
    done = avanp(tmp_path, "data", "list")
    assert (done.code, done.err) == (0, "")
    assert [line.split()[0] for line in done.out.splitlines()[:3]] == ["name", "jungle", "orbit"]
    assert "github.com/ngphloc/ai" in done.out
    assert max(map(len, done.out.splitlines())) <= COLUMNS


def test_gradcheck_prints_a_table_of_what_was_asked_for(tmp_path):
    done = avanp(tmp_path, "gradcheck", "dense", "GAN")
    assert (done.code, done.err) == (0, "")
    head, *lines = done.out.splitlines()
    assert head.split() == ["name", "worst", "relative", "error", "pass"]
    assert [line.split()[0] for line in lines] == ["dense", "GAN.decoder", "GAN.d"]
    assert all(line.split()[2] == "yes" and float(line.split()[1]) < 1e-6 for line in lines)


def test_gradcheck_lists_every_name_and_checks_nothing(tmp_path):
    from avanp.grad import cases as gradcases

    done = avanp(tmp_path, "gradcheck", "--list")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == gradcases.rows()


def test_a_wrong_derivative_is_named_and_the_exit_code_is_1(tmp_path):
    wrong = altered(
        tmp_path,
        "from avanp.layers.tanh import Tanh\n"
        "right = Tanh.backward\n"
        "Tanh.backward = lambda self, dy, cache, *, wrt='both': (1.01 * dy, {})\n",
    )
    done = avanp(tmp_path, "gradcheck", "identity", "tanh", command=wrong)
    assert (done.code, done.err) == (1, "avanp: 1 of 2 derivatives are wrong: tanh\n")
    assert [line.split()[-1] for line in done.out.splitlines()] == ["pass", "yes", "NO"]
