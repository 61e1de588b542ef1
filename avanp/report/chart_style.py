"""How a part of a chart is drawn."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Style:
    """A colour of the page's palette, a width and dashes in pixels, and a marker of a point."""

    colour: str
    width: float = 2.5
    dashes: tuple[float, ...] = ()
    marker: str = "o"


# Lines that nearly coincide: broad ones first and thin, broken ones upon them keep every line
# visible, and tell them apart without their colours.
BROAD, MIDDLE, DASHED, DOTTED = (
    Style("one", 8),
    Style("two", 4.5),
    Style("three", 2.5, (9, 5)),
    Style("four", 1.8, (2, 3)),
)
