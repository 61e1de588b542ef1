"""A page as Markdown, with the pictures that lie beside it."""

from collections.abc import Iterator
from pathlib import Path

from avanp.report.chart import Chart
from avanp.report.gallery import Gallery
from avanp.report.markdown import drawn, image, pipes, plain, written
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
    Strong,
    Text,
)
from avanp.report.plot import MISSING, charts_available
from avanp.report.table import Table


def markdown_page(page: Page, directory: Path) -> bytes:
    """Return a page as Markdown, encoded as UTF-8.

    A chart is the picture ``NAME.png`` of the folder, a gallery ``sheets/NAME.png``, where it is
    there.

    Parameters
    ----------
    page : Page
    directory : Path
        The folder of the run.
    """
    found = [f"# {plain(page.title)}", *_blocks(page.lead, directory)]
    if not charts_available():
        found.append(MISSING)
    for section in page.sections:
        if section.only != "html":
            found += [f"## {plain(section.title)}", *_blocks(section.blocks, directory)]
    return ("\n\n".join([*found, *_blocks(page.foot, directory)]) + "\n").encode("utf-8", "replace")


def _blocks(blocks: Blocks, directory: Path) -> Iterator[str]:
    for block in blocks:
        yield from _block(block, directory)


def _block(block: Block, directory: Path) -> Iterator[str]:
    match block:
        case Table():
            if block.captioned:
                yield f"**{plain(block.title)}**"
            yield drawn(block)
        case Chart():
            yield from _there(directory / f"{block.name}.png", block.title, directory)
        case Gallery():
            yield from _there(directory / "sheets" / f"{block.name}.png", block.title, directory)
        case Text():
            yield "".join(map(_words, block.parts))
        case Items():
            yield "\n".join(
                f"{i}. {plain(name)}: {plain(said)}"
                for i, (name, said) in enumerate(block.items, 1)
            )
        case Facts():
            yield pipes(
                ["", ""], [[plain(name), plain(said)] for name, said in block.named.items()]
            )
        case Picture():
            yield from _there(block.path, block.words, directory)
        case Beside():
            for name, mark, inner in block.columns:
                yield f"**{plain(name)}** {written(mark)}"
                yield from _blocks(inner, directory)
        case Part():
            yield f"### {plain(block.title)}"
            yield from _blocks(block.blocks, directory)


def _there(path: Path, words: str, directory: Path) -> Iterator[str]:
    if path.is_file():
        yield image(path.resolve().relative_to(directory.resolve()).as_posix(), words)


def _words(part: str) -> str:
    if isinstance(part, Code):
        return f"`{part}`"
    said = plain(part)
    # Blanks at the ends keep words apart.
    before, after = " " * part.startswith(" "), " " * part.endswith(" ")
    return before + (f"**{said}**" if isinstance(part, Strong) else said) + after
