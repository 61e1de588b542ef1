"""VEC, the first stage of SSAVAE: an encoder and a classifier that structure the codes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from avanp.layers.base import Array, Layer
from avanp.layers.gaussian_sample import reparameterise, reparameterise_backward
from avanp.layers.two_heads import halves
from avanp.losses.cross_entropy import softmax_cross_entropy
from avanp.losses.kl import kl_logvar
from avanp.systems.base import Gradients, Rng, Terms
from avanp.systems.options import option
from avanp.systems.structured import UNLABELLED, Structured, StructuredConfig, build_net
from avanp.systems.term import Term
from avanp.systems.words import KL

NETS = ("encoder", "classifier")
# The default weight of the mean KL, 0.1 at 2 numbers a code and 0.01 at 20 and more.
LEAST_WEIGHT = 0.01
WEIGHT_OF_ONE = 0.2


@dataclass(frozen=True, kw_only=True)
class VECConfig(StructuredConfig):
    """A VEC's."""

    kl_weight: float | None = option(
        None,
        least=0,
        help="Weight of the KL term; by default 0.2 / latent, at least 0.01, of the mean, and the "
        "same of the sum. Weight 1 of the sum collapses.",
    )
    kl_reduction: Literal["mean", "sum"] = option(
        "mean", help="Of the KL over a code; mean is the sum / latent."
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.kl_weight is None:
            weight = max(WEIGHT_OF_ONE / self.latent, LEAST_WEIGHT)
            weight /= self.latent if self.kl_reduction == "sum" else 1
            object.__setattr__(self, "kl_weight", weight)


class VEC(Structured):
    """Encoder and classifier descend weighted KL + cross-entropy (Zemouri 2020, Eq. 6).

    A batch is the pair (images, labels). An image of label -1 has none and pays KL alone; the
    cross-entropy is the mean over the others.
    """

    name = "VEC"
    config_class = VECConfig
    can = frozenset({"encode", "classify"})
    needs_labels = takes_unlabelled = True
    schedule = "cosine"
    checked_with = {"classes": 3, "widths": (2, 3, 2), "kl_weight": 0.7}
    terms = {
        "loss": Term("weighted kl + cross-entropy: what both nets descend", "nats", "loss"),
        "cross_entropy": Term(
            "of the classes read from drawn codes, in nats", "nats", "cross_entropy", NETS
        ),
        "kl": KL,
        "accuracy": Term("share of labelled images whose class is found", "share", "accuracy"),
    }

    def build(self, streams: Mapping[str, Rng]) -> dict[str, Layer]:
        """Return encoder and classifier."""
        return {net: build_net(net, self.config, streams, self.dtype) for net in NETS}

    def gradients(self, batch: tuple[Array, Array], rng: Rng) -> tuple[Gradients, Terms]:
        """Return the gradients of both nets; KL summed over a code and unweighted, in nats."""
        x, labels = batch
        code, encoder_cache = self.encoder.forward(x, train=True, rng=rng)
        mu, logvar = halves(code)
        eps = self.noise(len(x), rng)
        z = reparameterise(mu, logvar, eps)
        logits, class_cache = self.classifier.forward(z, train=True, rng=rng)
        entropy, dlogits = _cross_entropy(logits, labels)
        dz, of_classifier = self.classifier.backward(dlogits, class_cache)
        assert dz is not None
        penalty, dmu, dlogvar = self._kl(mu, logvar)
        through_z = reparameterise_backward(dz, logvar, eps)
        dcode = np.concatenate([through_z[0] + dmu, through_z[1] + dlogvar], axis=-1)
        _, of_encoder = self.encoder.backward(dcode, encoder_cache, wrt="params")
        terms = {"loss": penalty + entropy, "cross_entropy": entropy}
        terms |= {"kl": kl_logvar(mu, logvar)[0], **_accuracy(logits, labels)}
        return {"encoder": of_encoder, "classifier": of_classifier}, terms

    def measure(self, batch: tuple[Array, Array], rng: Rng) -> Terms:
        """Return the terms with mu in the place of a draw."""
        x, labels = batch
        mu, logvar = halves(self._encode(x))
        logits = self.classifier.forward(np.ascontiguousarray(mu))[0]
        entropy, penalty = _cross_entropy(logits, labels)[0], self._kl(mu, logvar)[0]
        terms = {"loss": penalty + entropy, "cross_entropy": entropy}
        return terms | {"kl": kl_logvar(mu, logvar)[0], **_accuracy(logits, labels)}

    def _kl(self, mu: Array, logvar: Array) -> tuple[float, Array, Array]:
        c = self.config
        return kl_logvar(mu, logvar, weight=c.kl_weight, reduction=c.kl_reduction)


def _cross_entropy(logits: Array, labels: Array) -> tuple[float, Array]:
    """Return ``(value, dlogits)`` of the mean cross-entropy of the labelled, 0 where none is."""
    labelled = labels != UNLABELLED
    dlogits = np.zeros_like(logits)
    if not labelled.any():
        return 0.0, dlogits
    value, dlogits[labelled] = softmax_cross_entropy(logits[labelled], labels[labelled])
    return value, dlogits


def _accuracy(logits: Array, labels: Array) -> dict[str, Any]:
    """Return the accuracy on the labelled as a term; no term where none is."""
    labelled = labels != UNLABELLED
    if not labelled.any():
        return {}
    return {"accuracy": float(np.mean(logits.argmax(axis=1)[labelled] == labels[labelled]))}
