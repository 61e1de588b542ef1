"""Try damaged input on every reader: a fixed number of inputs, always the same for one seed.

python tests/fuzz/run.py --inputs 1000000
python tests/fuzz/run.py --target png,npz --inputs 20000 --seed 7
python tests/fuzz/run.py --replay tests/fuzz/regressions
"""

import argparse
import os
import sys
import tempfile
from itertools import accumulate, pairwise
from pathlib import Path

print("reading the readers", file=sys.stderr, flush=True)
os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "AVANP_KERNELS": "numpy"}
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import avanp  # noqa: E402, F401 (the guard looks where it lies)
from fuzz.engine import Attempt, attempt, ready  # noqa: E402
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
    parser.add_argument("--keep", type=Path, default=Path("fuzz-findings"), help="where they go")
    parser.add_argument("--replay", type=Path, help="read the inputs below a folder TARGET/FILE")
    given = parser.parse_args()
    if given.replay:
        return replay(given.replay.absolute())
    chosen = list(TARGETS) if given.target == "all" else given.target.split(",")
    unknown = [name for name in chosen if name not in TARGETS]
    if unknown:
        parser.error(f"no target {unknown[0]!r}: choose from {names}")
    print(HEAD, flush=True)
    cuts = list(accumulate((TARGETS[name].share for name in chosen), initial=0.0))
    ends = [round(given.inputs * cut / cuts[-1]) for cut in cuts]
    attempts = []
    for name, (start, end) in zip(chosen, pairwise(ends), strict=True):
        one = attempt(TARGETS[name], end - start, given.seed, given.keep.absolute())
        attempts.append(one)
        print(line(one), flush=True)
    bad, done = sum(a.violations for a in attempts), sum(a.done for a in attempts)
    print(f"{done} inputs in {sum(a.seconds for a in attempts):.0f} s, {bad} violations"
          + (f": {given.keep}" if bad else ""))  # fmt: skip
    return 1 if bad or done < given.inputs else 0


def line(one: Attempt) -> str:
    """Return a target's line of the table."""
    return (
        f"{one.target.name:15}{one.done:>10,}{one.seconds:>9.1f}{one.longest:>8.2f} s"
        f"{one.kilobytes / 1024:>7.0f} MiB{one.promised / 1024:>7.0f} MiB"
        f"{one.target.megabytes:>6} MiB{one.violations:>12,}"
    )


def replay(folder: Path) -> int:
    """Read every file TARGET/NAME below a folder; return 1 where one violates the property."""
    bad = 0
    for name, target in TARGETS.items():
        files = sorted(p for p in (folder / name).glob("*") if p.suffix != ".txt")
        if not files:
            continue
        with tempfile.TemporaryDirectory(prefix="fuzz-") as place:
            guard, _ = ready(target, Path(place))
            for file in files:
                wrong = guard.read(file.read_bytes())
                bad += bool(wrong)
                if guard.full():
                    guard.settle()
                print(f"{name}/{file.name}: {'; '.join(wrong) or 'well'}", flush=True)
            guard.release()
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
