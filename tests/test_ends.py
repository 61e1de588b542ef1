"""How a command ends: by a signal at any moment, without streams, and on a disk without room."""

import os
import random
import re
import signal
import subprocess
import time

import pytest

from cli_process import COMMAND, NO_FIGURES, altered, avanp, environment, started, write_images
from disturbed import left, litter

SWEEP = ("sweep", "--data", "images", "--lr", "0.5", "--models", "VAE", "--draws", "1")
TRAIN = ("train", "VAE", "--data", "images", "--validation", "0", "--out", "vae")

# A signal comes in the import of one module: while the call-back of a weak reference runs, or a
# text is executed.
IN_IMPORT = """
import signal, weakref
class Thing:
    pass
class Finder:
    def find_spec(self, name, *_):
        if name == {name!r} and not WORKER:
            if {executed}:
                exec("signal.raise_signal(signal.{signal})")
            thing = Thing()
            reference = weakref.ref(thing, lambda _: signal.raise_signal(signal.{signal}))
            del thing
sys.meta_path.insert(0, Finder())
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    tmp = tmp_path_factory.mktemp("place")
    write_images(tmp / "images")
    return tmp


@pytest.mark.parametrize("number", ["SIGTERM", "SIGINT"])
@pytest.mark.parametrize("executed", [False, True], ids=["call-back", "exec"])
@pytest.mark.parametrize("name", ["avanp.commands.training", "PIL", "avanp.training.trainer"])
def test_a_signal_in_an_import_ends_the_command(place, tmp_path, name, executed, number):
    command = altered(tmp_path, IN_IMPORT.format(name=name, signal=number, executed=executed))
    process = started(place, *TRAIN, "--epochs", "1000000", command=command)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err.splitlines()[-1][:18]) == (1, "avanp: interrupted")
    assert "Traceback" not in err


def test_sigterm_at_any_moment_of_the_start_ends_a_command(place):
    rng = random.Random(int(os.environ.get("AVANP_SEED", "0")))
    for _ in range(int(os.environ.get("AVANP_SIGNALS", "8"))):
        process = started(place, *TRAIN, "--epochs", "1000000")
        time.sleep(rng.uniform(0.05, 0.8))
        process.terminate()
        _, err = process.communicate(timeout=30)
        # Before Python has begun to run the command, the system ends it.
        assert process.returncode in (1, -signal.SIGTERM), err


def test_a_signal_that_nobody_tells_of_is_raised_again(place, tmp_path):
    swallowing = """
import signal
class Finder:
    def find_spec(self, name, *_):
        if name == "avanp.training.trainer" and not WORKER:
            try:
                signal.raise_signal(signal.SIGTERM)
            except BaseException:  # as compiled code that clears any error
                pass
sys.meta_path.insert(0, Finder())
"""
    process = started(place, *TRAIN, "--epochs", "1000000", command=altered(tmp_path, swallowing))
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err.splitlines()[-1][:18]) == (1, "avanp: interrupted")


# Numba asks for compiled code in a call-back from C, where any exception is swallowed.
IN_COMPILATION = """
import signal
from numba.core.codegen import CPUCodeLibrary
def interrupted(cls, module, buffer):
    signal.raise_signal(signal.{signal})
CPUCodeLibrary._object_compiled_hook = classmethod(interrupted)
"""


@pytest.mark.parametrize("number", ["SIGTERM", "SIGINT"])
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("gradcheck", "dense"), "avanp: interrupted"),
        ((*TRAIN, "--epochs", "1"), "avanp: interrupted: nothing kept"),
        (
            (*SWEEP, "--jobs", "1", "--out", "sweep"),
            "avanp: interrupted: finished cells are in sweep; the same command continues",
        ),
    ],
)
def test_a_signal_while_a_kernel_is_compiled_is_one_line(tmp_path, words, said, number):
    write_images(tmp_path / "images")
    kernels = {"AVANP_KERNELS": "numba", "NUMBA_DISABLE_JIT": "0"}
    kernels["NUMBA_CACHE_DIR"] = str(tmp_path / "cache")
    command = altered(tmp_path, IN_COMPILATION.format(signal=number))
    done = avanp(tmp_path, *words, command=command, **kernels)
    assert (done.code, done.err.splitlines()[-1]) == (1, said)
    assert "Traceback" not in done.err
    rows = tmp_path / "sweep" / "rows.jsonl"
    assert not rows.exists() or "no compiled object" not in rows.read_text()


def test_a_training_beside_which_avanp_is_taken_away_comes_to_its_end(tmp_path):
    taken = """
import importlib.metadata as metadata
import avanp.commands.training as training
real = training.run
def without(name):
    raise metadata.PackageNotFoundError(name)
def run(*args):
    metadata.Distribution.from_name = staticmethod(without)
    return real(*args)
training.run = run
"""
    write_images(tmp_path / "images")
    done = avanp(tmp_path, *TRAIN, "--epochs", "2", command=altered(tmp_path, taken))
    assert done.code == 0, done.err


def test_what_is_being_handled_is_not_interrupted_again(tmp_path):
    handling = """
import signal, time
import avanp.commands.training as training
import avanp.commands.training_words as words
def kept(*args):
    for _ in range(8):
        signal.raise_signal(signal.SIGTERM)
        time.sleep(0.1)
    return "handled to its end"
