"""The two figures of the built-in set, 22x22 pixels each, one letter a pixel."""

import numpy as np

INK = {
    # the tiger and the foliage behind it
    ".": (40, 74, 24),
    ",": (78, 122, 40),
    "k": (24, 17, 12),
    "d": (160, 70, 20),
    "o": (214, 110, 34),
    "l": (240, 158, 74),
    "w": (252, 246, 232),
    "g": (196, 186, 172),
    "n": (206, 110, 100),
    "e": (232, 206, 60),
    # the dragon and the waves behind it
    "s": (22, 128, 206),
    "S": (66, 184, 232),
    "K": (8, 28, 72),
    "m": (20, 78, 158),
    "c": (84, 206, 236),
    "C": (176, 236, 248),
    "W": (240, 252, 255),
    "E": (255, 226, 92),
}

# The left half of a face; the right half is its mirror image.
TIGER_HALF = """
.,....,..,.
..kkk...,..
.kwwok.dook
.kwndoolokk
.kkdokklooo
..kokkokkkk
.,koolooooo
.koookwwkol
.okoowwwkol
kooookkkkol
kkkookeekol
kooolkkkool
kwkoolllooo
kwwkkoolnnn
.kwooolwnnn
kkwwkwwwwnk
.dkwwkwkwwk
.odkwwwwkkk
dookkwwwwnn
oodokkgwwww
odkoodkkggg
dookoodokkk
"""

DRAGON = """
ssssSSSsssssssssssssWs
sSSSsssssssssssssssWWs
SssssssssssssssssWWCss
sssssssssssssssWWCCsss
sssssssssssssWWCCsssWS
ssssssssssKKKWCCsssWWs
sssssssssKmmmKKKssWCss
ssSSsssssKmWKmmmKKCsWW
sSssssKKKmKKKKmmmmKWCs
ssKKKKcccKEEkKcmmmKCss
sKmmccccccEkKcccmmmKWW
KmKcccccccccccccmmmKCs
KmmcccCCCcccccccmmmmKs
KcccCCKWKWKccCccKmmmKW
sKWKWKkkkkkKcCcccmmmKC
ssWsKkkkkkkkKcccKmmmmK
sssKnnnkkkkkKcCccmmmmK
ssWKWKnnnkKWKcCcKmmmmm
sKcWcCWKWKWcccCKWCmmmm
ssKccccCCcccCCKKWCmmmm
sSsKKKccccCCKKKWWCCmmm
SSssssKKKKKKKsKWCCmmmm
"""


def _paint(rows: list[str]) -> np.ndarray:
    return np.array([[INK[letter] for letter in row] for row in rows], dtype=np.uint8)


def tiger() -> np.ndarray:
    """Return the (22, 22, 3) uint8 tiger's face."""
    return _paint([half + half[::-1] for half in TIGER_HALF.split()])


def dragon() -> np.ndarray:
    """Return the (22, 22, 3) uint8 dragon's head, looking left."""
    return _paint(DRAGON.split())
