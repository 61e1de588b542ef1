"""The study of a rare class as a page, a picture and a table of all numbers."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image

from avanp.files import write_whole
from avanp.papers.dfc import imbalance_shown, released_shown
from avanp.papers.dfc.head import LINEAR
from avanp.papers.dfc.imbalance_notes import notes
from avanp.papers.dfc.imbalance_verdict import judged
from avanp.papers.dfc.released import FIRST, THROWN
from avanp.papers.dfc.released_verdict import contrasts
from avanp.papers.dfc.remedies import NOTHING, PLAIN
from avanp.papers.dfc.study import IMBALANCE, RELEASED
from avanp.report import plot
from avanp.report.chart import Chart
from avanp.report.gallery import Gallery, Picture
from avanp.report.html_page import html_page
from avanp.report.page import Block, Facts, Page, Section, muted
from avanp.report.table import Table
from avanp.report.text import about_seeds, listed_seeds
from avanp.runs.folder import Rows, read_identity, read_rows

Document = Mapping[str, Any]
SAID = {
    "clean": "Synthetic images are made of the class's training images alone, and enter training "
    "alone; no group of images is on both sides.",
    RELEASED: "What the paper's program did: the parts are drawn anew once the synthetic images "
    "are in the folder, so that much of what is tested on is trained on.",
}


def report(folder: Path) -> list[Path]:
    """Write what is drawn of the study in a folder, of all its rows; return the page's path."""
    document = read_identity(folder, IMBALANCE)
    write(folder, read_rows(folder, IMBALANCE), document)
    return [folder / "report.html"]


def write(folder: Path, rows: Rows, document: Document) -> None:
    """Write ``by_n.csv``, ``report.html`` and, with Matplotlib, ``imbalance.png``.

    Parameters
    ----------
    folder : Path
        Of the study, with its ``images``.
    rows : sequence of mappings
    document : mapping
        What the study is: `avanp.papers.dfc.study.Study.identity`.
    """
    write_whole(folder / "by_n.csv", imbalance_shown.by_n(rows).encode())
    if plot.charts_available():
        write_whole(folder / "imbalance.png", plot.png(chart(rows, document)))
    write_whole(folder / "report.html", html_page(page(folder, rows, document)))


def tables(rows: Rows, document: Document) -> list[Table]:
    """Return the verdicts; as released the contrast, and how much of the test was seen."""
    minority = document["minority"]
    if document["protocol"] != RELEASED:
        larger = all(row["rest_f1"] is not None for row in rows)
        return [imbalance_shown.verdicts(judged(rows), minority, larger)]
    seeds = sorted({row["seed"] for row in rows})
    numbers = sorted({row["n"] for row in rows})
    return [
        released_shown.contrast(contrasts(rows), minority),
        released_shown.overlaps(document["counts"], numbers, seeds, minority),
    ]


def chart(rows: Rows, document: Document) -> Chart:
    """Return differences to nothing against the images added."""
    return imbalance_shown.chart(rows, document["minority"])


def page(folder: Path, rows: Rows, document: Document) -> Page:
    """Return the study as a page."""
    minority, seeds = document["minority"], sorted({row["seed"] for row in rows})
    said = SAID[document["protocol"]]
    blocks: dict[str, list[Block]] = {
        "Verdicts": [*tables(rows, document)],
        "By images added": [chart(rows, document), imbalance_shown.all_numbers(rows)],
        "Images": [images(folder, rows)],
        "What was run": [Facts(facts(rows, document))],
    }
    lead = [muted(f"Protocol {document['protocol']}: {about_seeds(seeds)}. {said}")]
    lead += [muted(line) for line in notes(rows, minority)]
    sections = [Section(t.split()[0].lower(), t, some) for t, some in blocks.items()]
    return Page(f"Do more images help the class {minority!r}?", lead, sections, [])


def facts(rows: Rows, document: Document) -> dict[str, str]:
    """Return what was run: the study's document, and of its rows what may grow."""
    names = dict.fromkeys(row["method"].removesuffix(FIRST) for row in rows)
    made = [name for name in names if name not in (NOTHING, THROWN, *PLAIN)]
    seeds = sorted({row["seed"] for row in rows})
    more = {"generator": ", ".join(made), "seeds": listed_seeds(seeds), "head": LINEAR}
    return more | {key: str(value) for key, value in document.items() if key != "format"}


def images(folder: Path, rows: Rows) -> Gallery | None:
    """Return the first images that each method added, below what they were made of."""
    names = ["sources", *dict.fromkeys(row["method"] for row in rows)]
    paths = {name: folder / "images" / f"{name}.png" for name in names}
    there = {name: path for name, path in paths.items() if path.is_file()}
    if not there:
        return None
    with Image.open(next(iter(there.values()))) as strip:
        width = strip.height  # taken for square where they are not
    return Gallery(
        "images",
        "Images that were added, and what they were made of",
        "",
        [*there],
        [(f"seed {rows[0]['seed']}", [Picture(p, "", f"Images: {n}") for n, p in there.items()])],
        width,
    )
