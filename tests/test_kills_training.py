"""Trainings of every kind, killed again and again at moments nobody chose, lose nothing.

pytest -m stress tests/test_kills_training.py -s
AVANP_KILLS=1000 pytest -m stress tests/test_kills_training.py -s
"""

import os
import random
import shutil
import signal
import time

import pytest

from avanp.training.checkpoint import describe
from avanp.training.log import read_metrics
from cli_process import started
from disturbed import TRAININGS, left, litter, undisturbed, words_of

pytestmark = pytest.mark.stress

KILLS = int(os.environ.get("AVANP_KILLS", "50"))
SEED = int(os.environ.get("AVANP_SEED", "0"))


def lived_through(process, run, rng, duration):
    """Wait for a moment; False where the training has ended before it.

    A moment is so many seconds after the start, or after so many bytes more in the log.
    """
    logs = lambda: sum(p.stat().st_size for p in run.rglob("metrics.jsonl"))  # noqa: E731
    begun, before = time.monotonic(), logs()
    after, size = rng.uniform(0, duration), 0
    if rng.random() < 0.7:  # most of a small training's time is its start
        after, size = rng.uniform(0, 0.03), rng.randint(1, 3000)
    while size and process.poll() is None and logs() - before < size:
        time.sleep(0.0005)
        begun = time.monotonic()
    while process.poll() is None and time.monotonic() - begun < after:
        time.sleep(0.0005)
    return process.poll() is None


def steps_done(run):
    return {path.parent.name: describe(path)["step"] for path in run.rglob("checkpoint.npz")}


@pytest.mark.parametrize("training", TRAININGS)
def test_a_training_killed_at_random_moments_is_the_undisturbed_one(tmp_path, training):
    rng = random.Random(f"{training} {SEED}")
    begun = time.monotonic()
    expected = undisturbed(tmp_path, training)
    duration = time.monotonic() - begun
    run, words = tmp_path / "run", words_of(training)
    kills = in_training = torn = ends = starts = 0
    longest, before = 0.0, {}
    wanted = -(-KILLS // len(TRAININGS))
    while kills < wanted or not ends:
        starts += 1
        begun = time.monotonic()
        process = started(tmp_path, *words, "run")
        if kills < wanted and lived_through(process, run, rng, duration):
            process.send_signal(signal.SIGKILL)
        _, err = process.communicate(timeout=60)
        longest = max(longest, time.monotonic() - begun)
        assert process.returncode in (0, -signal.SIGKILL), err
        if process.returncode == 0:
            assert left(run) == expected
            shutil.rmtree(run)
            before, ends = {}, ends + 1
            continue
        kills += 1
        torn += len(litter(run))
        done = steps_done(run)  # each checkpoint there is whole
        assert all(done.get(stage, 0) >= steps for stage, steps in before.items())
        for path in run.rglob("metrics.jsonl"):
            read_metrics(path.parent)
        in_training += done != before
        before = done
    print(
        f"{training}: {kills} kills in {starts} starts, {in_training} after new steps, {torn} with "
        f"a half file; {ends} ended as undisturbed; the longest took {longest:.1f} s"
    )
