"""Faults of system calls in trainings and sweeps end with one line, and lose nothing.

pytest -m stress tests/test_faults.py -s
AVANP_FAULTS=200 pytest -m stress tests/test_faults.py -s
"""

import os
import random
import re
import shutil
import signal
import subprocess
import time
from collections import Counter, defaultdict

import pytest

from cli_process import COMMAND, NO_FIGURES, altered, environment, write_images
from disturbed import SWEEP, TRAININGS, left, litter, words_of

FAULTS = int(os.environ.get("AVANP_FAULTS", "20"))
SEED = int(os.environ.get("AVANP_SEED", "0"))
# What each call may say, where it is of the run's folder, or writes to a stream.
CALLS = {
    "write": ("error=ENOSPC", "error=EIO", "error=EDQUOT", "error=EINTR", "signal=KILL"),
    "fsync": ("error=ENOSPC", "error=EIO", "error=EINTR", "signal=KILL"),
    "rename": ("error=ENOSPC", "error=EIO", "error=EACCES", "error=EXDEV", "signal=KILL"),
    "openat": ("error=ENOSPC", "error=EIO", "error=EMFILE", "error=EACCES", "signal=TERM"),
    "flock": ("error=ENOLCK", "error=EIO", "error=EINTR", "error=EAGAIN", "signal=KILL"),
    "mkdir": ("error=ENOSPC", "error=EIO", "error=EACCES", "error=EROFS", "signal=INT"),
    "ftruncate": ("error=EIO", "error=ENOSPC", "signal=KILL"),
    "read": ("error=EIO", "error=EINTR", "signal=TERM"),
    "newfstatat": ("error=EIO", "error=EACCES", "error=ENOMEM"),
    "lseek": ("error=EIO",),
    "getdents64": ("error=EIO", "error=ENOMEM"),
}
INSIDE = re.compile(r"/run[/>\"]|\"run[/\"]|\([12]<pipe")
SLOWLY = ("strace", "-f", "-y", "-qq", "-o", "trace")
STRACE = (*SLOWLY, "--seccomp-bpf")  # with which it sends no signals
ENDS, KILLED = (0, 1, 2), (-signal.SIGKILL, -signal.SIGTERM)


@pytest.fixture(scope="module", autouse=True)
def traced(tmp_path_factory):
    """Skip where no program can be traced."""
    if shutil.which("strace") is None:
        pytest.skip("faults of system calls need the program strace, which is not installed")
    where = tmp_path_factory.getbasetemp()
    done = subprocess.run([*STRACE, "true"], cwd=where, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"this machine lets no program be traced: {done.stderr.strip()}")


@pytest.fixture
def place(tmp_path):
    write_images(tmp_path / "images")
    return tmp_path


def run(place, words, *options, command=COMMAND):
    """Run a command, traced by `options`; the longest a run may hang is the time that is given."""
    return subprocess.run(
        [*options, *command, *words, "run"],
        cwd=place,
        env=environment(place),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=60,
    )


def touching(place, words, command):
    """Return of each call how often its process had made it, at all times it was of the folder."""
    done = run(place, words, *STRACE, "-e", f"trace={','.join(CALLS)}", command=command)
    assert done.returncode == 0, done.stderr
    counts, found = Counter(), defaultdict(set)
    for line in (place / "trace").read_text().splitlines():
        process, call = re.match(r"(\d+) +(\w*)", line).groups()
        counts[process, call] += call in CALLS and "resumed>" not in line
        if call in CALLS and INSIDE.search(line):
            found[call].add(counts[process, call])
    return {call: sorted(numbers) for call, numbers in found.items()}


def injected(place, code):
    """Return where the fault was made: in the folder, in a stream, or in a file of the program."""
    lines = (place / "trace").read_text().splitlines()
    made = [line for line in lines if re.search("INJECTED|--- SIG(TERM|INT)", line)]
    if any(re.search(r"write\([012]<", line) for line in made):
        return "stream"
    if code < 0 or any(INSIDE.search(line) or "---" in line for line in made):
        return "folder"
    return "program" if made else None


