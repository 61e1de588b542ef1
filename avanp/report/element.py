"""HTML elements whose text is escaped: what is not `Markup` never becomes markup."""

import base64
from collections.abc import Iterable
from html import escape

VOID = {"br", "img", "input", "meta"}  # of HTML


class Markup(str):
    """Finished HTML. Only this module makes it out of text."""


Child = str | Iterable["Child"] | None


def el(name: str, /, *children: Child, **attributes: str | float | bool | None) -> Markup:
    """Return an element.

    Parameters
    ----------
    name : str
        Its name.
    children : str, Markup, iterables of them, or None
        Text is escaped; `Markup` stands as it is; None is nothing.
    attributes : str, number, bool or None
        ``class_`` is ``class`` and ``aria_label`` ``aria-label``. True is an attribute without a
        value, None and False none at all.
    """
    said = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in VOID:
        return Markup(f"<{name}{said}>")
    return Markup(f"<{name}{said}>{join(children)}</{name}>")


def join(children: Child) -> Markup:
    """Return children beside each other, without an element around them."""
    if children is None:
        return Markup()
    if isinstance(children, Markup):
        return children
    if isinstance(children, str):
        return Markup(escape(children))
    return Markup("".join(join(child) for child in children))


def unseen(text: str) -> Markup:
    """Return text for a screen reader alone."""
    return el("span", text, class_="unseen")


def stylesheet(text: str) -> Markup:
    """Return a style element of the package's own rules, in which nothing is foreign."""
    return Markup(f"<style>{text}</style>")


def svg(drawn: str, size: tuple[int, int], words: str) -> Markup:
    """Return an SVG element of what Matplotlib drew, which has escaped its text, and its words."""
    width, height = size
    about = f'viewBox="0 0 {width} {height}" role="img" aria-label="{escape(words)}"'
    return Markup(f"<svg {about}>{drawn}</svg>")


def data_uri(content: bytes, kind: str) -> str:
    """Return a picture as an address that holds it; `kind` is ``png``, ``webp`` …"""
    return f"data:image/{kind};base64,{base64.b64encode(content).decode('ascii')}"


def _attribute(key: str, value: str | float | bool | None) -> str:
    name = key.rstrip("_").replace("_", "-")
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'
