"""Judge again from bm.npz: the claims in audit.json, audit.md, audit/claims.png, and the tables.

    python docs/audit/rebuild.py

Nothing is trained: audit.json keeps its run and its ablations. The tables of README.md are those
between its two comments "stability".
"""

import json
import re
from pathlib import Path

import numpy as np

from avanp.audit import run
from avanp.audit.claims import judge
from avanp.audit.wording import percent

HERE = Path(__file__).parent
FIRST, SECOND = range(20), range(20, 40)
HEAD = (
    "| claim | seeds 0–19 | seeds 20–39 | seeds 0–39 | single runs |",
    "| --- | --- | --- | --- | ---: |",
)


def stored_rows():
    """Return a row for each of the 3 × 7 × 19 × 40 cells, as a sweep has it."""
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
    """Return a table's lines: the verdict on each set of seeds, and the single runs of all."""
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
    """Return the tables, and how many verdicts of how many are the same."""
    blocks = []
    for name in rules:
        shown = list(lines(judged, name, changed_only=name != "program"))
        if shown:
            blocks += [f"`{name}`{'' if name == 'program' else ', those that change'}:"]
            blocks += ["\n".join([*HEAD, *shown])]
    pairs = [
        (one["rules"][name]["verdict"], other["rules"][name]["verdict"])
        for one, other in zip(judged[0], judged[1], strict=True)
        for name in rules
    ]
    return "\n\n".join(blocks), sum(a == b for a, b in pairs), len(pairs)


def main():
    rows = stored_rows()
    old = json.loads((HERE / run.NAME).read_text(encoding="utf-8"))
    config = old["run"]
    assert config["seeds"] == list(FIRST)
    first, second = ([r for r in rows if r["seed"] in seeds] for seeds in (FIRST, SECOND))
    document, pictures = run.audit(first, config)
    run.write(HERE, {**document, "ablations": old["ablations"]}, pictures)
    judged = (document["claims"], judge(second, config), judge(rows, config))
    tables, same, of = stability(judged, config["rules"])
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
    print(f"{same} of {of} verdicts are the same on the second twenty seeds")


if __name__ == "__main__":
    main()