def attack(place, words, faults, rng, command=COMMAND):
    """Make so many faults, one a run; return what is told of them."""
    when = [touching(place, words, command)]
    expected = left(place / "run")
    when.append(touching(place, words, command))  # also of a run that finds its folder
    shutil.rmtree(place / "run")
    ways = sorted((call, how) for call in when[0] | when[1] for how in CALLS[call])
    codes, made, longest = Counter(), Counter(), 0.0
    starts = leftovers = 0
    while sum(made.values()) < faults:
        call, how = ways[starts % len(ways)] if faults >= len(ways) else rng.choice(ways)
        starts += 1
        assert starts < 5 * faults + 20, "few faults come true"
        number = rng.choice(rng.choice([one[call] for one in when if call in one]))
        fault = f"{call}:{how}:when={number}"
        begun = time.monotonic()
        options = ("-e", f"trace={call}", "-e", f"inject={fault}")
        tracing = SLOWLY if "signal" in how else STRACE
        done = run(place, words, *tracing, *options, command=command)
        longest = max(longest, time.monotonic() - begun)
        where = injected(place, done.returncode)
        if where in ("folder", "stream"):  # a program that cannot be read may say what it likes
            made[call] += 1
            codes[done.returncode] += 1
            assert done.returncode in (*ENDS, *KILLED * ("signal" in how)), (fault, done)
            assert "Traceback" not in done.stderr, (fault, done.stderr)
        if where == "folder" and done.returncode in (1, 2):
            *_, last = done.stderr.splitlines()
            assert re.match("avanp: (interrupted|.{20})", last), (fault, done.stderr)
        if done.returncode == 0:
            whole = not litter(place / "run")
            for path in litter(place / "run"):  # it could not be removed: the next one would
                path.unlink()
            assert differing(left(place / "run"), expected) == set(), fault
            leftovers += not whole
            shutil.rmtree(place / "run")
    done = run(place, words, command=command)
    assert done.returncode == 0, done.stderr
    assert differing(left(place / "run"), expected) == set()
    said = ", ".join(f"{n} {call}" for call, n in sorted(made.items()))
    ends = ", ".join(f"{n} with {code}" for code, n in sorted(codes.items()))
    return (
        f"{sum(made.values())} faults ({said}); ended {ends}, {leftovers} with a leftover; the "
        f"longest took {longest:.1f} s"
    )


def differing(one, other):
    return {name for name in one.keys() | other if one.get(name) != other.get(name)}


@pytest.mark.stress
@pytest.mark.parametrize("training", TRAININGS)
def test_faults_in_a_training_lose_nothing(place, training):
    rng = random.Random(f"{training} {SEED}")
    told = attack(place, words_of(training), -(-FAULTS // len(TRAININGS)), rng)
    print(f"{training}: {told}")


@pytest.mark.stress
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_faults_in_a_sweep_lose_nothing(place, jobs):
    words = (*SWEEP[:-1], "--jobs", jobs, "--out")
    told = attack(place, words, FAULTS // 2, random.Random(SEED), altered(place, NO_FIGURES))
    print(f"sweep --jobs {jobs}: {told}")


def test_a_few_faults_lose_nothing(place):
    attack(place, words_of("VAE-steps"), 3, random.Random(SEED))


@pytest.mark.parametrize("command", ["train", "sweep"])
def test_a_file_system_without_locks_is_one_line(place, command):
    words = words_of("VAE") if command == "train" else SWEEP
    options = ("-e", "trace=flock", "-e", "inject=flock:error=ENOLCK")
    done = run(place, words, *STRACE, *options)
    said = "'run/.lock' cannot be locked: its file system keeps no locks; name a folder on another"
    assert (done.returncode, done.stderr.splitlines()[-1]) == (2, f"avanp: {said} disk")
