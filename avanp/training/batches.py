"""What a trainer is given, looked at before it starts, and cut into batches."""

from pathlib import Path
from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.layers.base import Array
from avanp.systems.base import System, chunks


def check_options(system: System, counts: dict[str, Any], validation: Any, checkpoint: str) -> None:
    """Raise an `AvanpError` for options that cannot be; `counts` by name, None if not given."""
    for name, value in counts.items():
        whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
        if value is not None and not (whole and value >= 1):
            raise AvanpError(f"{name} must be a whole number of at least 1, not {value!r}")
    if counts["patience"] is not None:
        if validation is None:
            raise AvanpError("patience needs validation images to look at")
        if not (system.has_encoder or system.needs_labels):
            raise AvanpError(f"{system.name} has no validation loss to stop by: leave out patience")
    if Path(checkpoint).name != checkpoint:
        raise AvanpError(f"a checkpoint's name has no folder in it, and {checkpoint!r} has")


def check_training(system: System, images: Array, labels: Array | None) -> None:
    """Raise an `AvanpError` now rather than in the middle of an epoch."""
    if images.ndim == 0 or len(images) == 0:
        raise AvanpError("there are no images to train on")
    for rows in chunks(len(images)):
        system.check_images(images[rows])
    if system.needs_labels != (labels is not None):
        need = "needs labels" if system.needs_labels else "takes no labels"
        raise AvanpError(f"{system.name} {need}")
    if labels is not None and len(labels) != len(images):
        raise AvanpError(f"{len(images)} images need as many labels, not {len(labels)}")


def batch_sizes(n: int, batch_size: int, *, join_last: bool) -> list[int]:
    """Return the sizes of an epoch's batches; a last one of 1 may join the one before."""
    full, rest = divmod(n, batch_size)
    sizes = [batch_size] * full + ([rest] if rest else [])
    if join_last and len(sizes) > 1 and sizes[-1] == 1:
        sizes[-2:] = [sizes[-2] + 1]
    return sizes
