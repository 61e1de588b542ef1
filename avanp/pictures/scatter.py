"""Points of several classes, told apart by colour, by mark and by name."""

from collections.abc import Sequence
from importlib.util import find_spec

import numpy as np

from avanp.errors import AvanpError, extra
from avanp.pictures.plotting import plain
from avanp.pictures.save import check_picture, save_image

MARKS = "osD^vP*X<>"
COLOURS = 10  # of Matplotlib's tab10
LEGEND_ROWS = 26
DPI = 120


def check_scatter(out: str) -> None:
    """Raise an `AvanpError` where a scatter cannot be written: by its name, or no Matplotlib."""
    check_picture(out)
    if find_spec("matplotlib") is None:
        raise AvanpError(f"a scatter needs matplotlib: {extra('plot')}")


@plain()
def save_scatter(
    places: np.ndarray,
    labels: np.ndarray | None,
    classes: Sequence[str],
    out: str,
    *,
    names: tuple[str, str],
    title: str = "",
) -> None:
    """Write a picture of points.

    Parameters
    ----------
    places : ndarray (n, 2)
    labels : ndarray (n,), optional
        Each point's class, a whole number; a class's name stands in the legend and at the median
        of its points.
    classes : sequence of str
        The names of the classes.
    out : str
        A picture; its suffix is its format.
    names : (str, str)
        Of the axes.
    title : str
    """
    from matplotlib import colormaps
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from PIL import Image

    figure = Figure(figsize=(9, 7), dpi=DPI, layout="constrained")
    axes = figure.subplots()
    size = float(np.clip(6000 / len(places), 5, 40))
    if labels is None:
        axes.scatter(places[:, 0], places[:, 1], s=size, color="0.4", linewidths=0)
    else:
        for k in np.unique(labels):
            mine = places[labels == k]
            # Where the colours begin again, the mark is another.
            mark = MARKS[(k + k // COLOURS) % len(MARKS)]
            colour = colormaps["tab10"](k % COLOURS)
            axes.scatter(
                mine[:, 0],
                mine[:, 1],
                s=size,
                marker=mark,
                color=[colour],
                alpha=0.7,
                linewidths=0,
                label=classes[k],
            )
            box = {"boxstyle": "round,pad=0.2", "fc": "white", "ec": colour, "alpha": 0.85}
            axes.annotate(
                classes[k], np.median(mine, axis=0), ha="center", va="center", fontsize=8, bbox=box
            )
        many = len(np.unique(labels))
        figure.legend(
            loc="outside right upper",
            ncols=-(-many // LEGEND_ROWS),
            fontsize=9 if many <= LEGEND_ROWS else 6,
            markerscale=2,
            frameon=False,
        )
    axes.set(xlabel=names[0], ylabel=names[1], title=title)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    save_image(Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB"), out)
