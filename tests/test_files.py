"""What is written stays in its folder, whatever is planted there, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time

import pytest

from avanp import files, temporary
from avanp.errors import AvanpError
from avanp.temporary import new_folder, remove_leftovers

SECRET = b"nobody's business\n"


@pytest.fixture
def elsewhere(tmp_path):
    """A file outside the folder that is written in."""
    (tmp_path / "elsewhere").mkdir()
    path = tmp_path / "elsewhere" / "file"
    path.write_bytes(SECRET)
    return path


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "run").mkdir()
    return tmp_path / "run"


def whole(path):
    files.write_whole(path, b"new\n")


def append(path):
    files.append_whole(path, b"new\n")


@pytest.mark.parametrize("plant", [os.symlink, os.link], ids=["link", "hard link"])
@pytest.mark.parametrize("write", [whole, append])
def test_what_a_planted_name_leads_to_is_not_written(folder, elsewhere, plant, write):
    planted = folder / "metrics.jsonl"
    plant(elsewhere, planted)
    if write is whole:  # takes the place of the name
        write(planted)
        assert planted.read_bytes() == b"new\n"
        assert not planted.is_symlink()
    else:
        with pytest.raises(AvanpError, match=r"is a link: what|\(a hard link\): put a copy"):
            write(planted)
    assert elsewhere.read_bytes() == SECRET


def test_many_files_are_written_whole_and_their_names_once(folder, elsewhere, monkeypatch):
    synced = []
    monkeypatch.setattr(files, "sync_folder", synced.append)
    os.symlink(elsewhere, folder / "7")
    contents = {str(i): bytes([i % 256]) * i for i in range(250)}
    assert list(files.write_all(folder, contents.items())) == [100, 200, 250]
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == contents
    assert synced == [folder]
    assert elsewhere.read_bytes() == SECRET


def test_of_many_files_a_failure_leaves_whole_ones_and_no_other(folder, monkeypatch):
    def contents():
        for i in range(150):
            if i == 130:
                raise OSError(28, "No space left on device")
            yield str(i), b"whole"

    with pytest.raises(OSError, match="No space left"):
        list(files.write_all(folder, contents()))
    assert {path.name for path in folder.iterdir()} == {str(i) for i in range(100)}
    assert {path.read_bytes() for path in folder.iterdir()} == {b"whole"}
    replaced = os.replace

    def fails(source, path):
        if path.name == "3":
            raise OSError(28, "No space left on device")
        replaced(source, path)

    monkeypatch.setattr(os, "replace", fails)
    new = folder / "new"
    with pytest.raises(OSError, match="No space left"):
        list(files.write_all(new, ((str(i), b"whole") for i in range(6))))
    assert sorted(os.listdir(new)) == ["0", "1", "2"]


def test_a_link_to_nothing_makes_nothing(folder, elsewhere):
    os.symlink(elsewhere.parent / "new", folder / "metrics.jsonl")
    with pytest.raises(AvanpError, match="is a link"):
        append(folder / "metrics.jsonl")
    assert os.listdir(elsewhere.parent) == ["file"]


def test_a_pipe_is_not_waited_for(folder):
    os.mkfifo(folder / "metrics.jsonl")
    with pytest.raises(AvanpError, match=r"metrics\.jsonl."):
        append(folder / "metrics.jsonl")


def test_no_temporary_name_can_be_foreseen_or_written_through(folder, elsewhere, monkeypatch):
    names = []
    replace = os.replace
    monkeypatch.setattr(os, "replace", lambda a, b: (names.append(a.name), replace(a, b)))
    for _ in range(2):
        files.write_whole(folder / "checkpoint.npz", b"new")
    assert len(set(names)) == 2
    os.symlink(elsewhere, folder / f".checkpoint.npz.{os.getpid()}.tmp")  # as it was called once
    # Even a name that was guessed is not followed: another is taken, or none.
    monkeypatch.setattr(os, "urandom", bytes)
    os.symlink(elsewhere, folder / f".checkpoint.npz.{'0' * 16}.tmp")
    with pytest.raises(AvanpError, match="File exists"):
        files.write_whole(folder / "checkpoint.npz", b"new")
    assert elsewhere.read_bytes() == SECRET


def test_a_folder_below_that_is_a_link_is_not_written_in(folder, elsewhere):
    os.symlink(elsewhere.parent, folder / "samples")
    with pytest.raises(AvanpError, match="samples' is a link: what it leads to"):
        files.write_whole(folder / "samples" / "x.png", b"new", within=folder)
    with pytest.raises(AvanpError, match="samples' is a link"):
        files.make_folder(folder / "samples" / "deeper", within=folder)
    assert os.listdir(elsewhere.parent) == ["file"]


def test_a_chosen_folder_may_be_a_link_of_ones_own(folder, elsewhere):
    os.symlink(elsewhere.parent, folder / "large-disk")
    chosen = folder / "large-disk"
    files.write_whole(chosen / "samples" / "x.png", b"new", within=chosen)
    assert (elsewhere.parent / "samples" / "x.png").read_bytes() == b"new"


HOLD = """
import os, sys, time
from pathlib import Path
from avanp import files, temporary
os.replace = lambda a, b: (print(a, flush=True), time.sleep(100))
files.write_whole(Path(sys.argv[1]), b'half')
"""


def writer(path):
    """A process in the middle of writing `path`, and its temporary file."""
    words = [sys.executable, "-c", HOLD, str(path)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    return process, process.stdout.readline().strip()


def test_leftovers_of_the_dead_go_and_what_the_living_write_stays(folder):
    (folder / "samples").mkdir()
    dead, left = writer(folder / "checkpoint.npz")
    dead.send_signal(signal.SIGKILL)
    dead.wait()
    living, written = writer(folder / "samples" / "x.png")
    try:
        (folder / ".checkpoint.npz.4711.tmp").write_bytes(b"of a former version")
        for name in (".mine.tmp", "notes.0123456789abcdef.tmp", ".x.0123456789abcdef.tmp~"):
            (folder / name).write_bytes(b"somebody's")
        assert os.path.exists(left)
        remove_leftovers(folder, "samples", "not-there")
        assert not os.path.exists(left)
        assert os.path.exists(written)
        there = sorted(p.name for p in folder.iterdir())
        assert there == [".mine.tmp", ".x.0123456789abcdef.tmp~", "notes.0123456789abcdef.tmp",
                         "samples"]  # fmt: skip
    finally:
        living.kill()
        living.wait()
    remove_leftovers(folder, "samples")
    assert os.listdir(folder / "samples") == []


def test_a_folder_of_the_dead_goes_and_one_of_the_living_stays(folder):
    (folder / ".import.0123456789abcdef.tmp" / "faces").mkdir(parents=True)
    (folder / "real").mkdir()
    os.symlink(folder / "real", folder / ".link.0123456789abcdef.tmp")
    with new_folder(folder / "import") as first:
        (first / "x").write_bytes(b"")
        with new_folder(folder / "import") as second:
            assert (first / "x").exists()
            there = {first.name, second.name, "real", ".link.0123456789abcdef.tmp"}
            assert set(os.listdir(folder)) == there
    assert set(os.listdir(folder)) == {"real", ".link.0123456789abcdef.tmp"}


def test_nothing_is_removed_through_a_link(folder, elsewhere):
    name = ".x.0123456789abcdef.tmp"
    (elsewhere.parent / name).write_bytes(SECRET)
    os.symlink(elsewhere.parent, folder / "samples")
    os.symlink(elsewhere, folder / name)
    os.mkfifo(folder / ".pipe.0123456789abcdef.tmp")
    remove_leftovers(folder, "samples")
    assert elsewhere.read_bytes() == SECRET
    assert (elsewhere.parent / name).read_bytes() == SECRET


def test_a_leftover_that_is_removed_as_it_is_made_is_made_again(folder, monkeypatch):
    locked = temporary._locked
    removed = []

    def late(file, *, wait):
        if wait and not removed:  # another process cleans before this one holds its file
            removed.append(next(folder.iterdir()))
            removed[0].unlink()
        return locked(file, wait=wait)

    monkeypatch.setattr(temporary, "_locked", late)
    files.write_whole(folder / "a", b"new")
    assert removed
    assert (folder / "a").read_bytes() == b"new"
    assert os.listdir(folder) == ["a"]


def test_two_thousand_folders_one_in_another_are_refused(tmp_path):
    with pytest.raises(AvanpError, match="2000 folders below one that is there"):
        files.make_folder(tmp_path.joinpath(*["a"] * 2000))
    assert os.listdir(tmp_path) == []
    files.make_folder(tmp_path.joinpath(*["a"] * 100))


def test_many_writers_and_one_who_cleans_lose_nothing(folder):
    code = (
        "import sys\nfrom pathlib import Path\nfrom avanp.files import write_whole\n"
        "for i in range(200):\n    write_whole(Path(sys.argv[1], str(i)), b'whole')\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(folder)])
    while process.poll() is None:
        remove_leftovers(folder)
        time.sleep(0)
    assert process.returncode == 0
    assert sorted(os.listdir(folder), key=int) == [str(i) for i in range(200)]
