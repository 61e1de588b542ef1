"""Inputs that once found something, read again."""

import tempfile
from pathlib import Path

from fuzz.engine import ready
from fuzz.targets import TARGETS


def replay(folder: Path) -> int:
    """Read every file TARGET/NAME below a folder; return 1 where one violates the property."""
    bad = 0
    folder = folder.absolute()
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
