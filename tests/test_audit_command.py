"""`avanp audit` in a process of its own."""

import json
import shutil

import pytest

from avanp.papers.ava.sweep_files import write_report
from cli_process import NO_FIGURES, altered, avanp, contents, write_images
from sweep_rows import read_config, read_rows, results

SIZES = ((12, 11),) * 4
SWEEP = ("--data", "images", "--draws", "2", "--seeds", "2", "--jobs", "1", "--out", "run")
GRID = ("--lr", "0.9,0.05", "--rules", "program,printed,exact")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    tmp = tmp_path_factory.mktemp("place")
    write_images(tmp / "images", SIZES)
    assert avanp(tmp, "sweep", *SWEEP, *GRID).code == 0
    return tmp


@pytest.fixture
def copy(place, tmp_path):
    shutil.copytree(place, tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.fixture(scope="module")
def read(place):
    """An audit of the sweep: what it printed, and the folder."""
    done = avanp(place, "audit", "--from", "run", "--data", "images", "--jobs", "1")
    return done, place / "run"


def test_a_sweep_is_audited_into_its_folder(read):
    done, directory = read
    assert done.code == 0, done.err
    assert done.out.startswith("The paper's claims: ")
    written = "written to run: audit.md, audit.json; avanp report run makes one page of it"
    assert done.out.splitlines()[-1] == written
    assert "seeds 0 and 1 decide no comparison: 12 are enough for any" in done.out
    assert "program: of 11 claims" in done.out
    assert max(map(len, done.out.splitlines())) <= 100
    document = json.loads((directory / "audit.json").read_text())
    assert document["run"] == json.loads((directory / "run.json").read_text())
    for one in [document, *document["ablations"]]:
        assert one["picture"] is None or (directory / one["picture"]).exists()
    assert (directory / "audit.md").read_text().startswith("# What of the paper holds")
    # The sweep's own files are as they were, and its tables can be drawn again.
    assert avanp(directory.parent, "tables", "run").code == 0


def test_what_an_audit_writes_the_report_reads(read):
    _, directory = read
    (path,) = write_report(directory, read_rows(directory), read_config(directory))
    page = path.read_text("utf-8")
    document = json.loads((directory / "audit.json").read_text())
    for one in document["ablations"]:
        assert one["title"] in page
    assert page.count('<p class="muted">Seed 0.</p>') == sum(
        one["seeds"] == "seed 0" for one in document["ablations"]
    )
    assert "The audit is of" not in page


def judged_again(place):
    """The document after the claims have been judged alone."""
    done = avanp(place, "audit", "--from", "run", "--claims-only")
    assert done.code == 0, done.err
    return done, json.loads((place / "run" / "audit.json").read_text())


def test_the_claims_alone_need_no_images(copy):
    shutil.rmtree(copy / "images")
    (copy / "run" / "audit.json").unlink(missing_ok=True)  # another test's
    _, document = judged_again(copy)
    assert document["ablations"] == []
    (copy / "run" / "audit.json").write_text("damaged")
    _, document = judged_again(copy)
    assert document["ablations"] == []


def test_the_claims_alone_keep_the_ablations_of_an_audit_of_the_same_cells(read, copy):
    _, directory = read
    before = (directory / "audit.json").read_bytes()
    (copy / "run" / "audit.json").write_bytes(before)
    judged_again(copy)
    assert (copy / "run" / "audit.json").read_bytes() == before
    rows = (copy / "run" / "rows.jsonl").read_text().splitlines(keepends=True)
    (copy / "run" / "rows.jsonl").write_text("".join(rows[:-1]))
    _, document = judged_again(copy)
    assert document["ablations"] == []


def test_an_unfinished_sweep_is_audited_as_one_and_its_report_says_when_there_is_more(copy):
    rows = (copy / "run" / "rows.jsonl").read_text().splitlines(keepends=True)
    (copy / "run" / "rows.jsonl").write_text("".join(rows[:-1]))
    done, document = judged_again(copy)
    assert document["cells"] == {"finished": 83, "of": 84, "whole_seeds": 1}
    said = "Unfinished: 83 of 84 cells of the sweep are there, and 1 of 2 seeds are whole."
    assert said in done.out
    assert said in (copy / "run" / "audit.md").read_text()
    (copy / "run" / "rows.jsonl").write_text("".join(rows))
    (path,) = write_report(copy / "run", read_rows(copy / "run"), read_config(copy / "run"))
    assert "The audit is of 83 finished runs, and 84 are there now" in path.read_text("utf-8")
    done, _ = judged_again(copy)
    assert "Unfinished" not in done.out


def fail_last(directory):
    """Make the last cell one that failed; return its rule set and model."""
    rows = read_rows(directory)
    rows[-1] |= {"status": "failed", "reason": "no luck", "bm": None, "bm_signed": None}
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (directory / "rows.jsonl").write_text(text)
    return f"{rows[-1]['rules']} {rows[-1]['model']}"


def test_failed_cells_are_said_after_the_verdicts_of_what_is_there(copy):
    fail_last(copy / "run")
    done = avanp(copy, "audit", "--from", "run", "--claims-only")
    assert done.code == 1
    assert "written to run: " in done.out
    assert "exact: of 11 claims" in done.out
    assert done.err == (
        "avanp: 1 of 84 cells failed: its sweep, with --retry-failed, runs them again; the first: "
        "exact GAN 0.05, seed 1: no luck\n"
    )
    claims = json.loads((copy / "run" / "audit.json").read_text())["claims"]
    assert {one["rules"]["exact"]["seeds"] for one in claims} == {1, 2}


LEFT = "the sweep is in run; the same command continues, with --claims-only without ablations\n"


def test_an_ablation_whose_process_dies_is_one_line_and_the_claims_can_still_be_judged(copy):
    dies = """
if WORKER:
    import os, signal
    import avanp.experiments.places.worker as worker
    worker.call_given = lambda *args: os.kill(os.getpid(), signal.SIGKILL)
"""
    (copy / "run" / "audit.json").unlink(missing_ok=True)  # another test's
    words = ("audit", "--from", "run", "--data", "images", "--jobs", "1")
    done = avanp(copy, *words, command=altered(copy, NO_FIGURES + dies))
    assert done.code == 1
    assert "Traceback" not in done.err
    died = "avanp: a training failed: its process died 3 times, perhaps for want of memory: "
    assert done.err.endswith(died + LEFT)
    assert not (copy / "run" / "audit.json").exists()
    assert avanp(copy, *words, "--claims-only").code == 0


def test_a_full_disk_is_one_line(copy):
    full = """
import avanp.papers.ava.audit as run
def full(path, content):
    raise OSError(28, "No space left on device", str(path))
run.write_whole = full
"""
    words = ("audit", "--from", "run", "--claims-only")
    done = avanp(copy, *words, command=altered(copy, NO_FIGURES + full))
    assert done.code == 1
    assert done.err == f"avanp: No space left on device: run/audit.md: {LEFT}"


@pytest.mark.slow
def test_an_audit_runs_its_own_sweep_and_ends_as_one_that_reads_it(tmp_path):
    write_images(tmp_path / "images", SIZES)
    few = altered(
        tmp_path,
        "from avanp.experiments.rates import RATES\n"
        "assert RATES.default == '1.0:0.01'\n"
        "object.__setattr__(RATES, 'default', '0.7,0.05')\n",
    )
    words = ("audit", "--data", "images", "--seeds", "7:7", "--jobs", "2")
    done = avanp(tmp_path, *words, "--out", "new", command=few)
    assert done.code == 0, done.err
    config = json.loads((tmp_path / "new" / "run.json").read_text())
    assert (config["seeds"], config["rules"]) == ([7], ["program", "printed", "exact"])
    assert config["lr"] == [0.7, 0.05]
    names = [
        "audit.json",
        "audit.md",
        *(f"audit/{n}.png" for n in ("claims", "nobody", "measures")),
    ]
    before = [(tmp_path / "new" / name).read_bytes() for name in names]
    # Again: nothing is left to train for the sweep, and the result is the same.
    again = avanp(tmp_path, "audit", "--from", "new", "--data", "images", "--jobs", "1")
    assert again.code == 0, again.err
    assert [(tmp_path / "new" / name).read_bytes() for name in names] == before

    # A cell that failed is said at the end, and tried again when asked for.
    whole = results(tmp_path / "new")
    cell = fail_last(tmp_path / "new")  # of two processes, the last of either
    words = (*words, "--claims-only", "--out", "new")
    failed = avanp(tmp_path, *words, command=few)
    assert failed.code == 1
    assert "of 11 claims" in failed.out
    said = "avanp: 1 of 42 cells failed: the same command with --retry-failed runs them again; "
    assert failed.err.splitlines()[-1].startswith(f"{said}the first: {cell} ")
    retried = avanp(tmp_path, *words, "--retry-failed", command=few)
    assert retried.code == 0, retried.err
    assert results(tmp_path / "new") == whole


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--seeds", "0"), "--seeds 0: from 1 to 10000 seeds"),
        (("--seeds", "5:"), "FIRST:LAST"),
        (("--jobs", "0"), "jobs must be from 1"),
        (("--from", "nowhere"), "nowhere holds no run.json"),
        (("--from", "images"), "images holds no run.json"),
        (("--from", "run", "--out", "new"), "not both"),
        (("--from", "run", "--seeds", "3"), "--seeds is for a new sweep"),
        (("--from", "run", "--size", "12x11"), "--size is for a new sweep"),
        (("--from", "run", "--retry-failed"), "give it to the sweep itself"),
        (("--retry-failed",), "--retry-failed needs --out"),
        (("--from", "run"), "give --data DIR, the images of 'images'; or --claims-only"),
        (("--from", "run", "--data", "jungle"), "holds other images than the sweep's"),
        (("--data", "nothing"), "no data set or folder 'nothing'"),
        (("--data", "images", "--size", "big"), "not WxH"),
        (("--data", "images", "--out", "images"), "holds other files"),
        (("--data", "images", "--out", "run"), "holds another run"),
        (("--lr", "0.5"), "No such option"),
    ],
)
def test_what_it_cannot_do_is_one_line(copy, words, says):
    before = contents(copy)
    done = avanp(copy, "audit", *words)
    assert (done.code, done.err.count("\n")) == (2, 1), done
    assert done.err.startswith("avanp: ")
    assert says in done.err
    changed = {k for k, v in contents(copy).items() if before.get(k) != v}
    assert changed <= {"images/.lock", "run/.lock"}


def test_a_sweep_without_rows_has_nothing_to_judge(copy):
    (copy / "run" / "rows.jsonl").unlink()
    done = avanp(copy, "audit", "--from", "run", "--claims-only")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "no finished row yet" in done.err


def test_an_unfinished_sweep_is_judged_by_the_seeds_that_are_whole(copy):
    rows = copy / "run" / "rows.jsonl"
    lines = rows.read_text().splitlines(keepends=True)
    rows.write_text("".join(lines[:-1]))
    assert avanp(copy, "audit", "--from", "run", "--claims-only").code == 0
    claims = json.loads((copy / "run" / "audit.json").read_text())["claims"]
    # The last row is GAN's under exact, of the last seed.
    seeds = {one["id"]: one["rules"]["exact"]["seeds"] for one in claims}
    assert (seeds["ava1-ava2-beat-gan"], seeds["ava3-beats-vae"]) == (1, 2)
