"""The rows of bench_quality.py: a line of JSON for each set, model, time and seed; and their table.

python bench/quality_rows.py docs/quality/rows.jsonl
"""

import json
import os
import sys
from pathlib import Path

import numpy as np

SCORES = (("psnr", ".1f"), ("lpips", ".3f"), ("frechet", ".0f"), ("diversity", ".2f"))
KEY = ("set", "model", "seconds", "seed")


def read(path):
    """Return the rows of a file, a later one in the place of an earlier one of the same cell."""
    path = Path(path)
    lines = path.read_text().splitlines() if path.exists() else []
    rows = [json.loads(line) for line in lines if line.strip()]
    return list({tuple(row[key] for key in KEY): row for row in rows}.values())


def append(path, row):
    """Write a row at the end of a file, on disk when this returns."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.write(json.dumps(row, sort_keys=True) + "\n")
        file.flush()
        os.fsync(file.fileno())


def table(rows):
    """Return the rows as Markdown: mean ± SD over seeds, a table for each set.

    Behind a model's name is of how many images its scores are, where a row says that; below a table
    are the commits that its rows are of, where they are several.
    """
    lines = []
    for name in dict.fromkeys(row["set"] for row in rows):
        of_set = [row for row in rows if row["set"] == name]
        lines += [f"### {name}", "", "| | CPU s | seeds | PSNR | LPIPS | Fréchet | diversity |"]
        lines.append("| --- |" + " ---: |" * 6)
        cells = sorted({(row["seconds"], row["model"]) for row in of_set})
        for seconds, model in cells:
            some = [r for r in of_set if (r["seconds"], r["model"]) == (seconds, model)]
            cpu = f"{np.mean([r['cpu'] for r in some]):.0f}" if seconds else "–"
            scores = [_score([r[key] for r in some if key in r], form) for key, form in SCORES]
            images = sorted({r["images"] for r in some if "images" in r})
            who = f"{model} ({', '.join(map(str, images))})" if images else model
            lines.append(f"| {' | '.join([who, cpu, str(len(some)), *scores])} |")
        commits = list(dict.fromkeys(row["commit"] for row in of_set if "commit" in row))
        lines += ["", f"Measured at {', '.join(commits)}.", ""] if len(commits) > 1 else [""]
    return "\n".join(lines)


def _score(values, form):
    if not values:
        return "–"
    mean = format(np.mean(values), form)
    return mean if len(values) == 1 else f"{mean} ± {format(np.std(values, ddof=1), form)}"


if __name__ == "__main__":
    print(table(read(sys.argv[1])))
