"""The words of a chart, in lines that fit."""

import textwrap

from avanp.report.chart import Panel

FONT = 13  # pixels
WIDE_LETTER = 0.6  # of the size of letters: the width of one, on average and somewhat more
EDGE = 60  # pixels left of a panel, where its numbers are


def titled(panel: Panel, width: int) -> str:
    return fitted("\n".join(filter(None, [panel.title, panel.note])), width - EDGE, FONT)


def fitted(text: str, width: int, size: int) -> str:
    """Text in lines that are no wider than so many pixels: what is wider would be cut off."""
    most = int(width / (WIDE_LETTER * size))
    return "\n".join(textwrap.fill(line, most) for line in _whole(text).split("\n"))


def _whole(text: str) -> str:
    """Text without half characters, which no font has."""
    return text.encode("utf-8", "replace").decode()
