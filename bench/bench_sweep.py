"""(b) The whole 133-cell sweep beside plain NumPy, as whole processes in turn, start-up included.

    python bench/bench_sweep.py --data DIR [--rounds 5]

DIR is a folder of PNG files, such as the paper's. The printed tables are asserted equal first (to
the four digits shown, give or take one in the last); then both commands are run in turn, on one
thread each. Prints median CPU seconds and the ratio, pair by pair, and our peak memory.
"""

import argparse
import os
import re
import resource
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
THREADS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def run(command):
    """Return (CPU seconds, standard output) of one process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        command, env=os.environ | THREADS, capture_output=True, text=True, check=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = sum(getattr(after, k) - getattr(before, k) for k in ("ru_utime", "ru_stime"))
    return cpu, done.stdout


def table3_means(text):
    """Return the numbers of Table 3's line of means."""
    line = next(line for line in text.splitlines() if re.match(r"\s*mean\b", line, re.IGNORECASE))
    return [float(word) for word in line.split()[1:]]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    avanp = [sys.executable, "-m", "avanp", "sweep", "--rules", "program", "--jobs", "1"]
    avanp += ["--data", options.data]
    plain = [sys.executable, str(HERE / "plain_numpy.py"), "--data", options.data]

    # The first run of each is not counted: it fills the cache of compiled kernels.
    ours, theirs = (table3_means(run(command)[1]) for command in (avanp, plain))
    if len(ours) == 2 * len(theirs):  # the paper's values stand beside ours
        ours = ours[::2]
    assert len(ours) == len(theirs) == 7
    assert all(abs(a - b) < 1.01e-4 for a, b in zip(ours, theirs, strict=True)), (ours, theirs)
    print("equal: the seven Table-3 means, to the digits printed\n")

    pairs = [(run(avanp)[0], run(plain)[0]) for _ in range(options.rounds)]
    medians = [statistics.median(side) for side in zip(*pairs, strict=True)]
    ratio = statistics.median(a / b for a, b in pairs)
    print("| whole process | median CPU s |\n| --- | ---: |")
    print(f"| avanp sweep --rules program --jobs 1 | {medians[0]:.2f} |")
    print(f"| plain NumPy | {medians[1]:.2f} |")
    print(f"ratio: {ratio:.3f} (asked: at most 0.15)")
    print(f"peak memory of the largest process: {peak_of(avanp):.0f} MB (asked: at most 400)")


def peak_of(command):
    """Return the peak memory of one process in MB, by itself."""
    code = (
        "import resource, subprocess, sys;"
        "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    return int(run([sys.executable, "-c", code, *command])[1]) * 1024 / 1e6


if __name__ == "__main__":
    main()
