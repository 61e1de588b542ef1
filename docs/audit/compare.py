"""Compare the results of two versions: rows, tables and verdicts of two folders of runs.

    python docs/audit/compare.py OLD NEW

Both hold folders, of the same names, that `avanp sweep --out` or `avanp audit --out` has made. Of
rows all but timings and host is compared, of tables.json every byte, and of audit.json everything
but the versions. What differs is named, and the exit code is then 1.
"""

import json
import sys
from pathlib import Path

MEASURED = ("train_seconds", "eval_seconds", "host")
VERSIONS = ("avanp", "versions")


def rows(folder):
    """Return the rows of a run as text, in one order."""
    found = map(json.loads, (folder / "rows.jsonl").read_text().splitlines())
    return sorted(json.dumps({k: v for k, v in row.items() if k not in MEASURED}) for row in found)


def verdicts(folder):
    """Return what an audit found, without the versions it was made by."""
    document = json.loads((folder / "audit.json").read_text())
    document["run"] = {k: v for k, v in document["run"].items() if k not in VERSIONS}
    return document


def tables(folder):
    """Return the bytes of a run's tables."""
    return (folder / "tables.json").read_bytes()


def main(old, new):
    different = 0
    for folder in sorted(path.parent for path in old.glob("*/rows.jsonl")):
        for name, read in {"rows": rows, "tables": tables, "verdicts": verdicts}.items():
            if name == "verdicts" and not (folder / "audit.json").exists():
                continue
            one, other = read(folder), read(new / folder.name)
            same = one == other
            different += not same
            size = f"{len(one):,}" if name != "verdicts" else f"{len(one['claims'])} claims"
            print(f"{folder.name}: {name} ({size}): {'identical' if same else 'DIFFERENT'}")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:3])))
