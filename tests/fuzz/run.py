"""Try damaged input on every reader: a fixed number of inputs, always the same for one seed.

python tests/fuzz/run.py --inputs 1000000 --jobs 2
python tests/fuzz/run.py --target png,npz --inputs 20000 --seed 7
python tests/fuzz/run.py --replay tests/fuzz/regressions
"""

import argparse
import os
import signal
import sys
import time
from pathlib import Path

print("reading the readers", file=sys.stderr, flush=True)
os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "AVANP_KERNELS": "numpy"}
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import avanp  # noqa: E402, F401 (the guard looks where it lies)
from fuzz.replay import replay  # noqa: E402
from fuzz.supervise import Attempt, run  # noqa: E402
from fuzz.targets import TARGETS  # noqa: E402

HEAD = (
    f"{'target':15}{'inputs':>10}{'seconds':>9}{'longest':>10}{'memory':>11}{'promised':>11}"
    f"{'bound':>10}{'violations':>12}"
)


def main() -> int:
    """Return 0, or 1 where an input violated the property."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = ", ".join(TARGETS)
    parser.add_argument("--target", default="all", help=f"all, or a comma list of {names}")
    parser.add_argument(
        "--inputs", type=int, default=10_000, help="in all, spread over the targets"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1, help="processes at once")
    parser.add_argument("--keep", type=Path, default=Path("fuzz-findings"), help="where they go")
    parser.add_argument("--replay", type=Path, help="read the inputs below a folder TARGET/FILE")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # its processes end with it
    if given.replay:
        return replay(given.replay)
    chosen = list(TARGETS) if given.target == "all" else given.target.split(",")
    unknown = [name for name in chosen if name not in TARGETS]
    if unknown:
        parser.error(f"no target {unknown[0]!r}: choose from {names}")
    print(HEAD, flush=True)
    begun = last = time.monotonic()

    def told(attempts: list[Attempt], ended: Attempt | None) -> None:
        nonlocal last
        if ended is not None:
            print(line(ended), flush=True)
        elif time.monotonic() - last > 5:
            last = time.monotonic()
            done = sum(a.board.done for a in attempts)
            left = (last - begun) / max(done, 1) * (given.inputs - done)
            print(f"{done}/{given.inputs} inputs, {left:.0f} s left", file=sys.stderr, flush=True)

    attempts = run([TARGETS[n] for n in chosen], given.inputs, given.seed, given.jobs,
                   given.keep.absolute(), told)  # fmt: skip
    bad = sum(a.violations for a in attempts)
    done = sum(a.board.done for a in attempts)
    print(f"{done} inputs in {time.monotonic() - begun:.0f} s, {bad} violations"
          + (f": {given.keep}" if bad else ""))  # fmt: skip
    return 1 if bad or done < given.inputs else 0


def line(one: Attempt) -> str:
    """Return a target's line of the table."""
    b = one.board
    return (
        f"{one.target.name:15}{b.done:>10,}{one.seconds:>9.1f}{b.longest:>8.2f} s"
        f"{b.kilobytes / 1024:>7.0f} MiB{b.promised / 1024:>7.0f} MiB"
        f"{one.target.megabytes:>6} MiB{b.violations:>12,}"
    )


if __name__ == "__main__":
    sys.exit(main())
