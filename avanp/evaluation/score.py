"""One score of a model."""

from typing import Literal, NamedTuple


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
