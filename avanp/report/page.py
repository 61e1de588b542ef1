"""The frame of a page: head, skip link, contents, main part, foot."""

from collections.abc import Sequence
from importlib.resources import files

from avanp.report.element import Child, Markup, el, stylesheet

# Nothing is fetched and nothing runs, whatever has come into the page.
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"

Section = tuple[str, str, Markup]


def document(title: str, lead: Child, sections: Sequence[Section], foot: Child) -> str:
    """Return a whole HTML page in one file, to be written as UTF-8.

    Parameters
    ----------
    title : str
    lead : Child
        What stands below the title.
    sections : sequence of (id, heading, content)
        The parts, each with a second-level heading and a place in the contents.
    foot : Child
    """
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", http_equiv="Content-Security-Policy", content=POLICY),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("title", title),
        stylesheet(files("avanp.report").joinpath("style.css").read_text("utf-8")),
    )
    contents = [el("li", el("a", heading, href=f"#{name}")) for name, heading, _ in sections]
    body = el(
        "body",
        el("a", "To the content", href="#content", class_="skip"),
        el("header", el("h1", title), lead),
        el("nav", el("ul", contents), aria_label="Contents"),
        el(
            "main",
            [
                el(
                    "section",
                    el("h2", heading, id=f"{name}-title"),
                    content,
                    id=name,
                    aria_labelledby=f"{name}-title",
                )
                for name, heading, content in sections
            ],
            id="content",
            tabindex="-1",
        ),
        el("footer", foot),
    )
    return f"<!DOCTYPE html>\n{el('html', head, body, lang='en')}\n"
