"""`omniglot-alphabets`: Omniglot at 28x28, a class is an alphabet, as papers on VAEs have it."""

import numpy as np

from avanp.data.card import Card
from avanp.data.decode import resize
from avanp.data.images import ImageSet
from avanp.data.sets.omniglot import CARD as LETTERS
from avanp.data.sets.omniglot import DRAWERS, omniglot
from avanp.data.size import Size
from avanp.errors import AvanpError

SIDE = 28
# The first of the twenty who drew each letter are for training: 24,345 drawings.
TRAINED = 15
# In the order of the files, which is no alphabetical one, with the letters of each. It was read off
# the drawings; and at each change others have drawn, which a test of the hands finds again.
ALPHABETS = {
    "Arcadian": 26, "Armenian": 41, "Asomtavruli (Georgian)": 40, "Balinese": 24, "Bengali": 46,
    "Blackfoot": 14, "Braille": 26, "Cyrillic": 33, "Early Aramaic": 22, "Syriac (Estrangelo)": 23,
    "Anglo-Saxon Futhorc": 29, "Futurama": 26, "Grantha": 43, "Greek": 24, "Gujarati": 48,
    "Hebrew": 22, "Japanese (hiragana)": 52, "Inuktitut": 16, "Malay (Jawi)": 40,
    "Japanese (katakana)": 47, "Korean": 40, "Latin": 26, "Alphabet of the Magi": 20,
    "Mkhedruli (Georgian)": 41, "Burmese": 34, "N'Ko": 33, "Ojibwe": 14, "Sanskrit": 42,
    "Tagalog": 17, "Tifinagh": 55, "Angelic": 20, "Atemayar Qelisayer": 26, "Atlantean": 26,
    "Aurek-Besh": 26, "Avesta": 26, "Ge'ez": 26, "Glagolitic": 45, "Gurmukhi": 45, "Kannada": 41,
    "Keble": 26, "Malayalam": 47, "Manipuri": 40, "Mongolian": 30,
    "Old Church Slavonic (Cyrillic)": 45, "Oriya": 46, "Syriac (Serto)": 23, "Sylheti": 28,
    "Tengwar": 25, "Tibetan": 42, "ULOG": 26,
}  # fmt: skip

CARD = Card(
    name="omniglot-alphabets",
    what="the drawings of omniglot at 28x28, by alphabet",
    origin=LETTERS.origin,
    licence=LETTERS.licence,
    count=LETTERS.count,
    width=SIDE,
    height=SIDE,
    resizes=True,
    channels=1,
    pixel_sha256="51109bb47f50c7a1ba39b33967ec35f1bf715b6b5372f7bd2b039af1c555be35",
    label_sha256="105f55087343aaeae27f9298eab6957450f5d84efb68295e025bdac70125f381",
    splits={"train": 24_345, "test": 8_115},
    files=LETTERS.files,
    folders=("omniglot",),
    by_hand="avanp data fetch omniglot",
)


def omniglot_alphabets(size: Size | None = None) -> ImageSet:
    """Return Omniglot at 28x28, grey, ink light on 0; a class is one of the fifty alphabets.

    Training images are by the first fifteen of the twenty who drew each letter, test images by
    the others: every letter is in both.
    """
    try:
        letters = omniglot()
    except AvanpError as error:
        raise AvanpError(str(error).replace(f"{LETTERS.name} is", f"{CARD.name} is")) from None
    drawer = np.arange(len(letters)) % DRAWERS
    order = np.argsort(drawer >= TRAINED, kind="stable")
    small = np.stack([resize(image, size or (SIDE, SIDE)) for image in letters.images[order]])
    of_letter = np.repeat(np.arange(len(ALPHABETS)), tuple(ALPHABETS.values()))
    assert letters.labels is not None
    train = CARD.splits["train"]
    return ImageSet(
        CARD.name,
        small,
        [letters.names[i] for i in order],
        letters.source,
        labels=of_letter[letters.labels[order]],
        classes=tuple(ALPHABETS),
        splits={"train": slice(0, train), "test": slice(train, None)},
    )
