"""Draw the frames of `jungle`, the built-in set: python datasets/draw_jungle.py [FILE.png]

A dragon or a tiger at a varying place in a bamboo jungle, in the manner of the paper's own images
(Nguyen et al. 2024) but drawn anew. Drawn in whole numbers, four sub-pixels a side, so that edges
are smooth on every machine: no square root, sine or rounding can differ between platforms.
"""

import sys

import numpy as np
from PIL import Image

SUB = 4  # sub-pixels along each side of a pixel; coordinates below are in sub-pixels

Colour = tuple[int, int, int]


class Dice:
    """Whole numbers from a fixed linear congruential sequence (Numerical Recipes' constants)."""

    def __init__(self, seed: int) -> None:
        self.state = seed

    def draw(self, low: int, high: int) -> int:
        """Return a number in low..high, both included."""
        self.state = (1664525 * self.state + 1013904223) % 2**32
        return low + (self.state >> 8) % (high - low + 1)


def blend(view: np.ndarray, inside: np.ndarray, colour: np.ndarray, opacity: int) -> None:
    """Paint `colour`, broadcast to (h, w, 3), where `inside` (h, w), at `opacity` of 256."""
    mixed = (view * (256 - opacity) + colour * opacity) >> 8
    np.copyto(view, mixed, where=inside[:, :, None])


