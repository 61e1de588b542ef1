"""A run's folder: rows that last, one answer to whether it is the same run, and nothing outside."""

import errno
import json
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from avanp.errors import AvanpError
from avanp.inside import open_own
from avanp.locks import held
from avanp.runs.folder import Kind, read_identity, read_rows
from avanp.runs.holder import worker_of
from avanp.runs.identity import differences
from avanp.runs.journal import opened
from avanp.runs.schema import TEXT, WHOLE, maybe, number, whole

CELLS = Kind(
    "sweep", rows="rows.jsonl", row={"seed": whole(0), "bm": maybe(number())}, identity="run.json"
)
EPOCHS = Kind("training", rows="metrics.jsonl", row={"epoch": WHOLE}, folders=("samples",))
OUTSIDE = "of somebody else\n"


@pytest.fixture
def outside(tmp_path):
    """A file beside the folder of the run."""
    path = tmp_path / "outside"
    path.write_text(OUTSIDE)
    return path


def resumed(folder, kind=CELLS, identity=None, before=None):
    with opened(folder, kind) as run:
        return run.resume(identity or {"format": 1, "draws": 1}, before)


def test_a_training_goes_on_with_its_rows_and_is_told_apart_by_its_options(tmp_path):
    order = {"model": "VAE", "epochs": 3, "layers": [20, 10], "validation": None}
    with opened(tmp_path / "run", EPOCHS) as run:
        assert run.resume(order) == []  # no checkpoint says what there is
        for epoch in (1, 2, 3):
            run.append({"epoch": epoch, "loss": float("nan")})
    with opened(tmp_path / "run", EPOCHS) as run:
        rows = run.resume(order, order)
        assert rows == [{"epoch": epoch, "loss": None} for epoch in (1, 2, 3)]
        run.replace(rows[:1])
        run.append({"epoch": 2})
    assert read_rows(tmp_path / "run", EPOCHS) == [*rows[:1], {"epoch": 2}]
    with pytest.raises(AvanpError, match=r"another run \(epochs 3 there, 5 asked\)"):
        resumed(tmp_path / "run", EPOCHS, {**order, "epochs": 5}, order)
    with pytest.raises(AvanpError, match=r"\(layers 20, 10 there, 20, 5 asked; schedule None"):
        resumed(tmp_path / "run", EPOCHS, {**order, "layers": [20, 5], "schedule": "x"}, order)


def test_two_runs_are_told_apart_field_by_field():
    there = {"data": {"name": "a", "size": 3}, "lr": 0.5, "seeds": [0, 1], "host": "x"}
    asked = {"data": {"name": "a", "size": 4}, "lr": 0.1, "seeds": [0, 1], "host": "y"}
    assert differences(there, asked, ("data", "lr", "seeds")) == [
        "size 3 there, 4 asked",
        "lr 0.5 there, 0.1 asked",
    ]
    assert differences(there, asked, ("host",), {"host": lambda a, b: f"{a} and {b}"}) == [
        "x and y"
    ]


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(0, 200), torn=st.binary(max_size=9).filter(lambda b: b"\n" not in b))
def test_rows_cut_anywhere_lose_at_most_the_row_that_was_cut(tmp_path_factory, cut, torn):
    folder = tmp_path_factory.mktemp("cut")
    content = b"".join(json.dumps({"epoch": i, "hint": "é"}).encode() + b"\n" for i in range(5))
    (folder / "metrics.jsonl").write_bytes(content[:cut] + torn)
    complete = content[:cut].count(b"\n")
    assert len(resumed(folder, EPOCHS)) == complete
    assert (folder / "metrics.jsonl").read_bytes() == b"".join(content.splitlines(True)[:complete])


def test_a_disk_that_fills_up_in_the_middle_of_a_row_leaves_the_rows_before_it(
    tmp_path, monkeypatch
):
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def refuse(number):
        raise full

    with opened(tmp_path, EPOCHS) as run:
        run.append({"epoch": 1})
        monkeypatch.setattr(os, "fsync", refuse)
        with pytest.raises(OSError, match=r"metrics\.jsonl"):
            run.append({"epoch": 2})
        monkeypatch.undo()
        assert read_rows(tmp_path, EPOCHS) == [{"epoch": 1}]
        run.append({"epoch": 2})
    assert [row["epoch"] for row in read_rows(tmp_path, EPOCHS)] == [1, 2]


