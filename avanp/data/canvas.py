"""Drawing in whole numbers: four sub-pixels a side, so that edges are smooth on every machine.

Only integer arithmetic is used: no square root, sine or floating-point rounding can differ between
platforms, and the pixels can be pinned by a hash.
"""

import numpy as np

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
