"""`omniglot`: letters of fifty alphabets, each drawn by twenty people."""

import os

import numpy as np

from avanp.data.card import Card, Download
from avanp.data.find import find_files, missing
from avanp.data.images import ImageSet, numbered
from avanp.data.readers.npz import read_npz
from avanp.errors import AvanpError

FILES = {
    "images_background.npz": "8bf84167413cd00beacdce3fe582f780ab538d8dbef043a6d688f2527bbce199",
    "images_evaluation.npz": "0b84c7ffd94c4841c0040e529c86a82eaaccb986d8eadad5673f7991b7475276",
}
CHARACTERS = {"images_background.npz": 964, "images_evaluation.npz": 659}
DRAWERS, SIDE = 20, 105
FOLDER = (
    "https://raw.githubusercontent.com/bitsandscraps/omniglot/"
    "9514cfd6780ed78e96a4d88bae8c85f3ee31359e/"
)

CARD = Card(
    name="omniglot",
    what="handwritten letters, white on black",
    origin="B. Lake et al., arrays of github.com/bitsandscraps/omniglot",
    licence="MIT",
    count=32_460,
    width=SIDE,
    height=SIDE,
    channels=1,
    pixel_sha256="ef42b66b6ae0129d0d26378ae0a99476c47ebe0236c94e4ed39a6d19c9ee55ea",
    label_sha256="3ba9c7ac83af3cdd4759eff78073bc60ad8210abe5bb8ebbf4bb210c592e95bf",
    splits={"train": 19_280, "test": 13_180},
    files=FILES,
    downloads=(
        Download(FOLDER + "images_background.npz", FILES["images_background.npz"], 3_340_794),
        Download(FOLDER + "images_evaluation.npz", FILES["images_evaluation.npz"], 2_415_269),
    ),
)


def omniglot() -> ImageSet:
    """Return all drawings of Omniglot, 105x105 grey, ink 255 on 0; a class is a letter.

    In the files ink is False; here it is 255, as in MNIST. Training images are the background
    alphabets, test images those of the evaluation: no letter is in both.
    """
    found = find_files(CARD, FILES)
    if found is None:
        raise missing(CARD)
    images = np.empty((CARD.count, SIDE, SIDE, 1), np.uint8)
    start = 0
    for file, path in found.items():
        arrays = read_npz(path, ["images"])
        shape = (CHARACTERS[file], DRAWERS, SIDE, SIDE)
        ink = arrays.get("images")
        if ink is None or ink.dtype != bool or ink.shape != shape:
            raise AvanpError(f"{path!r} does not hold Omniglot's boolean {shape} images")
        stop = start + CHARACTERS[file] * DRAWERS
        flat = ink.reshape(-1, SIDE, SIDE)
        np.multiply(~flat, np.uint8(255), out=images[start:stop, :, :, 0])
        start = stop
    letters = sum(CHARACTERS.values())
    return ImageSet(
        CARD.name,
        images,
        numbered(CARD.count),
        os.path.dirname(next(iter(found.values()))),
        labels=np.repeat(np.arange(letters), DRAWERS),
        classes=tuple(f"letter {i}" for i in range(letters)),
        splits={"train": slice(0, 19_280), "test": slice(19_280, None)},
    )
