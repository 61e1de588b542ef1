"""An HTML page as a list of elements, each with its attributes, text and ancestors."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"br", "img", "input", "meta"}


@dataclass
class Element:
    name: str
    attributes: dict[str, str | None]
    inside: list[str]
    text: str = ""
    children: "list[Element]" = field(default_factory=list)

    def get(self, key: str) -> str | None:
        return self.attributes.get(key)

    def all(self, name: str) -> "list[Element]":
        """Return the elements of a name below this one."""
        below = [e for child in self.children for e in [child, *child.all(name)]]
        return [e for e in below if e.name == name]


class Page(HTMLParser):
    """Refuses markup that does not nest."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self.feed(text)
        self.close()
        assert not self._open, f"left open: {[e.name for e in self._open]}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({key for key, _ in attrs}) == len(attrs), f"{tag}: an attribute twice"
        element = Element(tag, dict(attrs), [e.name for e in self._open])
        self.elements.append(element)
        if self._open:
            self._open[-1].children.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self._open[-1].name == tag, f"</{tag}> closes <{self._open[-1].name}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def all(self, *names: str) -> list[Element]:
        return [e for e in self.elements if e.name in names]

    def one(self, name: str, /, **attributes: str) -> Element:
        found = [
            e
            for e in self.all(name)
            if all(e.get(k.rstrip("_")) == v for k, v in attributes.items())
        ]
        assert len(found) == 1, f"{len(found)} of <{name}> with {attributes}"
        return found[0]
