"""Images side by side, without a gap: one becomes the next."""

import numpy as np

from avanp.data.sheet import contact_sheet, save_image
from avanp.pictures.pixels import to_rgb


def save_strip(
    images: np.ndarray, ends: np.ndarray | None, out: str, names: tuple[str, str] = ("", "")
) -> None:
    """Write images (N, H, W, C) in one row; `ends` (2, H, W, C) and `names` stand at its ends."""
    drawn = to_rgb(images)
    labels = None
    if ends is not None:
        first, last = to_rgb(ends)
        drawn = np.concatenate([first[None], drawn, last[None]])
        labels = [names[0], *[""] * len(images), names[1]]
    save_image(contact_sheet(drawn, columns=len(drawn), labels=labels), out)
