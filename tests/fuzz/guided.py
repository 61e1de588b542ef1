"""Inputs led by coverage: libFuzzer, through atheris, on one target under the same property.

pip install 'avanp[fuzz]'
python tests/fuzz/guided.py --target tiff --inputs 1000000 --seed 0

What it finds is kept as by run.py. It is for finding, not for counting: which inputs it tries
depends on how the libraries were built. It ends where an input hangs or brings the process down,
which then is the file `last`.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path
from random import Random

print("reading the readers, which takes some seconds", file=sys.stderr, flush=True)
os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "AVANP_KERNELS": "numpy"}
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import atheris  # noqa: E402

with atheris.instrument_imports(include=["avanp", "PIL", "numpy.lib", "zipfile", "tarfile"]):
    import avanp  # noqa: F401 (the guard looks where it lies)
    from fuzz.targets import TARGETS

from fuzz.engine import ready, store  # noqa: E402
from fuzz.mutate import LONGEST, vary  # noqa: E402


def main() -> None:
    """Run libFuzzer until so many inputs were tried."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--target", required=True, choices=list(TARGETS))
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, default=Path("fuzz-findings"))
    given = parser.parse_args()
    target, keep = TARGETS[given.target], given.keep.absolute()
    root = Path(
        tempfile.mkdtemp(prefix="fuzz-", dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
    )
    place, corpus = root / "place", root / "corpus"  # libFuzzer adds to its corpus
    for folder in (place, corpus):
        folder.mkdir()
    guard, seeds = ready(target, place)
    for i, seed in enumerate(seeds):
        (corpus / str(i)).write_bytes(seed)
    last = keep / target.name / "last"
    last.parent.mkdir(parents=True, exist_ok=True)

    def one(data: bytes) -> None:
        last.write_bytes(data)
        wrong = guard.read(data)
        if wrong:
            store(keep, target, data, wrong)

    def mutate(data: bytes, size: int, seed: int) -> bytes:
        rng = Random(seed)
        changed = (
            vary(target, data, seeds, rng) if rng.random() < 0.7 else atheris.Mutate(data, size)
        )
        return changed[:size]

    words = [f"-runs={given.inputs}", f"-seed={given.seed}", f"-max_len={LONGEST}", "-timeout=0"]
    words += ["-rss_limit_mb=0", "-print_final_stats=1", "-verbosity=1"]
    atheris.Setup([sys.argv[0], *words, str(corpus)], one, custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
