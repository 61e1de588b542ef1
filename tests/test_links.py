"""No link of the pages leads nowhere, and the checker sees one that does."""

import pytest

from links import PAGES, ROOT, anchor, broken, main, pages


@pytest.mark.parametrize(
    "page", pages([ROOT / name for name in PAGES]), ids=lambda p: p.relative_to(ROOT).as_posix()
)
def test_every_link_of_a_page_leads_somewhere(page):
    assert list(broken(page)) == []


def test_the_pages_are_all_there():
    assert len(pages([ROOT / name for name in PAGES])) >= 12


RIGHT = """# One thing, and `another`

## Same
## Same
See [it](#one-thing-and-another), [that](#same-1), [there](sub/other.md#a_b-in-html),
[code](code.py#L2), [a folder](sub/), ![picture](sub/p.png), <img src="sub/p.png">,
[net](https://example.org/nothing#here), [spaces](sub/with%20space.md), [ref][1], `[code](nowhere)`.

[1]: sub/other.md

```md
[fenced](nowhere.md)
```
"""


@pytest.fixture
def site(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "page.md").write_text(RIGHT)
    (tmp_path / "code.py").write_text("a\nb\n")
    (tmp_path / "sub" / "other.md").write_text("## A_b in *HTML*\n")
    (tmp_path / "sub" / "with space.md").write_text("")
    (tmp_path / "sub" / "p.png").write_bytes(b"")
    (tmp_path / "page.html").write_text('<a href="b.html#x">b</a> <script src="s.js"></script>')
    (tmp_path / "b.html").write_text('<p id="x"><a href="#x">up</a><a href="page.html">back</a>')
    (tmp_path / "index.html").write_text('<meta http-equiv="refresh" content="0; url=./b.html">')
    (tmp_path / "s.js").write_text("")
    return tmp_path


def test_right_links_are_right(site, capsys):
    assert main([site]) == 0
    assert "0 broken" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("page", "right", "wrong", "says"),
    [
        ("page.md", "(#same-1)", "(#same-2)", "page.md has no #same-2"),
        ("page.md", "other.md#a_b", "other.md#ab", "other.md has no #ab-in-html"),
        ("page.md", "(sub/other.md#", "(sub/gone.md#", "there is no gone.md"),
        ("page.md", "![picture](sub/p.png)", "![picture](sub/q.png)", "there is no q.png"),
        ("page.md", 'src="sub/p.png"', 'src="p.png"', "there is no p.png"),
        ("page.md", "code.py#L2", "code.py#L3", "code.py has no #L3"),
        ("page.md", "[1]: sub/other.md", "[1]: other.md", "there is no other.md"),
        ("page.html", "b.html#x", "b.html#y", "b.html has no #y"),
        ("page.html", "b.html#x", "c.html", "there is no c.html"),
        ("page.html", 'src="s.js"', 'src="t.js"', "there is no t.js"),
        ("index.html", "./b.html", "./a.html", "there is no a.html"),
        ("b.html", 'href="#x"', 'href=""', "an empty link"),
    ],
)
def test_a_broken_link_is_found(site, capsys, page, right, wrong, says):
    text = (site / page).read_text()
    assert right in text
    (site / page).write_text(text.replace(right, wrong))
    assert main([site]) == 1
    out = capsys.readouterr().out
    assert says in out
    assert "1 broken" in out


def test_nothing_to_look_at_is_no_success(tmp_path):
    assert main([tmp_path]) == 1


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("Train on images of your own", "train-on-images-of-your-own"),
        ("`exact`, and *what* it does", "exact-and-what-it-does"),
        ("AVA4: leaning; AVA5: both", "ava4-leaning-ava5-both"),
        ("See [there](x.md) – now", "see-there--now"),
    ],
)
def test_headings_are_named_as_github_names_them(heading, name):
    assert anchor(heading) == name
