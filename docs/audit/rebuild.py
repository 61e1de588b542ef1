"""Judge again from bm.npz: the claims in audit.json, audit.md, audit/claims.png, and the tables.

    python docs/audit/rebuild.py

Nothing is trained: audit.json keeps its run and its ablations. The tables of README.md are those
between its comments "stability" and "seeds".
"""

import json
import re
from itertools import combinations
from pathlib import Path
from statistics import fmean

import numpy as np

from avanp.experiments import judge as judging
from avanp.papers.ava import audit as run
from avanp.papers.ava.audit_words import says
from avanp.papers.ava.experiment import AVA
from avanp.report.findings import HOLDS, NOT
from avanp.report.text import percent

HERE = Path(__file__).parent
SEEDS = 320
SIZES = (20, 40, 80, 160)  # of the sets of seeds that are compared in pairs
HEAD = (
    "| claim | seeds 0–19 | seeds 20–39 | seeds 0–319 | in seeds | in tables |",
    "| --- | --- | --- | --- | ---: | ---: |",
)


def judge(rows, config, **options):
    """Return the paper's claims with their verdicts."""
    return judging.judge(AVA, rows, config, says=says, **options)


def stored_rows():
    """Return a row for each of the 3 × 19 × 7 × 320 cells, as a sweep has it."""
    with np.load(HERE / "bm.npz", allow_pickle=False) as stored:
        axes = [stored[key].tolist() for key in ("rules", "rates", "models", "seeds")]
        bm = stored["bm"]
    names = ("rules", "lr", "model", "seed")
    return [
        {
            **dict(zip(names, (axis[i] for axis, i in zip(axes, at, strict=True)), strict=True)),
            "bm": float(value),
            "status": "ok",
        }
        for at, value in np.ndenumerate(bm)
    ]


def lines(judged, rules, changed_only):
    """Return a table's lines: verdicts on two twenties and on all seeds, and how often true."""
    for claims in zip(*judged, strict=True):
        found = [claim["rules"][rules] for claim in claims]
        changed = found[0]["verdict"] != found[1]["verdict"]
        if changed_only and not changed:
            continue
        first, second, both = (f"{one['verdict']}, {percent(one['again'])}" for one in found)
        if changed:
            first, second = f"**{first}**", f"**{second}**"
        often = found[2]["seeds_true"] / found[2]["seeds_true_of"], found[2]["own_noise"]
        cells = (claims[0]["claim"], first, second, both, *map(percent, often))
        yield f"| {' | '.join(cells)} |"


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


def by_size(rows, config):
    """Return the table of how many verdicts of two sets of seeds are the same, by their size."""
    lines = [
        "| seeds in a set | pairs of sets | the same of 33: mean | fewest | most |",
        "| ---: | ---: | ---: | ---: | ---: |",
    ]
    for size in SIZES:
        sets = [range(first, first + size) for first in range(0, SEEDS, size)]
        judged = [judge(of(rows, seeds), config, draws=1) for seeds in sets]
        pairs = list(combinations(judged, 2))
        assert not any(reverses(*pair, config["rules"]) for pair in pairs)  # as the page says
        found = [same(*pair, config["rules"]) for pair in pairs]
        cells = (size, len(found), f"{fmean(found):.1f}", min(found), max(found))
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def reverses(one, other, rules):
    """Return whether any verdict of two sets of seeds is the other's opposite."""
    told = (
        {a["rules"][name]["verdict"], b["rules"][name]["verdict"]}
        for a, b in zip(one, other, strict=True)
        for name in rules
    )
    return any(found == {HOLDS, NOT} for found in told)


def of(rows, seeds):
    """Return the rows of these seeds."""
    return [row for row in rows if row["seed"] in seeds]


def main():
    rows = stored_rows()
    old = json.loads((HERE / run.NAME).read_text(encoding="utf-8"))
    config = old["run"]
    assert config["seeds"] == list(range(20))
    document, pictures = run.audit(of(rows, range(20)), config)
    run.write(HERE, {**document, "ablations": old["ablations"]}, pictures)
    first, second = document["claims"], judge(of(rows, range(20, 40)), config)
    tables = {
        "stability": stability([first, second, judge(rows, config)], config["rules"]),
        "seeds": by_size(rows, config),
    }
    page = HERE / "README.md"
    text = page.read_text(encoding="utf-8")
    for name, table in tables.items():
        between = rf"(?s)(<!-- {name} -->\n\n).*?(\n\n<!-- {name} -->)"
        text, found = re.subn(between, lambda match, table=table: match[1] + table + match[2], text)
        assert found == 1
    page.write_text(text, encoding="utf-8")
    for before, after in zip(old["claims"], first, strict=True):
        for name, one in after["rules"].items():
            if before["rules"][name]["verdict"] != one["verdict"]:
                print(f"changed: {name}: {after['claim']}: {one['verdict']}")
    total = len(first) * len(config["rules"])
    print(
        f"0–19 and 20–39: {same(first, second, config['rules'])} of {total} verdicts are the same"
    )


if __name__ == "__main__":
    main()
