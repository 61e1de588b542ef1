"""Judge again from bm.npz: the claims in audit.json, audit.md, audit/claims.png, and the tables.

    python docs/audit/rebuild.py

Nothing is trained: audit.json keeps its run and its ablations. The tables of README.md are those
between its two comments "stability".
"""

import json
import re
from itertools import combinations
from pathlib import Path

import numpy as np

from avanp.audit import run
from avanp.audit.claims import judge
from avanp.report.text import percent

HERE = Path(__file__).parent
TWENTIES = [range(first, first + 20) for first in range(0, 80, 20)]
HEAD = (
    "| claim | seeds 0–19 | seeds 20–39 | seeds 0–79 | single runs |",
    "| --- | --- | --- | --- | ---: |",
)


def stored_rows():
    """Return a row for each of the 3 × 7 × 19 × 80 cells, as a sweep has it."""
    with np.load(HERE / "bm.npz", allow_pickle=False) as stored:
        axes = [stored[key].tolist() for key in ("rules", "models", "rates", "seeds")]
        bm = stored["bm"]
    names = ("rules", "model", "lr", "seed")
    return [
        {
            **dict(zip(names, (axis[i] for axis, i in zip(axes, at, strict=True)), strict=True)),
            "bm": float(value),
            "status": "ok",
        }
        for at, value in np.ndenumerate(bm)
    ]


def lines(judged, rules, changed_only):
    """Return a table's lines: verdicts on two twenties and on all seeds, and all single runs."""
    for claims in zip(*judged, strict=True):
        found = [claim["rules"][rules] for claim in claims]
        changed = found[0]["verdict"] != found[1]["verdict"]
        if changed_only and not changed:
            continue
        first, second, both = (f"{one['verdict']}, {percent(one['again'])}" for one in found)
        if changed:
            first, second = f"**{first}**", f"**{second}**"
        single = found[2]["single_runs"]
        yield f"| {claims[0]['claim']} | {first} | {second} | {both} | {single} |"


def stability(judged, rules):
    """Return the tables of two twenties and all seeds."""
    blocks = []
    for name in rules:
        shown = list(lines(judged, name, changed_only=name != "program"))
        if shown:
            blocks += [f"`{name}`{'' if name == 'program' else ', those that change'}:"]
            blocks += ["\n".join([*HEAD, *shown])]
    return "\n\n".join(blocks)


def same(one, other, rules):
    """Return how many verdicts of two sets of seeds are the same."""
    return sum(
        a["rules"][name]["verdict"] == b["rules"][name]["verdict"]
        for a, b in zip(one, other, strict=True)
        for name in rules
    )


def main():
    rows = stored_rows()
    old = json.loads((HERE / run.NAME).read_text(encoding="utf-8"))
    config = old["run"]
    assert config["seeds"] == list(TWENTIES[0])
    twenties = [[row for row in rows if row["seed"] in seeds] for seeds in TWENTIES]
    document, pictures = run.audit(twenties[0], config)
    run.write(HERE, {**document, "ablations": old["ablations"]}, pictures)
    rules = config["rules"]
    judged = [document["claims"], *(judge(some, config) for some in twenties[1:])]
    tables = stability([*judged[:2], judge(rows, config)], rules)
    page = HERE / "README.md"
    text, found = re.subn(
        r"(?s)(<!-- stability -->\n\n).*?(\n\n<!-- stability -->)",
        lambda match: match[1] + tables + match[2],
        page.read_text(encoding="utf-8"),
    )
    assert found == 1
    page.write_text(text, encoding="utf-8")
    for before, after in zip(old["claims"], document["claims"], strict=True):
        for name, one in after["rules"].items():
            if before["rules"][name]["verdict"] != one["verdict"]:
                print(f"changed: {name}: {after['claim']}: {one['verdict']}")
    for (i, one), (j, other) in combinations(enumerate(judged), 2):
        names = [f"{seeds[0]}–{seeds[-1]}" for seeds in (TWENTIES[i], TWENTIES[j])]
        of = len(one) * len(rules)
        print(f"{' and '.join(names)}: {same(one, other, rules)} of {of} verdicts are the same")


if __name__ == "__main__":
    main()
