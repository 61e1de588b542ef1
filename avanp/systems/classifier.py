"""A classifier of images: for features to measure others in, and for accuracy."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from avanp.data.augment import augmented
from avanp.errors import AvanpError
from avanp.layers.base import Array, Layer
from avanp.layers.batch_norm import BatchNorm
from avanp.layers.dense import Dense
from avanp.layers.dropout import Dropout
from avanp.layers.factored import Factors
from avanp.layers.leaky_relu import LeakyReLU
from avanp.layers.relu import ReLU
from avanp.layers.sequential import Sequential
from avanp.layers.softmax import Softmax
from avanp.losses.cross_entropy import softmax_cross_entropy
from avanp.losses.penalty import l1_penalty, l2_penalty
from avanp.nets import classifiers
from avanp.nets.build import SLOPE, Build, builders
from avanp.systems.base import Gradients, Rng, System, Terms
from avanp.systems.classifier_config import HEAD, ClassifierConfig
from avanp.systems.features import found_part, tap_places
from avanp.systems.images import as_rows, in_chunks
from avanp.systems.kept_features import KeptFeatures
from avanp.systems.parts import Load, Part, no_runs
from avanp.systems.random_features import net_to_check
from avanp.systems.term import Term

FEATURES, PART = 64, "features"


def _loss(config: ClassifierConfig) -> str:
    weighted = ", each class weighted" * config.balanced
    penalised = " + penalties" * bool(config.l1 or config.l2)
    return f"cross-entropy of the classes{weighted}, in nats{penalised}"


class Classifier(System):
    """A net of images and a softmax; descends cross-entropy, weighted, and penalties if asked for.

    A batch is the pair (images, labels). Augmentation and dropout are for training alone.
    """

    name = "classifier"
    config_class = ClassifierConfig
    can = frozenset({"classify"})
    needs_labels = True
    checked_with = {"classes": 3, "counts": (1, 2, 3), "balanced": True, "l2": 0.03}
    terms = {
        "loss": Term(_loss, "nats", "loss", ("classifier",)),
        "accuracy": Term("share of images whose class is found", "share", "accuracy"),
    }

    def build(self, streams: Mapping[str, Rng]) -> dict[str, Layer]:
        """Return the one net."""
        # The stream of the first checkpoints.
        c, rng = self.config, streams["discriminator"]
        b = Build(c.shape, c.hidden, rng, c.batch_norm, self.dtype)
        if c.arch == HEAD:
            net = self.parts[PART].net
            assert isinstance(net, Sequential)
            self.seen = KeptFeatures(net, tap_places(net, c.shape))
            layers, n = self._head(rng)
        elif c.arch in ("cnn", "resnet"):
            trunk, n = getattr(classifiers, c.arch)(b)
            layers = trunk.layers
        else:
            trunk = builders(c.arch).discriminator(b, FEATURES)
            layers, n = [*trunk.layers, LeakyReLU(SLOPE)], FEATURES
        if c.dropout:
            layers.append(Dropout(c.dropout))
        top = Dense(n, c.classes, rng=rng, dtype=self.dtype)
        return {"classifier": Sequential([*layers, top])}

    def _head(self, rng: Rng) -> tuple[list[Layer], int]:
        """Return the dense layers over another net's features, and how many numbers they end in."""
        c, layers = self.config, list[Layer]()
        blank = np.zeros((1, *c.shape), self.dtype)
        n = self.seen(blank, keep=False).shape[1]
        for width in c.hidden:
            # Features of all sizes: what they are scaled by is learned.
            norm = [BatchNorm(n, dtype=self.dtype)] if c.batch_norm else []
            layers += [*norm, Dense(n, width, init="he", rng=rng, dtype=self.dtype), ReLU()]
            n = width
        return layers, n

    def _input(self, x: Array, *, keep: bool = True) -> Array:
        """Return what the net takes: images, or another net's features of them."""
        return self.seen(x, keep=keep) if self.parts else x

    @classmethod
    def parts_needed(cls, config: Any) -> tuple[str, ...]:
        """Return the name of the frozen net, where there is one."""
        return (PART,) if config.arch == HEAD else ()

    @classmethod
    def own_parts(cls, config: Any, seed: int, dtype: Any, load: Load = no_runs) -> dict[str, Part]:
        """Return VGG16, where the head of it alone is trained."""
        needed = cls.parts_needed(config)
        return {name: cls.find_part(name, config, config.features, dtype) for name in needed}

    @classmethod
    def parts_to_check(cls, config: Any) -> dict[str, Part]:
        """Return a random net without kinks, where another net's features are what is seen."""
        needed = cls.parts_needed(config)
        return {name: Part(net_to_check(config.shape), "random") for name in needed}

    @classmethod
    def find_part(cls, part: str, config: Any, origin: str, dtype: Any) -> Part:
        """Return VGG16 from its file."""
        return found_part(origin, config.shape, dtype)

    def gradients(self, batch: tuple[Array, Array], rng: Rng) -> tuple[Gradients, Terms]:
        """Return the gradients, what is descended and the accuracy."""
        c, net = self.config, self.nets["classifier"]
        x = augmented(
            batch[0], rng, flips=c.flips, rotation=c.rotation, zoom=c.zoom, contrast=c.contrast
        )
        as_it_is = x is batch[0]  # augmented images come once
        logits, cache = net.forward(self._input(x, keep=as_it_is), train=True, rng=rng)
        loss, dlogits = self._cross_entropy(logits, batch[1])
        _, grads = net.backward(dlogits, cache, wrt="params")
        penalty, of_penalty = self._penalties()
        for key, g in of_penalty.items():
            own = grads[key]
            grads[key] = g + (own.to_array() if isinstance(own, Factors) else own)
        terms = {"loss": loss + penalty, "accuracy": _accuracy(logits, batch[1])}
        return {"classifier": grads}, terms

    def measure(self, batch: tuple[Array, Array], rng: Rng) -> Terms:
        """Return what is descended, and the accuracy."""
        logits = self.nets["classifier"].forward(self._input(batch[0]))[0]
        loss = self._cross_entropy(logits, batch[1])[0] + self._penalties()[0]
        return {"loss": loss, "accuracy": _accuracy(logits, batch[1])}

    def _cross_entropy(self, logits: Array, labels: Array) -> tuple[float, Array]:
        c = self.config
        if not c.balanced:
            return softmax_cross_entropy(logits, labels)
        if c.counts is None:
            raise AvanpError("balanced classes need counts, the images of each")
        counts = np.array(c.counts, np.float64)
        weights = counts.sum() / (len(counts) * counts)
        return softmax_cross_entropy(logits, labels, class_weights=weights)

    def _penalties(self) -> tuple[float, dict[str, Array]]:
        """Return the penalties on weights, biases and norms apart, and their gradients."""
        c = self.config
        params = self.nets["classifier"].params if c.l1 or c.l2 else {}
        weights = {key: p for key, p in params.items() if key.endswith("W")}
        value, grads = l2_penalty(weights, c.l2)
        other, of_l1 = l1_penalty(weights, c.l1)
        return value + other, {key: g + of_l1[key] for key, g in grads.items()}

    def probabilities(self, x: Array) -> Array:
        """Return the probability of each class, (N, classes)."""
        net = Sequential([self.nets["classifier"], Softmax()])
        return self._of_images(net, x)

    def predict(self, x: Array) -> Array:
        """Return the likeliest label of each image, (N,)."""
        return self.probabilities(x).argmax(axis=1)

    def features(self, x: Array) -> Array:
        """Return what the last layer sees, (N, 64), of a resnet (N, its last width)."""
        net = self.nets["classifier"]
        assert isinstance(net, Sequential)
        return self._of_images(Sequential(net.layers[:-1]), x)

    def _of_images(self, net: Layer, x: Array) -> Array:
        x = as_rows(x)
        if x.ndim == 0 or len(x) == 0:
            raise AvanpError("there are no images")
        return in_chunks(lambda part: net.forward(self._input(self.check_images(part)))[0], x)


def _accuracy(logits: Array, labels: Array) -> float:
    return float(np.mean(logits.argmax(axis=1) == labels))
