"""The run directory: nothing finished is lost, nothing is mixed."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from avanp import files
from avanp.errors import AvanpError
from avanp.experiments.result import Result
from avanp.runs.identity import differences
from sweep_rows import SWEEP, key_of, opened, read_config, read_rows

CONFIG = {
    "format": 1,
    "avanp": "0.1.0",
    "lr": [0.5, 0.1],
    "models": ["VAE"],
    "rules": ["program"],
    "seeds": [0],
    "draws": 1,
    "data": {
        "name": "a",
        "sha256": "0",
        "count": 1,
        "height": 1,
        "width": 1,
        "is_paper_set": False,
    },
    "experiment": {},
    "versions": {},
}
ROWS = [
    {"rules": "program", "model": "VAE", "lr": lr, "seed": 0, "bm": 0.1 + lr}
    | {"status": "ok", "data": CONFIG["data"]["sha256"]}
    for lr in (0.5, 0.1)
]

STATUSES = [
    {"status": "ok", "bm": 0.25, "host": "a"},
    {"status": "diverged", "bm": None, "reason": "decoder é"},
    {"status": "failed", "bm": None, "reason": "MemoryError", "host": ""},
]


def start(directory, config=CONFIG):
    with opened(directory) as store:
        return store.start(config)


def fill(directory):
    with opened(directory) as store:
        store.start(CONFIG)
        for row in ROWS:
            store.append(row)


def test_a_finished_row_is_there_when_the_run_goes_on(tmp_path):
    fill(tmp_path / "run")
    assert list(start(tmp_path / "run").values()) == ROWS


def test_rows_cut_at_every_byte_lose_at_most_the_row_cut(tmp_path):
    directory = tmp_path / "run"
    fill(directory)
    path = directory / "rows.jsonl"
    whole = path.read_bytes()
    for cut in range(len(whole) + 1):
        path.write_bytes(whole[:cut])
        complete = whole[:cut].count(b"\n")
        assert read_rows(directory) == ROWS[:complete]
        with opened(directory) as store:
            assert list(store.start(CONFIG).values()) == ROWS[:complete]
            for row in ROWS[complete:]:
                store.append(row)
        assert path.read_bytes() == whole


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_rows_of_any_order_and_status_survive_any_cut(tmp_path_factory, data):
    config = CONFIG | {"lr": [0.9, 0.5, 0.1], "seeds": [0, 1]}
    grid = data.draw(st.permutations([(lr, seed) for lr in config["lr"] for seed in (0, 1)]))
    rows = [data.draw(st.sampled_from(STATUSES)) | {"lr": lr, "seed": seed} for lr, seed in grid]
    rows = [ROWS[0] | row for row in rows]
    content = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    cut = data.draw(st.integers(0, len(content)))
    torn = data.draw(st.sampled_from([b"", b"\0" * 7, b'{"rules": "\xc3']))
    directory = tmp_path_factory.mktemp("cut")
    with opened(directory) as store:
        store.start(config)
    # What a lost power may leave after the last whole line: a part of a line, zeros, half a letter.
    (directory / "rows.jsonl").write_bytes(content[:cut] + torn)
    complete = content[:cut].count(b"\n")
    retry = data.draw(st.booleans())
    kept = [row for row in rows[:complete] if not (retry and row["status"] == "failed")]
    assert read_rows(directory) == rows[:complete]
    with opened(directory) as store:
        there = store.start(config, retry)
        assert list(there.values()) == kept
        for row in rows:
            if key_of(row) not in there:
                store.append(row)
    assert sorted(map(key_of, read_rows(directory))) == sorted(map(key_of, rows))
    assert read_rows(directory)[: len(kept)] == kept


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("lr", [0.5]),
        ("models", ["GAN"]),
        ("seeds", [1]),
        ("draws", 2),
        ("data", CONFIG["data"] | {"sha256": "1"}),
        ("kernels", None),
    ],
)
def test_a_run_of_another_configuration_is_refused_by_name(tmp_path, key, value):
    fill(tmp_path)
    change = {key: value} if key in CONFIG else {"experiment": {key: "numpy"}}
    with pytest.raises(
        AvanpError, match=rf"another run \({key.rstrip('s')}s? .* there, .* asked\)"
    ):
        start(tmp_path, CONFIG | change)
    assert read_rows(tmp_path) == ROWS


def test_a_run_gains_seeds_and_keeps_its_rows(tmp_path):
    fill(tmp_path)
    more = CONFIG | {"seeds": [0, 1, 2], "versions": {"numpy": "another"}}
    assert list(start(tmp_path, more).values()) == ROWS
    assert read_config(tmp_path) == CONFIG | {"seeds": [0, 1, 2]}
    with pytest.raises(AvanpError, match=r"\(seeds 0 to 2 there, 0 asked\)"):
        start(tmp_path)
    with pytest.raises(AvanpError, match=r"\(lr 0.5, 0.1 there, 0.5 asked\)"):
        start(tmp_path, more | {"lr": [0.5], "seeds": [0, 1, 2, 3]})
    assert read_config(tmp_path)["seeds"] == [0, 1, 2]
    assert read_rows(tmp_path) == ROWS


def test_rates_that_differ_in_the_middle_of_a_long_list_are_all_said():
    rates = [1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4]
    other = [*rates[:3], 0.75, *rates[4:]]
    (said,) = differences(CONFIG | {"lr": rates}, CONFIG | {"lr": other}, SWEEP.same)
    assert said == (
        "lr 1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4 there, 1, 0.9, 0.8, 0.75, 0.6, 0.5, 0.4 asked"
    )
    assert differences(CONFIG, CONFIG | {"versions": {"numpy": "1"}}, SWEEP.same) == []


def test_a_file_is_not_a_run_directory(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(AvanpError, match="is a file"):
        start(tmp_path / "file")
    with pytest.raises(AvanpError, match="name a folder"):
        start(tmp_path / "file" / "below")
    assert (tmp_path / "file").read_text() == "mine"


def test_the_folder_of_a_sweep_killed_at_its_very_start_is_begun(tmp_path):
    (tmp_path / ".lock").write_text("")
    (tmp_path / ".run.json.123.tmp").write_text("{")
    assert start(tmp_path) == {}
    assert sorted(p.name for p in tmp_path.iterdir()) == [".lock", "run.json"]


def test_a_row_that_is_rewritten_or_drawn_when_a_sweep_is_killed_leaves_nothing(tmp_path):
    fill(tmp_path)
    (tmp_path / "samples").mkdir()
    for name in (".rows.jsonl.7.tmp", "samples/.program-VAE-0.5.png.7.tmp"):
        (tmp_path / name).write_text("half")
    assert list(start(tmp_path).values()) == ROWS
    assert not [p for p in tmp_path.rglob("*") if p.suffix == ".tmp"]


def test_the_names_of_all_folders_are_on_the_disk_before_a_row_is(tmp_path, monkeypatch):
    synced = []  # what was in a folder when it was synced
    sync = files.sync_folder

    def note_and_sync(folder):
        synced.extend(path.resolve() for path in Path(folder).iterdir())
        sync(folder)

    monkeypatch.setattr(files, "sync_folder", note_and_sync)
    monkeypatch.chdir(tmp_path)
    run = Path("runs", "many", "first")
    with opened(run) as store:
        for path in (run, *run.parents[:-1]):
            assert path.resolve() in synced
        store.start(CONFIG)
        store.append(ROWS[0])
        store.save_pictures(ROWS[1], Result(pictures={"": np.zeros((3, 4, 5, 3), np.uint8)}))
        assert {(run / "samples").resolve(), *map(Path.resolve, run.glob("samples/*"))} <= {*synced}
    synced.clear()
    with opened(run):
        assert not synced  # nothing is new


def test_a_run_may_stand_in_a_folder_that_cannot_be_looked_into(tmp_path, monkeypatch):
    def refuse(folder):
        raise PermissionError(13, "Permission denied", folder)

    monkeypatch.setattr(files, "sync_folder", refuse)
    with opened(tmp_path / "run"):
        assert (tmp_path / "run").is_dir()


def test_a_run_without_hosts_is_read_and_another_kind_of_host_is_not(tmp_path):
    fill(tmp_path)
    assert "host" not in read_rows(tmp_path)[0]
    (tmp_path / "rows.jsonl").write_text(json.dumps(ROWS[0] | {"host": 3}) + "\n")
    with pytest.raises(AvanpError, match="line 1"):
        read_rows(tmp_path)


@pytest.mark.parametrize("line", ["{", "[]", "3", '{"rules": "program"}', "null"])
def test_a_broken_row_is_named_by_its_line(tmp_path, line):
    fill(tmp_path)
    with open(tmp_path / "rows.jsonl", "a") as file:
        file.write(line + "\n")
    with pytest.raises(AvanpError, match="line 3"):
        read_rows(tmp_path)


def test_the_folder_of_no_sweep_says_so(tmp_path):
    with pytest.raises(AvanpError, match=r"no run\.json"):
        read_config(tmp_path)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"data": "other"}, "other images"),
        ({"seed": 77}, "not of this run"),
        ({"lr": 0.7}, "not of this run"),
        ({}, "two rows for one run"),
        ({"seed": True}, "line 3"),
        ({"status": "weird"}, "line 3"),
        ({"status": "failed"}, "line 3"),
        ({"bm": None}, "line 3"),
    ],
)
def test_a_row_that_is_not_this_runs_is_refused(tmp_path, change, says):
    fill(tmp_path)
    with open(tmp_path / "rows.jsonl", "a") as file:
        file.write(json.dumps(ROWS[0] | change) + "\n")
    with pytest.raises(AvanpError, match=says):
        start(tmp_path)
