"""The committed audit is what the code says of the committed numbers."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from avanp.experiments.intervals import RESAMPLES
from avanp.experiments.judge import judge
from avanp.papers.ava.audit_markdown import render
from avanp.papers.ava.audit_method import METHOD
from avanp.papers.ava.audit_words import says
from avanp.papers.ava.experiment import AVA
from avanp.report.findings import EDGE
from avanp.report.text import percent

FOLDER = Path(__file__).parents[1] / "docs" / "audit"
PAGE = (FOLDER / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def document():
    return json.loads((FOLDER / "audit.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def runs(document):
    """Rows of 320 seeds, and the configuration."""
    with np.load(FOLDER / "bm.npz", allow_pickle=False) as stored:
        names = {key: stored[key].tolist() for key in ("rules", "rates", "models", "seeds")}
        bm = stored["bm"]
    rows = [
        {
            "rules": names["rules"][i],
            "lr": names["rates"][j],
            "model": names["models"][k],
            "seed": names["seeds"][m],
            "bm": float(value),
            "status": "ok",
        }
        for (i, j, k, m), value in np.ndenumerate(bm)
    ]
    assert (names["rules"], names["rates"]) == (document["run"]["rules"], document["run"]["lr"])
    return rows, document["run"]


def judged(runs, seeds, draws, resamples=499, rules=("program", "printed", "exact")):
    rows, config = runs
    rows = [row for row in rows if row["seed"] in seeds and row["rules"] in rules]
    config = {**config, "rules": list(rules)}
    return judge(AVA, rows, config, says=says, resamples=resamples, draws=draws)


def agreeing(one, other):
    """Return how many verdicts of two sets of seeds are the same."""
    return sum(
        a["rules"][rules]["verdict"] == b["rules"][rules]["verdict"]
        for a, b in zip(one, other, strict=True)
        for rules in a["rules"]
    )


def verdict_table(claims, rules):
    return {one["claim"]: one["rules"][rules]["verdict"] for one in claims}


def test_the_page_is_drawn_from_the_numbers(document):
    assert (FOLDER / "audit.md").read_text(encoding="utf-8") == render(document)
    assert document["method"] == list(METHOD)
    assert document["run"]["data"]["is_paper_set"]
    assert document["run"]["seeds"] == list(range(20))
    for one in [document, *document["ablations"]]:
        assert one["picture"] is None or (FOLDER / one["picture"]).exists()


def test_the_numbers_follow_from_the_cells(document, runs):
    for one, other in zip(document["claims"], judged(runs, range(20), 1), strict=True):
        for rules, here in one["rules"].items():
            there = other["rules"][rules]
            for key in ("verdict", "decided_by", "seeds", "seeds_true"):
                assert here[key] == there[key], (one["id"], rules)
            assert here["p_corrected"] == pytest.approx(there["p_corrected"])
            assert here["difference"] == pytest.approx(there["difference"], abs=1e-12)


def test_the_stability_table_is_what_the_seeds_give(runs):
    sets = (range(20), range(20, 40), range(320))
    once = [judged(runs, seeds, 1) for seeds in sets]
    assert f"{agreeing(once[0], once[1])} of the 33 verdicts are the same" in PAGE
    # How often a verdict comes again takes many draws, and is shown of these rules alone.
    first, second, all_ = (judged(runs, s, 200, rules=("program", "printed")) for s in sets)
    cells = r" \| ".join(["([^|]+)"] * 4 + [r"(\d+ %)"] * 2)
    shown = re.findall(rf"^\| {cells} \|$", PAGE, re.M)
    assert len(shown) == 12
    for i, (claim, *told, in_seeds, in_tables) in enumerate(shown):
        rules = "program" if i < 11 else "printed"
        found = [
            next(one["rules"][rules] for one in claims if one["claim"] == claim)
            for claims in (first, second, all_)
        ]
        assert [word.strip("*") for word in told] == [
            f"{one['verdict']}, {percent(one['again'])}" for one in found
        ]
        assert in_seeds == percent(found[2]["seeds_true"] / 320)
        assert in_tables == percent(found[2]["own_noise"])
        changes = found[0]["verdict"] != found[1]["verdict"]
        assert changes == told[0].startswith("**")
        # The page says so of all that change.
        assert not changes or min(one["again"] for one in found[:2]) < EDGE
    for rules, changed in (("printed", 1), ("exact", 0)):
        a, b = (verdict_table(claims, rules) for claims in once[:2])
        assert sum(a[claim] != b[claim] for claim in a) == changed
    for claims in (once[0], once[2]):
        assert set(verdict_table(claims, "exact").values()) == {"does not hold"}


def test_two_sets_of_160_seeds_agree_on_everything(runs):
    one, other = (judged(runs, range(n, n + 160), 1, RESAMPLES) for n in (0, 160))
    assert agreeing(one, other) == 33
    assert "| 160 | 1 | 33.0 | 33 | 33 |" in PAGE.splitlines()
    assert "the two sets of 160 agree on all" in PAGE


@pytest.mark.stress
def test_the_script_that_rebuilds_them_changes_nothing(tmp_path):
    copy = tmp_path / "audit"
    shutil.copytree(FOLDER, copy)
    ran = subprocess.run(
        [sys.executable, copy / "rebuild.py"], capture_output=True, text=True, check=True
    )
    assert ran.stdout == "0–19 and 20–39: 28 of 33 verdicts are the same\n"
    for name in ("README.md", "audit.md"):
        assert (copy / name).read_text(encoding="utf-8") == (FOLDER / name).read_text(
            encoding="utf-8"
        )


def test_its_links_lead_somewhere():
    for page in FOLDER.glob("*.md"):
        for name in re.findall(r"\]\(((?!http)[^)#]+)\)", page.read_text(encoding="utf-8")):
            assert (FOLDER / name).exists(), name


def test_what_is_committed_is_small():
    assert sum(p.stat().st_size for p in FOLDER.rglob("*") if p.is_file()) < 1_300_000
