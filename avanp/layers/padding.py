"""How many zeros a convolution adds around an image."""

from typing import Any

from avanp.errors import AvanpError

Pair = tuple[int, int]
Pads = tuple[Pair, Pair]
Padding = str | int | tuple[Pair, Pair]

WAYS = "'same', 'valid', a whole number from 0, or ((top, bottom), (left, right))"


def pair(name: str, value: Any, least: int = 1) -> Pair:
    """Return `value`, a whole number or two, as two; `name` is for the error."""
    two = value if isinstance(value, tuple | list) else (value, value)
    if len(two) != 2 or not all(_whole(v) and v >= least for v in two):
        raise AvanpError(f"{name}={value!r}: give a whole number from {least}, or two")
    return int(two[0]), int(two[1])


def resolve(padding: Padding, size: Pair, kernel: Pair, stride: Pair) -> Pads:
    """Return ((top, bottom), (left, right)) for an image of `size`, (height, width).

    "same" is TensorFlow's: the output has ceil(size / stride) places, and where the zeros cannot
    be halved the bottom and the right get one more. "valid" is none.

    Parameters
    ----------
    padding : {"same", "valid"}, int, or ((top, bottom), (left, right))
    size, kernel, stride : (int, int)
        Of the image, the kernel and its steps: height, width.

    Raises
    ------
    AvanpError
        At any other text or number.
    """
    if padding == "same":
        rows, columns = (
            max((-(-n // s) - 1) * s + k - n, 0)
            for n, k, s in zip(size, kernel, stride, strict=True)
        )
        return (rows // 2, rows - rows // 2), (columns // 2, columns - columns // 2)
    return fixed(padding)


def fixed(padding: Any) -> Pads:
    """Return ((top, bottom), (left, right)) of a padding that does not depend on the image."""
    if padding == "valid":
        return (0, 0), (0, 0)
    if _whole(padding) and padding >= 0:
        return (int(padding), int(padding)), (int(padding), int(padding))
    try:
        (top, bottom), (left, right) = padding
    except (TypeError, ValueError):
        raise AvanpError(f"padding={padding!r}: choose {WAYS}") from None
    if not all(_whole(p) and p >= 0 for p in (top, bottom, left, right)):
        raise AvanpError(f"padding={padding!r}: choose {WAYS}")
    return (int(top), int(bottom)), (int(left), int(right))


def check(padding: Padding) -> Padding:
    """Return `padding`, or say what it may be."""
    if padding != "same":
        fixed(padding)
    return padding


def _whole(value: Any) -> bool:
    return hasattr(value, "__index__") and not isinstance(value, bool)
