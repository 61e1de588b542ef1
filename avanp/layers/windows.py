"""What pooling layers ask of their windows and images."""

from avanp.errors import AvanpError
from avanp.layers.base import Array


def window_shape(size: int, stride: int | None) -> tuple[int, int]:
    """Return size and stride, the stride being the size where it is not given."""
    stride = size if stride is None else stride
    if size < 1 or stride < 1:
        raise AvanpError(f"a pool needs size and stride of at least 1, not {size} and {stride}")
    return size, stride


def require_images(x: Array, size: int = 1) -> None:
    """Raise an `AvanpError` unless x is (B, H, W, C) and a window of `size` fits in."""
    if x.ndim != 4 or min(x.shape[1:3]) < size:
        raise AvanpError(f"a pool of {size}x{size} needs images (B, H, W, C), not x of {x.shape}")
