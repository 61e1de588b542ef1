"""Plots of a fitted estimator on Matplotlib's axes."""

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np

from avanp.errors import AvanpError, extra
from avanp.pictures.pixels import to_rgb
from avanp.pictures.sheets import contact_sheet, labelled_rows


def draw_history(rows: Sequence[Mapping[str, Any]], system: Any, ax: Any) -> Any:
    """Draw what the training measured against epochs: the monitored term, or all with a column."""
    ax = _axes(ax)
    shown = [system.monitor] if system.monitor else [k for k, t in system.terms.items() if t.column]
    for name in shown:
        for key, style in ((name, "-"), (f"validation.{name}", "--")):
            points = [(row["epoch"], row[key]) for row in rows if key in row]
            if points:
                ax.plot(*zip(*points, strict=True), style, label=key)
    ax.set_xlabel("epoch")
    if ax.lines:
        ax.legend()
    return ax


def draw_picture(images: Mapping[str, np.ndarray], ax: Any) -> Any:
    """Draw named rows of images, or the sheet of images without a name."""
    ax = _axes(ax)
    picture = contact_sheet(to_rgb(images[""])) if "" in images else labelled_rows(images)
    ax.imshow(np.asarray(picture))
    ax.set_axis_off()
    return ax


def _axes(ax: Any) -> Any:
    if ax is not None:
        return ax
    if find_spec("matplotlib") is None:
        raise AvanpError(f"a plot needs matplotlib: {extra('plot')}")
    from matplotlib import pyplot

    return pyplot.gca()
