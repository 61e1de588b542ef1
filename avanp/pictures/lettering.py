"""Words on a picture, in Pillow's own font."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import ImageFont


def drawable(text: str) -> str:
    """Return text without letters that Pillow's own font lacks."""
    text = text.replace("γ", "rate")
    return "".join(c if c.isprintable() or c == "\n" else "?" for c in text)


def shortened(label: str, width: int, font: "ImageFont.FreeTypeFont | ImageFont.ImageFont") -> str:
    """Return as much of `label` as fits in `width` pixels."""
    text = drawable(label)
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(text + "...") > width:
        text = text[:-1]
    return text + "..." if text else ""
