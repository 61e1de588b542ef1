"""`avanp report` as a user calls it, of sweeps and trainings."""

import json
import re

import pytest

import small_runs
from cli_process import avanp, contents
from page_reader import Page

NEITHER = "holds no run.json (a sweep) and no checkpoint.npz (a training)"
RIGHT = "name the --out folder of a sweep or a training"
MEANT = "did you mean runs/sweep, runs/training?"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with a sweep, a training, and what is neither."""
    folder = tmp_path_factory.mktemp("reports")
    run = small_runs.config()
    small_runs.save(folder / "sweep", run, small_runs.rows_of(run))
    small_runs.save(folder / "begun", run, [])
    small_runs.save(folder / "damaged", run, small_runs.rows_of(run))
    small_runs.save_audit(folder / "damaged", "{")
    (folder / "empty").mkdir()
    (folder / "file").write_text("")
    words = "train VAE --data digits --limit 64 --epochs 3 --widths 8 --latent 2 --out training"
    done = avanp(folder, *words.split())
    assert done.code == 0, done.err
    return folder


def test_a_sweep_becomes_one_page_beside_its_rows_and_nothing_else_changes(place):
    before = contents(place / "sweep")
    done = avanp(place, "report", "sweep")
    assert (done.code, done.out, done.err) == (0, "written to sweep/report.html\n", "")
    after = contents(place / "sweep")
    assert set(after) - set(before) == {"report.html"}
    assert {name: after[name] for name in before} == before
    again = avanp(place, "report", "sweep")
    assert again.code == 0
    assert contents(place / "sweep") == after


def test_markdown_is_written_when_asked_for(place):
    done = avanp(place, "report", "sweep", "--markdown")
    assert done.out == "written to sweep/report.html\nwritten to sweep/report.md\n"
    text = (place / "sweep" / "report.md").read_text("utf-8")
    assert text.startswith("# 7 models at 3 learning rates on orbit\n")


def test_a_training_becomes_a_page_too(place):
    done = avanp(place, "report", "training")
    assert (done.code, done.out) == (0, "written to training/report.html\n")
    page = Page((place / "training" / "report.html").read_text("utf-8"))
    assert [e.text for e in page.all("h2")] == [
        "What changed over the epochs",
        "Generated images",
        "Reconstructions",
        "What the pictures look like",
        "First, best and last epoch",
        "What was trained",
    ]
    assert page.one("h1").text == "VAE on digits"
    assert "note" not in [e.get("class") for e in page.all("p")]
    drawn = {e.text: e for caption in page.all("figcaption") for e in caption.all("strong")}
    assert {"loss", "reconstruction", "kl", "grad_norm.encoder"} <= set(drawn)
    assert not [name for name in drawn if name.startswith("validation.")]
    rows = [json.loads(x) for x in (place / "training" / "metrics.jsonl").read_text().splitlines()]
    labels = [e.get("aria-label") for e in page.all("svg") if e.get("role") == "img"]
    loss = next(text for text in labels if text.startswith("loss over epochs"))
    first, last = (f"{rows[i]['loss']:.4g}" for i in (0, -1))
    assert f"Training: from {first} to {last}." in loss
    logged = {tr.children[0].text: tr.children for tr in page.one("div", id="log").all("tr")}
    assert logged["epoch"][-1].text == "3"
    assert logged["loss"][-1].text == f"{rows[-1]['loss']:.5g}"
    assert all(i.get("src").startswith("data:image/") for i in page.all("img"))
    assert len(page.all("img")) == 2


def test_a_training_whose_log_is_foreign_is_drawn_as_far_as_it_goes(place):
    folder = place / "other"
    folder.mkdir()
    (folder / "checkpoint.npz").write_bytes((place / "training" / "checkpoint.npz").read_bytes())
    rows = [
        {"epoch": 1, "<b>": 1, "loss": None, "kl": 1e308, "hint": "<i>"},
        {"epoch": 2, "<b>": 2.5, "loss": True, "kl": 2, "more": [1]},
        {"loss": "text"},
    ]
    (folder / "metrics.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    done = avanp(place, "report", "other")
    assert done.code == 0, done.err
    page = Page((folder / "report.html").read_text("utf-8"))
    assert not page.all("b", "i")
    assert "<b>" in [e.text for e in page.all("strong")]


def test_a_folder_of_runs_names_some_of_them(place):
    (place / "runs").mkdir()
    for name in ("sweep", "training"):
        (place / "runs" / name).symlink_to(place / name)
    (place / "runs" / "file").write_text("")
    done = avanp(place, "report", "runs/")
    assert (done.code, done.err) == (2, f"avanp: runs {NEITHER}: {MEANT}\n")
    done = avanp(place, "generate", "runs", "--out", "a.png")
    has_none = "avanp: the folder 'runs' has no checkpoint.npz"
    assert (done.code, done.err) == (2, f"{has_none}: did you mean runs/training?\n")


def test_help_says_what_markdown_is_for(place):
    said = " ".join(avanp(place, "report", "--help").out.split())
    assert "--markdown Of a sweep, not of a training: write DIR/report.md" in said


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("nowhere", f"no folder nowhere: {RIGHT}"),
        ("empty", f"empty {NEITHER}: {RIGHT}"),
        ("file", f"file is a file: {RIGHT}"),
        ("begun", "begun has no finished row yet: run its sweep again"),
        ("damaged", "audit.json is not what an audit writes"),
        ("training --markdown", "--markdown is for sweeps: leave it out for a training"),
    ],
)
def test_what_cannot_be_reported_is_one_line(place, words, says):
    done = avanp(place, "report", *words.split())
    assert done.code == 2
    assert says in done.err
    assert re.fullmatch(r"avanp: .*\n", done.err)
    assert done.out == ""
