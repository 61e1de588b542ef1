"""The 28 decoders of Fig. 9 on two processes: one first stage for each Kz, whatever is killed."""

import signal
import time

import pytest

from avanp.experiments.folder import read_run
from avanp.papers.ssavae.experiment import PAIRS, SSAVAE
from cli_process import avanp, started

# In miniature: of the item `weights` what is decoded, over codes of 2 and of 3 numbers.
WORDS = ("reproduce", "ssavae", "weights", "--data", "digits", "--kz", "2,3", "--jobs", "2")
WORDS += ("--decoders", ",".join(PAIRS), "--images", "40", "--epochs", "1", "--steps", "1")


def kill_where(process, reached):
    """Kill the command as soon as `reached()`; its workers end with it."""
    while not reached():
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.005)
    process.kill()
    process.communicate(timeout=60)  # until no worker holds the pipes
    assert process.returncode == -signal.SIGKILL


def results(folder):
    rows, _ = read_run(folder, SSAVAE)
    return sorted(
        tuple((name, str(v)) for name, v in row.items() if name not in ("seconds", "host"))
        for row in rows
    )


@pytest.mark.stress
def test_28_decoders_killed_four_times_share_their_first_stages_and_end_as_undisturbed(tmp_path):
    assert len(PAIRS) * 2 == 28
    whole = avanp(tmp_path, *WORDS, "--out", "whole")
    assert whole.code == 0, whole.err
    killed = tmp_path / "killed"
    shared = lambda: {p.name: p.stat().st_mtime_ns for p in killed.glob("shared/*.npz")}  # noqa: E731
    rows = lambda: (  # noqa: E731
        (killed / "rows.jsonl").read_bytes().count(b"\n") if (killed / "rows.jsonl").exists() else 0
    )
    kept: dict[str, int] = {}
    for reached in (shared, lambda: rows() >= 1, lambda: rows() >= 11, lambda: rows() >= 20):
        kill_where(started(tmp_path, *WORDS, "--out", "killed"), reached)
        now = shared()
        assert kept.items() <= now.items()  # none is trained again
        kept = now
    done = avanp(tmp_path, *WORDS, "--out", "killed")
    assert done.code == 0, done.err
    assert sorted(name.split("-")[0] for name in shared()) == ["judge", "vec", "vec"]
    assert kept.items() <= shared().items()
    assert results(killed) == results(tmp_path / "whole")
    assert len(results(killed)) == 28
