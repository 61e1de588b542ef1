"""One process holds a folder; a dead one holds nothing, and one that looks disturbs nobody."""

import signal
import subprocess
import sys
import threading

import pytest

from avanp.errors import AvanpError
from avanp.locks import held, is_held

HOLD = """
import sys, time
from pathlib import Path
from avanp.locks import held
with held(Path(sys.argv[1]), "in use"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path):
    """A process that holds tmp_path."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, tmp_path], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_a_held_folder_is_refused_and_seen_from_another_process(tmp_path, holder):
    assert is_held(tmp_path)
    with pytest.raises(AvanpError, match="mine"), held(tmp_path, "mine"):
        pass
    assert is_held(tmp_path)


def test_a_killed_process_holds_nothing(tmp_path, holder):
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert not is_held(tmp_path)
    with held(tmp_path, "mine"):
        assert is_held(tmp_path)
    assert not is_held(tmp_path)


def test_looking_makes_no_file_and_keeps_nobody_out(tmp_path):
    assert not is_held(tmp_path)
    assert not is_held(tmp_path / "none")
    assert list(tmp_path.iterdir()) == []
    over = threading.Event()

    def look():
        while not over.is_set():
            is_held(tmp_path)

    watchers = [threading.Thread(target=look) for _ in range(2)]
    for watcher in watchers:
        watcher.start()
    try:
        for _ in range(50):
            with held(tmp_path, "a look is not a lock"):
                pass
    finally:
        over.set()
        for watcher in watchers:
            watcher.join()


def test_two_trainings_and_two_sweeps_are_kept_apart_by_the_same_lock(tmp_path):
    from avanp.sweeps.store import opened
    from avanp.training.folder import held as training

    with training(tmp_path / "a"), pytest.raises(AvanpError, match="another training"):
        training(tmp_path / "a").__enter__()
    with opened(tmp_path / "b"), pytest.raises(AvanpError, match="another sweep"):
        opened(tmp_path / "b").__enter__()
