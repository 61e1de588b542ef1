"""The page by eye, ear and keyboard: what can be checked without a browser."""

import re
from importlib.resources import files
from itertools import pairwise

import pytest

import small_runs
from avanp.papers.ava.sweep_files import write_report
from page_reader import Page

CSS = files("avanp.report").joinpath("style.css").read_text("utf-8")
TEXT, DRAWN = 4.5, 3.0  # least contrast of text and of what is drawn, by WCAG 2.2 (AA)
GROUNDS = ["paper", "raised", "holds", "fails", "open"]
GROUNDS += [f"{side}{i}" for side in ("above", "below") for i in (1, 2, 3)]


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    run = small_runs.config()
    rows = small_runs.rows_of(run, without={"VAE": ("diverged", "not finite: decoder")})
    folder = small_runs.save(tmp_path_factory.mktemp("run") / "a", run, rows[:-3])
    small_runs.save_audit(folder, small_runs.audit(run))
    write_report(folder, rows[:-3], run)
    return Page((folder / "report.html").read_text("utf-8"))


def palette(scheme):
    light, dark = re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)
    found = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", light))
    changed = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", dark))
    assert set(found) == set(changed)
    return found if scheme == "light" else changed


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_what_the_standard_says():
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("ground", GROUNDS)
def test_text_can_be_read_on_every_ground(scheme, ground):
    assert contrast(palette(scheme)["ink"], palette(scheme)[ground]) >= TEXT


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("ink", ["muted", "link"])
def test_quiet_text_and_links_can_be_read(scheme, ink):
    for ground in ("paper", "raised"):
        assert contrast(palette(scheme)[ink], palette(scheme)[ground]) >= TEXT


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("ink", ["one", "two", "three", "four", "good", "bad", "unsure", "focus"])
def test_lines_and_bars_stand_out(scheme, ink):
    assert contrast(palette(scheme)[ink], palette(scheme)["paper"]) >= DRAWN


def test_every_colour_is_in_the_palette():
    rules = re.sub(r":root \{.*?\}", "", CSS, flags=re.DOTALL)
    assert set(re.findall(r"#[0-9a-f]{3,8}\b", rules)) <= {"#fff"}


def test_the_language_and_the_width_of_the_screen_are_told(page):
    assert page.one("html").get("lang") == "en"
    assert page.one("meta", name="viewport").get("content").startswith("width=device-width")


def test_every_picture_has_words(page):
    for image in page.all("img"):
        assert image.get("alt").strip()
    for svg in page.all("svg"):
        if svg.get("aria-hidden") != "true":
            assert svg.get("role") == "img"
            assert svg.get("aria-label").strip()


def test_every_header_says_what_it_heads_and_every_table_has_a_caption(page):
    for header in page.all("th"):
        assert header.get("scope") == ("col" if "thead" in header.inside else "row")
    for table in page.all("table"):
        assert table.children[0].name == "caption"
        assert table.children[0].text.strip()
        widths = {len(row.children) for row in table.all("tr")}
        assert len(widths) == 1


def test_headings_go_down_one_level_at_a_time(page):
    levels = [int(e.name[1]) for e in page.all("h1", "h2", "h3", "h4", "h5")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_ids_are_unique_and_links_lead_somewhere(page):
    ids = [e.get("id") for e in page.elements if e.get("id")]
    assert len(set(ids)) == len(ids)
    assert {a.get("href")[1:] for a in page.all("a")} <= set(ids)
    for element in page.elements:
        if element.get("aria-labelledby"):
            assert element.get("aria-labelledby") in ids


def test_the_page_has_landmarks_and_a_way_past_the_contents(page):
    body = page.one("body")
    assert [e.name for e in body.children] == ["a", "header", "nav", "main", "footer"]
    assert body.children[0].get("href") == f"#{page.one('main').get('id')}"
    assert page.one("nav").get("aria-label")
    sections = page.all("section")
    assert [a.get("href")[1:] for a in page.one("nav").all("a")] == [s.get("id") for s in sections]


def test_what_scrolls_can_be_reached_by_the_keyboard_and_has_a_name(page):
    scrolled = [e for e in page.elements if e.get("class") == "scroll"]
    assert len(scrolled) == len(page.all("table"))
    for element in scrolled:
        assert element.get("role") == "region"
        assert element.get("tabindex") == "0"
        assert element.get("aria-labelledby")


def test_choices_are_labelled(page):
    for radio in page.all("input"):
        assert radio.inside[-1] == "label"
        assert "fieldset" in radio.inside
    for fieldset in page.all("fieldset"):
        assert fieldset.children[0].name == "legend"


def test_no_meaning_is_in_a_colour_alone(page):
    marks = {e.text.split()[0] for e in page.all("span") if "verdict" in (e.get("class") or "")}
    assert marks == {"?", "✗"}
    for cell in page.all("td"):
        if re.match("above|below", cell.get("class") or ""):
            assert re.search(r"difference [+−]\.\d{4}", cell.text)