words.kept = kept
training.run = lambda *args: signal.raise_signal(signal.SIGTERM)
"""
    write_images(tmp_path / "images")
    done = avanp(tmp_path, *TRAIN, "--epochs", "1", command=altered(tmp_path, handling))
    assert (done.code, done.err.splitlines()[-1]) == (1, "avanp: interrupted: handled to its end")


def test_many_signals_at_once_are_one(tmp_path):
    write_images(tmp_path / "images")
    process = started(tmp_path, *TRAIN, "--epochs", "1000000")
    while not (tmp_path / "vae" / "checkpoint.npz").exists():
        assert process.poll() is None
        time.sleep(0.01)
    for _ in range(5):
        process.terminate()
    _, err = process.communicate(timeout=60)
    assert (process.returncode, "Traceback" in err) == (1, False)
    assert err.splitlines()[-1].startswith("avanp: interrupted: ")


@pytest.mark.parametrize("missing", ["2>&-", ">&-", "<&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize(
    "words",
    [
        "train VAE --data images --validation 0 --epochs 1 --out new",
        "sweep --data images --lr 0.5,0.1 --models VAE --draws 1 --jobs 2 --out new",
        "data show images --out new",
    ],
)
def test_every_command_works_without_streams(place, tmp_path, words, missing):
    words = words.replace("images", str(place / "images")).replace("new", str(tmp_path / "new.png"))
    done = subprocess.run(
        f"{' '.join(altered(tmp_path, NO_FIGURES))} {words} {missing}",
        shell=True, cwd=tmp_path, env=environment(tmp_path), capture_output=True, timeout=100,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    written = [p for p in (tmp_path / "new.png", *(tmp_path / "new.png").rglob("*")) if p.is_file()]
    assert written
    for path in written:  # and holds what belongs there alone
        assert not re.search(rb"\d/\d+ (cells|batches)", path.read_bytes())


def test_an_error_without_streams_still_has_its_exit_code(tmp_path):
    command = f"{' '.join(COMMAND)} info nowhere"
    for missing in ("2>&-", "<&- >&- 2>&-"):
        assert subprocess.run(f"{command} {missing}", shell=True, cwd=tmp_path).returncode == 2


FULL = """
import errno
import avanp.files as files
real = os.{call}
def full(path, *args, **kwargs):
    writes = not args or args[0] & (os.O_WRONLY | os.O_RDWR)
    if writes and {where}:
        raise OSError(errno.ENOSPC, "No space left on device")
    return real(path, *args, **kwargs)
os.{call} = full
"""


@pytest.mark.parametrize(
    ("call", "where", "file"),
    [
        ("mkdir", "str(path).endswith('vae')", "vae"),
        ("open", "str(path).endswith('metrics.jsonl')", "vae/metrics.jsonl"),
        ("open", "'.checkpoint.npz' in str(path)", "vae/checkpoint.npz"),
        ("open", "'.samples.png' in str(path)", "vae/samples.png"),
        ("open", "str(path).endswith('.lock')", "vae"),
    ],
)
def test_a_full_disk_is_one_line_that_says_that_the_command_goes_on(tmp_path, call, where, file):
    write_images(tmp_path / "images")
    words = (*TRAIN, "--epochs", "1")
    full = altered(tmp_path, "import os\n" + FULL.format(call=call, where=where))
    done = avanp(tmp_path, *words, command=full)
    assert done.code == 1, done
    said = f"No space left on device: {file}: the same command goes on once that is mended"
    assert done.err.splitlines()[-1] == f"avanp: {said}"
    assert "Traceback" not in done.err
    assert avanp(tmp_path, *words).code == 0


KILLED = """
import os, signal
real = os.replace
def killed(one, other):
    if str(other).endswith({name!r}):
        os.kill(os.getpid(), signal.SIGKILL)
    return real(one, other)
os.replace = killed
"""


@pytest.mark.parametrize("name", ["checkpoint.npz", "samples.png"])
def test_a_training_killed_before_a_file_is_whole_leaves_nothing_of_it(tmp_path, name):
    write_images(tmp_path / "images")
    words = (*TRAIN, "--epochs", "2")
    killed = avanp(tmp_path, *words, command=altered(tmp_path, KILLED.format(name=name)))
    assert killed.code == -signal.SIGKILL
    assert len(litter(tmp_path / "vae")) == 1
    assert avanp(tmp_path, *words).code == 0
    assert litter(tmp_path / "vae") == []
    found = left(tmp_path / "vae")
    assert avanp(tmp_path, *words[:-3], "other", "--epochs", "2").code == 0
    assert found == left(tmp_path / "other")


def test_two_thousand_folders_one_in_another_are_one_line(tmp_path):
    write_images(tmp_path / "images")
    deep = "/".join(["a"] * 2000)
    for command in (TRAIN[:-1], ("sweep", "--data", "images", "--lr", "0.5", "--out")):
        done = avanp(tmp_path, *command, deep)
        assert (done.code, done.err.count("\n"), "Traceback" in done.err) == (2, 1, False)
        assert "2000 folders below one that is there" in done.err
    assert not (tmp_path / "a").exists()


RC = "text.usetex: True\nfont.size: 40\nsavefig.dpi: 10\naxes.facecolor: black\n"


@pytest.mark.parametrize("place", ["matplotlibrc", "config/matplotlibrc"])
def test_no_setting_of_the_users_plotting_library_changes_what_is_drawn(tmp_path, place):
    pytest.importorskip("matplotlib")
    words = ("sweep", "--lr", "0.5,0.1", "--models", "VAE", "--draws", "1", "--jobs", "1")
    drawn = []
    for folder in (tmp_path / "plain", tmp_path / "set"):
        write_images(folder / "images")
        (folder / "config").mkdir()
        if folder.name == "set":
            (folder / place).write_text(RC)
        done = avanp(
            folder, *words, "--data", "images", "--out", "run", MPLCONFIGDIR=str(folder / "config")
        )
        assert done.code == 0, done.err
        drawn.append({p.name: p.read_bytes() for p in (folder / "run").glob("*.png")})
    assert drawn[0]
    assert drawn[0] == drawn[1]