def started(folder):
    with opened(folder, CELLS) as run:
        run.resume({"format": 1, "draws": 1})
        run.append({"seed": 0, "bm": 0.25})
    return folder


def go_on(folder):
    with opened(folder, CELLS) as run:
        run.note(lambda: 1)
        run.resume({"format": 1, "draws": 1})
        run.append({"seed": 1, "bm": None})


@pytest.mark.parametrize("name", [".lock", "rows.jsonl", "run.json"])
@pytest.mark.parametrize("way", [os.symlink, os.link])
def test_a_link_in_the_folder_is_not_followed_out_of_it(tmp_path, outside, name, way):
    folder = started(tmp_path / "run")
    (folder / name).unlink()
    way(outside, folder / name)
    with pytest.raises(AvanpError):
        go_on(folder)
    assert outside.read_text() == OUTSIDE


@pytest.mark.parametrize("name", [".lock", "rows.jsonl"])
def test_a_link_that_leads_nowhere_makes_no_file_there(tmp_path, name):
    folder = started(tmp_path / "run")
    (folder / name).unlink()
    (folder / name).symlink_to(tmp_path / "planted")
    with pytest.raises(AvanpError, match="is a link"), opened(folder, CELLS) as run:
        run.append({"seed": 1, "bm": None})
    assert not (tmp_path / "planted").exists()


def test_a_link_planted_while_the_run_is_at_work_is_not_followed(tmp_path, outside):
    with opened(tmp_path / "run", CELLS) as run:
        run.resume({"format": 1})
        (tmp_path / "run" / "rows.jsonl").symlink_to(outside)
        with pytest.raises(AvanpError, match="is a link"):
            run.append({"seed": 0, "bm": None})
        run.replace([])  # the link itself gives way
    assert outside.read_text() == OUTSIDE
    assert read_rows(tmp_path / "run", CELLS) == []


def test_leftovers_are_removed_in_the_folder_and_not_behind_a_link(tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / ".a.png.7.tmp").write_text("not ours")
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "samples").symlink_to(elsewhere)
    (folder / ".metrics.jsonl.7.tmp").write_text("half")
    (folder / ".planted.8.tmp").symlink_to(elsewhere / ".a.png.7.tmp")
    resumed(folder, EPOCHS)
    assert (elsewhere / ".a.png.7.tmp").read_text() == "not ours"
    assert not (folder / ".metrics.jsonl.7.tmp").exists()


def test_a_folder_of_other_files_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(AvanpError, match="other files"):
        resumed(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_what_the_run_is_is_checked_when_it_is_read(tmp_path):
    kind = Kind("study", "rows.jsonl", {}, "run.json", {"title": TEXT}, format=2)
    for content, said in {
        "{": "damaged",
        '{"format": 1}': "format 1, and this avanp reads format 2",
        '{"format": 2, "title": 3}': "not the configuration of a study",
        '{"format": 2, "title": "\\ud800"}': "damaged",
        "[" * 100_000: "nested too deeply",
        "[]": "not the configuration",
    }.items():
        (tmp_path / "run.json").write_text(content)
        with pytest.raises(AvanpError, match=said):
            read_identity(tmp_path, kind)


def test_a_holder_may_say_nothing_or_nonsense_of_itself(tmp_path):
    assert worker_of(tmp_path) is None
    with held(tmp_path, "in use") as lock:
        for note, found in {"": {}, "[]": {}, '{"pid": true}': {}}.items():
            lock.truncate(0)
            lock.write(note.encode())
            assert worker_of(tmp_path) == found
    with opened(tmp_path, EPOCHS) as run:
        run.note(lambda: 3)
        assert worker_of(tmp_path)["at_once"] == 3


def test_a_file_system_without_locks_is_one_line_that_names_the_file(tmp_path, monkeypatch):
    import fcntl

    def refuse(file, how):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(AvanpError, match=r"\.lock' cannot be locked: .* on another disk"):
        resumed(tmp_path)


def test_pipes_and_devices_are_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for flags in (os.O_RDONLY, os.O_WRONLY):
        with pytest.raises(AvanpError, match="not a regular file"):
            open_own(tmp_path / "pipe", flags)
    with pytest.raises(AvanpError, match="not a regular file"):
        open_own("/dev/null", os.O_RDONLY)
