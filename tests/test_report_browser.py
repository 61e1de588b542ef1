"""The page in headless Chromium: nothing overflows, nothing is asked for, the console is silent."""

import re

import pytest
from PIL import Image

import small_runs
from avanp.papers.ava.sweep_files import write_report
from browser import Browser, chromium

pytestmark = pytest.mark.browser

OVERFLOW = "document.scrollingElement.scrollWidth - innerWidth"
A4 = 718  # pixels between margins of 12 mm
# Parts that are wider than they are shown and cannot be scrolled to by the keyboard.
LOST = """
[...document.querySelectorAll('body *')].filter(e =>
    e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX !== 'visible'
    && getComputedStyle(e).display !== 'inline' && !e.matches('.strip, .unseen')
    && !(e.tabIndex === 0 && e.getAttribute('role') === 'region'
         && (e.getAttribute('aria-label')
             ?? document.getElementById(e.getAttribute('aria-labelledby'))?.textContent)?.trim())
).map(e => e.outerHTML.slice(0, 80))
"""
LONG = "a-name-without-a-single-space-" * 8


@pytest.fixture(scope="module")
def browser():
    program = chromium()
    if program is None:
        pytest.skip("there is no chromium here: apt-get install chromium")
    with Browser(program) as tab:
        yield tab


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """Every part of a page, with the longest words."""
    run = small_runs.whole(data={"name": LONG}, experiment={LONG: LONG})
    rows = small_runs.rows_of(run, without={"VAE": ("failed", LONG)})
    folder = small_runs.save(tmp_path_factory.mktemp("run") / "a", run, rows)
    audit = small_runs.audit(run)
    audit["claims"][0] |= {"claim": LONG, "paper": LONG}
    audit["ablations"][0] |= {"columns": [LONG, LONG, LONG], "says": LONG, "title": LONG}
    small_runs.save_audit(folder, audit)
    return write_report(folder, rows, run)[0]


@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_overflows_and_nothing_is_said_or_asked_for(
    browser, report, tmp_path, width, scheme
):
    browser.open(report, width=width, scheme=scheme)
    assert browser.evaluate("innerWidth") == width
    assert browser.evaluate(OVERFLOW) <= 0
    assert browser.evaluate(LOST) == []
    assert browser.problems == []
    asked = [url for url in browser.requests if not url.startswith("data:")]
    assert asked == [report.resolve().as_uri()]
    browser.screenshot(tmp_path / "page.png")
    with Image.open(tmp_path / "page.png") as picture:
        assert picture.size == (width, 900)
        dark = picture.convert("L").getpixel((3, 400)) < 128
        assert dark == (scheme == "dark")
        assert len(picture.convert("RGB").getcolors(1 << 24)) > 50


def test_all_images_shown_wide_scroll_within_their_table(browser, report):
    browser.open(report, width=400)
    ratio = "(e => e.clientWidth / e.clientHeight)(document.querySelector('.strip'))"
    first = browser.evaluate(ratio)
    browser.evaluate("document.querySelector('.all').click()")
    assert browser.evaluate(ratio) == pytest.approx(3 * first, rel=0.05)
    assert browser.evaluate(OVERFLOW) <= 0
    shown = "[...document.querySelectorAll('img')].every(i => i.complete && i.naturalWidth > 0)"
    assert browser.evaluate(shown)


def test_it_prints_dark_on_light_with_whole_tables(browser, report, tmp_path):
    browser.open(report, width=A4, scheme="dark", media="print")
    assert (
        browser.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    )
    assert browser.evaluate("getComputedStyle(document.body).color") == "rgb(27, 29, 32)"
    for name in ("program-table1", "program-images"):
        table = f"document.querySelector('#{name} table').getBoundingClientRect()"
        assert browser.evaluate(f"{table}.right") <= A4
    browser.pdf(tmp_path / "page.pdf")
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")


def test_the_keyboard_begins_at_the_way_past_the_contents(browser, report):
    browser.open(report)
    for kind in ("rawKeyDown", "keyUp"):
        browser.call("Input.dispatchKeyEvent", type=kind, key="Tab", windowsVirtualKeyCode=9)
    assert browser.evaluate("document.activeElement.className") == "skip"
    assert browser.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    assert browser.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_a_screen_reader_finds_names_and_landmarks(browser, report):
    browser.open(report)
    nodes = browser.call("Accessibility.getFullAXTree")["nodes"]
    said = [(n["role"]["value"], n["name"]["value"]) for n in nodes if "name" in n and "role" in n]
    roles = [role for role, _ in said]
    assert {"banner", "navigation", "main", "contentinfo", "region"} <= set(roles)
    for role in ("image", "table", "region", "radio", "link", "columnheader"):
        names = [name for r, name in said if r == role]
        assert names, role
        if role != "columnheader":  # over the headers of rows there is none
            assert all(names), role


@pytest.mark.parametrize(
    ("planted", "sees"),
    [
        ("<script>console.error('planted')</script>", "problems"),
        ("<script>throw new Error('planted')</script>", "problems"),
        ("<div style='width:3000px'>wide</div>", "overflow"),
        ("<div style='overflow-x:auto'><div style='width:3000px'>wide</div></div>", "lost"),
        ("<img src='http://127.0.0.1:9/planted.png'>", "requests"),
    ],
)
def test_the_checks_see_what_is_planted(browser, report, tmp_path, planted, sees):
    text = re.sub(r'<meta http-equiv="Content-Security-Policy".*?>', "", report.read_text("utf-8"))
    page = tmp_path / "planted.html"
    page.write_text(text.replace("</main>", f"{planted}</main>"), "utf-8")
    browser.open(page)
    found = {
        "problems": any("planted" in problem for problem in browser.problems),
        "overflow": browser.evaluate(OVERFLOW) > 0,
        "lost": browser.evaluate(LOST) != [],
        "requests": any("planted.png" in url for url in browser.requests),
    }
    assert found[sees]


def test_what_is_planted_is_neither_run_nor_fetched_in_a_page_as_written(browser, report, tmp_path):
    planted = "<script>document.title = 'run'</script><img src='http://127.0.0.1:9/planted.png'>"
    page = tmp_path / "planted.html"
    page.write_text(report.read_text("utf-8").replace("</main>", f"{planted}</main>"), "utf-8")
    browser.open(page)
    assert browser.evaluate("document.title") != "run"
    assert len([problem for problem in browser.problems if "Content Security" in problem]) == 2
