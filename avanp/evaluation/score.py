"""One score of a model, and scores in a file."""

import json
import math
from pathlib import Path
from typing import Any, Literal, NamedTuple

from avanp.files import write_whole


class Score(NamedTuple):
    """One score: `value` of the model, `real` of real images in the place of the model's.

    For reconstructions that is the nearest training image of each test image (for the accuracy,
    the image itself), for generated images as many training images (for the distance to the
    nearest training image, test images); None where there is no such thing.
    """

    key: str
    name: str
    unit: str
    better: Literal["higher", "lower", "as real"]
    value: float
    real: float | None = None


def to_json(result: dict[str, Any], path: str, **of: str) -> None:
    """Write what `evaluate` returned, by keys, and what it is of; infinity becomes null."""
    scores = {
        s.key: {
            "value": _finite(s.value),
            "real": _finite(s.real),
            "unit": s.unit,
            "better": s.better,
        }
        for s in result["scores"]
    }
    document = {**of, **{k: v for k, v in result.items() if k != "scores"}, "scores": scores}
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    write_whole(Path(path), text.encode("utf-8"))


def _finite(value: float | None) -> float | None:
    """Return None for what JSON has no number for, such as the PSNR of an equal image."""
    return value if value is not None and math.isfinite(value) else None
