"""A classifier of images: for features to measure others in, and for accuracy."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from avanp.errors import AvanpError
from avanp.layers.base import Array, Layer
from avanp.layers.dense import Dense
from avanp.layers.leaky_relu import LeakyReLU
from avanp.layers.sequential import Sequential
from avanp.layers.softmax import Softmax
from avanp.losses.cross_entropy import softmax_cross_entropy
from avanp.nets import builders
from avanp.nets.heads import SLOPE
from avanp.systems.base import Gradients, Rng, System, Terms
from avanp.systems.config import Config
from avanp.systems.images import in_chunks
from avanp.systems.options import option
from avanp.systems.term import Term

FEATURES = 64


@dataclass(frozen=True, kw_only=True)
class ClassifierConfig(Config):
    """A classifier's."""

    classes: int = option(least=2, help="Labels are 0 … classes - 1.", command_line=False)


class Classifier(System):
    """A discriminator's trunk, 64 features, softmax; descends cross-entropy.

    A batch is the pair (images, labels).
    """

    name = "classifier"
    config_class = ClassifierConfig
    can = frozenset({"classify"})
    needs_labels = True
    checked_with = {"classes": 3}
    terms = {
        "loss": Term("cross-entropy of the classes, in nats", "nats", "loss", ("classifier",)),
        "accuracy": Term("share of images whose class is found", "share", "accuracy"),
    }

    def build(self, streams: Mapping[str, Rng]) -> dict[str, Layer]:
        """Return the one net."""
        # The stream of the first checkpoints.
        c, rng = self.config, streams["discriminator"]
        trunk = builders(c.arch).discriminator(
            c.shape, c.hidden, FEATURES, batch_norm=c.batch_norm, rng=rng, dtype=self.dtype
        )
        top = Dense(FEATURES, c.classes, rng=rng, dtype=self.dtype)
        return {"classifier": Sequential([*trunk.layers, LeakyReLU(SLOPE), top])}

    def gradients(self, batch: tuple[Array, Array], rng: Rng) -> tuple[Gradients, Terms]:
        """Return the gradients, cross-entropy and accuracy."""
        x, labels = batch
        net = self.nets["classifier"]
        logits, cache = net.forward(x, train=True, rng=rng)
        loss, dlogits = softmax_cross_entropy(logits, labels)
        _, grads = net.backward(dlogits, cache, wrt="params")
        return {"classifier": grads}, {"loss": loss, "accuracy": _accuracy(logits, labels)}

    def measure(self, batch: tuple[Array, Array], rng: Rng) -> Terms:
        """Return cross-entropy and accuracy."""
        logits = self.nets["classifier"].forward(batch[0])[0]
        loss, _ = softmax_cross_entropy(logits, batch[1])
        return {"loss": loss, "accuracy": _accuracy(logits, batch[1])}

    def probabilities(self, x: Array) -> Array:
        """Return the probability of each class, (N, classes)."""
        net = Sequential([self.nets["classifier"], Softmax()])
        return self._of_images(net, x)

    def predict(self, x: Array) -> Array:
        """Return the likeliest label of each image, (N,)."""
        return self.probabilities(x).argmax(axis=1)

    def features(self, x: Array) -> Array:
        """Return what the last layer sees, (N, 64)."""
        net = self.nets["classifier"]
        assert isinstance(net, Sequential)
        return self._of_images(Sequential(net.layers[:-1]), x)

    def _of_images(self, net: Layer, x: Array) -> Array:
        x = np.asarray(x)
        if x.ndim == 0 or len(x) == 0:
            raise AvanpError("there are no images")
        return in_chunks(lambda part: net.forward(self.check_images(part))[0], x)


def _accuracy(logits: Array, labels: Array) -> float:
    return float(np.mean(logits.argmax(axis=1) == labels))
