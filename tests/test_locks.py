"""One process holds a folder; a dead one holds nothing, and one that looks disturbs nobody."""

import os
import signal
import subprocess
import sys
import threading
import time

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

POOL = """
import multiprocessing, os, sys, time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from avanp.locks import held, is_held
folder = Path(sys.argv[1])
with ProcessPoolExecutor(2, multiprocessing.get_context("fork")) as pool:
"""
AGAIN = """
    for _ in range(2):
        with held(folder, "in use"):
            assert pool.submit(os.getpid).result() != os.getpid()
            assert is_held(folder)
        assert not is_held(folder)
"""
KILLED = """
    with held(folder, "in use"):
        print(pool.submit(os.getpid).result(), flush=True)
        time.sleep(60)
"""
LEAVES = """
import os, sys
from pathlib import Path
from avanp.locks import held, is_held
folder = Path(sys.argv[1])
ours = os.getpid()
with held(folder, "in use") as note:
    child = os.fork()
    if child:
        assert os.waitpid(child, 0)[1] == 0
        assert is_held(folder)
if os.getpid() != ours:
    os._exit(0 if note.closed and is_held(folder) else 7)
"""
FORKS_IN_A_LOOK = """
import multiprocessing, sys, threading, time
from pathlib import Path
from avanp.locks import held, is_held
folder = Path(sys.argv[1])
over = threading.Event()
def look():
    while not over.is_set():
        is_held(folder)
threads = [threading.Thread(target=look) for _ in range(3)]
for thread in threads:
    thread.start()
fork = multiprocessing.get_context("fork")
children = [fork.Process(target=time.sleep, args=(60,), daemon=True) for _ in range(60)]
for child in children:
    child.start()
over.set()
for thread in threads:
    thread.join()
with held(folder, "in use"):
    assert all(child.is_alive() for child in children)
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


def ends_well(script, folder):
    (folder / ".lock").touch()
    done = subprocess.run([sys.executable, "-c", script, folder], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_pool_forked_while_a_folder_was_held_does_not_hold_it_afterwards(tmp_path):
    ends_well(POOL + AGAIN, tmp_path)


def test_workers_that_outlive_a_killed_holder_hold_nothing(tmp_path):
    holder = subprocess.Popen(
        [sys.executable, "-c", POOL + KILLED, tmp_path],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    worker = int(holder.stdout.readline())
    try:
        assert is_held(tmp_path)
        holder.kill()
        holder.wait()
        os.kill(worker, 0)  # it lives
        deadline = time.monotonic() + 10
        while is_held(tmp_path):  # the other worker may be on its way: it closes the file first
            assert time.monotonic() < deadline
            time.sleep(0.01)
        with held(tmp_path, "mine"):
            pass
        os.kill(worker, 0)
    finally:
        os.killpg(holder.pid, signal.SIGKILL)
        holder.communicate()


def test_a_fork_that_leaves_does_not_give_back_its_parents_folder(tmp_path):
    ends_well(LEAVES, tmp_path)


def test_a_fork_in_the_middle_of_a_look_holds_nothing(tmp_path):
    ends_well(FORKS_IN_A_LOOK, tmp_path)


def test_two_trainings_and_two_sweeps_are_kept_apart_by_the_same_lock(tmp_path):
    from avanp.runs.journal import opened as journal
    from avanp.training.log import TRAINING
    from sweep_rows import opened

    with journal(tmp_path / "a", TRAINING), pytest.raises(AvanpError, match="another training"):
        journal(tmp_path / "a", TRAINING).__enter__()
    with opened(tmp_path / "b"), pytest.raises(AvanpError, match="another sweep"):
        opened(tmp_path / "b").__enter__()
