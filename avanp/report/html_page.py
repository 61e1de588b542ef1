"""A page as one HTML file that fetches nothing and runs nothing."""

from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path

from avanp.report import gallery, html_table, plot
from avanp.report.chart import Chart
from avanp.report.element import Child, Markup, el, join, stylesheet
from avanp.report.embedded import embedded
from avanp.report.gallery import Gallery
from avanp.report.page import (
    Beside,
    Block,
    Blocks,
    Code,
    Facts,
    Items,
    Page,
    Part,
    Picture,
    Section,
    Strong,
    Text,
)
from avanp.report.strips import Strip, strips
from avanp.report.table import Table

# Nothing is fetched and nothing runs, whatever has come into the page.
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
Strips = Mapping[Path, Strip]


def html_page(page: Page) -> bytes:
    """Return a whole HTML page in one file, encoded as UTF-8.

    Raises
    ------
    AvanpError
        Where a picture is not an image.
    """
    sections = [section for section in page.sections if section.only != "markdown"]
    blocks = [block for one in sections for block in _every(one.blocks)]
    galleries = [block for block in blocks if isinstance(block, Gallery)]
    there = strips({path: one.image_width for one in galleries for path in one.paths})
    charts = any(isinstance(block, Chart) for block in blocks)
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", http_equiv="Content-Security-Policy", content=POLICY),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("title", page.title),
        stylesheet(files("avanp.report").joinpath("style.css").read_text("utf-8")),
    )
    contents = [el("li", el("a", one.title, href=f"#{one.name}")) for one in sections]
    body = el(
        "body",
        el("a", "To the content", href="#content", class_="skip"),
        el(
            "header",
            el("h1", page.title),
            _blocks(page.lead, there),
            plot.missing() if charts else None,
        ),
        el("nav", el("ul", contents), aria_label="Contents"),
        el("main", [_section(one, there) for one in sections], id="content", tabindex="-1"),
        el("footer", _blocks(page.foot, there)),
    )
    text = f"<!DOCTYPE html>\n{el('html', head, body, lang='en')}\n"
    return text.encode("utf-8", "replace")


def _every(blocks: Blocks) -> Iterator[Block]:
    """Yield blocks and those in their parts."""
    for block in blocks:
        yield block
        if isinstance(block, Part):
            yield from _every(block.blocks)


def _section(section: Section, there: Strips) -> Markup:
    title = f"{section.name}-title"
    heading = el("h2", section.title, id=title)
    content = _blocks(section.blocks, there)
    return el("section", heading, content, id=section.name, aria_labelledby=title)


def _blocks(blocks: Blocks, there: Strips) -> Markup:
    return join([_block(block, there) for block in blocks])


def _block(block: Block, there: Strips) -> Markup | None:
    match block:
        case Table():
            return html_table.drawn(block)
        case Chart():
            return plot.in_page(block)
        case Gallery():
            return gallery.in_page(block, there)
        case Text():
            return el("p", [_words(part) for part in block.parts], class_=block.look or None)
        case Items():
            items = [el("li", name, ": ", el("small", said)) for name, said in block.items]
            return el("ol", items, class_="parts")
        case Facts():
            named = block.named.items()
            return el("dl", [[el("dt", name), el("dd", _words(said))] for name, said in named])
        case Picture():
            return _picture(block)
        case Beside():
            columns = [
                el("div", el("h4", f"{name} ", html_table.words(mark)), _blocks(inner, there))
                for name, mark, inner in block.columns
            ]
            return el("div", columns, class_="outcomes")
        case Part():
            heading = el("h3", block.title, id=f"{block.name}-title" if block.name else None)
            inner = _blocks(block.blocks, there)
            if not block.name:
                return join([heading, inner])
            return el("div", heading, inner, id=block.name, class_="part")
    return None


def _words(part: str) -> Child:
    if isinstance(part, Code):
        return el("code", part)
    return el("strong", part) if isinstance(part, Strong) else part


def _picture(picture: Picture) -> Markup:
    image = embedded(picture.path, picture.words)
    if picture.wide:
        image = el(
            "div", image, class_="scroll wide", role="region", aria_label=picture.words,
            tabindex="0",
        )  # fmt: skip
    return el("figure", el("figcaption", picture.caption) if picture.caption else None, image)
