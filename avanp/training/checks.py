"""What a trainer is given, looked at before it starts."""

from pathlib import Path
from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.layers.base import Array
from avanp.systems.base import System
from avanp.systems.images import as_rows, check_pair, chunks


def check_options(system: System, counts: dict[str, Any], validation: Any, checkpoint: str) -> None:
    """Raise an `AvanpError` for options that cannot be; `counts` by name, None if not given.

    Parameters
    ----------
    system : System
    counts : dict
        Whole numbers of at least 1, by name; None where not given.
    validation : images, pair or None
    checkpoint : str
        A file's name.
    """
    for name, value in counts.items():
        whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
        if value is not None and not (whole and value >= 1):
            raise AvanpError(f"{name} must be a whole number of at least 1, not {value!r}")
    if validation is not None:
        check_validation(system, validation)
    if counts["patience"] is not None:
        if system.monitor is None:
            raise AvanpError(f"{system.name} has no validation loss to stop by: leave out patience")
        if system.measures and validation is None:
            raise AvanpError("patience needs validation images to look at")
    if Path(checkpoint).name != checkpoint:
        raise AvanpError(f"a checkpoint's name has no folder in it, and {checkpoint!r} has")


def check_training(system: System, images: Any, labels: Any) -> tuple[Any, Array | None]:
    """Return both as they are drawn from, or raise an `AvanpError` now, not in mid-epoch."""
    images = as_rows(images)
    labels = None if labels is None else np.asarray(labels)
    if images.ndim == 0 or len(images) == 0:
        raise AvanpError("there are no images to train on")
    first = 1 if images.dtype == np.uint8 else len(images)  # bytes are of one shape, and in range
    for rows in chunks(first):
        system.check_images(images[rows])
    if system.needs_labels != (labels is not None):
        need = "needs labels" if system.needs_labels else "takes no labels"
        raise AvanpError(f"{system.name} {need}")
    if labels is not None:
        check_pair((images, labels), system.name)
    return images, labels


def check_validation(system: System, validation: Any) -> None:
    """Raise an `AvanpError` unless validation is what the system looks at: images, or a pair."""
    if system.needs_labels:
        validation, _ = check_pair(validation, system.name)
    elif isinstance(validation, tuple | list):
        raise AvanpError(f"the validation of a {system.name} must be images alone")
    images, wanted = as_rows(validation), tuple(system.config.shape)
    if images.ndim != 4 or images.shape[1:] != wanted or not len(images):
        shape = ", ".join(map(str, wanted))
        raise AvanpError(f"validation images must be (n, {shape}), not {images.shape}")
