"""Call every layer, loss and kernel with wrong arrays: other shapes, dtypes and layouts.

    python tests/wrong_arrays.py --cases 100000 --seed 0

A case is drawn from the seed and its number. It ends right in one of two ways: in an `AvanpError`,
or in the numbers that the NumPy kernels give for the same values as plain float64. Anything else is
a finding: other numbers, another exception, a warning, a process that dies or takes too long. The
calls are made in processes of their own, by both back ends in turn.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

CHUNK = 1000  # cases of one process
SECONDS = 300  # of one process: kernels of odd layouts are compiled
BACKENDS = ("numba", "numpy")


def attack(
    cases: int, seed: int = 0, command: Sequence[str] = (sys.executable, __file__)
) -> tuple[Counter[str], list[dict[str, Any]]]:
    """Return how many cases ended how, and the findings."""
    counts: Counter[str] = Counter()
    findings = []
    for number, start in enumerate(range(0, cases, CHUNK)):
        stop = min(start + CHUNK, cases)
        while start < stop:
            ended, found, start = _process(command, start, stop, seed, BACKENDS[number % 2])
            counts += ended
            findings += found
    return counts, findings


def _process(
    command: Sequence[str], start: int, stop: int, seed: int, backend: str
) -> tuple[Counter[str], list[dict[str, Any]], int]:
    """Run cases in a new process; return the outcomes, the findings, and where to go on."""
    words = [*command, "--from", str(start), "--cases", str(stop), "--seed", str(seed)]
    with tempfile.NamedTemporaryFile("r") as at:
        environment = os.environ | {
            "AVANP_KERNELS": backend,
            "AVANP_CASE": at.name,
            "OPENBLAS_NUM_THREADS": "1",
            "MALLOC_PERTURB_": "165",  # glibc fills freed memory: foreign numbers show
        }
        try:
            done = subprocess.run(
                words, env=environment, capture_output=True, text=True,
                timeout=SECONDS,
            )  # fmt: skip
            died = done.returncode
            out, err = done.stdout, done.stderr
        except subprocess.TimeoutExpired as late:
            died, out, err = "hang", (late.stdout or b"").decode(), ""
        lines = [json.loads(line) for line in out.splitlines()]
        findings = [line for line in lines if "what" in line]
        if died == 1:
            raise RuntimeError(err)  # of the harness itself
        if not died:
            return Counter(lines[-1]["counts"]), findings, stop
        case = int(at.read() or start)
    what = f"the process ended with {died}: {err[-300:]}"
    lost = {"case": case, "backend": backend, "what": what}
    return Counter({"died": 1, "not counted": case - start}), [*findings, lost], case + 1


def main() -> int:
    """Return 0, or 1 where there are findings."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--from", type=int, dest="start", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.start is not None:
        return run_here(given.start, given.cases, given.seed)
    begun = time.monotonic()
    counts, findings = attack(given.cases, given.seed)
    for finding in findings[:50]:
        print(json.dumps(finding))
    print(f"{given.cases} cases, {time.monotonic() - begun:.0f} s: {dict(counts)}")
    print(f"{len(findings)} findings")
    return int(bool(findings))


def run_here(start: int, stop: int, seed: int) -> int:
    """Run cases in this process; print findings and, last, the counts, as lines of JSON."""
    sys.path.insert(0, os.path.dirname(__file__))  # also where nothing beside a script is found
    from wrong_cases import case

    counts: Counter[str] = Counter()
    with open(os.environ["AVANP_CASE"], "r+") as at:
        for number in range(start, stop):
            at.seek(0)
            at.write(f"{number:<12}")
            at.flush()
            ended, finding = case(seed, number)
            counts[ended] += 1
            if finding:
                told = {"case": number, "backend": os.environ["AVANP_KERNELS"], "what": finding}
                print(json.dumps(told), flush=True)
    print(json.dumps({"counts": counts}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
