"""The fuzz harness: what it once found stays mended, and what it must find it does."""

import mmap
import os
import pickle
import re
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pytest

from avanp.data.sets import caltech101
from avanp.errors import AvanpError
from fuzz import guard
from fuzz.engine import attempt
from fuzz.mutate import make
from fuzz.target import Target, file, text
from fuzz.targets import TARGETS
from fuzz.targets.arrays import Canary

HERE = Path(__file__).parent / "fuzz"
REGRESSIONS = HERE / "regressions"
FOUND = sorted(str(p.relative_to(REGRESSIONS)) for p in REGRESSIONS.glob("*/*"))


def run(*words, **kwargs):
    return subprocess.run(
        [sys.executable, str(HERE / "run.py"), *words],
        capture_output=True,
        text=True,
        errors="replace",
        timeout=300,
        **kwargs,
    )


@pytest.fixture(scope="module")
def read_again():
    """What each input that once violated the property comes to now."""
    done = run("--replay", str(REGRESSIONS))
    return dict(line.split(": ", 1) for line in done.stdout.splitlines())


@pytest.mark.parametrize("name", FOUND)
def test_what_once_violated_the_property_does_so_no_more(read_again, name):
    assert read_again[name] == "well"


@pytest.mark.slow
def test_a_fixed_number_of_inputs_of_every_reader_violates_nothing(tmp_path):
    done = run("--inputs", "5000", "--seed", "1", "--keep", str(tmp_path / "found"))
    assert done.returncode == 0, done.stdout
    assert done.stdout.endswith("0 violations\n")
    assert re.findall(r"^(\S+) .* 0$", done.stdout, re.MULTILINE) == list(TARGETS)
    assert not (tmp_path / "found").exists()


def test_one_seed_gives_the_same_inputs():
    target = TARGETS["png"]
    seeds = target.seeds()
    first, again = ([make(target, seeds, 3, i) for i in range(60)] for _ in range(2))
    assert first == again
    assert first[: len(seeds)] == seeds
    assert len({*first, *(make(target, seeds, 4, i) for i in range(60))}) > 90


@pytest.mark.parametrize("target", TARGETS.values(), ids=lambda t: t.name)
def test_every_target_reads_one_of_its_seeds_without_an_error(target, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("XDG_DATA_HOME", "AVANP_DATA"):  # which targets set
        monkeypatch.setenv(name, "")
    for name in ("PARTS", "CARD", "SHA256"):
        monkeypatch.setattr(caltech101, name, getattr(caltech101, name))
    seeds = target.seeds()
    good = 0
    for i, data in enumerate(seeds):
        folder = tmp_path / f"a{i}"
        folder.mkdir()
        monkeypatch.chdir(folder)
        try:
            target.read(target.put(data, folder))
            good += 1
        except AvanpError:
            pass
    assert good


# What a reader must not do, planted.


def hangs(_):
    while True:
        pass


def waits(_):
    time.sleep(100)


def takes_memory(_):
    return np.ones(200 << 20, np.uint8).sum()


def asks_for_memory(_):
    return mmap.mmap(-1, 200 << 20)


def asks_for_too_much(_):
    try:
        np.empty(1 << 45, np.uint8)
    except MemoryError:
        raise AvanpError("damaged") from None


def says_two_lines(_):
    error = AvanpError("one")
    error.args = ("two\nlines",)
    raise error


def says_too_much(_):
    error = AvanpError("one")
    error.args = ("x" * 5000,)
    raise error


def crashes(_):
    os.kill(os.getpid(), signal.SIGKILL)


PLANTED = {
    "an exception": (lambda _: {}["x"], "KeyError: 'x'"),
    "a hang": (hangs, "a hang: more than 0.3 s of a processor"),
    "a wait": (waits, "a hang: it waits for more than 1 s"),
    "a crash": (crashes, "the process ended by signal 9"),
    "memory": (takes_memory, "memory: "),
    "promised memory": (asks_for_memory, "memory: "),
    "memory that is not there": (asks_for_too_much, "memory was asked for that is not there"),
    "two lines": (says_two_lines, "a message that is not one printable line"),
    "a long line": (says_too_much, "a message of 5000 characters"),
    "a warning": (lambda _: warnings.warn("odd", stacklevel=1), "UserWarning: odd"),
    "eval": (lambda _: eval("1 + 1"), "code was run: <string>"),
    "a pickle": (lambda _: pickle.loads(pickle.dumps(Canary())), "pickle.find_class"),
    "a program": (lambda _: os.system("true"), "os.system"),
    "reading outside": (lambda p: (p.parents[1] / "canary.txt").read_bytes(), "is outside"),
    "reading through a link": (
        lambda p: (os.symlink("../canary.txt", p.parent / "l"), (p.parent / "l").read_bytes()),
        "os.symlink: '../canary.txt' is outside",
    ),
    "writing": (lambda p: p.with_name("b").write_bytes(b""), "is not to be written"),
    "writing outside": (lambda p: (p.parents[1] / "x").write_bytes(b""), "is outside"),
    "removing outside": (lambda p: (p.parents[1] / "canary.txt").unlink(), "is outside"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_what_is_forbidden_is_found_kept_and_gone_on_from(name, tmp_path, monkeypatch):
    seconds, waiting = 0.3 if name == "a hang" else 30, 1 if name == "a wait" else 60
    monkeypatch.setattr(guard, "SECONDS", seconds)
    monkeypatch.setattr(guard, "WAITING", waiting)
    read, said = PLANTED[name]

    def bad_once(path):
        if path.read_bytes() == b"bad":
            read(path)

    # Seeds are read once before they are watched: these are harmless then.
    target = Target("planted", file("a"), bad_once, lambda: [b"good"] * 3, megabytes=16)
    monkeypatch.setattr("fuzz.engine.make", lambda t, s, seed, i: b"bad" if i == 1 else b"good")
    found = attempt(target, 4, 0, tmp_path / "found")
    assert (found.done, found.violations) == (4, 1)
    (kept,) = [p for p in (tmp_path / "found" / "planted").iterdir() if p.suffix != ".txt"]
    assert kept.read_bytes() == b"bad"
    assert said in kept.with_suffix(".txt").read_text()


def test_a_reader_that_does_well_violates_nothing(tmp_path):
    def refuses(word):
        raise AvanpError(f"not {word!r}")

    target = Target("planted", text, refuses, lambda: [b"a", b"\x1b[2J\n\xff"])
    found = attempt(target, 50, 0, tmp_path / "found")
    assert (found.done, found.violations) == (50, 0)
    assert not (tmp_path / "found").exists()


def test_the_page_names_every_target_with_its_bound():
    page = (HERE.parents[1] / "docs" / "reliability.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w.-]+)` \|.* (\d+) \|$", page, re.MULTILINE)
    assert {name: int(bound) for name, bound in rows} == {
        name: target.megabytes for name, target in TARGETS.items()
    }
