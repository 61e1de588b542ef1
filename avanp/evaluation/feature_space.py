"""From the words after ``--features`` to a feature space."""

from typing import Any

from avanp.data.images import ImageSet
from avanp.data.vgg16 import find_vgg16
from avanp.errors import AvanpError
from avanp.layers.sequential import Sequential
from avanp.metrics.arrays import Array
from avanp.metrics.features import PCA, Features, Pixels, TapFeatures
from avanp.metrics.random_conv import RandomConv
from avanp.metrics.vgg16 import VGG16
from avanp.training.checkpoint import load_best
from avanp.training.folder import checkpoint_in

SPACES = "random-conv, pixels, pca, classifier:CHECKPOINT, vgg16, vgg16:FILE"


def feature_space(words: str, real: ImageSet) -> Features:
    """Return the features that `words` name, for images like `real`, to which PCA is fitted.

    Parameters
    ----------
    words : str
        "random-conv", "pixels", "pca", "classifier:" and a checkpoint, "vgg16" for the imported
        weights, or "vgg16:" and a file.
    """
    kind, _, file = words.partition(":")
    if words == "vgg16" or (kind == "vgg16" and file):
        return VGG16(file or find_vgg16())
    if kind == "classifier" and file:
        system = load_classifier(file, real.shape)
        if not hasattr(system, "features"):
            raise AvanpError(f"the {system.name} {file!r} has no features of images to compare by")
        if system.parts:
            return OfSystem(system, f"classifier: the last hidden layer of {file}")
        net = system.nets["classifier"]
        assert isinstance(net, Sequential)
        return TapFeatures(net, -2, f"classifier: the last hidden layer of {file}")
    if words == "random-conv":
        return RandomConv(real.channels)
    if words == "pixels":
        return Pixels()
    if words == "pca":
        return PCA(real)
    raise AvanpError(f"unknown features {words!r}: choose from {SPACES}")


class OfSystem(Features):
    """What the last layer of a classifier sees that looks at another net's features."""

    def __init__(self, system: Any, about: str) -> None:
        self.system, self.about = system, about

    def of_batch(self, x: Array) -> Array:
        """Return the features (B, D) of a batch (B, H, W, C) of floats in [0, 1]."""
        found: Array = self.system.features(x)
        return found


def load_classifier(path: str, shape: tuple[int, int, int]) -> Any:
    """Return a trained classifier of images of `shape`; anything else is an `AvanpError`."""
    system, _ = load_best(checkpoint_in(path))
    if "classify" not in system.can:
        raise AvanpError(f"{path!r} holds a {system.name}: give a classifier's checkpoint")
    if system.config.shape != shape:
        raise AvanpError(
            f"the classifier {path!r} takes images of shape {system.config.shape}, not {shape}: "
            "train one on images like these"
        )
    return system