def glow(canvas: np.ndarray, x: int, y: int, rx: int, ry: int, colour: Colour, peak: int) -> None:
    """Blend an ellipse of light: opacity `peak` of 256 in the middle, none at the edge."""
    h, w = canvas.shape[:2]
    dx = np.arange(w)[None, :] - x  # (1, w)
    dy = np.arange(h)[:, None] - y  # (h, 1)
    left = np.maximum(1024 - (1024 * dx * dx) // (rx * rx) - (1024 * dy * dy) // (ry * ry), 0)
    opacity = (peak * left * left >> 20)[:, :, None]  # (h, w, 1)
    canvas[:] = (canvas * (256 - opacity) + np.array(colour) * opacity) >> 8


def leaf(
    canvas: np.ndarray,
    x: int,
    y: int,
    dx: int,
    dy: int,
    colour: Colour,
    slender: int = 8,
    opacity: int = 256,
) -> None:
    """Draw a leaf from (x, y) to (x + dx, y + dy), `slender` times as long as it is wide."""
    h, w = canvas.shape[:2]
    margin = max(abs(dx), abs(dy)) // slender + 1
    left, right = max(min(x, x + dx) - margin, 0), min(max(x, x + dx) + margin + 1, w)
    top, bottom = max(min(y, y + dy) - margin, 0), min(max(y, y + dy) + margin + 1, h)
    px = np.arange(left, right, dtype=np.int64)[None, :] - x
    py = np.arange(top, bottom, dtype=np.int64)[:, None] - y
    length2 = dx * dx + dy * dy
    along = px * dx + py * dy  # length times the distance along the leaf
    across = px * dy - py * dx  # length times the distance from its middle line
    # The half-width is length / (2 slender) * 4 t (1 - t), with t = along / length2.
    inside = np.abs(across) * length2 * slender <= 2 * along * (length2 - along)
    lit = np.where(across > 0, 8, -8)[:, :, None]  # one half catches the light
    colours = np.clip(np.array(colour) + lit, 0, 255)
    blend(canvas[top:bottom, left:right], inside, colours, opacity)


def stalk(
    canvas: np.ndarray,
    top_x: int,
    bottom_x: int,
    width: int,
    colour: Colour,
    *,
    joint: int,
    first: int = 0,
    opacity: int = 256,
) -> None:
    """Draw a bamboo stalk over the whole height, with a joint every `joint` sub-pixels."""
    h, w = canvas.shape[:2]
    left = max(min(top_x, bottom_x) - width, 0)
    right = min(max(top_x, bottom_x) + width + 1, w)
    y = np.arange(h)[:, None]
    middle = top_x + (bottom_x - top_x) * y // h  # (h, 1)
    across = np.arange(left, right)[None, :] - middle + width // 2  # 0..width-1 inside
    inside = (across >= 0) & (across < width)
    # Brightest a third of the way in, dark towards both edges: a round stem.
    shade = 40 - 130 * np.abs(3 * across - width) // (2 * width)  # (h, w')
    phase = (y + first) % joint
    shade = shade + np.where(phase < 3, -60, np.where(phase < 6, 35, 0))
    colours = np.clip(np.array(colour) + shade[:, :, None], 0, 255)
    blend(canvas[:, left:right], inside, colours, opacity)


def reduce(canvas: np.ndarray) -> np.ndarray:
    """Return the (H, W, 3) uint8 means of SUB x SUB sub-pixels, rounded half up."""
    h, w = canvas.shape[0] // SUB, canvas.shape[1] // SUB
    sums = canvas.reshape(h, SUB, w, SUB, 3).sum(axis=(1, 3))
    return ((sums + SUB * SUB // 2) // (SUB * SUB)).astype(np.uint8)


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


PALE = (172, 200, 140)
MISTY = (120, 170, 96)
GREEN = (66, 122, 54)
YELLOW = (176, 178, 24)
LEAF_FAR = (150, 190, 130)
LEAF_NEAR = (34, 112, 34)

# (x at the top, x at the bottom, width, joint spacing) in pixels, far to near.
FAR_STALKS = ((27, 22, 2, 12), (44, 45, 5, 15), (57, 62, 3, 13), (61, 52, 2, 11), (76, 78, 3, 12))
MIDDLE_STALKS = ((3, 9, 3, 13), (22, 16, 2, 11), (15, 13, 2, 10), (79, 90, 2, 12), (97, 93, 3, 12))
NEAR_STALKS = (
    (8, 5, 3, 14), (19, 12, 3, 15), (25, 19, 2, 12), (-1, 1, 3, 13),
    (84, 88, 3, 13), (91, 97, 2, 14), (95, 98, 4, 16), (87, 83, 2, 15),
)  # fmt: skip
GOLDEN_STALKS = ((-2, 21, 3, 12), (69, 68, 5, 16))

# Directions of a spray of leaves, in pixels: bamboo leaves hang.
SPRAY = ((-7, 1), (-6, 4), (-4, 6), (-1, 8), (2, 7), (5, 6), (7, 3), (7, 0), (5, -3), (-5, -3))

FAR_SPRAYS = ((38, 4), (47, 2), (52, 12), (41, 14), (33, 40), (39, 43), (55, 24), (28, 8))
NEAR_SPRAYS = (
    (2, 6), (8, 3), (14, 5), (20, 3), (26, 6), (31, 2), (5, 11), (17, 11), (25, 13), (30, 10),
    (24, 20), (13, 17), (54, 3), (60, 1), (66, 8), (72, 4), (78, 2), (67, 15), (73, 12),
    (84, 6), (90, 3), (96, 8), (80, 11), (91, 13), (64, 22), (97, 18), (75, 41), (82, 40),
    (88, 43), (79, 46), (96, 38),
)  # fmt: skip
TWIGS = ((1, 36, 14, -14), (8, 46, 12, -16), (30, 30, -12, 8), (62, 38, 14, -10), (90, 30, -10, 16))
BIRDS = ((14, 18), (43, 27), (26, 45))


def background() -> np.ndarray:
    """Return the (64, 100, 3) uint8 background, the same bytes on every machine."""
    canvas = mist().repeat(SUB, axis=0).repeat(SUB, axis=1)  # (256, 400, 3)
    dice = Dice(36)
    _stalks(canvas, dice, FAR_STALKS, PALE, 150)
    _sprays(canvas, dice, FAR_SPRAYS, LEAF_FAR, 150)
    _stalks(canvas, dice, MIDDLE_STALKS, MISTY, 220)
    for x, y0, dx, dy in TWIGS:
        leaf(canvas, x * SUB, y0 * SUB, dx * SUB, dy * SUB, (70, 110, 60), slender=22)
    _stalks(canvas, dice, NEAR_STALKS, GREEN, 256)
    _stalks(canvas, dice, GOLDEN_STALKS, YELLOW, 256)
    _sprays(canvas, dice, NEAR_SPRAYS, LEAF_NEAR, 236)
    for x, y0 in BIRDS:
        leaf(canvas, x * SUB, y0 * SUB, -3 * SUB, -2 * SUB, (40, 52, 40), slender=3)
        leaf(canvas, x * SUB, y0 * SUB, 3 * SUB, -2 * SUB, (40, 52, 40), slender=3)
    return reduce(canvas)


def mist() -> np.ndarray:
    """Return the (64, 100, 3) int32 light behind the bamboo."""
    y = np.arange(64, dtype=np.int32)[:, None, None]
    sky = np.array((168, 200, 126)) + np.array((36, 26, 50)) * y // 64
    light = np.repeat(sky, 100, axis=1).astype(np.int32)
    glow(light, 46, 30, 40, 34, (218, 230, 136), 210)
    glow(light, 92, 62, 40, 28, (250, 253, 236), 240)
    glow(light, 36, 62, 32, 16, (242, 247, 206), 210)
    glow(light, 14, 26, 18, 14, (246, 249, 232), 190)
    return light


def _stalks(
    canvas: np.ndarray,
    dice: Dice,
    stalks: tuple[tuple[int, int, int, int], ...],
    colour: Colour,
    opacity: int,
) -> None:
    for top, bottom, width, joint in stalks:
        first = dice.draw(0, joint * SUB)
        stalk(
            canvas,
            top * SUB,
            bottom * SUB,
            width * SUB,
            colour,
            joint=joint * SUB,
            first=first,
            opacity=opacity,
        )


def _sprays(
    canvas: np.ndarray,
    dice: Dice,
    sprays: tuple[tuple[int, int], ...],
    colour: Colour,
    opacity: int,
) -> None:
    for x, y in sprays:
        for dx, dy in SPRAY:
            length = dice.draw(50, 110)  # per cent
            tone = dice.draw(-24, 30)
            red, green, blue = (min(max(c + tone, 0), 255) for c in colour)
            leaf(
                canvas,
                x * SUB + dice.draw(-4, 4),
                y * SUB + dice.draw(-4, 4),
                dx * SUB * length // 100,
                dy * SUB * length // 100,
                (red, green, blue),
                slender=4,
                opacity=opacity,
            )


# The orbit: the upper left corners (x, y) of the figure, in pixels, around the picture.
ORBIT = (
    (0, 41), (11, 28), (24, 18), (38, 8), (54, 1), (78, 3),
    (77, 19), (70, 32), (58, 42), (40, 34), (20, 42), (2, 6),
)  # fmt: skip
# One frame an image: who (d dragon, t tiger) is at which place of the orbit.
FRAMES = (
    "d0 d1 d2 d3 d4 d5 t6 t7 t8 t9 t10 t11 "
    "d0 d2 d4 d6 t8 t10 t0 t2 d9 d7 d5 t3 "
    "t1 t11 d10 d9 t7 t5 d1 d3 d6 t9 t6 t2"
)


def strip() -> np.ndarray:
    """Return the distinct frames side by side, (64, 21 * 100, 3) uint8, in order of appearance."""
    figures = {"d": dragon(), "t": tiger()}
    distinct = list(dict.fromkeys(FRAMES.split()))
    frames = np.repeat(background()[None], len(distinct), axis=0)  # (21, 64, 100, 3)
    for image, frame in zip(frames, distinct, strict=True):
        figure = figures[frame[0]]
        x, y = ORBIT[int(frame[1:])]
        image[y : y + figure.shape[0], x : x + figure.shape[1]] = figure
    return np.concatenate(list(frames), axis=1)


if __name__ == "__main__":
    out = sys.argv[1] if len(sys.argv) > 1 else "avanp/data/jungle.png"
    Image.fromarray(strip()).save(out, "PNG", optimize=True)
    print(f"written to {out}")
