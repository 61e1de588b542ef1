"""An audit that was really made, in the report: the committed one, of twenty seeds."""

import json
import shutil
from pathlib import Path

import pytest

import small_runs
from avanp.papers.ava.sweep_files import write_report
from avanp.papers.ava.sweep_page import sweep_page
from avanp.papers.ava.table_numbers import table_numbers
from avanp.report.audit_file import read_findings
from avanp.report.findings import EDGE, MARKS
from avanp.report.markdown_page import markdown_page
from page_reader import Page

FOLDER = Path(__file__).parents[1] / "docs" / "audit"
AUDIT = json.loads((FOLDER / "audit.json").read_text("utf-8"))
RULES = AUDIT["run"]["rules"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The committed audit beside the rows of one seed, which are invented."""
    place = tmp_path_factory.mktemp("run") / "a"
    small_runs.save(place, AUDIT["run"], rows(), images=False)
    shutil.copytree(FOLDER / "audit", place / "audit")
    shutil.copy(FOLDER / "audit.json", place)
    return place


def rows():
    return [row for row in small_runs.rows_of(AUDIT["run"]) if row["seed"] == 0]


@pytest.fixture(scope="module")
def page(folder):
    (path,) = write_report(folder, rows(), AUDIT["run"])
    return Page(path.read_text("utf-8"))


@pytest.fixture(scope="module")
def markdown(folder):
    numbers = table_numbers(rows(), AUDIT["run"])
    shown = sweep_page(folder, rows(), numbers, read_findings(folder))
    return markdown_page(shown, folder).decode().splitlines()


def marked(outcome, edge="{}"):
    words = [MARKS[outcome["verdict"]], outcome["verdict"]]
    if outcome["again"] < EDGE:
        words.append(edge.format(f"at the edge, {100 * outcome['again']:.0f} %"))
    return " ".join(words)


def test_every_verdict_and_what_it_rests_on_is_in_the_page(page):
    shown = [[cell.text for cell in tr.children] for tr in page.one("div", id="claims").all("tr")]
    assert shown == [["Claim", *RULES]] + [
        [one["claim"], *(marked(one["rules"][rules]) for rules in RULES)] for one in AUDIT["claims"]
    ]
    for number, one in enumerate(AUDIT["claims"], 1):
        part = page.one("div", id=f"claim-{number}")
        assert part.all("p")[0].text == f"The paper: {one['paper']}"
        outcomes = one["rules"].values()
        drawn = [svg.get("aria-label") for svg in part.all("svg")]
        assert len(drawn) == len(RULES)
        for words, found in zip(drawn, outcomes, strict=True):
            assert all(f"{one['part']}: " in words for one in found["parts"])
        for found in outcomes:
            assert found["says"] in part.text
    told = [e.text for e in page.one("section", id="evidence").all("p")]
    assert told[-len(AUDIT["method"]) - 1 :] == [*AUDIT["method"], AUDIT["thanks"]]


def test_every_ablation_is_in_the_page_with_its_seeds(page):
    section = page.one("section", id="ablations")
    assert [e.text for e in section.all("h3")] == [one["title"] for one in AUDIT["ablations"]]
    seeds = [e.text for e in section.all("p") if e.get("class") == "muted"]
    assert seeds == [f"S{one['seeds'][1:]}." for one in AUDIT["ablations"]]
    assert "Seeds 0 to 19." in seeds
    for number, one in enumerate(AUDIT["ablations"], 1):
        shown = page.one("div", id=f"ablation-{number}").all("tr")
        assert [[cell.text for cell in tr.children] for tr in shown] == [
            one["columns"],
            *([str(cell) for cell in row] for row in one["rows"]),
        ]
    assert len(section.all("img")) == sum(one["picture"] is not None for one in AUDIT["ablations"])


def test_the_markdown_has_them_too(markdown):
    for one in AUDIT["ablations"]:
        at = markdown.index(f"### {one['title']}")
        assert markdown[at + 4] == f"S{one['seeds'][1:]}."
    for one in AUDIT["claims"]:
        (line,) = (m for m in markdown if m.startswith(f"| {one['claim']} "))
        cells = [cell.strip() for cell in line.split("|")[2:-1]]
        assert cells == [marked(one["rules"][rules], "({})") for rules in RULES]
    pictures = [m for m in markdown if m.startswith("![")]
    assert len(pictures) == 1 + sum(one["picture"] is not None for one in AUDIT["ablations"])


def test_a_p_is_written_in_what_is_said_as_beside_it(page, markdown):
    found = AUDIT["claims"][0]["rules"]["program"]
    corrected = found["says"].split("; corrected p ")[1].split(" over")[0]
    shown = page.one("div", id="claim-1").text
    assert f"sign test p 0.0026, corrected {corrected}, 20 seeds" in shown
    assert f"sign test p 0.0026, corrected {corrected}, 20 seeds" in markdown
