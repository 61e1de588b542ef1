"""Links that lead nowhere, in Markdown pages and in built HTML: python tests/links.py PATH …

A path is a page or a folder. Files beside the page and #anchors in them are looked up; what is on
the network is not. Prints a line for each broken link, and ends with 1 if there is one.
"""

import re
import sys
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).parents[1]
PAGES = ("README.md", "docs", "examples/README.md", "datasets/README.md", "bench/README.md")


class Page(HTMLParser):
    """The links and the anchors of an HTML page, or of the HTML in a Markdown page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src") and value is not None:
                self.links.append(value)
            elif tag == "meta" and name == "content" and "url=" in (value or ""):
                self.links.append((value or "").split("url=")[1])
            elif name == "id" or (name == "name" and tag == "a"):
                self.anchors.add(value or "")


@cache
def parsed(path: Path) -> Page:
    text = path.read_text(encoding="utf-8")
    return markdown(text) if path.suffix == ".md" else Page(text)


def markdown(text: str) -> Page:
    """A Markdown page as GitHub reads it: its links, and an anchor for each heading."""
    # Code is not a link, whatever is in it; of a heading's code the words count.
    text = re.sub(r"^(```|~~~).*?^\1", "", text, flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#{1,6} +(.*?) *#*$", text, re.MULTILINE)
    text = re.sub(r"(`+).*?\1", "code", text)
    page = Page(text)
    page.links += re.findall(r"\]\(<?([^()\s>]*(?:\([^()]*\))?[^()\s>]*)>?(?: \"[^\"]*\")?\)", text)
    page.links += re.findall(r"^\[[^\]]+\]: +<?(\S+?)>?(?: |$)", text, re.MULTILINE)
    for heading in headings:
        slug = name = anchor(heading)
        again = 0
        while slug in page.anchors:
            again += 1
            slug = f"{name}-{again}"
        page.anchors.add(slug)
    return page


def anchor(heading: str) -> str:
    """What GitHub calls a heading: lower case, no punctuation, hyphens for spaces."""
    plain = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    return re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")


def broken(page: Path) -> Iterator[str]:
    """Yield what is wrong with each link of a page that leads nowhere."""
    for link in parsed(page).links:
        url = urlsplit(link)
        if url.scheme or url.netloc:
            continue
        target = (page.parent / unquote(url.path)).resolve() if url.path else page
        if target.is_dir() and page.suffix == ".html":
            target /= "index.html"
        if not target.exists():
            yield f"{link}: there is no {target.name}"
        elif url.fragment and not has(target, unquote(url.fragment)):
            yield f"{link}: {target.name} has no #{url.fragment}"
        elif not link:
            yield "an empty link"


def has(target: Path, fragment: str) -> bool:
    if target.suffix in (".md", ".html"):
        return fragment in parsed(target).anchors
    # A line of a source file, #L12 or #L12-L20.
    lines = re.fullmatch(r"L(\d+)(?:-L(\d+))?", fragment)
    if not lines or not target.is_file():
        return False
    return int(lines[2] or lines[1]) <= len(target.read_text(encoding="utf-8").splitlines())


def pages(paths: list[Path]) -> list[Path]:
    """The pages among the paths and below them."""
    found: list[Path] = []
    for path in paths:
        below = [p for p in sorted(path.rglob("*")) if p.suffix in (".md", ".html")]
        found += below if path.is_dir() else [path]
    return found


def main(paths: list[Path]) -> int:
    looked_at = pages(paths)
    wrong = [f"{page}: {line}" for page in looked_at for line in broken(page)]
    links = sum(len(parsed(page).links) for page in looked_at)
    print("\n".join([*wrong, f"{len(looked_at)} pages, {links} links, {len(wrong)} broken"]))
    return 1 if wrong or not looked_at else 0


if __name__ == "__main__":
    sys.exit(main([Path(word) for word in sys.argv[1:]] or [ROOT / name for name in PAGES]))
