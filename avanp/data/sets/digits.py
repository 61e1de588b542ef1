"""`digits`: handwritten digits of 8x8 pixels, carried by the package."""

import os

import numpy as np

from avanp.data.card import Card
from avanp.data.images import ImageSet, numbered
from avanp.data.readers.npz import read_npz

FILE = os.path.join(os.path.dirname(__file__), "digits.npz")

CARD = Card(
    name="digits",
    what="handwritten digits, white on black",
    origin="E. Alpaydin and C. Kaynak, UCI, doi:10.24432/C50P49 (test part); scikit-learn's copy",
    licence="CC BY 4.0",
    count=1797,
    width=8,
    height=8,
    channels=1,
    pixel_sha256="c84c812f3bdf38eadd64b464f9fe3b15eceebfda60ef0a01206edab76f1436c3",
    label_sha256="a3c91c262eddcf7ba8f0e37507c30284493c9b20412ffe4af30d536401f7ba21",
)


def digits() -> ImageSet:
    """Return 1797 handwritten digits, 8x8 grey, with labels 0-9; always there.

    The values 0..16 of the source became bytes as round(255 v / 16).
    """
    arrays = read_npz(FILE, ["images", "labels"])
    return ImageSet(
        CARD.name,
        np.floor(arrays["images"] * (255 / 16) + 0.5).astype(np.uint8)[..., None],
        numbered(CARD.count),
        "built in",
        labels=arrays["labels"].astype(np.int64),
        classes=tuple("0123456789"),
    )
