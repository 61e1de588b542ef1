"""Interleaved timing of callables in one process. Sets nothing global."""

import random
import statistics
import time
from typing import NamedTuple


class Timing(NamedTuple):
    """Process CPU seconds of one call."""

    median: float
    minimum: float


def interleaved(calls, rounds=20, seed=0):
    """Time each callable of {name: callable} once a round, in a new random order every round.

    One warm call of each goes before. Returns {name: Timing}. CPU time counts all threads.
    """
    for call in calls.values():
        call()
    order = list(calls)
    shuffler = random.Random(seed)
    seconds = {name: [] for name in calls}
    for _ in range(rounds):
        shuffler.shuffle(order)
        for name in order:
            start = time.process_time()
            calls[name]()
            seconds[name].append(time.process_time() - start)
    return {name: Timing(statistics.median(s), min(s)) for name, s in seconds.items()}


def markdown_table(timings, reference):
    """Rows of median ms, minimum ms and ratio of medians to the callable named `reference`."""
    base = timings[reference].median
    lines = [
        f"| variant | median ms | minimum ms | ratio to {reference} |",
        "| --- | ---: | ---: | ---: |",
    ]
    for name, t in timings.items():
        ratio = t.median / base
        lines.append(f"| {name} | {1e3 * t.median:.3f} | {1e3 * t.minimum:.3f} | {ratio:.3f} |")
    return "\n".join(lines)


def compare(calls, reference, rounds=20, seed=0):
    """Time the callables interleaved, print the Markdown table, return {name: Timing}."""
    timings = interleaved(calls, rounds, seed)
    print(markdown_table(timings, reference))
    return timings
