"""`avanp audit` from start to end, beside what its sweep alone would take in plain NumPy.

    python bench/bench_audit.py --data DIR [--seeds 20] [--jobs 2]

DIR is a folder of PNG files, such as the paper's. Plain NumPy is run once, over the 133 cells of
one seed under `program`; its CPU seconds a cell, times the cells of the audit's sweep, are what the
sweep would take there (extrapolated: the other rule sets are taken to cost the same). Our side is
the whole command, the ablations and the pictures included. Seed 0's Table-3 means are asserted
equal to the digits that plain NumPy prints.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench_sweep import HERE, run, table3_means

MODELS = ("AVA1", "AVA2", "AVA3", "AVA4", "AVA5", "VAE", "GAN")
CELLS = 133


def means(directory):
    """Return seed 0's mean BM of each model under program."""
    rows = [json.loads(line) for line in (directory / "rows.jsonl").read_text().splitlines()]
    rows = [row for row in rows if row["rules"] == "program" and row["seed"] == 0]
    return [statistics.fmean(r["bm"] for r in rows if r["model"] == model) for model in MODELS]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    plain = [sys.executable, str(HERE / "plain_numpy.py"), "--data", options.data]
    their_cpu, printed = run(plain)
    with tempfile.TemporaryDirectory() as place:
        out = Path(place) / "run"
        audit = [sys.executable, "-m", "avanp", "audit", "--data", options.data]
        audit += ["--seeds", str(options.seeds), "--jobs", str(options.jobs), "--out", str(out)]
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        subprocess.run(audit, check=True, stdout=subprocess.DEVNULL)
        seconds = time.monotonic() - start
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        ours, theirs = means(out), table3_means(printed)
        cells = len((out / "rows.jsonl").read_text().splitlines())
    assert all(abs(a - b) < 1.01e-4 for a, b in zip(ours, theirs, strict=True)), (ours, theirs)
    print("equal: seed 0's seven Table-3 means, to the digits printed\n")
    cpu = sum(getattr(after, k) - getattr(before, k) for k in ("ru_utime", "ru_stime"))
    extrapolated = their_cpu / CELLS * cells
    print("| | wall s | CPU s |\n| --- | ---: | ---: |")
    print(
        f"| avanp audit --seeds {options.seeds} --jobs {options.jobs} | {seconds:.0f} | {cpu:.0f} |"
    )
    print(f"| its sweep of {cells} cells in plain NumPy, extrapolated | | {extrapolated:.0f} |")
    print(f"| plain NumPy, {CELLS} cells, measured | | {their_cpu:.1f} |")
    print(f"ratio of CPU seconds: {cpu / extrapolated:.2f}")


if __name__ == "__main__":
    main()
