"""`caltech101-silhouettes`: outlines of things, filled."""

import hashlib
import io
import os

import numpy as np

from avanp.data.card import Card, Download
from avanp.data.find import find_files, missing
from avanp.data.images import ImageSet, numbered
from avanp.data.readers.guard import opened
from avanp.errors import AvanpError

FILE = "caltech101_silhouettes_28_split1.mat"
SHA256 = "eb6735e8d84b1850fabc5590124aab1755e90c9fd28123585324398405e1e42a"
SIDE = 28
PARTS = {"train": ("train", 4100), "validation": ("val", 2264), "test": ("test", 2307)}
CLASSES = tuple(
    """Airplanes Side 2|Faces 2|Faces 3|Leopards|Motorbikes 16|accordion|anchor|ant|barrel|bass
    |beaver|binocular|bonsai|brain|brontosaurus|buddha|butterfly|camera|cannon|car side
    |ceiling fan|cellphone|chair|chandelier|cougar body|cougar face|crab|crayfish|crocodile
    |crocodile head|cup|dalmatian|dollar bill|dolphin|dragonfly|electric guitar|elephant|emu
    |euphonium|ewer|ferry|flamingo|flamingo head|garfield|gerenuk|gramophone|grand piano
    |hawksbill|headphone|hedgehog|helicopter|ibis|inline skate|joshua tree|kangaroo|ketch|lamp
    |laptop|llama|lobster|lotus|mandolin|mayfly|menorah|metronome|minaret|nautilus|octopus|okapi
    |pagoda|panda|pigeon|pizza|platypus|pyramid|revolver|rhino|rooster|saxophone|schooner
    |scissors|scorpion|sea horse|snoopy|soccer ball|stapler|starfish|stegosaurus|stop sign
    |strawberry|sunflower|tick|trilobite|umbrella|watch|water lilly|wheelchair|wild cat
    |windsor chair|wrench|yin yang""".replace("\n    ", "").split("|")
)

CARD = Card(
    name="caltech101-silhouettes",
    what="filled outlines of 101 kinds of things, white on black",
    origin="B. Marlin, people.cs.umass.edu/~marlin/data.shtml",
    licence="none stated: research use",
    count=8671,
    width=SIDE,
    height=SIDE,
    channels=1,
    pixel_sha256="4392d485d18e02d2926d59191b6b4994bca310ee451ace3cd17e37e2113fbdd9",
    label_sha256="a3d143c2636c774d31f4a1c2fee236ef35c3d203d028dbaae2b0bd388bffbfe4",
    splits={part: count for part, (_, count) in PARTS.items()},
    files={FILE: SHA256},
    folders=("caltech101_silhouettes",),
    downloads=(Download(f"https://people.cs.umass.edu/~marlin/data/{FILE}", SHA256, 872_124),),
)


def caltech101_silhouettes() -> ImageSet:
    """Return Caltech-101 Silhouettes, 28x28 grey, the object 255 on 0, with labels.

    In the file the object is 0 and images are column by column; here the object is 255, as in
    MNIST, and images stand upright.
    """
    found = find_files(CARD, [FILE])
    if found is None:
        raise missing(CARD)
    read = _read(found[FILE])
    images, labels, splits, start = [], [], {}, 0
    for name, (part, count) in PARTS.items():
        columns = (read[f"{part}_data"] == 0).reshape(count, SIDE, SIDE)  # (N, column, row)
        images.append(columns.transpose(0, 2, 1) * np.uint8(255))
        labels.append(read[f"{part}_labels"].reshape(count).astype(np.int64) - 1)
        splits[name] = slice(start, start + count)
        start += count
    return ImageSet(
        CARD.name,
        np.concatenate(images)[..., None],
        numbered(CARD.count),
        os.path.dirname(found[FILE]),
        labels=np.concatenate(labels),
        classes=CLASSES,
        splits=splits,
    )


def _read(path: str) -> dict[str, np.ndarray]:
    """Read the one file that is known: SciPy's reader is not for any other."""
    from scipy.io import loadmat

    with opened(path) as file:
        content = file.read(CARD.downloads[0].size + 1)
    if hashlib.sha256(content).hexdigest() != SHA256:
        raise AvanpError(f"{path!r} is damaged, or another file: {CARD.how_to_get}")
    return loadmat(io.BytesIO(content))
