"""Winograd's transforms (Lavin, Gray 2016) as formulas.

    y = A^T [(G g) * (B^T d)]

F(4, 3): 4 sums of 3 products of g and d, by 6 products in place of 12. F(4, 2): 4 sums of 2 by 5
in place of 8. F(3, 4), F(2, 4): 3 or 2 sums of 4 by 6 or 5, a gradient of a kernel. Each function
is one of the matrices applied to a sequence of values: NumPy arrays, or vectors of instructions.
Applied to the columns of a patch and then to its rows they give F(4x4, 3x3), F(4x4, 2x2) and their
gradients.
"""

from typing import Any


def image(d0: Any, d1: Any, d2: Any, d3: Any, d4: Any, d5: Any) -> list[Any]:
    """Apply B^T, 6 to 6."""
    p, q, r, s = d4 - 4.0 * d2, d3 - 4.0 * d1, d4 - d2, 2.0 * (d3 - d1)
    return [
        4.0 * d0 - 5.0 * d2 + d4, p + q, p - q, r + s, r - s, 4.0 * d1 - 5.0 * d3 + d5,
    ]  # fmt: skip


def kernel(g0: Any, g1: Any, g2: Any) -> list[Any]:
    """Apply G, 3 to 6."""
    a, b = (g0 + g2) * (-1 / 6), g1 * (1 / 6)
    c, d = g0 * (1 / 24) + g2 * (1 / 6), g1 * (1 / 12)
    return [0.25 * g0, a - b, a + b, c + d, c - d, g2]


def result(m0: Any, m1: Any, m2: Any, m3: Any, m4: Any, m5: Any) -> list[Any]:
    """Apply A^T, 6 to 4."""
    s, d, s2, d2 = m1 + m2, m1 - m2, m3 + m4, m3 - m4
    return [m0 + s + s2, d + 2.0 * d2, s + 4.0 * s2, d + 8.0 * d2 + m5]


def image_of_two(d0: Any, d1: Any, d2: Any, d3: Any, d4: Any) -> list[Any]:
    """Apply the B^T of F(4, 2), 5 to 5."""
    p, q = d3 - 2.0 * d2, d3 - d1
    return [
        2.0 * d0 - d1 + p, q - d1 - d2, p - d2 + 2.0 * d1, q, d4 - d2 - 2.0 * q,
    ]  # fmt: skip


def kernel_of_two(g0: Any, g1: Any) -> list[Any]:
    """Apply the G of F(4, 2), 2 to 5."""
    s, d = (g0 + g1) * -0.5, (g0 - g1) * (-1 / 6)
    return [0.5 * g0, s, d, g0 * (1 / 6) + g1 * (1 / 3), g1]


def result_of_two(m0: Any, m1: Any, m2: Any, m3: Any, m4: Any) -> list[Any]:
    """Apply the A^T of F(4, 2), 5 to 4."""
    s, d = m1 + m2, m1 - m2
    return [m0 + s + m3, d + 2.0 * m3, s + 4.0 * m3, d + 8.0 * m3 + m4]


def near(g0: Any, g1: Any, g2: Any, g3: Any) -> list[Any]:
    """Apply the first half of the G of F(3, 4), which is `SCALES` times too large."""
    even, odd = g0 + g2, g1 + g3
    return [g0, even + odd, even - odd]


def far(g0: Any, g1: Any, g2: Any, g3: Any) -> list[Any]:
    """Apply the second half of the G of F(3, 4)."""
    even, odd = g0 + 4.0 * g2, 2.0 * g1 + 8.0 * g3
    return [even + odd, even - odd, g3]


SCALES = (1 / 4, -1 / 6, -1 / 6, 1 / 24, 1 / 24, 1.0)


def three(m0: Any, m1: Any, m2: Any, m3: Any, m4: Any, m5: Any) -> list[Any]:
    """Apply the A^T of F(3, 4), 6 to 3."""
    return [m0 + m1 + m2 + m3 + m4, m1 - m2 + 2.0 * (m3 - m4), m1 + m2 + 4.0 * (m3 + m4) + m5]


def gradient(g0: Any, g1: Any, g2: Any, g3: Any) -> list[Any]:
    """Apply the G of F(3, 4), 4 to 6, which is `SCALES` times too large."""
    return near(g0, g1, g2, g3) + far(g0, g1, g2, g3)


def gradient_of_two(g0: Any, g1: Any, g2: Any, g3: Any) -> list[Any]:
    """Apply the G of F(2, 4), 4 to 5, which is `SCALES_OF_TWO` times too large."""
    even, odd = g0 + g2, g1 + g3
    return [g0, even + odd, even - odd, g0 + 2.0 * g1 + 4.0 * g2 + 8.0 * g3, g3]


SCALES_OF_TWO = (1 / 2, -1 / 2, -1 / 6, 1 / 6, 1.0)


def two(m0: Any, m1: Any, m2: Any, m3: Any, m4: Any) -> list[Any]:
    """Apply the A^T of F(2, 4), 5 to 2."""
    return [m0 + m1 + m2 + m3, m1 - m2 + 2.0 * m3 + m4]
